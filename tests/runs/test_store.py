"""Runs on disk: states move only forward, and what cannot be read is said."""

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DamagedError, InputError, NotFound
from core.runs import endings, states, status, store
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
    assert store.log_tail(run).endswith(" state queued: sequence 1, priority 0")
    assert store.metrics_events(run) == []


@pytest.mark.parametrize("state", sorted(states.MOVES))
def test_a_state_moves_only_where_the_map_says(home, state):
    for to in sorted(states.MOVES):
        run = store.create(SPEC)
        path = {"queued": [], "running": ["running"]}.get(state, ["running", state])
        assert all(status.move(run.path, step) for step in path)
        assert status.move(run.path, to) is states.may_move(state, to)
        assert store.load(run.id).state == (to if states.may_move(state, to) else state)


def test_progress_of_a_run_that_has_ended_is_not_overwritten(run):
    status.move(run.path, states.CANCELLED)
    status.record_progress(run.path, {"phase": "fit", "step": 1, "total": 2})
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
    status.move(run.path, states.CANCELLED)
    store.delete(run.id)
    assert [path for path in models_root().iterdir() if path.is_dir()] == []
    with pytest.raises(NotFound, match="was deleted meanwhile"):
        store.delete(run.id)


GOOD = {"state": "queued", "created_at": "x", "progress": {"phase": "fit", "step": 1, "total": 2}, "history": []}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "null",
        "[]",
        "{",
        '{"state": "running", "created_at": "x"}',
        '{"state": "?"}',
        "[" * 100_000,
        *(
            json.dumps({**GOOD, **wrong})
            for wrong in (
                {"seconds": "12 s"},
                {"seconds": float("nan")},
                {"metrics": [1]},
                {"metrics": {"accuracy": "good"}},
                {"progress": {"phase": "fit"}},
                {"history": ["queued"]},
                {"sequence": "1"},
                {"oom_kills": "0"},
                {"pid": "7"},
                {"log_end": "x"},
            )
        ),
    ],
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


def test_a_run_without_its_spec_is_still_told_of(run):
    (run.path / "spec.json").unlink()
    with pytest.raises(DamagedError, match=r"spec\.json cannot be read \(No such file"):
        store.load(run.id)
    assert list(store.damaged()) == [run.id]


def test_every_move_stands_in_the_log_with_its_time(run):
    assert status.move(run.path, states.RUNNING)
    assert status.move(run.path, states.FAILED, error="it\nwent wrong")
    lines = store.log_tail(run).split("\n")
    times = [move["at"] for move in store.load(run.id).status["history"]]
    assert lines == [
        f"{times[0]} state queued: sequence 1, priority 0",
        f"{times[1]} state running",
        f"{times[2]} state failed: it went wrong",
    ]


@given(steps=st.lists(st.sampled_from(sorted(states.MOVES)), max_size=6))
def test_a_lost_status_is_rebuilt_to_the_state_that_the_log_ends_with(tmp_path_factory, steps):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(tmp_path_factory.mktemp("home")))
        run = store.create(SPEC, priority=3)
        for step in steps:
            status.move(run.path, step)
        before = store.load(run.id).status
        (run.path / "status.json").write_bytes(b"")
        status.rebuild(run.path)
        after = store.load(run.id).status
    assert after["state"] == before["state"]
    assert after["created_at"] == before["created_at"]
    assert (after["sequence"], after["priority"]) == (before["sequence"], before["priority"]) == (1, 3)
    assert [move["state"] for move in after["history"]][:-1] == [move["state"] for move in before["history"]]


def test_what_is_read_again_is_what_is_there_now(run):
    for number in range(20):
        status.record_progress(run.path, {"phase": "fit", "step": number, "total": 20})
        status.move(run.path, states.RUNNING, marker=number)
        with status.changing(run.path) as found:
            found["marker"] = number
        assert store.load(run.id).status["marker"] == number


def test_two_runs_of_one_second_that_draw_the_same_number_are_two(run, monkeypatch):
    drawn = iter(["aaaa", "aaaa", "aaaa", "bbbb", "cccc"])
    monkeypatch.setattr("secrets.token_hex", lambda size: next(drawn))
    monkeypatch.setattr(store, "datetime", Stopped)
    first, second = store.create(SPEC), store.create(SPEC)
    assert first.id.endswith("-aaaa")
    assert second.id.endswith("-bbbb")


class Stopped:
    """A clock that stands still."""

    @staticmethod
    def now(zone):
        return datetime(2026, 1, 1, tzinfo=zone)


def test_a_run_that_is_taken_up_again_has_not_ended_and_keeps_its_number(run):
    later = store.create(SPEC)
    status.move(run.path, states.RUNNING)
    status.move(run.path, states.INTERRUPTED, error="gone")
    assert "finished_at" in store.load(run.id).status
    status.move(run.path, states.QUEUED, sequence=9)
    again = store.load(run.id)
    assert not {"finished_at", "started_at"} & again.status.keys()
    assert (again.number, again.sequence) == (1, 9)
    assert [one.id for one in store.list_all()] == [later.id, run.id]


@pytest.mark.parametrize("part", [slice(0, 15), slice(-4, None), slice(0, -1)])
def test_a_run_is_found_by_the_beginning_or_the_end_of_its_id(run, part):
    assert store.find(run.id[part]).id == run.id
    with pytest.raises(NotFound):
        store.find(run.id[-3:])
    other = store.create(SPEC)
    with pytest.raises(NotFound, match=f"the newest is {other.id}"):
        store.find("2")


def test_a_run_that_is_taken_up_again_forgets_an_old_wish_to_cancel(run):
    status.move(run.path, states.RUNNING)
    status.move(run.path, states.INTERRUPTED)
    (run.path / "cancel").touch()
    status.move(run.path, states.QUEUED, sequence=9)
    assert not store.load(run.id).cancel_requested
    assert store.log_tail(run).endswith("state queued: sequence 9, priority 0")


def test_what_has_succeeded_is_not_undone_by_an_end_that_comes_too_late(run):
    (run.path / "model").mkdir()
    status.move(run.path, states.RUNNING)
    status.move(run.path, states.SUCCEEDED)
    assert not endings.end(run.path, states.CANCELLED)
    assert (run.path / "model").is_dir()


def test_a_run_that_was_deleted_is_told_to_whoever_changes_it(run):
    status.move(run.path, states.CANCELLED)
    store.delete(run.id)
    with pytest.raises(NotFound, match="does not exist any more; it was deleted meanwhile"):
        status.move(run.path, states.RUNNING)


def test_numbers_in_the_queue_only_rise_even_when_the_counter_is_lost(run):
    assert store.create(SPEC).sequence == run.sequence + 1
    (models_root() / ".sequence").write_text("what?")
    assert store.create(SPEC).sequence == run.sequence + 2
    (models_root() / ".sequence").unlink()
    assert store.create(SPEC).sequence == run.sequence + 3


def test_a_run_gets_a_name_by_which_it_is_found_and_a_note(run):
    other = store.create(SPEC)
    store.rename(run, "  the  baseline ")
    store.annotate(run, "before the\nnew grouping ")
    named = store.find("the baseline")
    assert (named.id, named.title, named.note) == (run.id, "the baseline", "before the\nnew grouping")
    assert store.find(run.id).name == "the baseline"
    with pytest.raises(InputError, match=f"run name 'the baseline' is taken by run {run.id}"):
        store.rename(other, "the baseline")
    with pytest.raises(InputError, match="is taken by run"):
        store.rename(other, run.id)
    store.rename(run, "")
    assert store.load(run.id).name is None
    assert store.load(run.id).note
    with pytest.raises(NotFound):
        store.load("the-baseline")


@pytest.mark.parametrize("name", ["x" * 61, "a\x00b", "a\u200bb"])
def test_a_name_that_cannot_be_read_is_refused(run, name):
    with pytest.raises(InputError, match="give at most 60 printable characters"):
        store.rename(run, name)


def test_a_note_has_a_limit(run):
    with pytest.raises(InputError, match="the note has 2,001 characters; give at most 2,000"):
        store.annotate(run, "x" * 2001)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"name": 3, "note": null}', '{"name": ""}'])
def test_a_spoiled_name_is_no_name(run, content):
    (run.path / "about.json").write_text(content)
    assert (store.load(run.id).name, store.load(run.id).note) == (None, "")


def test_disk_used_is_that_of_every_file(run):
    before = store.disk_bytes(run)
    (run.path / "model").mkdir()
    (run.path / "model" / "x").write_bytes(bytes(1_000_000))
    assert store.disk_bytes(run) - before == pytest.approx(1_000_000, abs=8192)


def test_what_a_killed_writer_left_is_removed_by_the_next_move(run):
    left = run.path / ".status.json.abcd1234"
    left.touch()
    status.move(run.path, states.RUNNING)
    assert not left.exists()


def test_a_folder_with_another_kind_of_name_is_no_run(run):
    (models_root() / f"{run.id} copy").mkdir()
    (models_root() / f"{run.id} copy" / "spec.json").touch()
    assert store.run_ids() == [run.id]
