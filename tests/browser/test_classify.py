"""Classify in a real browser: an answer comes while one types; a pasted table becomes answers, and a row opens."""

import os
import re

import pytest
from playwright.sync_api import expect

from core.browser import serving, settled

# As cells copied from a spreadsheet: tabs, a quoted cell with a line end and quotes in it, a formula, a blank row.
TABLE = (
    "Date\tTitle\tSummary\r\n"
    "2024-03-01\tSenate Passes Budget After Long Night\tLawmakers agreed to fund the schools\r\n"
    '2024-03-02\t"How To Bake ""Slow"" Bread\nAt Home"\tFlour, water, salt\r\n'
    "2024-03-03\t=1+1 goals in the final\t\r\n"
    "\t\t\r\n"
    "2024-03-04\t???\tnothing\r\n"
)


@pytest.fixture(scope="module")
def address(browser, app_home):
    """A server on a folder where nothing was ever trained: the starter answers."""
    (app_home / "data").mkdir()
    (app_home / "data" / ".opened").touch()
    with serving({**os.environ, "COPYDESK_HOME": str(app_home), "COPYDESK_STARTER": ""}) as url:
        yield url


def test_typing_is_answered_without_enter(page, address):
    page.goto(f"{address}/classify")
    settled(page)
    page.get_by_label("Headline").click()
    page.keyboard.type("Senate passes budget after long night")
    expect(page.get_by_role("heading", name=re.compile("^POLITICS"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"confidence 0\.\d{3} .* ms"))).to_be_visible()
    expect(page.get_by_label("Headline")).to_be_focused()
    expect(page.get_by_label("Headline")).to_have_value("Senate passes budget after long night")


def test_a_pasted_table_becomes_answers_and_a_row_opens_as_one(page, address, screenshot):
    page.goto(f"{address}/classify?mode=Many")
    settled(page)
    page.get_by_label("One a line, or a table").fill(TABLE)
    page.get_by_role("button", name="Classify").click()
    expect(page.get_by_text("read as a table with the headlines in its column 'Title'")).to_be_visible()
    expect(page.get_by_text("1 left out")).to_be_visible()
    settled(page)
    table = page.get_by_test_id("stDataFrame").first
    expect(table.locator("tbody tr")).to_have_count(3)
    screenshot(page, "classify-many")
    box = table.bounding_box()
    # The boxes before the rows are drawn on a canvas: the first row's is below the head.
    page.mouse.click(box["x"] + 16, box["y"] + 52)
    expect(page.get_by_label("Headline")).to_have_value("Senate Passes Budget After Long Night")
    expect(page.get_by_label("Description (optional)")).to_have_value("Lawmakers agreed to fund the schools")
    expect(page.get_by_text(re.compile(r"confidence 0\.\d{3}"))).to_be_visible()
    settled(page)
    screenshot(page, "classify-one")


def test_the_first_page_answers_a_headline_at_once(page, address):
    page.goto(address)
    settled(page)
    page.get_by_role("textbox", name="Headline").click()
    page.keyboard.type("Ten pasta recipes for busy nights")
    expect(page.get_by_text(re.compile(r"confidence 0\.\d{3}"))).to_be_visible()
