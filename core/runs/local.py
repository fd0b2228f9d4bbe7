"""The local runner: one process a run, on this machine, with no service to install.

Whoever submits or looks calls `dispatch`, which ends what can be ended, starts what can be
started, and is safe to be called by any number of processes at once.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

from core.errors import CopydeskError, InputError, shorten
from core.runs import states, store
from core.runs.spec import TrainingSpec
from core.storage import REPOSITORY, home, lock_holder, models_root, sweep, write_atomic

GRACE_SECONDS = 5.0
START_SECONDS = 30.0


def slots() -> int:
    """Return how many runs may work at once: COPYDESK_SLOTS, default 1."""
    value = os.environ.get("COPYDESK_SLOTS", "1")
    if not (value.isascii() and value.isdecimal()) or int(value) < 1:
        raise InputError(f"COPYDESK_SLOTS is {shorten(value)}; set it to a whole number from 1")
    return int(value)


def submit(spec: TrainingSpec) -> store.Run:
    """Queue a run and start it as soon as a slot is free; return it at once."""
    slots()  # what is wrong with the setting is said before there is a run
    run = store.create(spec)
    dispatch()
    return store.load(run.id)


def dispatch() -> None:
    """Settle the runs whose workers are gone, then start queued ones while a slot is free.

    Whoever may only read the runs leaves that to those who may write.
    """
    root = models_root()
    if not root.is_dir() or not os.access(root, os.W_OK):
        return
    with (root / ".dispatch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sweep(root)
        for run in _alive():
            # One damaged run must not keep the others from going on.
            with contextlib.suppress(CopydeskError):
                _settle(run)
        alive = _alive()
        working = sum(is_working(run) for run in alive)
        for run in alive:
            if working < slots() and run.state == states.QUEUED and not is_working(run):
                working += _launch(run)


def _alive() -> list[store.Run]:
    """Return the runs that wait or work, in the order of the queue: the oldest first."""
    return [run for run in reversed(store.list_all()) if run.alive]


def is_working(run: store.Run) -> bool:
    """Tell whether a worker holds the run's lock; not to be asked by that worker itself."""
    return lock_holder(run.path / store.WORKER_LOCK) is not None


def _settle(run: store.Run) -> None:
    """Bring the state in line with what is: a dead worker, a cancel that was not heard."""
    if is_working(run):
        with contextlib.suppress(FileNotFoundError):
            asked = (run.path / store.CANCEL).stat().st_mtime
            if time.time() - asked > GRACE_SECONDS:
                _signal(run, signal.SIGKILL)
        return
    # Read again: the worker may have ended well between the two looks.
    run = store.load(run.id)
    if run.state == states.QUEUED and run.cancel_requested:
        store.move(run, states.CANCELLED)
    elif run.state == states.RUNNING:
        _bury(run)


def _bury(run: store.Run) -> None:
    """Record the end of a worker that is gone without a last word."""
    from core.runs.pipeline import discard

    discard(run.path)
    started = datetime.fromisoformat(run.status["started_at"])
    seconds = round((datetime.now(UTC) - started).total_seconds(), 3)
    if run.cancel_requested:
        store.move(run, states.CANCELLED, seconds=seconds)
    else:
        error = "the worker ended without a word (killed, out of memory, or the machine restarted)"
        store.move(run, states.INTERRUPTED, seconds=seconds, error=f"{error}; start a new run with the same settings")


def _launch(run: store.Run) -> bool:
    """Start the worker and wait until it holds its lock, a fraction of a second; tell if it does."""
    with (run.path / "log.txt").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "core.runs.worker", str(run.path)],
            cwd=REPOSITORY,
            env={**os.environ, "COPYDESK_HOME": str(home()), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if is_working(run):
            return True
        if process.poll() is not None:
            # Already ended: well, or before it could say a word.
            store.move(run, states.FAILED, error="the worker could not start; the log has the reason")
            return False
        time.sleep(0.01)
    process.kill()
    store.move(run, states.FAILED, error=f"the worker did not start within {START_SECONDS:.0f} s")
    return False


def cancel(run: store.Run) -> store.Run:
    """Ask the run to stop: the marker first, then SIGTERM; `dispatch` kills after a grace time.

    Raises InputError when the run has ended already.
    """
    dispatch()
    run = store.load(run.id)
    if not run.alive:
        raise InputError(f"run {shorten(run.id)} is {run.state} already; there is nothing to cancel")
    if not run.cancel_requested:
        write_atomic(run.path / store.CANCEL, store.now() + "\n")
    if is_working(run):
        _signal(run, signal.SIGTERM)
    dispatch()
    return store.load(run.id)


def _signal(run: store.Run, number: signal.Signals) -> None:
    """Send a signal to the worker and all of its group.

    The pid is the one that the system names as holder of the lock, never one that was written
    down and may be somebody else's by now.
    """
    pid = lock_holder(run.path / store.WORKER_LOCK)
    # 0 would be our own group: the holder is in another container, which only the marker reaches.
    if pid:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, number)


def wait(run: store.Run, on_look: object = None, every: float = 0.1) -> store.Run:
    """Return the run once it has ended, looking ``every`` seconds; ``on_look(run)`` each time."""
    while True:
        dispatch()
        run = store.load(run.id)
        if callable(on_look):
            on_look(run)
        if not run.alive:
            return run
        wait_a_moment(every)


def wait_a_moment(seconds: float = 0.1) -> None:
    """Pause between two looks."""
    time.sleep(seconds)
