"""Each page in a real browser, on the sample with a finished run; every test stands by itself."""

import json
import re

import pytest
from playwright.sync_api import expect

from core.browser import settled
from core.data import datasets
from tests import homes
from tests.browser.conftest import widened


@pytest.fixture(scope="module")
def app_home(tmp_path_factory):
    return homes.trained(tmp_path_factory, {})


def test_what_is_chosen_stays_when_pages_are_changed_and_a_link_shows_the_same(page, address, browser):
    page.goto(f"{address}/?grouping=raw")
    settled(page)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Explore").click()
    page.get_by_role("heading", level=1, name="Explore").wait_for()
    settled(page)
    assert "grouping=raw" in page.url
    page.get_by_test_id("stMain").get_by_role("radio", name="nested").click()
    page.wait_for_url(re.compile("view=nested"))
    other = browser.page()
    other.goto(page.url)
    settled(other)
    assert other.url == page.url
    other.context.close()


def test_a_file_is_uploaded_imported_and_chosen(page, address, tmp_path, app_home, monkeypatch, screenshot):
    monkeypatch.setenv("COPYDESK_HOME", str(app_home))
    lines = [{"headline": f"{word} {n}", "category": kind} for kind, word in ("Ax", "By") for n in range(5)]
    file = tmp_path / "My Desk.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines) + "spoiled\n")
    page.goto(address)
    settled(page)
    page.get_by_role("button", name="Import headlines").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(file)
    expect(dialog.get_by_label("Name of the dataset")).to_have_value("My-Desk")
    screenshot(page, "import-dialog")
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="Dataset My-Desk")).to_be_visible()
    expect(page.get_by_text("1 × bad JSON")).to_be_visible()
    assert datasets.load("My-Desk").rows == 10
    datasets.delete("My-Desk")


@pytest.mark.parametrize("name", ["", "explore", "grouping", "train", "evaluate", "classify", "models"])
def test_every_page_fits_its_window(scheme, address, screenshot, name):
    colours, context = scheme
    page = context.new_page()
    page.goto(f"{address}/{name}")
    settled(page)
    for width in (1280, 1920):
        widened(page, width)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        assert page.get_by_test_id("stException").count() == 0
        screenshot(page, f"{name or 'home'}-{width}-{colours}")
    page.close()
