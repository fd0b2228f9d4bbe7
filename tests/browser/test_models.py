"""A model goes from one desk to another by a browser: packed, downloaded, taken in, and it answers there."""

import os
import re
import zipfile

from playwright.sync_api import expect

from core.browser import serving, settled
from core.inference.classify import classify, load_model
from core.runs import store
from tests import homes

HEADLINE = "Senate Passes Budget After Long Night"


def served(home):
    return serving({**os.environ, "COPYDESK_HOME": str(home)})


def test_a_bundle_goes_from_one_desk_to_another(page, home, tmp_path, tmp_path_factory, screenshot, monkeypatch):
    first = homes.trained(tmp_path_factory, {})
    with served(first) as url:
        page.goto(f"{url}/models?part=Hand+on")
        page.get_by_role("button", name="Pack it").click()
        with page.expect_download() as download:
            page.get_by_role("button", name=re.compile("^Download")).click()
        bundle = tmp_path / download.value.suggested_filename
        download.value.save_as(bundle)
        screenshot(page, "models-hand-on")

    spoiled = tmp_path / "spoiled.zip"
    with zipfile.ZipFile(bundle) as source, zipfile.ZipFile(spoiled, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b"POLITICS", b"POLITICZ"))
    (home / "data").mkdir()
    (home / "data" / ".opened").touch()
    with served(home) as url:
        page.goto(f"{url}/models")
        expect(page.get_by_role("heading", name="No model yet")).to_be_visible()
        page.get_by_role("button", name="Import a bundle").click()
        dialog = page.get_by_role("dialog")
        dialog.locator("input[type=file]").set_input_files(spoiled)
        expect(dialog.get_by_text(re.compile("is not imported: its entry .* it was changed"))).to_be_visible()
        assert store.list_all() == []
        # The upload that was refused leaves the page with the run that told so; a new one has come in its place.
        settled(page)
        expect(dialog.locator("input[type=file]")).to_have_count(1)
        dialog.locator("input[type=file]").set_input_files(bundle)
        # The run has the id that it had; its name is the page's heading.
        run_id = bundle.stem
        expect(page.get_by_role("heading", name=run_id)).to_be_visible()
        settled(page)
        run = store.load(run_id)
        (answer,) = classify(load_model(run), [(HEADLINE, "")])
        page.goto(f"{url}/classify?run={run_id}&headline={HEADLINE.replace(' ', '+')}")
        expect(page.get_by_text(answer.label).first).to_be_visible()
        expect(page.get_by_text(f"{answer.confidence:.3f}").first).to_be_visible()
    assert not list((home / "cache" / "imports").iterdir())
