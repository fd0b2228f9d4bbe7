"""Scorings as processes of their own: killed or cancelled they go on where they were, and are removed when asked."""

import os
import signal

import pytest

from core import background
from core.background import Cancelled, Progress
from core.data import import_folders, server_files
from core.errors import InputError, NotFound
from core.inference import score as scoring
from core.inference import score_jobs
from core.inference.score import score
from core.inference.score_jobs import DAY, KEPT_BYTES, KEPT_DAYS, Order
from core.storage import REPOSITORY, lock_holder
from tests import homes

ROWS = 5
FEW = "headline,note\n" + "".join(f"Roses bloom at the quay {number},n{number}\n" for number in range(ROWS)) + ",none\n"


@pytest.fixture
def order(newsroom, home, trained, monkeypatch):
    """An order for the run of `newsroom`, in a home of the test's own."""
    homes.copy(newsroom, home)
    monkeypatch.setenv("COPYDESK_HOME", str(home))
    # Two records a batch, so that there is something to break off.
    monkeypatch.setattr(scoring, "ROWS", {"logistic": 2})
    return Order(trained.id)


@pytest.fixture
def upload(order):
    path = import_folders.new() / import_folders.FILES / "few.csv"
    path.write_text(FEW)
    return path


@pytest.fixture
def started(order, upload, monkeypatch):
    """A scoring whose process was not started."""
    monkeypatch.setattr(background, "start", lambda *_, **__: None)
    return score_jobs.start(order, upload)


def done(job):
    """Do a scoring in this process."""
    score_jobs.main([str(job.folder)])
    return score_jobs.look(job.folder)


def directly(order, tmp_path):
    """Return what the command would have written."""
    from core.runs import store

    (tmp_path / "few.csv").write_text(FEW)
    score(tmp_path / "few.csv", tmp_path / "out.csv", store.load(order.run))
    return (tmp_path / "out.csv").read_text()


def test_an_upload_is_moved_scored_and_gone(order, upload, started, tmp_path):
    assert not upload.exists()
    assert (started.order.file, started.progress.state) == ("few.csv", None)
    job = done(started)
    assert (job.progress.state, job.progress.error) == ("succeeded", None)
    assert job.progress.result == {"rows": ROWS, "rejected": 1, "bytes": job.output.stat().st_size}
    assert job.output.read_text() == directly(order, tmp_path)
    assert '"line": 7' in job.rejected.read_text()
    assert not (job.folder / "file").exists()
    assert score_jobs.list_all() == [job]
    assert score_jobs.find(job.id[:6]) == job
    score_jobs.remove(job)
    assert score_jobs.list_all() == []
    with pytest.raises(InputError, match="does not exist"):
        score_jobs.find(job.id)


def test_one_that_was_cancelled_goes_on_where_it_was(order, started, tmp_path, monkeypatch):
    report, told = Progress.__call__, []

    def broken_off(self, phase, step, total, **how):
        told.append(how.get("note"))
        if len(told) == 3:
            raise Cancelled
        report(self, phase, step, total, **how)

    monkeypatch.setattr(Progress, "__call__", broken_off)
    job = done(started)
    assert (job.progress.state, told) == ("cancelled", [None, "2 rows", "4 rows"])
    job = done(score_jobs.go_on(job))
    assert told[3:] == [None, "6 rows"]
    assert job.progress.state == "succeeded"
    assert job.output.read_text() == directly(order, tmp_path)


def test_one_that_was_killed_goes_on_where_it_was(order, upload, tmp_path, monkeypatch):
    (tmp_path / "hold").mkdir()
    (tmp_path / "hold" / "sitecustomize.py").write_text(
        "import signal\nfrom core.inference import score\n"
        "score.ROWS = {'logistic': 2}\n"
        "from core.background import Progress\n"
        "report = Progress.__call__\n"
        "def held(self, phase, step, total, **how):\n"
        "    report(self, phase, step, total, **how)\n"
        "    while step:\n"
        "        self.written = 0.0\n"
        "        report(self, phase, step, total, note='held')\n"
        "        signal.sigtimedwait([signal.SIGUSR1], 0.02)\n"
        "Progress.__call__ = held\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "hold"), str(REPOSITORY)]))
    job = score_jobs.start(order, upload)
    while (found := score_jobs.look(job.folder).progress).note != "held":
        assert found.running
    with pytest.raises(InputError, match="is at work; cancel it first"):
        score_jobs.remove(job)
    os.kill(lock_holder(job.folder / background.LOCK), signal.SIGKILL)
    assert background.wait(job.folder).state == "interrupted"
    assert (job.folder / "out" / ".scored.csv.scoring" / "part-000001.csv").exists()
    assert done(job).output.read_text() == directly(order, tmp_path)


def test_what_is_wrong_with_a_file_is_told(order, started, monkeypatch):
    (started.folder / "file" / "few.csv").write_text("title of it,note\na,b\n")
    failed = done(started).progress
    assert failed.state == "failed"
    assert "has no column of headlines among" in failed.error
    monkeypatch.setenv(server_files.VARIABLE, str(started.folder))
    with pytest.raises(InputError, match="leads out of the folder"):
        score_jobs.start(Order(order.run, server_file="../x.csv"))
    with pytest.raises(NotFound, match=r"there is no file 'x\.csv'"):
        score_jobs.start(Order(order.run, server_file="x.csv"))
    assert [job.id for job in score_jobs.list_all()] == [started.id]


def test_a_file_of_the_server_stays_and_the_grouping_counts(order, tmp_path, monkeypatch):
    monkeypatch.setattr(background, "start", lambda *_, **__: None)
    (tmp_path / "few.csv").write_text(FEW)
    monkeypatch.setenv(server_files.VARIABLE, str(tmp_path))
    mapping = {"GARDEN": "OUTSIDE", "HARBOUR": "OUTSIDE"}
    wanted = Order(order.run, ".jsonl", server_file="few.csv", grouping="one", mapping=mapping)
    job = done(score_jobs.start(wanted))
    assert '"label": "OUTSIDE"' in job.output.read_text()
    assert (tmp_path / "few.csv").exists()


def test_what_is_old_or_too_much_is_named_and_never_removed_by_itself(started):
    job = done(started)
    at = job.begun
    assert score_jobs.outworn([job], at) == []
    assert score_jobs.outworn([job], at + KEPT_DAYS * DAY + 1) == [job]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(score_jobs, "KEPT_BYTES", 10)
        assert score_jobs.outworn([job], at) == [job]
    assert job.bytes < KEPT_BYTES
    assert job.output.exists()


def test_a_folder_without_a_readable_order_is_no_scoring(started):
    (started.folder / "order.json").write_text('{"nonsense": 1}')
    assert score_jobs.list_all() == []
