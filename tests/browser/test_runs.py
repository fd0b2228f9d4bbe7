"""A run outlives the tab and the server that started it, in a real browser; and what the page does for it."""

import os
import re

import psutil
import pytest
from playwright.sync_api import expect

from core.browser import serving, settled
from core.data import datasets
from core.runs import local, states, status, store
from core.runs.spec import plan
from tests import homes


@pytest.fixture
def held_home(home, hold):
    """A folder with the sample, in which every run stays in its fit until it is told otherwise."""
    hold("fit")
    (home / "data").mkdir()
    (home / "data" / ".opened").touch()
    homes.import_part()
    yield home
    for run in store.list_all():
        if run.alive:
            local.cancel(run)
    for run in store.list_all():
        local.wait(run)


def queue_row(page, words):
    """The bar of a living run, with its words."""
    return page.get_by_test_id("stProgress").filter(has_text=words)


def only_run():
    (run,) = store.list_all()
    return run


def test_a_run_outlives_its_tab_and_its_server_and_is_cancelled_from_a_new_one(browser, held_home, screenshot):
    with serving(os.environ) as address:
        page = browser.page()
        page.goto(f"{address}/train?dataset=sample")
        settled(page)
        page.get_by_role("button", name="Start", exact=True).click()
        expect(queue_row(page, "fit")).to_be_visible(timeout=60_000)
        page.context.close()
        # The tab is closed; the server is not asked to end, it is killed.
        (server,) = [child for child in psutil.Process().children() if "streamlit" in " ".join(child.cmdline())]
        server.kill()
        server.wait(60)
    run = only_run()
    assert run.state == states.RUNNING
    assert status.is_working(run.path)

    with serving(os.environ) as address:
        page = browser.page()
        page.set_default_timeout(60_000)
        page.goto(f"{address}/train")
        settled(page)
        expect(queue_row(page, re.compile(rf"{run.id} · fit"))).to_be_visible()
        expect(page.get_by_role("heading", name=run.id)).to_be_visible()
        assert store.load(run.id).status["history"][-1]["state"] == states.RUNNING
        screenshot(page, "runs-going-on")
        page.get_by_role("button", name="Cancel").click()
        # The whole page follows by itself: the row is gone, and the run's own part says what became of it.
        expect(page.get_by_text(re.compile("cancelled · TF-IDF"))).to_be_visible(timeout=60_000)
        expect(page.get_by_test_id("stProgress")).to_have_count(0)
        assert local.wait(run).state == states.CANCELLED
        assert not (run.path / "model").exists()
        settled(page)
        screenshot(page, "runs-cancelled")
        page.context.close()
    assert only_run().id == run.id


def test_what_is_typed_outlasts_the_refreshing_and_the_page_follows_to_the_end(page, held_home, screenshot):
    first, second = (local.submit(plan(datasets.load("sample"), seed=seed)) for seed in (1, 2))
    with serving(os.environ) as address:
        page.goto(f"{address}/train?watch={first.id}")
        expect(queue_row(page, re.compile(rf"{first.id} · fit"))).to_be_visible()
        expect(queue_row(page, f"{second.id} · waits, place 1 in the queue")).to_be_visible()
        page.get_by_role("button", name="Name and note").click()
        page.get_by_label("Name", exact=True).fill("a first attempt")
        worked = page.get_by_text(re.compile(r"worked [\d.]+ s"))
        before = worked.inner_text()
        expect(worked).not_to_have_text(before)  # the part has refreshed itself while the name was being typed
        page.get_by_label("Note", exact=True).fill("with *stars*")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", name="a first attempt")).to_be_visible()
        expect(page.get_by_text("with *stars*").first).to_be_visible()
        page.keyboard.press("Escape")
        screenshot(page, "runs-at-work-and-waiting")
        for run in (first, second):
            (run.path / "release").touch()
        expect(page.get_by_test_id("stMetric").filter(has_text="Accuracy")).to_be_visible()
        expect(page.get_by_test_id("stProgress")).to_have_count(0)
        settled(page)
        assert [local.wait(run).state for run in (first, second)] == [states.SUCCEEDED] * 2
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        screenshot(page, "runs-ended")
