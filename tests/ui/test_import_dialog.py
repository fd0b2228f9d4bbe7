"""The import dialog and the imports on the first page, run by Streamlit's own test runner."""

import zipfile

import pytest
from streamlit.testing.v1 import AppTest

from core import background
from core.background import Background
from core.data import datasets, hub, import_folders, import_jobs, server_files
from core.data.hub import HubSource
from core.data.import_jobs import Job, Order
from core.data.records import Mapping
from core.data.sources import HUFFPOST
from core.storage import write_json
from core.ui import import_dialog, import_progress

FEW = b"title,topic,when,note\n" + b"".join(b"Tide turns for the better %d,SEA,03/04/2014,x\n" % n for n in range(12))


def dialog():
    from core.ui import import_dialog

    import_dialog.draw()


def progress():
    from core.ui import import_progress

    import_progress.draw()


def opened(script=dialog):
    at = AppTest.from_function(script, default_timeout=60).run()
    assert not at.exception
    return at


def ran(at):
    at.run()
    assert not at.exception, at.exception[0].value
    return at


def texts(at):
    return " ".join(str(part.value) for part in [*at.markdown, *at.caption, *at.warning, *at.error]).replace("\\", "")


@pytest.fixture
def started(monkeypatch):
    """Return the orders that are given, in place of starting them."""
    orders = []

    def start(order, folder=None):
        orders.append((order, folder))
        return Job(folder or import_folders.new(), order, Background("running"))

    monkeypatch.setattr(import_jobs, "start", start)
    return orders


def test_an_upload_is_looked_over_corrected_and_imported(home, started):
    at = opened()
    at.file_uploader[0].set_value(("Tides v2.csv", FEW, "text/csv"))
    ran(at)
    boxes = {box.label: box for box in at.selectbox}
    assert {label: box.value for label, box in boxes.items()} == {
        "Headline": "title",
        "Description": "",
        "Category": "topic",
        "Date": "when",
        "Link": "",
        "Authors": "",
    }
    assert "CSV · UTF-8 · 12 of all 12 records can be used · left out: note" in texts(at)
    assert at.dataframe[0].value["headline"].tolist() == [f"Tide turns for the better {n}" for n in range(10)]
    assert at.text_input[0].value == "Tides-v2"
    boxes["Category"].set_value("")
    ran(at)
    assert "Choose the column of the category: a record needs both." in texts(at)
    assert next(button for button in at.button if button.label == "Import").disabled
    boxes = {box.label: box for box in at.selectbox}
    boxes["Category"].set_value("topic")
    boxes["Description"].set_value("note")
    at.segmented_control[0].set_value("day first")
    ran(at)
    assert at.dataframe[0].value["date"].tolist() == ["2014-04-03"] * 10
    assert at.dataframe[0].value["short_description"].tolist() == ["x"] * 10
    next(button for button in at.button if button.label == "Import").click()
    ran(at)
    ((order, folder),) = started
    assert order == Order(
        "Tides-v2",
        file="Tides v2.csv",
        mapping=Mapping("title", "note", "topic", "when", "", ""),
        date_order="day",
        source="Tides v2.csv",
    )
    assert (folder / "file" / "Tides v2.csv").read_bytes() == FEW
    assert [tab.label for tab in at.segmented_control] == ["Where the headlines come from"]


def test_a_file_that_is_not_wanted_goes_away(home):
    at = opened()
    at.file_uploader[0].set_value(("few.csv", FEW, "text/csv"))
    ran(at)
    (folder,) = import_folders.every()
    at.button(key="import_another").click()
    ran(at)
    assert not folder.exists()
    assert at.file_uploader[0].value is None


def test_what_cannot_be_read_is_told_without_its_place_on_the_server(home):
    at = opened()
    at.file_uploader[0].set_value(("few.csv", b"\x00\x01\x02\x03" * 50, "text/csv"))
    ran(at)
    assert at.error[0].value.replace("\\", "").startswith("'few.csv' is a binary file of no known format")
    assert [button.label for button in at.button] == ["Another file"]


def test_another_encoding_can_be_chosen_where_letters_look_wrong(home):
    at = opened()
    at.file_uploader[0].set_value(("few.csv", "headline,category\nПриливы растут,МОРЕ\n".encode("cp1251"), "text/csv"))
    ran(at)
    next(box for box in at.selectbox if box.label == "Encoding").set_value("cp1251")
    ran(at)
    assert at.dataframe[0].value["category"].tolist() == ["МОРЕ"]


def test_one_of_several_files_in_a_zip_is_chosen_on_the_server(home, tmp_path, monkeypatch, started):
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", FEW)
        archive.writestr("b.csv", b"headline,category\nBread rises,FOOD\n")
    monkeypatch.setenv(server_files.VARIABLE, str(tmp_path))
    at = opened()
    at.segmented_control[0].set_value("File on the server")
    ran(at)
    at.selectbox[0].set_value("two.zip")
    ran(at)
    at.button(key="import_server_look").click()
    ran(at)
    next(box for box in at.selectbox if box.label == "File in the zip file").set_value("b.csv")
    ran(at)
    assert at.dataframe[0].value["category"].tolist() == ["FOOD"]
    next(button for button in at.button if button.label == "Import").click()
    ran(at)
    order = started[0][0]
    assert (order.name, order.server_file, order.member, order.file) == ("two", "two.zip", "b.csv", None)


def test_without_a_folder_of_the_server_it_says_how_to_name_one(home, monkeypatch):
    monkeypatch.delenv(server_files.VARIABLE, raising=False)
    at = opened()
    at.segmented_control[0].set_value("File on the server")
    ran(at)
    assert "COPYDESK_IMPORT_ROOT=/path/to/folder streamlit run Home.py" in texts(at)


def test_without_a_network_the_hub_says_so_and_the_rest_is_there(home, monkeypatch):
    monkeypatch.setattr(hub, "unreachable", lambda: "this machine has no network")
    at = opened()
    at.segmented_control[0].set_value("Hugging Face hub")
    ran(at)
    assert "https://huggingface.co cannot be reached: this machine has no network. The other sources" in texts(at)
    assert all(button.disabled for button in at.button if button.label.startswith("Fetch"))
    assert len(at.segmented_control[0].options) == 4


def test_the_hub_gives_the_huffpost_set_under_its_licence_or_any_other(home, monkeypatch, started):
    monkeypatch.setattr(hub, "unreachable", lambda: None)
    at = opened()
    at.segmented_control[0].set_value("Hugging Face hub")
    ran(at)
    assert HUFFPOST.notice in texts(at)
    at.button(key="import_huffpost").click()
    ran(at)
    at.text_input(key="import_hub_name").set_value(" news/few ")
    at.text_input(key="import_hub_split").set_value("test")
    ran(at)
    at.button(key="import_hub_fetch").click()
    ran(at)
    assert [order for order, _ in started] == [
        Order("huffpost", published="huffpost", licence="CC-BY-4.0"),
        Order(None, hub=HubSource("news/few", split="test")),
    ]


def job(name, state, **order):
    """Write an import that has ended so."""
    folder = import_folders.new()
    (folder / import_folders.FILES / "few.csv").write_bytes(FEW)
    write_json(folder / import_folders.ORDER, {"name": name, **order})
    write_json(folder / background.STATE, state)
    return folder


def test_each_end_is_told_with_what_can_be_done(home):
    done = job("sea", {"state": "succeeded", "result": {"dataset": "sea", "rows": 1234, "rejected": 2}}, file="few.csv")
    failed = job(
        "sky", {"state": "failed", "error": "DIR/few.csv is empty; name one with --headline COL"}, file="few.csv"
    )
    state = (failed / background.STATE).read_text().replace("DIR", str(failed / import_folders.FILES))
    (failed / background.STATE).write_text(state)
    job("land", {"state": "running"}, published="huffpost")
    fetched = {"file": "few.csv", "rows": 9, "source": "hub", "licence": "mit"}
    waits = job(None, {"state": "succeeded", "result": fetched}, hub={"name": "news/few"})
    at = opened(progress)
    for sentence in (
        "Imported sea: 1,234 rows; 2 could not be used and are kept aside.",
        "sky was not imported: few.csv is empty",
        "The import of land was ended from outside; nothing half-made stays.",
        "news/few is here: 9 rows. Look it over, then import it.",
    ):
        assert sentence in texts(at)
    assert sorted(button.label for button in at.button) == sorted(
        ["Show it", "Look it over again", "Start again", "Look it over", *["Dismiss"] * 4]
    )
    staged = import_dialog.of_job(import_jobs.look(waits))
    assert (staged.order.file, staged.order.source, staged.order.licence) == ("few.csv", "hub", "mit")
    assert staged.path.read_bytes() == FEW
    at.button(key=f"import_dismiss_{failed.name}").click()
    at.button(key=f"import_show_{done.name}").click()
    ran(at)
    assert not failed.exists() and not done.exists()
    assert datasets.names() == []


def test_how_far_an_import_is_is_one_line():
    order = Order("sea_side", file="few.csv")
    at_work = Background("running", "import", "12,000 rows", 0.25, 5.0, 15.0)
    assert import_progress.how_far(Job(import_folders.root() / "a", order, at_work)) == (
        "Importing sea\\_side · imports · 25 % · 12,000 rows · about 15 s left"
    )
    fetching = Background("running", "download", "9.0 of 90.0 MB", 0.1)
    assert import_progress.how_far(Job(import_folders.root() / "a", Order(None, hub=HubSource("a/b")), fetching)) == (
        "Fetching a/b · downloads · 10 % · 9.0 of 90.0 MB"
    )
