"""Each page in a real browser, on the sample with a finished run; every test stands by itself."""

import json
import re

import pytest
from playwright.sync_api import expect

from core.browser import settled
from core.data import datasets
from core.data.sample import import_sample
from core.runs import local
from core.runs.spec import plan


@pytest.fixture(scope="module")
def app_home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(folder))
        local.wait(local.submit(plan(import_sample())))
    return folder


def test_a_click_on_a_bar_lists_its_records(page, address, screenshot):
    page.goto(f"{address}/explore?dataset=sample")
    settled(page)
    chart = page.get_by_test_id("stVegaLiteChart").first
    chart.click(position={"x": chart.bounding_box()["width"] * 0.4, "y": 14})
    expect(page.get_by_role("heading", name="POLITICS")).to_be_visible()
    page.wait_for_url(re.compile("category=POLITICS"))
    screenshot(page, "explore-clicked")
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("heading", name="All records")).to_be_visible()
    assert "category=" not in page.url


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
    page.get_by_role("button", name="Import a file").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_label("Name of the dataset")).to_have_value("my-desk")
    screenshot(page, "import-dialog")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="Dataset my-desk")).to_be_visible()
    expect(page.get_by_text("1 × bad JSON")).to_be_visible()
    assert datasets.load("my-desk").rows == 10
    datasets.delete("my-desk")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 1920])
@pytest.mark.parametrize("name", ["", "explore", "grouping", "train", "evaluate", "classify"])
def test_every_page_fits_its_window(browser, address, screenshot, name, width, scheme):
    page = browser.page(width=width, height=800, color_scheme=scheme)
    page.goto(f"{address}/{name}")
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert page.get_by_test_id("stException").count() == 0
    screenshot(page, f"{name or 'home'}-{width}-{scheme}")
    page.context.close()
