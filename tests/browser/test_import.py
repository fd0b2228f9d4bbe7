"""Data comes in by a browser: what was fetched before is looked over and imported, then a file is uploaded."""

import os
import re

import pytest
from playwright.sync_api import expect

from core import background
from core.browser import serving, settled
from core.data import datasets, import_folders
from core.storage import write_json

FEW = b"title,topic,note\n" + b"".join(b"Tide turns for the better %d,SEA,it did so\n" % number for number in range(12))


@pytest.fixture
def address(browser, home):
    """The app on a home without a dataset, where somebody has fetched one from the hub."""
    (home / "data").mkdir()
    (home / "data" / ".opened").touch()
    folder = import_folders.new()
    (folder / import_folders.FILES / "tides.csv").write_bytes(FEW)
    write_json(folder / import_folders.ORDER, {"hub": {"name": "news/tides"}})
    result = {"file": "tides.csv", "rows": 12, "source": "Hugging Face hub: news/tides", "licence": "mit"}
    write_json(folder / background.STATE, {"state": "succeeded", "result": result})
    with serving({**os.environ, "COPYDESK_HOME": str(home)}) as url:
        yield url


def test_from_the_hub_and_from_an_upload_to_datasets(page, address, screenshot, tmp_path):
    page.goto(address)
    dialog = page.get_by_role("dialog")
    # What waits is no matter of a visit: it was there before this one.
    page.get_by_role("button", name="Look it over").click()
    expect(dialog.get_by_text("Licence, as the hub has it: mit")).to_be_visible()
    expect(dialog.get_by_text("12 of all 12 records can be used")).to_be_visible()
    screenshot(page, "import-look-it-over")
    dialog.get_by_label("Name of the dataset").fill("tides")
    page.keyboard.press("Tab")
    dialog.get_by_role("button", name="Import", exact=True).click()
    # The page follows the import by itself, and chooses what came of it.
    expect(page.get_by_role("heading", name="Dataset tides")).to_be_visible()
    settled(page)
    assert re.search(r"dataset=tides\b", page.url)

    (tmp_path / "more tides.csv").write_bytes(FEW)
    page.get_by_role("button", name="Import headlines").click()
    dialog.locator("input[type=file]").set_input_files(tmp_path / "more tides.csv")
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="Dataset more-tides")).to_be_visible()
    assert {one.name: (one.rows, one.licence) for one in datasets.list_all()} == {
        "tides": (12, "mit"),
        "more-tides": (12, None),
    }
    assert import_folders.every() == []
