"""What is killed, broken or full, for real: the state is right, the queue goes on, no other run changes."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.data import datasets
from core.errors import CopydeskError, DamagedError, InputError
from core.runs import endings, local, states, status, store
from core.runs.manifest import check_manifest
from core.runs.spec import plan
from core.storage import REPOSITORY, models_root
from tests.runs.conftest import (
    HELD,
    dispatcher_pid,
    in_another_process,
    in_phase,
    in_state,
    kill,
    release,
    until,
    wait_for,
)

PHASES = ["read", "vectorize", "fit", "evaluate", "save"]


def snapshot(run):
    """Return every file of a run with its content."""
    return {path: path.read_bytes() for path in sorted(run.path.rglob("*")) if path.is_file()}


@pytest.fixture
def finished(ended):
    """A run that has succeeded, and must stay as it is."""
    assert ended.state == states.SUCCEEDED
    before = snapshot(ended)
    yield ended
    assert snapshot(ended) == before


def nothing_looks_finished(run):
    return not any((run.path / name).exists() for name in ("model", "evaluation", "manifest.json", "reserve"))


@pytest.mark.parametrize("phase", PHASES)
def test_a_worker_killed_in_any_phase_is_interrupted_and_the_next_run_goes_on(finished, held, start, phase):
    run = held(phase)
    second = start()
    kill(run.status["pid"])
    # Nobody looks but at the files: the dispatcher has to see it by itself.
    run = until(run, in_state(states.INTERRUPTED))
    assert "the worker was killed (SIGKILL), by hand or by the system" in run.status["error"]
    assert run.status["log_end"][-1] == phase
    assert run.seconds > 0
    assert nothing_looks_finished(run)
    assert [move["state"] for move in run.status["history"]] == ["queued", "running", "interrupted"]
    release(until(second, in_phase(phase)))
    assert until(second, in_state(states.SUCCEEDED))


def test_a_worker_killed_after_its_last_file_has_succeeded(start, hold):
    hold("save", "last")
    run = until(start(), lambda run: run.status["progress"] | {"phase": "save", "step": 1} == run.status["progress"])
    kill(run.status["pid"])
    run = until(run, in_state(states.SUCCEEDED, states.INTERRUPTED))
    assert run.state == states.SUCCEEDED
    assert run.status["metrics"]["rows"] > 0
    check_manifest(run.path, "model")
    check_manifest(run.path, "evaluation")


@pytest.mark.parametrize("whole_group", [False, True], ids=["process", "group"])
def test_a_run_outlives_whoever_started_it(few, hold, whole_group):
    hold(HELD)
    script = (
        "import sys; from core.data import datasets; from core.runs import local; from core.runs.spec import plan\n"
        "print(local.submit(plan(datasets.load('few'))).id, flush=True); sys.stdin.read()"
    )
    starter = in_another_process(script, stdin=subprocess.PIPE, start_new_session=True)
    run = until(store.load(starter.stdout.readline().strip()), in_phase(HELD))
    (os.killpg if whole_group else os.kill)(starter.pid, signal.SIGKILL)
    assert starter.wait() == -signal.SIGKILL
    steps = run.status["progress"]["seconds"]
    assert until(run, lambda run: run.status["progress"]["seconds"] > steps).state == states.RUNNING
    release(run)
    assert until(run, in_state(states.SUCCEEDED))


def test_a_killed_dispatcher_is_replaced_by_the_worker_alone_and_the_queue_goes_on(held, start):
    run, second = held(), start()
    first = dispatcher_pid()
    kill(first)
    # Nobody looks but at the lock: the worker has to see to it.
    assert wait_for(lambda: dispatcher_pid() not in (None, first), "a new dispatcher")
    assert store.load(run.id).state == states.RUNNING
    assert store.load(second.id).state == states.QUEUED
    release(run)
    assert until(run, in_state(states.SUCCEEDED))
    release(until(second, in_phase(HELD)))
    assert until(second, in_state(states.SUCCEEDED))


def test_a_worker_that_dies_while_nobody_watches_is_settled_by_the_next_look(held):
    run = held()
    # In one breath, so that the worker cannot call for a new dispatcher.
    for pid in (dispatcher_pid(), run.status["pid"]):
        os.kill(pid, signal.SIGSTOP)
    for pid in (dispatcher_pid(), run.status["pid"]):
        kill(pid)
    wait_for(lambda: not status.is_working(run.path), "the end of the worker")
    assert store.load(run.id).state == states.RUNNING
    run = local.settled(run.id)
    assert run.state == states.INTERRUPTED
    assert "nobody saw how it ended" in run.status["error"]


def test_a_worker_killed_before_it_could_begin_is_interrupted(start, hold):
    hold("START", "die")
    run = until(start(), in_state(*states.ENDED))
    assert run.state == states.INTERRUPTED
    assert "the worker was killed (SIGKILL)" in run.status["error"]


def test_what_a_worker_leaves_behind_is_killed_by_a_dispatcher_that_did_not_start_it(held, start):
    run = held(HELD, "child")
    second = start()
    child = int(wait_for(lambda: (run.path / "child").exists() and (run.path / "child").read_text(), "the child"))
    first = dispatcher_pid()
    kill(first)
    wait_for(lambda: dispatcher_pid() not in (None, first), "a new dispatcher")
    kill(run.status["pid"])
    assert until(run, in_state(states.INTERRUPTED))
    # The child ignores SIGTERM and holds the slot: as long as it lives the next run waits.
    assert until(second, in_state(states.RUNNING))
    assert not Path(f"/proc/{child}").exists() or "\nState:\tZ" in Path(f"/proc/{child}/status").read_text()


def test_a_status_with_nonsense_in_it_stops_no_other_run(held, start):
    first, spoiled, third = held(), start(), start()
    found = json.loads((spoiled.path / "status.json").read_text())
    (spoiled.path / "status.json").write_text(json.dumps({**found, "state": "running", "seconds": "12 s"}))
    assert until_readable(spoiled).state == states.QUEUED
    for run in (first, spoiled, third):
        release(run)
    assert {until(run, in_state(*states.ENDED)).state for run in (first, spoiled, third)} == {states.SUCCEEDED}


def until_readable(run):
    wait_for(lambda: run.id not in store.damaged(), "the rebuilding")
    return store.load(run.id)


def test_a_run_at_work_whose_spec_was_spoiled_is_cancelled_and_deleted(held):
    run = held()
    (run.path / "spec.json").write_text("{")
    with pytest.raises(InputError, match="is running; cancel it before deleting it"):
        store.delete(run.id)
    local.cancel_by_id(run.id)
    assert local.wait_for_end(run.id) == states.CANCELLED
    store.delete(run.id)
    assert store.run_ids() == []


def test_a_run_at_work_whose_status_was_lost_is_not_deleted(held):
    run = held()
    (run.path / "status.json").unlink()
    with pytest.raises(InputError, match="is running; cancel it before deleting it"):
        store.delete(run.id)
    wait_for(lambda: not store.damaged(), "the rebuilding")


def test_sigterm_from_outside_interrupts_and_says_so(held):
    run = held()
    os.kill(run.status["pid"], signal.SIGTERM)
    run = until(run, in_state(states.INTERRUPTED))
    assert run.status["error"].startswith("the worker was asked to end (SIGTERM)")
    assert nothing_looks_finished(run)


def test_a_restart_of_the_machine_is_told_by_the_boot_id(ended):
    run = ended
    # A status as the machine's last start left it: the only way to a restart that a test has.
    found = json.loads((run.path / "status.json").read_text())
    found["state"], found["started"]["boot"] = states.RUNNING, "another-start"
    (run.path / "status.json").write_text(json.dumps(found))
    (run.path / "manifest.json").unlink()
    run = local.settled(run.id)
    assert run.state == states.INTERRUPTED
    assert run.status["error"].startswith("the machine was restarted while the run was at work")


@pytest.mark.parametrize(
    ("spoil", "part"),
    [
        (lambda text: text[: len(text) // 2], "spec.json cannot be read"),
        (lambda text: text.replace('"seed": 42', '"seed": 43'), "spec.json was changed since the run was queued"),
        (lambda text: "", "spec.json cannot be read"),
    ],
    ids=["cut short", "edited", "empty"],
)
def test_a_waiting_run_whose_spec_was_spoiled_fails_with_the_reason(held, start, spoil, part):
    first, spoiled, third = held(), start(), start()
    path = spoiled.path / "spec.json"
    path.write_text(spoil(path.read_text()))
    wait_for(lambda: status.read(spoiled.path)["state"] == states.FAILED, "the failure")
    assert part in status.read(spoiled.path)["error"]
    with pytest.raises(DamagedError, match=part):
        store.load(spoiled.id)
    assert store.damaged().keys() == {spoiled.id}
    for run in (first, third):
        release(until(run, in_phase(HELD)))
        assert until(run, in_state(states.SUCCEEDED))


def test_an_empty_status_is_rebuilt_from_the_log_for_every_state(finished, held, start):
    running, waiting = held(), start()
    copy = models_root() / "copy-of-finished"
    shutil.copytree(finished.path, copy)
    for path in (running.path, waiting.path, copy):
        (path / "status.json").write_bytes(b"")
    wait_for(lambda: not store.damaged(), "the rebuilding")
    assert store.load(waiting.id).state == states.QUEUED
    assert store.load(running.id).state == states.RUNNING
    rebuilt = store.load(copy.name)
    assert rebuilt.state == states.SUCCEEDED
    assert rebuilt.status["metrics"] == finished.status["metrics"]
    release(running)
    assert until(running, in_state(states.SUCCEEDED))
    release(until(waiting, in_phase(HELD)))
    assert until(waiting, in_state(states.SUCCEEDED))
    store.delete(copy.name)


def without_override():
    """Return a command prefix under which rights bind the superuser too."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("rights do not bind the superuser, and there is no setpriv to give that up")
    given_up = "-dac_override,-dac_read_search"
    return ["setpriv", f"--bounding-set={given_up}", f"--inh-caps={given_up}"]


def test_run_directories_without_rights_stop_no_other_run(ended, few):
    finished = ended
    waiting, gone = store.create(plan(few)), store.create(plan(few))
    status.move(gone.path, states.RUNNING)
    rights = [(finished, 0), (waiting, 0), (gone, 0o555)]
    script = (
        "import json; from core.data import datasets\n"
        "from core.runs import local, store; from core.runs.spec import plan\n"
        "run = local.wait(local.submit(plan(datasets.load('few'))))\n"
        "local.settle()\n"
        "print(json.dumps([run.state, store.damaged(), [run.id for run in store.list_all()]]))"
    )
    for run, mode in rights:
        run.path.chmod(mode)
    try:
        command = [*without_override(), sys.executable, "-c", script]
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
        # What may not be changed is nothing to stay for.
        wait_for(lambda: dispatcher_pid() is None, "the end of the dispatcher")
    finally:
        for run, _ in rights:
            run.path.chmod(0o755)
    assert done.returncode == 0, done.stderr
    state, damaged, ids = json.loads(done.stdout)
    assert state == states.SUCCEEDED
    assert damaged.keys() == {finished.id, waiting.id}
    assert all("Permission denied" in reason for reason in damaged.values())
    assert gone.id in ids
    # With the rights back, each goes on from where it was.
    assert store.load(finished.id).state == states.SUCCEEDED
    assert local.wait(waiting).state == states.SUCCEEDED
    assert local.wait(gone).state == states.INTERRUPTED


@pytest.fixture
def small_disk(tmp_path, monkeypatch):
    """A home on a disk of 80 MB, where the system lets us mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    size = 80 * 2**20
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only the superuser can mount a small disk")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True)
    if done.returncode:
        pytest.skip(f"no small disk could be mounted: {done.stderr.decode(errors='replace')}")
    monkeypatch.setenv("COPYDESK_HOME", str(folder))
    yield folder
    wait_for(lambda: dispatcher_pid() is None, "the end of the dispatcher")
    # Lazily: a dispatcher lets go of its lock a moment before it ends.
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.parametrize("phase", ["read", "save"])
def test_a_full_disk_fails_the_run_with_that_reason_and_loses_no_other(
    home, small_disk, tmp_path, hold, phase, monkeypatch
):
    from core.data.importing import import_file

    lines = [f"{word} {number},{word.upper()}" for word in ("roses", "ferries") for number in range(9)]
    (tmp_path / "t.csv").write_text("headline,category\n" + "\n".join(lines) + "\n")
    spec = plan(import_file(tmp_path / "t.csv", "t"))
    before = local.wait(local.submit(spec))
    kept = snapshot(before)
    filler = small_disk / "filler"
    monkeypatch.setenv("COPYDESK_TEST_FILL", str(filler))
    hold(phase, "break")
    run, waiting = local.submit(spec), local.submit(spec)
    run = until(run, in_state(*states.ENDED))
    assert (run.state, run.status["error"]) == (states.FAILED, endings.DISK_FULL)
    assert nothing_looks_finished(run)
    assert snapshot(before) == kept
    # What waits goes on waiting, and says why, until there is room again.
    assert "waiting runs start once there are 50 MB free" in local.hindrance()
    assert store.load(waiting.id).state == states.QUEUED
    assert dispatcher_pid() is not None
    monkeypatch.delenv("COPYDESK_TEST_FILL")
    (waiting.path / "release").touch()
    filler.unlink()
    wait_for(lambda: store.load(waiting.id).state != states.QUEUED, "the start of what waited")
    until(waiting, in_state(*states.ENDED))
    filler.unlink(missing_ok=True)
    hold("none")
    assert local.wait(local.retry(run)).state == states.SUCCEEDED


def test_a_limit_on_the_size_of_files_is_told_as_a_full_disk(few, tmp_path):
    script = (
        "import sys; from core.data import datasets; from core.runs import local; from core.runs.spec import plan\n"
        "print(local.submit(plan(datasets.load('few'))).id)"
    )
    limit = 24 * 1024  # more than a status, less than what a model takes with its log of metrics
    starter = in_another_process(script, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    out, err = starter.communicate()
    run = until(store.load(out.strip()), in_state(*states.ENDED))
    assert (run.state, run.status["error"]) == (states.FAILED, endings.DISK_FULL), err


def test_a_dataset_deleted_while_its_run_waits_fails_that_run_alone(few, held, start, tmp_path):
    from core.data.importing import import_file

    other = import_file(tmp_path / "few.csv", "other")
    first = held("fit")
    second, third = local.submit(plan(other)), start()
    datasets.delete("other")
    release(first)
    assert until(second, in_state(*states.ENDED)).state == states.FAILED
    assert "there is no dataset 'other'" in store.load(second.id).status["error"]
    release(until(third, in_phase("fit")))
    assert until(third, in_state(states.SUCCEEDED))


def test_a_worker_that_fails_at_import_is_told_with_its_last_line(start, hold):
    hold("core.runs.endings", "import")
    run = until(start(), in_state(*states.ENDED))
    assert run.state == states.FAILED
    assert run.status["error"].startswith("the worker could not start (")
    assert "core.runs.endings" in run.status["error"]
    assert "Traceback" in store.log_tail(run)


def test_a_library_that_fails_at_import_fails_the_run(start, hold):
    hold("scipy.sparse", "import")
    run = until(start(), in_state(*states.ENDED))
    assert run.state == states.FAILED
    assert "scipy.sparse" in run.status["error"]


def test_a_queue_that_cannot_be_moved_is_told_at_once_and_the_run_waits(few, tmp_path, monkeypatch):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "pydantic.py").write_text("raise ImportError('no pydantic today')")
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", str(tmp_path / "broken"))
        with pytest.raises(CopydeskError, match=r"what moves the queue could not start \(.*no pydantic today"):
            local.submit(plan(few))
    (run,) = store.list_all()
    assert run.state == states.QUEUED
    assert local.wait(run).state == states.SUCCEEDED
