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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import CopydeskError, InputError, one_line, shorten
from core.runs import dispatcher, endings, slots, states, status, store, waiting
from core.runs.groups import MARK, signal_group
from core.runs.preflight import Outlook, check
from core.runs.spec import TrainingSpec, check_choices
from core.storage import REPOSITORY, checked_name, home, lock_holder, models_root, write_atomic

SETTLE_SECONDS = 5.0
START_SECONDS = 20.0
LOG_BYTES = 1_000_000
LONGEST_PAUSE = 30.0
TROUBLE_TIMES = 3


@dataclass(frozen=True)
class Trouble:
    """Our dispatchers came to nothing: how often, with which last words, and till when to wait."""

    times: int
    words: str
    until: float


_started: dict[Path, subprocess.Popen[bytes]] = {}
_trouble: dict[Path, Trouble] = {}
_starting = threading.Lock()


def submit(spec: TrainingSpec, *, priority: int = 0, expected_seconds: float | None = None) -> store.Run:
    """Queue a run, to be started as soon as a slot is free; return it at once.

    Parameters
    ----------
    expected_seconds: what earlier runs tell that it will take, None when they do not.
    """
    slots.ask_for_slots()  # what is wrong with the setting is said before there is a run
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
    if any(map(store.needs_care, runs)) or any(map(store.is_mendable, damaged)):
        start_dispatcher(root)


def start_dispatcher(root: Path, *, patient: bool = True) -> subprocess.Popen[bytes] | None:
    """Start a dispatcher unless there is one, or one of ours is coming up; return the process if so.

    After one that ended in an error the next waits a while, and longer each time, if it is ``patient``.
    """
    with _starting:
        if lock_holder(root / dispatcher.LOCK) is not None:
            _trouble.pop(root, None)
            return None
        ours = _started.get(root)
        if ours is not None and ours.poll() is None:
            return ours
        if ours is not None and ours.poll():
            _note_trouble(root)
        elif ours is not None:
            _trouble.pop(root, None)
        if patient and root in _trouble and time.monotonic() < _trouble[root].until:
            return None
        _started[root] = process = _spawn(root)
    # Wait for it in a thread, so that it never stays behind as a zombie of a long-lived server.
    threading.Thread(target=process.wait, daemon=True).start()
    return process


def _spawn(root: Path) -> subprocess.Popen[bytes]:
    log = root / dispatcher.LOG
    flags = "wb" if log.exists() and log.stat().st_size > LOG_BYTES else "ab"
    environment = {**slots.outside_environment(), "COPYDESK_HOME": str(home())}
    environment.pop(MARK, None)
    with log.open(flags) as output:
        return subprocess.Popen(
            [sys.executable, "-m", "core.runs.dispatcher"],
            cwd=REPOSITORY,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _note_trouble(root: Path) -> None:
    """Take note that the last dispatcher of ours ended in an error."""
    del _started[root]
    times = _trouble[root].times + 1 if root in _trouble else 1
    _trouble[root] = Trouble(times, _last_words(root), time.monotonic() + min(2.0**times, LONGEST_PAUSE))


def _last_words(root: Path) -> str:
    try:
        text = (root / dispatcher.LOG).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return one_line(str(error))
    return one_line(text.strip().split("\n")[-1]) or "it said nothing"


def hindrance() -> str | None:
    """Return why nothing that waits is started, in a line for people; None when nothing is known to be in the way."""
    root = models_root()
    trouble = _trouble.get(root)
    if trouble is not None and trouble.times >= TROUBLE_TIMES:
        return f"what moves the queue cannot start ({shorten(trouble.words, 200)}); see {root / dispatcher.LOG}"
    return waiting.hindrance() if root.is_dir() else None


def _make_sure_of_the_dispatcher() -> None:
    """Return once a dispatcher is there; CopydeskError with its last words when none comes up.

    One that is just ending may not have seen what was queued a moment ago, so it does not count.
    """
    root = models_root()
    deadline = time.monotonic() + START_SECONDS
    process = None
    while lock_holder(root / dispatcher.LOCK) is None and any(run.alive for run in store.list_all()):
        if process is None or process.poll() == 0:
            process = start_dispatcher(root, patient=False)
        if process is not None and (process.poll() or time.monotonic() > deadline):
            raise CopydeskError(
                f"the run is queued, but what moves the queue could not start ({shorten(_last_words(root), 200)}); "
                f"see {root / dispatcher.LOG}"
            )
        wait_a_moment(0.01)


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
    gone = any(
        run.state == states.RUNNING and not status.is_working(run.path) for run in filter(store.needs_care, runs)
    )
    return gone or any(map(store.is_mendable, damaged))


def cancel(run: store.Run) -> store.Run:
    """Ask the run to stop, as `cancel_by_id`, and return it."""
    cancel_by_id(run.id)
    return store.load(run.id)


def cancel_by_id(run_id: str) -> None:
    """Ask a run to stop: the marker first, then SIGTERM; the dispatcher kills it after a grace time.

    Also one whose spec is damaged. Raises InputError when the run has ended already, NotFound when there is none.
    """
    path = models_root() / checked_name("run", run_id)
    with status.locked(path):
        # Under the lock, so that no run that has just ended keeps a marker for its resume.
        state = status.read(path)["state"]
        if state not in states.ALIVE:
            raise InputError(f"run {shorten(run_id)} is {state} already; there is nothing to cancel")
        if not (path / status.CANCEL).exists():
            write_atomic(path / status.CANCEL, "")
    holder = status.worker_pid(path)
    if holder is None and state == states.QUEUED:
        endings.end(path, states.CANCELLED)
    signal_group(holder, signal.SIGTERM)
    look()


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


def retry(
    run: store.Run, overrides: Mapping[str, str] | None = None, *, priority: int = 0, **changes: Any
) -> store.Run:
    """Start a new run with the spec of ``run``, with other settings or another target, grouping, seed or split.

    The parameters are those of `again`, and so are the errors.
    """
    spec, outlook = again(run.spec, overrides or {}, **changes)
    return submit(spec, priority=priority, expected_seconds=outlook.seconds)


def again(spec: TrainingSpec, overrides: Mapping[str, str], **changes: Any) -> tuple[TrainingSpec, Outlook]:
    """Return ``spec`` changed and checked as if it were new, and what it will take.

    Parameters
    ----------
    overrides: setting -> text, in place of hyperparameters.
    changes: fields of the spec.

    Raises InputError when its dataset is gone or has other content by now, or a setting cannot be used.
    """
    from core.data import datasets
    from core.models.registry import device_for, settings_of

    dataset = datasets.load(spec.dataset)
    if dataset.fingerprint != spec.fingerprint:
        raise InputError(
            f"dataset {shorten(spec.dataset)} has other content than when the run was started; start a new run with it"
        )
    split = changes.get("split", spec.split)
    check_choices(changes.get("target", spec.target), split.test_share, split.kind)
    settings = settings_of(spec.model, {**spec.hyperparameters, **overrides})
    values = {
        **spec.model_dump(),
        **changes,
        "hyperparameters": settings.model_dump(mode="json"),
        "device": device_for(spec.model, settings),
    }
    changed = TrainingSpec.model_validate(values)
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
        trouble = _trouble.get(models_root())
        if run.alive and trouble is not None and trouble.times >= TROUBLE_TIMES and not status.is_working(run.path):
            raise CopydeskError(f"run {shorten(run.title)} waits, but {hindrance()}")
        if on_look is not None:
            on_look(run)
        if not run.alive:
            return run
        wait_a_moment(every)


def wait_for_end(run_id: str, every: float = 0.1) -> str:
    """Return the state in which a run has ended, also of one whose spec is damaged."""
    while True:
        settle()
        state = status.read(models_root() / checked_name("run", run_id))["state"]
        if state in states.ENDED:
            return state
        wait_a_moment(every)


def wait_a_moment(seconds: float = 0.1) -> None:
    """Pause between two looks."""
    time.sleep(seconds)
