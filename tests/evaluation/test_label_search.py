"""The search as a process of its own: cancelled, killed or at its end, it leaves nothing half-made."""

import json
import os
import signal

import pytest

from core.data import datasets
from core.data.importing import import_file
from core.errors import CopydeskError, DamagedError, InputError
from core.evaluation import label_search
from core.evaluation.label_noise import COLUMNS, find_label_noise
from core.runs.local import wait_a_moment
from core.storage import REPOSITORY, lock_holder

SUBJECTS = {"GARDEN": ["roses bloom", "beans climb"], "HARBOUR": ["ferries wait", "gulls return"]}
LOOKS = 1_500


@pytest.fixture
def few(home, tmp_path):
    lines = [f"{phrase} {number},{name}" for name, both in SUBJECTS.items() for phrase in both for number in range(10)]
    (tmp_path / "few.csv").write_text("headline,category\n" + "\n".join(lines) + "\n")
    return import_file(tmp_path / "few.csv", "few")


@pytest.fixture
def held(few, monkeypatch, tmp_path):
    """A search that stays in its phase "rank" until it is ended."""
    (tmp_path / "hold").mkdir()
    (tmp_path / "hold" / "sitecustomize.py").write_text(
        "import signal\n"
        "from core.evaluation import label_noise\n"
        "def hold(*_):\n"
        "    while True: signal.pause()\n"
        "label_noise.confident_learning = hold\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "hold"), str(REPOSITORY)]))
    label_search.start(few)
    try:
        until(lambda: label_search.search_in(few.fingerprint).phase == "rank")
        yield few
    finally:
        holder = lock_holder(label_search.folder_of(few.fingerprint) / label_search.LOCK)
        if holder:
            os.kill(holder, signal.SIGKILL)
            label_search.wait(few)


def saved(dataset):
    """Search in this process, and save what was found."""
    found = find_label_noise(datasets.frame(dataset, ["headline", "short_description", "category"]), dataset.name)
    label_search.folder_of(dataset.fingerprint).mkdir(parents=True)
    label_search.save(found, dataset.fingerprint)
    return found


def until(condition):
    for _ in range(LOOKS):
        if condition():
            return
        wait_a_moment(0.02)
    raise AssertionError("it did not come about")


def test_a_search_ends_with_a_result_beside_the_dataset(few):
    before = {path.name: path.read_bytes() for path in few.path.iterdir()}
    assert label_search.search_in(few.fingerprint) == label_search.Search(None)
    assert label_search.start(few).state in ("running", "succeeded")
    ended = label_search.wait(few)
    assert (ended.state, ended.error, ended.has_result) == ("succeeded", None, True)
    found = label_search.load(few)
    assert tuple(found.table.columns) == COLUMNS
    assert len(found.table) == 40
    assert found.accuracy > 0.9
    assert label_search.expected_seconds(few) == ended.seconds
    assert {path.name: path.read_bytes() for path in few.path.iterdir()} == before
    files = {path.name for path in label_search.folder_of(few.fingerprint).iterdir()}
    assert files == {"found.parquet", "state.json", "worker.lock", "log.txt"}


def test_what_was_saved_is_what_is_loaded(few):
    found = saved(few)
    again = label_search.load(few)
    assert again.table.equals(found.table)
    assert (again.noise, again.accuracy, again.left_out) == (found.noise, found.accuracy, found.left_out)


def test_a_second_start_joins_the_search_at_work(held):
    folder = label_search.folder_of(held.fingerprint)
    holder = lock_holder(folder / label_search.LOCK)
    assert label_search.start(held).running
    assert lock_holder(folder / label_search.LOCK) == holder


def test_how_far_it_is_can_be_seen(held):
    search = label_search.search_in(held.fingerprint)
    assert search.running
    assert search.share == pytest.approx(0.93)
    assert search.document()["state"] == "running"
    assert label_search.how_far(search).startswith("ranks · 93 % · about ")


def test_a_cancelled_search_ends_and_leaves_no_result(held):
    label_search.cancel(held)
    ended = label_search.wait(held)
    assert (ended.state, ended.has_result) == ("cancelled", False)
    with pytest.raises(InputError, match="no search for wrong labels is at work in dataset 'few'"):
        label_search.cancel(held)


def test_a_killed_search_is_seen_to_be_interrupted_and_keeps_the_result_before_it(held, monkeypatch):
    folder = label_search.folder_of(held.fingerprint)
    os.kill(lock_holder(folder / label_search.LOCK), signal.SIGKILL)
    ended = label_search.wait(held)
    assert (ended.state, ended.has_result) == ("interrupted", False)
    with pytest.raises(InputError, match="no search for wrong labels has ended in dataset 'few' yet"):
        label_search.load(held)
    (folder / f".{label_search.FOUND}.left").touch()
    monkeypatch.delenv("PYTHONPATH")
    label_search.start(held)
    assert label_search.wait(held).state == "succeeded"
    assert not list(folder.glob(".*"))


def test_what_keeps_it_from_searching_is_told(home, tmp_path):
    (tmp_path / "tiny.csv").write_text("headline,category\na,A\nb,B\nc,B\n")
    tiny = import_file(tmp_path / "tiny.csv", "tiny")
    label_search.start(tiny)
    ended = label_search.wait(tiny)
    assert ended.state == "failed"
    assert ended.error == (
        "dataset 'tiny' has 0 of 2 categories with 4 different headlines or more; "
        "finding wrong labels needs two such categories: import more records"
    )


def test_a_process_that_does_not_come_up_is_told_with_its_last_words(few, monkeypatch):
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(CopydeskError, match=r"the search could not begin \('.*'\); see .*log\.txt"):
        label_search.start(few)


@pytest.mark.parametrize("spoil", ["cut", "other", "none"])
def test_a_spoilt_result_is_told(few, spoil):
    saved(few)
    path = label_search.folder_of(few.fingerprint) / label_search.FOUND
    if spoil == "cut":
        path.write_bytes(path.read_bytes()[:100])
    elif spoil == "other":
        _relabel(path)
    else:
        path.write_bytes(b"")
    with pytest.raises(DamagedError, match="start the search again"):
        label_search.load(few)


def _relabel(path):
    """Let the file say that it is of other content."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    facts = json.loads(table.schema.metadata[label_search.METADATA]) | {"fingerprint": "other"}
    metadata = table.schema.metadata | {label_search.METADATA: json.dumps(facts).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), path)
