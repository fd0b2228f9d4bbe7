"""Evaluate in a real browser: from a cell of the matrix to an error, and from the error to a corrected label."""

import re

import pytest
from playwright.sync_api import expect

from core.browser import settled
from core.data import corrections, datasets
from tests import homes
from tests.browser.matrix import click_an_error


@pytest.fixture(scope="module")
def app_home(tmp_path_factory):
    return homes.trained(tmp_path_factory, {})


def test_from_a_cell_to_an_error_whose_label_is_corrected(page, address, app_home, monkeypatch, screenshot):
    monkeypatch.setenv("COPYDESK_HOME", str(app_home))
    dataset = datasets.load("sample")
    page.goto(f"{address}/evaluate?view=errors")
    settled(page)
    told = click_an_error(page)
    heading = page.get_by_role("heading", name=re.compile(rf"[\d,]+ rows? of {re.escape(told)}"))
    expect(heading).to_be_visible()
    settled(page)
    screenshot(page, "evaluate-cell")

    # A table is drawn too: the box before its first row is where each of these has it.
    rows = page.get_by_test_id("stDataFrame").filter(visible=True).last
    rows.scroll_into_view_if_needed()
    rows.click(position={"x": 18, "y": 52})
    expect(page.get_by_text("the true label got")).to_be_visible()
    expect(page.get_by_text("Words that pulled")).to_be_visible()
    row = int(re.search(r"[?&]row=(\d+)", page.url).group(1))
    assert not corrections.overlay(dataset.fingerprint).verdicts
    page.get_by_role("button", name="Correct", exact=True).click()
    expect(page.get_by_text(re.compile("Corrected to .+ instead of .+"))).to_be_visible()
    ((corrected, verdict),) = corrections.overlay(dataset.fingerprint).verdicts.items()
    assert (corrected, verdict.verdict) == (row, corrections.CORRECTED)
    screenshot(page, "evaluate-corrected")

    page.get_by_role("radio", name="Labels").click()
    expect(page.get_by_text("1 corrected")).to_be_visible()
    page.reload()
    settled(page)
    expect(page.get_by_text("1 corrected")).to_be_visible()


def test_the_only_download_of_a_list_is_the_one_that_starts_no_formula(page, address):
    page.goto(f"{address}/evaluate")
    settled(page)
    rows = page.get_by_test_id("stDataFrame").filter(visible=True).last
    rows.scroll_into_view_if_needed()
    rows.hover()
    expect(page.get_by_role("button", name=re.compile("^Search")).last).to_be_visible()
    offered = page.locator('button[aria-label^="Download as CSV"]')
    # Streamlit puts it there, so the rule that hides it has something to hide.
    assert offered.count() > 0
    assert offered.filter(visible=True).count() == 0
    expect(page.get_by_test_id("stDownloadButton")).to_be_visible()


def test_a_link_to_an_error_shows_the_same_to_somebody_else(page, address, browser):
    page.goto(f"{address}/evaluate?show=all&search=the&sort=unsure")
    settled(page)
    rows = page.get_by_test_id("stDataFrame").filter(visible=True).last
    rows.scroll_into_view_if_needed()
    rows.click(position={"x": 18, "y": 52})
    shown = page.get_by_text("predicted").last
    expect(shown).to_be_visible()
    page.wait_for_url(re.compile("row="))
    other = browser.page()
    other.goto(page.url)
    settled(other)
    expect(other.get_by_text(shown.inner_text())).to_be_visible()
    other.context.close()
