"""Data comes in by a browser: fetched from a hub on localhost, looked over, imported, reloaded on the way."""

import os
import re

import pytest
from playwright.sync_api import expect

from core.browser import serving, settled
from core.data import datasets, import_folders
from tests.hub_server import serving_hub

FEW = b"title,topic,note\n" + b"".join(b"Tide turns for the better %d,SEA,it did so\n" % number for number in range(12))


@pytest.fixture
def address(browser, home):
    """The app on an empty home that was opened before, and a hub with one small dataset."""
    (home / "data").mkdir()
    (home / "data" / ".opened").touch()
    with serving_hub() as hub:
        hub.repositories, hub.licences = {"news/tides": {"tides.csv": FEW}}, {"news/tides": "mit"}
        environment = {"COPYDESK_HOME": str(home), "HF_ENDPOINT": hub.address, "HF_HOME": str(home / "hf")}
        with serving({**os.environ, **environment}) as url:
            yield url


def test_from_the_hub_and_from_an_upload_to_datasets(page, address, screenshot, tmp_path):
    page.goto(address)
    settled(page)
    expect(page.get_by_role("heading", name="The HuffPost set")).to_be_visible()
    page.get_by_role("button", name="Import headlines").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Hugging Face hub").click()
    dialog.get_by_label("Dataset", exact=True).fill("news/tides")
    page.keyboard.press("Tab")
    dialog.get_by_role("button", name="Fetch", exact=True).click()
    # What is under way, and what waits, is no matter of this visit.
    expect(page.get_by_text("news/tides").first).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Look it over").click()
    expect(dialog.get_by_text("Licence, as the hub has it: mit")).to_be_visible()
    expect(dialog.get_by_text("12 of all 12 records can be used")).to_be_visible()
    screenshot(page, "import-look-it-over")
    dialog.get_by_label("Name of the dataset").fill("tides")
    page.keyboard.press("Tab")
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="Dataset tides")).to_be_visible()
    settled(page)
    assert re.search(r"dataset=tides\b", page.url)

    (tmp_path / "more tides.csv").write_bytes(FEW)
    page.get_by_role("button", name="Import headlines").click()
    dialog.locator("input[type=file]").set_input_files(tmp_path / "more tides.csv")
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="Dataset more-tides")).to_be_visible()
    settled(page)
    assert {one.name: (one.rows, one.licence) for one in datasets.list_all()} == {
        "tides": (12, "mit"),
        "more-tides": (12, None),
    }
    assert import_folders.every() == []
