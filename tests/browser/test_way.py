"""The whole way in a real browser: sample, grouping, training, a confusion cell, a pasted headline."""

import re

from playwright.sync_api import expect

from core.browser import settled
from core.grouping import versions
from core.runs import states, store
from tests.browser.matrix import click_an_error


def go(page, name):
    """Choose a page in the sidebar, as a person does."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
    page.get_by_role("heading", level=1, name=name).wait_for()
    settled(page)


def move(page, category, group):
    """Move a category to a group that is typed, by keyboard, on the board."""
    page.get_by_role("button", name=re.compile(f"^{category}, [0-9,]+ row")).focus()
    page.keyboard.press("m")
    page.keyboard.type(group)
    page.keyboard.press("Enter")
    expect(page.locator(".board").get_by_role("status")).to_contain_text(f"to {group}")


def test_from_the_sample_to_a_classified_headline(page, address, screenshot, app_home, monkeypatch):
    monkeypatch.setenv("COPYDESK_HOME", str(app_home))
    page.goto(address)
    settled(page)
    expect(page.get_by_role("heading", name="Dataset sample")).to_be_visible()
    expect(page.get_by_text("Fictional: every headline")).to_be_visible()
    screenshot(page, "way-1-home")

    go(page, "Grouping")
    move(page, "WELLNESS", "BODY AND MIND")
    expect(page.get_by_role("button", name="1 unsaved change")).to_be_visible()
    page.get_by_role("button", name="Save as").click()
    page.get_by_label("Name", exact=True).fill("desks")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text(re.compile("Saved desks as version 1")).wait_for()
    assert "BODY AND MIND" in versions.load("desks").mapping.values()
    settled(page)
    screenshot(page, "way-2-grouping")

    go(page, "Train")
    page.get_by_role("button", name="Start").click()
    # The page follows the run by itself until its figures are there.
    page.get_by_test_id("stMetric").filter(has_text="Accuracy").wait_for()
    (run,) = store.list_all()
    assert (run.state, run.spec.grouping.name) == (states.SUCCEEDED, "desks")
    settled(page)
    screenshot(page, "way-3-train")

    go(page, "Evaluate")
    assert "grouping=desks" in page.url
    told = click_an_error(page, at_least=2)
    heading = page.get_by_role("heading", name=re.compile(rf"[\d,]+ rows of {re.escape(told)}"))
    expect(heading).to_be_visible()
    assert "true=" in page.url
    screenshot(page, "way-4-evaluate")

    go(page, "Classify")
    page.get_by_label("Headline").fill("Senate Votes On The Budget As Governor Threatens Veto")
    page.get_by_role("button", name="Classify").click()
    page.get_by_text(re.compile(r"confidence 0\.\d{3}")).wait_for()
    expect(page.get_by_text(re.compile(r"\d+\.\d ms"))).to_be_visible()
    settled(page)
    screenshot(page, "way-5-classify")
