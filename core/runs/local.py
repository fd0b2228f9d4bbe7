"""The local runner, for those who start and watch runs: one process a run, on this machine.

Nothing has to be started by hand: whoever submits or looks sees to it that there is a dispatcher
(`core.runs.dispatcher`), and what is read here is the runs' directories alone.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from core.errors import CopydeskError, InputError, one_line, shorten
from core.runs import dispatcher, slots, states, status, store, waiting
from core.runs.preflight import Outlook, check
from core.runs.spec import TrainingSpec
from core.storage import REPOSITORY, home, lock_holder, models_root, write_atomic

SETTLE_SECONDS = 5.0
START_SECONDS = 20.0
LOG_BYTES = 1_000_000

_started: dict[Path, subprocess.Popen[bytes]] = {}
_starting = threading.Lock()


def submit(spec: TrainingSpec, *, priority: int = 0, expected_seconds: float | None = None) -> store.Run:
    """Queue a run, to be started as soon as a slot is free; return it at once.

    Parameters
    ----------
    expected_seconds: what earlier runs tell that it will take, None when they do not.
    """
    slots.cpu_slots()  # what is wrong with the setting is said before there is a run
    run = store.create(spec, priority=priority, expected_seconds=expected_seconds)
    _make_sure_of_the_dispatcher()
    return store.load(run.id)


def look() -> None:
    """See to it that the queue moves; cheap, and safe for any number of processes to call at any time.

    Whoever may only read the runs leaves that to those who may write.
    """
    _look_after(*store.survey())


def _look_after(runs: list[store.Run], damaged: dict[str, str]) -> None:
    root = models_root()
    if not root.is_dir() or not os.access(root, os.W_OK):
        return
    if any(run.alive for run in runs) or any(map(store.is_mendable, damaged)):
        _start_dispatcher(root)


def _start_dispatcher(root: Path) -> subprocess.Popen[bytes] | None:
    """Start a dispatcher unless there is one, or one of ours is coming up; return the process if so."""
    with _starting:
        if lock_holder(root / dispatcher.LOCK) is not None:
            return None
        ours = _started.get(root)
        if ours is not None and ours.poll() is None:
            return ours
        log = root / dispatcher.LOG
        flags = "wb" if log.exists() and log.stat().st_size > LOG_BYTES else "ab"
        with log.open(flags) as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "core.runs.dispatcher"],
                cwd=REPOSITORY,
                env={**os.environ, "COPYDESK_HOME": str(home())},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _started[root] = process
    # Wait for it in a thread, so that it never stays behind as a zombie of a long-lived server.
    threading.Thread(target=process.wait, daemon=True).start()
    return process


def _make_sure_of_the_dispatcher() -> None:
    """Return once a dispatcher is there; CopydeskError with its last words when none comes up.

    One that is just ending may not have seen what was queued a moment ago, so it does not count.
    """
    root = models_root()
    deadline = time.monotonic() + START_SECONDS
    process = None
    while lock_holder(root / dispatcher.LOCK) is None and any(run.alive for run in store.list_all()):
        if process is None or process.poll() == 0:
            process = _start_dispatcher(root)
        if process is not None and (process.poll() or time.monotonic() > deadline):
            last = (root / dispatcher.LOG).read_text(encoding="utf-8", errors="replace").strip().split("\n")[-1]
            raise CopydeskError(
                f"the run is queued, but what moves the queue could not start ({shorten(one_line(last), 200)}); "
                f"see {root / dispatcher.LOG}"
            )
        wait_a_moment(0.01)


def is_working(run: store.Run) -> bool:
    """Tell whether a worker holds the run's lock."""
    return dispatcher.is_working(run.id)


def settled(run_id: str) -> store.Run:
    """Return the run as it is: one whose worker is gone is waited for until that is written down."""
    settle()
    return store.load(run_id)


def settle() -> tuple[list[store.Run], dict[str, str]]:
    """Wait, a bounded time, until no run is said to be at work whose worker is gone, or has lost its status.

    Returns what `store.survey` does, as it is then.
    """
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        runs, damaged = store.survey()
        _look_after(runs, damaged)
        may_wait = time.monotonic() < deadline and os.access(models_root(), os.W_OK)
        if not may_wait or not _is_unsettled(runs, damaged):
            return runs, damaged
        wait_a_moment(0.05)


def _is_unsettled(runs: list[store.Run], damaged: dict[str, str]) -> bool:
    gone = any(run.state == states.RUNNING and not is_working(run) for run in runs)
    return gone or any(map(store.is_mendable, damaged))


def cancel(run: store.Run) -> store.Run:
    """Ask the run to stop: the marker first, then SIGTERM; the dispatcher kills it after a grace time.

    Raises InputError when the run has ended already.
    """
    run = store.load(run.id)
    if not run.alive:
        raise InputError(f"run {shorten(run.title)} is {run.state} already; there is nothing to cancel")
    if not run.cancel_requested:
        write_atomic(run.path / status.CANCEL, "")
    if run.state == states.QUEUED and not is_working(run):
        status.move(run.path, states.CANCELLED)
    else:
        dispatcher.signal_group(lock_holder(run.path / status.WORKER_LOCK), signal.SIGTERM)
    look()
    return store.load(run.id)


def resume(run: store.Run) -> store.Run:
    """Queue an interrupted run again: it goes on from its last checkpoint, or begins again, as the same run.

    Raises InputError for a run that was not interrupted.
    """
    run = store.load(run.id)
    if run.state != states.INTERRUPTED:
        other = f"`runs retry {run.id}` starts a new run like it" if not run.alive else "it goes on by itself"
        raise InputError(f"run {shorten(run.title)} is {run.state}, not interrupted; {other}")
    progress = {"phase": "queued", "step": 0, "total": 0}
    sequence = store.next_sequence()
    status.reserve(run.path)
    if status.move(run.path, states.QUEUED, sequence=sequence, progress=progress, error=None, log_end=None):
        _make_sure_of_the_dispatcher()
    return store.load(run.id)


def retry(run: store.Run, overrides: Mapping[str, str] | None = None, *, priority: int = 0) -> store.Run:
    """Start a new run with the spec of ``run``, its hyperparameters changed by ``overrides`` (setting -> text).

    Raises InputError when its dataset is gone or has other content by now, or a setting cannot be used.
    """
    spec, outlook = again(run.spec, overrides or {})
    return submit(spec, priority=priority, expected_seconds=outlook.seconds)


def again(spec: TrainingSpec, overrides: Mapping[str, str]) -> tuple[TrainingSpec, Outlook]:
    """Return ``spec`` with other hyperparameters, checked as if it were new, and what it will take."""
    from core.data import datasets
    from core.models.registry import settings_of, wants_gpu

    dataset = datasets.load(spec.dataset)
    if dataset.fingerprint != spec.fingerprint:
        raise InputError(
            f"dataset {shorten(spec.dataset)} has other content than when the run was started; start a new run with it"
        )
    settings = settings_of(spec.model, {**spec.hyperparameters, **overrides})
    changed = spec.model_copy(
        update={
            "hyperparameters": settings.model_dump(mode="json"),
            "device": "gpu" if wants_gpu(spec.model, settings) else "cpu",
        }
    )
    return changed, check(changed, dataset)


def set_priority(run: store.Run, priority: int) -> store.Run:
    """Change when a waiting run starts; InputError for one that does not wait."""
    with status.changing(run.path) as found:
        if found["state"] != states.QUEUED:
            raise InputError(f"run {shorten(run.title)} is {found['state']}; only a run that waits has a priority")
        found["priority"] = priority
    return store.load(run.id)


def put_first(run: store.Run) -> store.Run:
    """Let a waiting run start before all others that wait."""
    others = [other.priority for other in store.list_all() if other.state == states.QUEUED and other.id != run.id]
    return set_priority(run, max([*others, run.priority - 1]) + 1)


def place(run: store.Run) -> int | None:
    """Return the run's place in the queue, from 1; None when it does not wait."""
    return waiting.places(store.list_all()).get(run.id)


def wait(run: store.Run, on_look: Callable[[store.Run], None] | None = None, every: float = 0.1) -> store.Run:
    """Return the run once it has ended, looking ``every`` seconds; ``on_look(run)`` each time."""
    while True:
        settle()
        run = store.load(run.id)
        if on_look is not None:
            on_look(run)
        if not run.alive:
            return run
        wait_a_moment(every)


def wait_a_moment(seconds: float = 0.1) -> None:
    """Pause between two looks."""
    time.sleep(seconds)
