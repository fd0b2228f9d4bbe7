"""Real workers in real processes: what they leave behind, whatever ends them."""

import json
import os
import signal
from pathlib import Path

import pytest

from core.data import datasets
from core.data.importing import import_file
from core.errors import CopydeskError, DamagedError, InputError, NotFound
from core.evaluation.evaluate import test_predictions as read_predictions
from core.evaluation.judge import judge
from core.inference.classify import load_model
from core.runs import local, states, status, store
from core.runs.manifest import check_manifest
from core.runs.spec import plan
from core.storage import models_root
from tests import homes
from tests.runs.conftest import HELD, in_phase, in_state, kill, release, until, wait_for


@pytest.fixture
def dataset(home):
    return homes.import_part()


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run that has succeeded, to be read and not changed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(homes.trained(tmp_path_factory, {})))
        (run,) = store.list_all()
        yield run


@pytest.fixture
def finished_home(finished, monkeypatch):
    monkeypatch.setenv("COPYDESK_HOME", str(finished.path.parent.parent))
    return finished


def test_a_run_succeeds_and_its_directory_is_what_the_map_says(finished_home):
    run = finished_home
    assert run.state == states.SUCCEEDED
    names = {path.name for path in run.path.iterdir() if not path.name.endswith(".lock")}
    assert names == {"spec.json", "status.json", "metrics.jsonl", "log.txt", "model", "evaluation", "manifest.json"}
    assert [move["state"] for move in run.status["history"]] == ["queued", "running", "succeeded"]
    assert {event["phase"] for event in store.metrics_events(run)} >= {"fit", "result"}
    assert "succeeded after" in store.log_tail(run)
    check_manifest(run.path, "model")
    check_manifest(run.path, "evaluation")


def test_nothing_in_the_run_is_a_pickle(finished_home):
    suffixes = {path.suffix for path in finished_home.path.rglob("*") if path.is_file()}
    assert suffixes <= {".json", ".jsonl", ".txt", ".safetensors", ".parquet", ".npy", ".lock"}


def test_what_the_worker_reported_is_what_the_stored_predictions_give(finished_home):
    run = finished_home
    judged = judge(run.spec, read_predictions(run), run.spec.grouping.grouping())
    assert judged.metrics.accuracy == run.status["metrics"]["accuracy"]
    assert judged.metrics.macro_f1 == run.status["metrics"]["macro_f1"]
    assert judged.metrics.rows == run.status["metrics"]["rows"] > 80


def test_the_document_has_the_keys_that_scripts_rely_on(finished_home):
    document = finished_home.document()
    keys = {"run", "state", "model", "target", "grouping", "dataset", "created_at", "seconds", "progress", "metrics"}
    assert keys | {"error"} <= document.keys()
    assert document["progress"].keys() >= {"phase", "step", "total"}
    assert json.loads(json.dumps(document, allow_nan=False)) == document


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda folder: (folder / "config.json").write_text("{}"), "config.json was changed since the run ended"),
        (lambda folder: (folder / "config.json").unlink(), "config.json is missing since the run ended"),
        (lambda folder: (folder / "x.pkl").write_text(""), "x.pkl was added since the run ended"),
    ],
)
def test_a_changed_model_is_not_loaded(finished, tmp_path, monkeypatch, change, message):
    import shutil

    shutil.copytree(finished.path, tmp_path / "models" / finished.id)
    monkeypatch.setenv("COPYDESK_HOME", str(tmp_path))
    change(tmp_path / "models" / finished.id / "model")
    with pytest.raises(DamagedError, match=message):
        load_model(store.load(finished.id))


def test_a_finished_run_cannot_be_cancelled(finished_home):
    with pytest.raises(InputError, match="is succeeded already; there is nothing to cancel"):
        local.cancel(finished_home)


def test_an_unknown_run_is_named(finished_home):
    with pytest.raises(NotFound) as error:
        store.load("nope")
    assert str(error.value) == (f"run 'nope' does not exist; the newest is {finished_home.id}; `runs list` shows all")


def test_a_cancelled_run_leaves_no_model_and_cannot_be_used(held):
    run = held()
    local.cancel(run)
    run = local.wait(run)
    assert run.state == states.CANCELLED
    assert run.seconds > 0
    assert not any((run.path / name).exists() for name in ("model", "evaluation", "manifest.json", "reserve"))
    with pytest.raises(InputError, match="is cancelled and has no model"):
        load_model(run)


def test_a_cancel_is_heeded_through_the_marker_alone(held):
    run = held()
    (run.path / "cancel").touch()
    assert until(run, in_state(states.CANCELLED))


def test_a_worker_deaf_to_sigterm_is_killed_after_the_grace_time(held):
    run = held(HELD, "deaf")
    local.cancel(run)
    # It heeds neither the signal nor the marker; only the dispatcher's SIGKILL can end it.
    assert until(run, in_state(states.CANCELLED))
    assert "did not heed the cancel within 3 s: killed" in store.log_tail(run)
    assert not status.is_working(run.path)
    assert not (run.path / "model").exists()


def test_the_children_of_a_cancelled_worker_are_killed_with_it(held):
    run = held(HELD, "child")
    child = int(wait_for(lambda: (run.path / "child").exists() and (run.path / "child").read_text(), "the child"))
    os.kill(child, 0)
    local.cancel(run)
    until(run, in_state(states.CANCELLED))
    wait_for(lambda: not is_running(child), "the end of the child")


def is_running(pid):
    """Tell whether a process still does something: a zombie that nobody has reaped does not."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return text.rsplit(")", 1)[1].split()[0] != "Z"


def test_the_second_run_waits_and_starts_when_the_first_has_ended(held, start):
    first, second = held(), start()
    assert second.state == states.QUEUED
    assert local.place(second) == 1
    local.cancel(first)
    release(until(second, in_phase(HELD)))
    assert local.wait(second).state == states.SUCCEEDED


def test_a_waiting_run_is_cancelled_at_once_without_ever_starting(held, start):
    held()
    second = start()
    assert local.cancel(second).state == states.CANCELLED
    assert not (second.path / "reserve").exists()
    assert [move["state"] for move in store.load(second.id).status["history"]] == ["queued", "cancelled"]


def test_a_living_run_is_not_deleted_and_a_dead_one_is(held):
    run = held()
    with pytest.raises(InputError, match="is running; cancel it before deleting it"):
        store.delete(run.id)
    local.cancel(run)
    with pytest.raises(InputError, match="is cancelled already; there is nothing to cancel"):
        local.cancel(local.wait(run))
    store.delete(run.id)
    assert store.run_ids() == []
    assert [path.name for path in models_root().iterdir() if path.is_dir() and path.name[0] != "."] == []


def test_a_dataset_that_was_replaced_fails_the_run_with_one_line(dataset):
    spec = plan(dataset).model_copy(update={"fingerprint": "0" * 64})
    run = local.wait(local.submit(spec))
    assert run.state == states.FAILED
    assert "has other content than when the run was started" in run.status["error"]
    assert not (run.path / "model").exists()


def test_texts_that_all_repeat_leave_nothing_to_test_and_fail_the_run(home, tmp_path):
    (tmp_path / "t.csv").write_text("headline,category\n" + "same,A\n" * 3 + "other,B\n" * 3)
    run = local.wait(local.submit(plan(import_file(tmp_path / "t.csv", "t"))))
    assert run.state == states.FAILED
    assert "leaves no row to test on once equal texts are kept on one side" in run.status["error"]


def test_a_wrong_number_of_slots_is_told_before_there_is_a_run(dataset, monkeypatch):
    monkeypatch.setenv("COPYDESK_SLOTS", "²")
    with pytest.raises(InputError, match="COPYDESK_SLOTS is '²'; set it to a whole number from 1"):
        local.submit(plan(dataset))
    assert store.run_ids() == []


def test_a_damaged_run_does_not_keep_the_queue_from_moving(dataset):
    broken = store.create(plan(dataset))
    (broken.path / "status.json").write_text("{}")
    assert local.wait(local.submit(plan(dataset))).state == states.SUCCEEDED
    local.wait(store.load(broken.id))


def test_progress_tells_phase_pace_memory_and_loss(held):
    run = held("fit", "last")
    progress = until(run, lambda run: "rows_per_second" in run.status["progress"]).status["progress"]
    assert progress["phase"] == "fit"
    assert 0 < progress["step"] <= progress["total"]
    assert progress["rows_per_second"] > 0
    assert progress["peak_memory_bytes"] > 10_000_000
    events = [event for event in store.metrics_events(run) if "loss" in event]
    assert {"step", "epoch", "learning_rate", "seconds", "time"} <= events[0].keys()


def test_an_interrupted_run_is_resumed_as_the_same_run(held):
    run = held()
    kill(run.status["pid"])
    first = until(run, in_state(states.INTERRUPTED))
    release(run)
    resumed = local.wait(local.resume(first))
    assert (resumed.id, resumed.state) == (run.id, states.SUCCEEDED)
    assert resumed.seconds > first.seconds
    assert resumed.status["error"] is None
    assert resumed.status["started_at"] > first.status["finished_at"]
    assert "was killed (SIGKILL)" in resumed.status["history"][2]["note"]
    moves = [move["state"] for move in resumed.status["history"]]
    assert moves == ["queued", "running", "interrupted", "queued", "running", "succeeded"]
    check_manifest(resumed.path, "model")


def test_a_run_resumed_the_moment_it_was_interrupted_goes_on(held):
    run = held()
    os.kill(run.status["pid"], signal.SIGTERM)
    interrupted = until(run, in_state(states.INTERRUPTED))
    release(run)
    # Before the dispatcher can have heard of the end of its child.
    assert local.wait(local.resume(interrupted)).state == states.SUCCEEDED


def test_only_an_interrupted_run_is_resumed(finished_home):
    with pytest.raises(InputError, match=r"is succeeded, not interrupted; `runs retry .*` starts a new run like it"):
        local.resume(finished_home)


def test_a_retry_is_a_new_run_with_the_same_or_changed_settings(ended):
    run = ended
    again = local.wait(local.retry(run))
    assert again.id != run.id
    assert again.spec == run.spec
    changed = local.retry(run, {"epochs": "3"})
    assert changed.spec.hyperparameters == {**run.spec.hyperparameters, "epochs": 3}
    other = local.retry(run, target="group", seed=7, split=run.spec.split.model_copy(update={"test_share": 0.4}))
    assert (other.spec.target, other.spec.seed, other.spec.split.test_share) == ("group", 7, 0.4)
    assert other.spec.hyperparameters == run.spec.hyperparameters
    with pytest.raises(InputError, match="epochs cannot be 'many'"):
        local.retry(run, {"epochs": "many"})
    with pytest.raises(InputError, match="target 'desk' is unknown"):
        local.retry(run, target="desk")


@pytest.mark.parametrize("preset", ["default", "notebook"])
def test_a_retry_keeps_what_was_set_beside_the_preset(few, preset):
    spec = plan(few, preset=preset, overrides={"C": "3", "min_df": "1"})
    again, _ = local.again(spec, {"C": "4"})
    assert again.hyperparameters == {**spec.hyperparameters, "C": 4.0}
    assert again.preset == preset


def test_a_retry_on_data_that_changed_is_refused(ended, tmp_path):
    run = ended
    datasets.delete("few")
    with pytest.raises(NotFound, match="there is no dataset 'few'"):
        local.retry(run)
    (tmp_path / "other.csv").write_text("headline,category\n" + "".join(f"x{n},{'AB'[n % 2]}\n" for n in range(9)))
    import_file(tmp_path / "other.csv", "few")
    with pytest.raises(InputError, match="has other content than when the run was started"):
        local.retry(run)


def test_a_queue_that_cannot_move_is_told_and_not_tried_without_end(few, monkeypatch):
    run = store.create(plan(few))
    monkeypatch.setenv("COPYDESK_SLOTS", "many")
    monkeypatch.setattr(local, "LONGEST_PAUSE", 0.0)
    with pytest.raises(
        CopydeskError, match=r"waits, but what moves the queue cannot start \(.*COPYDESK_SLOTS is 'many'"
    ):
        local.wait(run)
    assert "COPYDESK_SLOTS is 'many'" in local.hindrance()
    monkeypatch.setattr(local, "LONGEST_PAUSE", 1e9)
    started = len((models_root() / ".dispatcher.log").read_text().split("\n"))
    local.look()
    monkeypatch.setattr(local, "LONGEST_PAUSE", 0.0)
    assert len((models_root() / ".dispatcher.log").read_text().split("\n")) == started
    monkeypatch.delenv("COPYDESK_SLOTS")
    wait_for(lambda: local.look() or store.load(run.id).state == states.SUCCEEDED, "the end of the run")
    wait_for(lambda: local.look() or local.hindrance() is None, "the end of the trouble")


def test_looking_at_nothing_starts_nothing(home):
    local.look()
    assert list(home.iterdir()) == []
    models_root().mkdir()
    local.look()
    assert list(models_root().iterdir()) == []
