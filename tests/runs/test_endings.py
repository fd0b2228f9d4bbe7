"""Why a worker ended, as far as it can be told."""

import errno
import signal

import pytest

from core.errors import is_disk_full
from core.runs import clock, endings, states, status, store
from core.runs.spec import SpecGrouping, TrainingSpec

SPEC = TrainingSpec(dataset="d", fingerprint="f", categories=("A", "B"), grouping=SpecGrouping(name="raw"))


@pytest.mark.parametrize(
    ("exit_status", "part"),
    [
        (-signal.SIGKILL, "the worker was killed (SIGKILL), by hand or by the system"),
        (-signal.SIGSEGV, "the worker was ended by signal SIGSEGV"),
        (-40, "the worker was ended by signal 40"),
        (3, "the worker ended with status 3 and without a last word"),
        (None, "the worker is gone without a last word, and nobody saw how it ended"),
    ],
)
def test_the_exit_status_tells_the_reason(exit_status, part):
    assert endings.reason({"started": clock.stamp()}, exit_status) == part


@pytest.mark.parametrize("exit_status", [-signal.SIGKILL, None])
def test_a_kill_while_the_system_ran_out_of_memory_is_told_as_that(exit_status):
    if endings.oom_kills() is None:
        pytest.skip("this system keeps no count of processes ended for lack of memory")
    found = {"started": clock.stamp(), "oom_kills": endings.oom_kills() - 1}
    assert endings.reason(found, exit_status).endswith("has ended a process for lack of memory meanwhile")
    assert "memory" not in endings.reason({**found, "oom_kills": endings.oom_kills()}, exit_status)


@pytest.mark.parametrize(("cancel", "end"), [(True, states.CANCELLED), (False, states.INTERRUPTED)])
def test_what_a_gone_worker_leaves_is_removed_and_its_checkpoints_stay_for_a_resume(home, cancel, end):
    run = store.create(SPEC)
    status.move(run.path, states.RUNNING, started=clock.stamp())
    for name in ("model", "evaluation", "checkpoints", ".building-model-x"):
        (run.path / name).mkdir()
        (run.path / name / "file").touch()
    if cancel:
        (run.path / "cancel").touch()
    endings.settle(run.path, -9)
    run = store.load(run.id)
    assert run.state == end
    assert run.seconds >= 0
    kept = {path.name for path in run.path.iterdir() if path.is_dir()}
    assert kept == (set() if cancel else {"checkpoints"})


def test_a_manifest_that_does_not_fit_is_no_finished_run(home):
    run = store.create(SPEC)
    status.move(run.path, states.RUNNING)
    (run.path / "manifest.json").write_text('{"files": {"model/x": {"bytes": 1, "sha256": "0"}}}')
    endings.settle(run.path, -9)
    assert store.load(run.id).state == states.INTERRUPTED
    assert not (run.path / "manifest.json").exists()


def test_the_end_of_the_log_is_what_was_printed_and_not_the_moves(home):
    run = store.create(SPEC)
    with (run.path / "log.txt").open("a") as log:
        log.write("".join(f"line {number}\n" for number in range(9)) + "\n" + "x" * 900 + "\n")
    status.move(run.path, states.RUNNING)
    assert endings.log_end(run.path) == ["line 5", "line 6", "line 7", "line 8", "x" * 500]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_known_behind_other_errors(number):
    try:
        try:
            raise OSError(number, "full")
        except OSError as error:
            raise RuntimeError("could not save") from error
    except RuntimeError as error:
        assert is_disk_full(error)
    assert is_disk_full(RuntimeError("I/O error: No space left on device (os error 28)"))
    assert not is_disk_full(OSError(errno.EACCES, "no"))


def test_seconds_do_not_come_from_the_clock(home, monkeypatch):
    run = store.create(SPEC)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: "2001-01-01T00:00:00.000+00:00")
        status.move(run.path, states.RUNNING, started=clock.stamp())
    assert 0 <= store.load(run.id).seconds < 3600
    endings.settle(run.path, None)
    assert 0 <= store.load(run.id).seconds < 3600


@pytest.mark.parametrize("stamp", [None, {}, 3, {"boot": "x", "monotonic": 1.0}, {"boot": clock.boot_id()}])
def test_what_is_no_stamp_of_this_start_tells_no_seconds(stamp):
    assert clock.seconds_since(stamp) is None


def test_a_stamp_of_this_start_tells_seconds_and_no_restart():
    stamp = clock.stamp()
    assert clock.seconds_since(stamp) >= 0
    assert not clock.restarted_since(stamp)
    assert clock.restarted_since({"boot": "another", "monotonic": 0.0}) is bool(clock.boot_id())
