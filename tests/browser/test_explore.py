"""Explore in a real browser: a bar, a month and a word narrow it down together, and a link shows the same rows."""

import json
import re

import pytest
from playwright.sync_api import expect

from core.browser import settled
from core.data.importing import import_file

CHIPS = re.compile("^(category|search|20)")


# Each month of 2014 has a row of SPORTS and three of POLITICS, one of which is about the senate.
RECORDS = [
    {"headline": f"{words} {month}", "category": category, "date": f"2014-{month:02d}-03"}
    for month in range(1, 13)
    for words, category in (
        ("Senate sits", "POLITICS"),
        ("Mayor speaks", "POLITICS"),
        ("Votes are counted", "POLITICS"),
        ("Senate eleven wins", "SPORTS"),
    )
]


@pytest.fixture(scope="module")
def app_home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explore")
    file = folder / "desk.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(folder))
        import_file(file, "desk")
        (folder / "data" / ".opened").touch()
    return folder


def chart(page, name):
    """Return a chart once it is drawn; its key, which the page has as a class, is another one after each change."""
    found = page.locator(f".st-key-explore_{name}").get_by_test_id("stVegaLiteChart")
    expect(found.locator("canvas, svg").first).to_be_visible()
    settled(page)
    return found


def rows_of(page):
    """Return the cells of the table that are in sight; a drawn table keeps them for screen readers too."""
    table = page.get_by_test_id("stDataFrame").first
    expect(table.locator("td").first).to_be_attached()
    return table.locator("td").all_text_contents()


def test_a_bar_a_month_and_a_word_narrow_it_down_and_a_link_shows_the_same_rows(page, address, browser, screenshot):
    page.goto(f"{address}/explore?dataset=desk&view=raw&time=heat map&part=Records")
    settled(page)
    bars, heat = chart(page, "bars_raw_0"), chart(page, "time_heat_map_categories_0")
    # The first screen's parts are in sight without scrolling, and nothing is wider than the window.
    for part in (bars, heat, page.get_by_role("radio", name="Columns")):
        expect(part).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    bars.click(position={"x": bars.bounding_box()["width"] * 0.4, "y": 14})
    heat = chart(page, "time_heat_map_categories_1")
    heat.click(position={"x": heat.bounding_box()["width"] * 0.6, "y": 14})
    chart(page, "time_heat_map_categories_2")
    assert re.search(r"cat=POLITICS&from=(2014-\d\d)&to=\1", page.url)
    search = page.get_by_role("textbox", name="Search")
    search.fill("senate")
    search.press("Enter")
    chart(page, "bars_raw_3")
    assert "q=senate" in page.url
    expect(page.get_by_role("button", name=CHIPS)).to_have_count(3)
    expect(page.get_by_text("1 of 48 rows")).to_be_visible()
    shown = rows_of(page)
    assert any(re.fullmatch(r"Senate sits \d+", cell) for cell in shown)
    screenshot(page, "explore-narrowed")
    other = browser.page()
    other.goto(page.url)
    settled(other)
    assert rows_of(other) == shown
    expect(other.get_by_text("1 of 48 rows")).to_be_visible()
    other.context.close()
    page.locator(".st-key-explore_clear").get_by_role("button").click()
    expect(page.get_by_role("button", name=CHIPS)).to_have_count(0)
    assert "cat=" not in page.url and "from=" not in page.url and "q=" not in page.url
