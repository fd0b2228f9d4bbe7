"""The studio: figures change with each edit, come back with undo; saved, reloaded, retrained, compared."""

import re

import pytest
from playwright.sync_api import expect

from core.browser import settled
from core.grouping import versions
from core.runs import states, store
from tests import homes


@pytest.fixture(scope="module")
def app_home(tmp_path_factory):
    """A folder with the sample and a finished run of target category."""
    return homes.trained(tmp_path_factory, {})


def chip(page, name):
    return page.get_by_role("button", name=re.compile(f"^{re.escape(name)}, [0-9,]+ row"))


def card(page, name):
    return page.get_by_role("group", name=f"{name}: ")


def figures(page):
    """Return the lines of the what-if table, once the page has come to rest."""
    settled(page)
    return page.locator("table.whatif").inner_text().split("\n")


def figure(page, name):
    return page.locator("table.whatif tr").filter(has_text=name).locator("td").first


def test_edit_watch_undo_save_reload_retrain_compare(page, address, app_home, screenshot, monkeypatch):
    monkeypatch.setenv("COPYDESK_HOME", str(app_home))
    page.goto(f"{address}/grouping?grouping=huffpost-12")
    settled(page)
    expect(figure(page, "Groups")).to_have_text("12")
    first = figures(page)

    chip(page, "TECH").drag_to(card(page, "SCIENCE & ENVIRONMENT"))
    expect(figure(page, "Groups")).to_have_text("11")
    expect(page.get_by_text(re.compile(r"test rows? turns? wrong"))).to_be_visible()
    edited = figures(page)
    assert edited != first
    screenshot(page, "studio-1-edited")

    page.get_by_role("button", name="Undo").click()
    expect(figure(page, "Groups")).to_have_text("12")
    assert figures(page) == first
    page.get_by_role("button", name="Redo").click()
    expect(figure(page, "Groups")).to_have_text("11")
    assert figures(page) == edited

    page.get_by_role("button", name="Save as").click()
    page.get_by_label("Name", exact=True).fill("desks")
    page.get_by_label("Note").fill("science takes tech")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text(re.compile("Saved desks as version 1")).wait_for()
    saved = versions.load("desks")
    assert (saved.group_of("TECH"), saved.note) == ("SCIENCE & ENVIRONMENT", "science takes tech")

    page.reload()
    settled(page)
    assert "grouping=desks" in page.url
    expect(chip(card(page, "SCIENCE & ENVIRONMENT"), "TECH")).to_be_visible()
    expect(figure(page, "Groups")).to_have_text("11")
    expect(page.get_by_text("No unsaved changes")).to_be_visible()
    screenshot(page, "studio-2-saved")

    page.get_by_role("button", name="Retrain with this grouping").click()
    page.get_by_role("button", name="Go to Train").click()
    page.get_by_role("heading", level=1, name="Train").wait_for()
    settled(page)
    page.get_by_role("button", name="Start").click()
    page.get_by_role("link", name="Compare with what was foretold").click()
    page.get_by_role("heading", level=1, name="Grouping").wait_for()
    settled(page)
    again = next(run for run in store.list_all() if run.spec.target == "group")
    assert (again.state, again.spec.grouping.name) == (states.SUCCEEDED, "desks")
    assert "view=Foretold" in page.url and "grouping=desks" in page.url
    expect(page.get_by_test_id("stDataFrame").last).to_be_visible()
    screenshot(page, "studio-3-compared")
