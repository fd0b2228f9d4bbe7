"""Real workers in real processes: what they leave behind, whatever ends them."""

import json
import os
import signal
import subprocess
import sys

import pytest

from core.data.importing import import_file
from core.data.sample import import_sample
from core.errors import DamagedError, InputError, NotFound
from core.evaluation.evaluate import test_predictions as read_predictions
from core.evaluation.judge import judge
from core.inference.classify import load_model
from core.runs import local, states, store
from core.runs.manifest import check_manifest
from core.runs.spec import plan
from core.storage import REPOSITORY, models_root


def wait_for(run, condition):
    """Look at the run until the condition holds, a bounded number of times."""
    for _ in range(600):
        run = store.load(run.id)
        if condition(run):
            return run
        local.wait_a_moment()
    raise AssertionError(f"still {run.status}")


@pytest.fixture
def dataset(home):
    return import_sample()


@pytest.fixture
def endless(dataset, monkeypatch):
    """A spec whose training goes on until it is stopped."""
    return plan(dataset, preset="notebook", overrides={"max_iter": "1000000", "tol": "1e-300"})


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run that has succeeded, to be read and not changed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(tmp_path_factory.mktemp("home")))
        yield local.wait(local.submit(plan(import_sample())))


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


def test_the_run_goes_on_when_the_process_that_started_it_is_killed(dataset):
    script = (
        "import os, signal; from core.data import datasets; from core.runs import local; "
        "from core.runs.spec import plan; "
        "print(local.submit(plan(datasets.load('sample'))).id, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    starter = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True)
    assert starter.returncode == -signal.SIGKILL
    assert local.wait(store.load(starter.stdout.strip())).state == states.SUCCEEDED


def test_a_cancelled_run_leaves_no_model(endless):
    run = wait_for(local.submit(endless), lambda run: run.status["progress"]["phase"] == "fit")
    local.cancel(run)
    run = local.wait(run)
    assert run.state == states.CANCELLED
    assert not (run.path / "model").exists()
    assert not (run.path / "manifest.json").exists()
    with pytest.raises(InputError, match="is cancelled and has no model"):
        load_model(run)


def test_a_killed_worker_is_seen_as_interrupted(endless):
    run = wait_for(local.submit(endless), lambda run: run.status["progress"]["phase"] == "fit")
    os.kill(run.status["pid"], signal.SIGKILL)
    run = local.wait(run)
    assert run.state == states.INTERRUPTED
    assert run.status["error"].startswith("the worker ended without a word")
    assert run.status["seconds"] > 0


def test_the_second_run_waits_for_the_first_and_is_started_by_it(endless, dataset):
    first = wait_for(local.submit(endless), lambda run: run.state == states.RUNNING)
    second = local.submit(plan(dataset))
    assert second.state == states.QUEUED
    local.cancel(first)
    assert local.wait(second).state == states.SUCCEEDED


def test_a_waiting_run_is_cancelled_without_ever_starting(endless):
    first = wait_for(local.submit(endless), lambda run: run.state == states.RUNNING)
    second = local.submit(endless)
    assert local.cancel(second).state == states.CANCELLED
    local.cancel(first)
    local.wait(first)
    assert [move["state"] for move in store.load(second.id).status["history"]] == ["queued", "cancelled"]


def test_a_living_run_is_not_deleted_and_a_dead_one_is(endless):
    run = wait_for(local.submit(endless), lambda run: run.state == states.RUNNING)
    with pytest.raises(InputError, match="is running; cancel it before deleting it"):
        store.delete(run.id)
    local.cancel(run)
    store.delete(local.wait(run).id)
    assert store.run_ids() == []
    assert [path.name for path in models_root().iterdir() if path.is_dir()] == []


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
