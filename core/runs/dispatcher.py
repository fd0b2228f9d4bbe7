"""The process that moves the queue: ``python -m core.runs.dispatcher``.

Whoever submits or looks starts it when there is none (`core.runs.local.look`); a lock makes sure that
only one acts. It starts workers in the order of the queue, hears how they end, kills what does not
heed a cancel, and ends itself when no run is alive. It may be killed at any time: the workers go on,
and each of them, like whoever looks, starts another one.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from core.errors import CopydeskError, DamagedError, one_line, shorten
from core.runs import endings, slots, states, status, store, waiting
from core.storage import REPOSITORY, hold_lock, home, lock_holder, models_root, release_lock, sweep

LOCK = ".dispatcher.lock"
LOG = ".dispatcher.log"
TICK_SECONDS = 0.2
GRACE_SECONDS = 5.0
START_SECONDS = 60.0
AGAIN_SECONDS = 5.0


@dataclass
class Child:
    """A worker that this dispatcher has started, and when by the machine's own clock."""

    process: subprocess.Popen[bytes]
    begun: float


@dataclass
class Dispatcher:
    """What one dispatcher knows beyond the files: its own children, and since when a cancel is not heeded."""

    children: dict[str, Child] = field(default_factory=dict)
    launched: dict[tuple[str, int], float] = field(default_factory=dict)
    asked: dict[str, float] = field(default_factory=dict)
    devices: list[str] | None = None

    def tick(self) -> bool:
        """Do once all that there is to do; return whether there is, or may be, more."""
        sweep(models_root())
        runs, damaged = store.survey()
        mendable = [run_id for run_id in damaged if store.is_mendable(run_id)]
        for run_id in mendable:
            _each(run_id, lambda run_id: self._mend(run_id, damaged[run_id]))
        for run_id in list(self.children):
            _each(run_id, self._hear)
        for run in runs:
            if run.alive:
                _each(run.id, self._settle)
        alive = [run for run in _again(runs) if run.alive]
        self._start(alive)
        return bool(self.children or alive or mendable)

    def _mend(self, run_id: str, wrong: str) -> None:
        """Bring a run that cannot be read to a state: from its log, or failed when its spec is no more."""
        path = models_root() / run_id
        with contextlib.suppress(DamagedError):
            status.read(path)
            if not is_working(run_id):
                endings.clear(path, states.FAILED)
                status.move(path, states.FAILED, error=wrong)
            return
        status.rebuild(path)

    def _hear(self, run_id: str) -> None:
        """See whether a child has ended; end what it left behind, then settle its run."""
        child = self.children[run_id]
        pid = child.process.pid
        # Not reaped yet: its id, and its group's, cannot be another's while we end the group.
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            if time.monotonic() - child.begun > START_SECONDS and not is_working(run_id):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        exit_status = child.process.wait()
        try:
            self._conclude(run_id, exit_status)
        finally:
            # A run that could not be settled, on a full disk, is seen again as one without a worker.
            del self.children[run_id]

    def _conclude(self, run_id: str, exit_status: int) -> None:
        path = models_root() / run_id
        if not path.exists() or is_working(run_id):
            return
        state = status.read(path)["state"]
        if state == states.RUNNING:
            endings.settle(path, exit_status)
        elif state == states.QUEUED and (path / status.CANCEL).exists():
            status.move(path, states.CANCELLED)
        elif state == states.QUEUED:
            last = "; ".join(endings.log_end(path, 1)) or f"it ended with status {exit_status}"
            full = exit_status == endings.DISK_FULL_STATUS or "No space left" in last
            reason = endings.DISK_FULL if full else f"the worker could not start ({shorten(last, 200)}); see its log"
            status.move(path, states.FAILED, error=reason)

    def _settle(self, run_id: str) -> None:
        """Bring the state in line with what is: a worker that is gone, a cancel that is not heeded."""
        run = store.load(run_id)
        holder = lock_holder(run.path / status.WORKER_LOCK)
        if holder is None:
            self.asked.pop(run_id, None)
            if run_id in self.children:
                return
            if run.state == states.RUNNING:
                endings.settle(run.path, None)
            elif run.cancel_requested:
                status.move(run.path, states.CANCELLED)
        elif run.cancel_requested:
            self._insist(run_id, holder)

    def _insist(self, run_id: str, pid: int) -> None:
        """Ask the worker again, whoever asked first may be gone; kill its whole group after the grace time."""
        if run_id not in self.asked:
            self.asked[run_id] = time.monotonic()
            signal_group(pid, signal.SIGTERM)
        elif time.monotonic() - self.asked[run_id] > GRACE_SECONDS:
            signal_group(pid, signal.SIGKILL)

    def _start(self, runs: list[store.Run]) -> None:
        """Start what waits, in its order, as far as there are slots."""
        full: set[str] = set()
        for run in waiting.in_order(runs):
            if run.id in self.children or is_working(run.id) or run.cancel_requested:
                continue
            # One that has just been started, and could not even say that it failed, on a full disk.
            if time.monotonic() - self.launched.get((run.id, run.sequence), -AGAIN_SECONDS) < AGAIN_SECONDS:
                continue
            if run.spec.device == slots.GPU and self.devices is None:
                self.devices = slots.gpus()
            devices = self.devices or []
            kind = slots.kind_of(run.spec, devices)
            slot = None if kind in full else slots.take(kind, devices)
            if slot is None:
                full.add(kind)
                continue
            self.launched[run.id, run.sequence] = time.monotonic()
            try:
                _each(run.id, lambda run_id, slot=slot: self._launch(run_id, slot))
            finally:
                slot.close()

    def _launch(self, run_id: str, slot: slots.Slot) -> None:
        path = models_root() / run_id
        try:
            with (path / status.LOG).open("ab") as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", "core.runs.worker", str(path)],
                    cwd=REPOSITORY,
                    env={**os.environ, "COPYDESK_HOME": str(home()), "PYTHONUNBUFFERED": "1", **slot.environment()},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    pass_fds=(slot.descriptor,),
                )
        except OSError as error:
            status.move(path, states.FAILED, error=f"the worker could not be started ({error.strerror or error})")
            return
        self.children[run_id] = Child(process, time.monotonic())


def _again(runs: list[store.Run]) -> list[store.Run]:
    """Return the living of ``runs`` as they are by now, without those that cannot be read any more."""
    found = []
    for run in runs:
        if run.alive:
            with contextlib.suppress(CopydeskError):
                found.append(store.load(run.id))
    return found


def is_working(run_id: str) -> bool:
    """Tell whether a worker holds the run's lock."""
    return lock_holder(models_root() / run_id / status.WORKER_LOCK) is not None


def signal_group(pid: int | None, number: signal.Signals) -> None:
    """Send a signal to a worker and all of its group.

    ``pid`` is the one that the system names as holder of the lock, never one that was written
    down and may be somebody else's by now.
    """
    # 0 would be our own group: the holder is in another container, which only the marker reaches.
    if pid:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, number)


def _each(run_id: str, act: Callable[[str], None]) -> None:
    """Act on one run; what is wrong with it, or with its folder, keeps no other from going on."""
    try:
        act(run_id)
    except (CopydeskError, OSError) as error:
        _tell(f"run {run_id}: {one_line(str(error))}")


def _tell(text: str) -> None:
    """Write into the dispatcher's log; on a full disk that is no reason to end."""
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Move the queue until no run is alive; at once when another dispatcher does so already."""
    lock = models_root() / LOCK
    if not models_root().is_dir() or not hold_lock(lock):
        return 0
    dispatcher = Dispatcher()
    while models_root().is_dir():
        try:
            alive = dispatcher.tick()
        except (CopydeskError, OSError) as error:
            _tell(one_line(str(error)))
            return 2
        if alive:
            time.sleep(TICK_SECONDS)
            continue
        # Whoever submitted while we looked has seen the lock held; so look again once it is free.
        release_lock(lock)
        if not any(run.alive for run in store.list_all()) or not hold_lock(lock):
            return 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
