"""With nothing at all: every page says what to do next, also when it is the first one asked for."""

import pytest
from playwright.sync_api import expect

from core.browser import settled

NEXT = {
    "": "Where should the headlines come from?",
    "explore": "No dataset yet",
    "grouping": "No dataset yet",
    "train": "No dataset yet",
    "evaluate": "No finished run yet",
    "classify": "No finished run yet",
}


@pytest.fixture(scope="module")
def app_home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nothing")
    (folder / "data").mkdir()
    (folder / "data" / ".opened").touch()
    return folder


@pytest.mark.parametrize("name", ["evaluate", "explore", "grouping", "train", "classify", ""])
def test_an_empty_page_tells_the_next_step(page, address, screenshot, name):
    page.goto(f"{address}/{name}")
    settled(page)
    expect(page.get_by_text(NEXT[name])).to_be_visible()
    # The navigation is ours, also where a link to a page is the first visit to a new server.
    expect(page.get_by_test_id("stSidebarNav").get_by_role("link", name="Classify")).to_be_visible()
    screenshot(page, f"nothing-{name or 'home'}")
