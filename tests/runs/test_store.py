"""Runs on disk: states move only forward, and what cannot be read is said."""

import pytest

from core.errors import DamagedError, InputError
from core.runs import states, store
from core.runs.spec import SpecGrouping, TrainingSpec
from core.storage import models_root

SPEC = TrainingSpec(dataset="d", fingerprint="f", categories=("A", "B"), grouping=SpecGrouping(name="raw"))


@pytest.fixture
def run(home):
    return store.create(SPEC)


def test_a_new_run_is_queued_and_readable(run):
    assert store.load(run.id).spec == SPEC
    assert run.state == states.QUEUED
    assert store.run_ids() == [run.id]
    assert store.log_tail(run) == ""
    assert store.metrics_events(run) == []


@pytest.mark.parametrize("state", sorted(states.MOVES))
def test_a_state_moves_only_where_the_map_says(home, state):
    for to in sorted(states.MOVES):
        run = store.create(SPEC)
        path = {"queued": [], "running": ["running"]}.get(state, ["running", state])
        assert all(store.move(run, step) for step in path)
        assert store.move(run, to) is states.may_move(state, to)
        assert store.load(run.id).state == (to if states.may_move(state, to) else state)


def test_progress_of_a_run_that_has_ended_is_not_overwritten(run):
    store.move(run, states.CANCELLED)
    store.record_progress(run, {"phase": "fit", "step": 1, "total": 2})
    assert store.load(run.id).status["progress"]["phase"] == "queued"


def test_a_half_written_last_metric_is_left_out(run):
    store.record_metrics(run, {"phase": "fit", "loss": 0.5})
    with (run.path / "metrics.jsonl").open("a") as file:
        file.write('{"phase": "fi')
    assert [event["loss"] for event in store.metrics_events(run)] == [0.5]


def test_the_log_tail_is_its_last_lines(run):
    (run.path / "log.txt").write_text("".join(f"line {number}\n" for number in range(100)))
    assert store.log_tail(run, 2) == "line 98\nline 99"


@pytest.mark.parametrize("content", ["{", "[]", '{"dataset": 3}'])
def test_an_unreadable_spec_is_said_and_other_runs_are_still_listed(run, content):
    broken = store.create(SPEC)
    (broken.path / "spec.json").write_text(content)
    with pytest.raises(DamagedError) as error:
        store.load(broken.id)
    assert "\n" not in str(error.value)
    assert [one.id for one in store.list_all()] == [run.id]


@pytest.mark.parametrize("run_id", ["../x", "a b", ""])
def test_an_id_that_could_leave_the_folder_is_refused(home, run_id):
    with pytest.raises(InputError, match="run name"):
        store.load(run_id)


def test_a_deleted_run_leaves_nothing(run):
    store.move(run, states.CANCELLED)
    store.delete(run.id)
    assert [path for path in models_root().iterdir() if path.is_dir()] == []


@pytest.mark.parametrize(
    "content", ["{}", "null", "[]", "{", '{"state": "running", "created_at": "x"}', '{"state": "?"}']
)
def test_a_damaged_status_stops_no_other_run_and_can_be_deleted(run, content):
    broken = store.create(SPEC)
    (broken.path / "status.json").write_text(content)
    with pytest.raises(DamagedError) as error:
        store.load(broken.id)
    assert "\n" not in str(error.value)
    assert [one.id for one in store.list_all()] == [run.id]
    assert list(store.damaged()) == [broken.id]
    store.delete(broken.id)
    assert store.run_ids() == [run.id]


def test_a_folder_with_another_kind_of_name_is_no_run(run):
    (models_root() / f"{run.id} copy").mkdir()
    (models_root() / f"{run.id} copy" / "spec.json").touch()
    assert store.run_ids() == [run.id]
