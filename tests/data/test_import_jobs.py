"""Imports as processes of their own: at their end, cancelled, killed or given up, nothing half-made stays."""

import io
import os
import signal

import pytest

from core import background
from core.background import Cancelled
from core.data import datasets, import_folders, import_jobs, server_files
from core.data.hub import Fetched, HubSource
from core.data.import_jobs import Order
from core.data.records import Mapping
from core.errors import InputError
from core.storage import REPOSITORY, data_root, lock_holder

FEW = b"title,topic,when\n" + b"".join(b"Tide turns %d,SEA,2014-05-01\n" % number for number in range(9))
MAPPING = Mapping(headline="title", category="topic", date="when")


@pytest.fixture
def staged(home):
    """Return a function that stages an upload and gives its file."""

    def do(content=FEW, name="few.csv"):
        return import_folders.stage(name, len(content), io.BytesIO(content).read)

    return do


def ended(job):
    background.wait(job.folder)
    return import_jobs.look(job.folder)


def done_here(folder):
    """Do a job in this process."""
    import_jobs.main([str(folder)])
    return import_jobs.look(folder)


def order_here(order, folder, monkeypatch):
    """Give an order without starting its process."""
    monkeypatch.setattr(background, "start", lambda *_, **__: background.look(folder))
    return import_jobs.start(order, folder)


def test_an_upload_becomes_a_dataset_and_leaves_nothing(staged):
    file = staged()
    assert file.read_bytes() == FEW
    order = Order("sea", file=file.name, mapping=MAPPING, source="few.csv", licence="CC0-1.0")
    job = ended(import_jobs.start(order, file.parent.parent))
    assert (job.progress.state, job.progress.error) == ("succeeded", None)
    assert job.progress.result == {"dataset": "sea", "rows": 9, "rejected": 0}
    assert job.order == order
    dataset = datasets.load("sea")
    assert (dataset.source, dataset.licence, dataset.category_counts) == ("few.csv", "CC0-1.0", {"SEA": 9})
    assert not (job.folder / "file").exists()
    assert import_jobs.list_all() == [job]
    import_folders.forget(job.folder)
    assert import_jobs.list_all() == []


def test_a_killed_import_is_interrupted_and_leaves_no_half_dataset(staged, monkeypatch, tmp_path):
    (tmp_path / "hold").mkdir()
    (tmp_path / "hold" / "sitecustomize.py").write_text(
        "import signal\nfrom core.data import import_jobs, sources\n"
        "def held(report):\n"
        "    def progress(*_):\n"
        "        while True:\n"
        "            report('import', 1, 2, note='held')\n"
        "            signal.sigtimedwait([signal.SIGUSR1], 0.02)\n"
        "    return progress\n"
        "sources.counting = held\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "hold"), str(REPOSITORY)]))
    file = staged()
    job = import_jobs.start(Order("sea", file=file.name, mapping=MAPPING), file.parent.parent)
    while import_jobs.look(job.folder).progress.note != "held":
        assert import_jobs.look(job.folder).progress.running
    assert [path.name.startswith(".building-sea-") for path in data_root().iterdir()] == [True]
    os.kill(lock_holder(job.folder / background.LOCK), signal.SIGKILL)
    assert ended(job).progress.state == "interrupted"
    assert list(data_root().iterdir()) == []
    # The upload is still there, so it can be started again.
    assert done_here(order_here(job.order, job.folder, monkeypatch).folder).progress.state == "succeeded"


def test_a_cancel_leaves_neither_the_upload_nor_a_dataset(staged, monkeypatch):
    file = staged()
    job = order_here(Order("sea", file=file.name, mapping=MAPPING), file.parent.parent, monkeypatch)

    def counting(report):
        def progress(*_):
            raise Cancelled

        return progress

    monkeypatch.setattr(import_jobs.sources, "counting", counting)
    assert done_here(job.folder).progress.state == "cancelled"
    assert not file.exists()
    assert list(data_root().iterdir()) == []


def test_what_cannot_be_imported_is_told_and_can_be_corrected(staged, monkeypatch):
    file = staged()
    job = order_here(Order("sea", file=file.name, mapping=Mapping(headline="none")), file.parent.parent, monkeypatch)
    failed = done_here(job.folder).progress
    assert failed.state == "failed"
    assert failed.error.startswith("there is no column 'none' for the headline; the columns found are")
    assert file.exists()
    order_here(Order("sea", file=file.name, mapping=MAPPING), job.folder, monkeypatch)
    assert done_here(job.folder).progress.state == "succeeded"


def test_a_name_that_is_taken_or_cannot_be_used_is_told_before(staged, monkeypatch):
    file = staged()
    (data_root() / "sea").mkdir(parents=True)
    for name, message in [("sea", "dataset 'sea' exists already; choose another name"), ("a/b", "cannot be used")]:
        with pytest.raises(InputError, match=message):
            import_jobs.start(Order(name, file=file.name), file.parent.parent)
    assert not (file.parent.parent / "order.json").exists()


def test_a_file_on_the_server_is_looked_for_again_when_it_is_imported(home, tmp_path, monkeypatch):
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    (shelf / "few.csv").write_bytes(FEW)
    (shelf / "out.csv").symlink_to("../home")
    monkeypatch.setenv(server_files.VARIABLE, str(shelf))
    job = order_here(
        Order("sea", server_file="few.csv", mapping=MAPPING), home / "cache" / "imports" / "a", monkeypatch
    )
    assert done_here(job.folder).progress.result["rows"] == 9
    assert (shelf / "few.csv").exists()
    job = order_here(Order("sky", server_file="out.csv"), home / "cache" / "imports" / "b", monkeypatch)
    assert "leads out of the folder" in done_here(job.folder).progress.error


def test_what_comes_from_the_hub_waits_to_be_looked_over(home, monkeypatch):
    def fetch(source, path, report):
        path.write_text('{"title": "Tide turns", "topic": "SEA", "when": "2014-05-01"}\n' * 9)
        return Fetched(path, HubSource(source.name, "default", "train", "c0ffee"), 9, ("title",), "mit")

    monkeypatch.setattr(import_jobs, "fetch", fetch)
    folder = import_folders.new()
    job = done_here(order_here(Order(None, hub=HubSource("news/few")), folder, monkeypatch).folder)
    assert (job.waits, job.order.shown) == (True, "news/few")
    result = job.progress.result
    assert (result["rows"], result["licence"]) == (9, "mit")
    order = Order("sea", file=result["file"], mapping=MAPPING, source=result["source"])
    job = done_here(order_here(order, folder, monkeypatch).folder)
    assert (job.progress.state, job.waits) == ("succeeded", False)
    assert datasets.load("sea").source == "Hugging Face hub: news/few at c0ffee, split train"


def test_a_folder_without_a_readable_order_is_no_import(staged):
    folder = staged().parent.parent
    (folder / "order.json").write_text('{"nonsense": 1}')
    assert import_jobs.list_all() == []
