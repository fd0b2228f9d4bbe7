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
from core.runs.groups import MARK, end_left_behind, signal_group
from core.storage import REPOSITORY, hold_lock, home, models_root, release_lock, sweep

LOCK = ".dispatcher.lock"
LOG = ".dispatcher.log"
TICK_SECONDS = 0.2
SURVEY_SECONDS = 2.0
GRACE_SECONDS = 3.0
START_SECONDS = 60.0
AGAIN_SECONDS = 5.0
MOST_ATTEMPTS = 5
CANNOT = 2


@dataclass
class Child:
    """A worker that this dispatcher has started.

    Attributes
    ----------
    begun: when, by the machine's own clock.
    sequence: of the run in the queue when it was started: a resumed run has another.
    log_bytes: the length of the run's log before.
    """

    process: subprocess.Popen[bytes]
    begun: float
    sequence: int
    log_bytes: int


@dataclass
class Dispatcher:
    """What one dispatcher knows beyond the files.

    Attributes
    ----------
    children: the workers that it has started, by run.
    living: the runs that are alive, as of the last survey; mark, surveyed: what it was made of, and when.
    asked: since when a cancel is not heeded. tried: (run, sequence) -> attempts to start it, and the last one.
    said: what stands in the log already.
    """

    children: dict[str, Child] = field(default_factory=dict)
    living: list[str] = field(default_factory=list)
    mark: int = -1
    surveyed: float = 0.0
    asked: dict[str, float] = field(default_factory=dict)
    tried: dict[tuple[str, int], tuple[int, float]] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)
    devices: list[str] | None = None

    def tick(self) -> bool:
        """Do once all that there is to do; return whether any run is alive."""
        sweep(models_root())
        self._survey()
        for run_id in list(self.children):
            self._each(run_id, self._hear)
        for run_id in self.living:
            self._each(run_id, self._settle)
        self.living = [run_id for run_id in self.living if _state(run_id) in states.ALIVE]
        self._start()
        return bool(self.children or self.living)

    def _survey(self) -> None:
        """Look at all runs when one came or went, else every other second: only the living change by themselves."""
        mark = models_root().stat().st_mtime_ns
        if mark == self.mark and time.monotonic() - self.surveyed < SURVEY_SECONDS:
            return
        runs, damaged = store.survey()
        mendable = [run_id for run_id in damaged if store.is_mendable(run_id)]
        for run_id in mendable:
            self._each(run_id, lambda run_id: self._mend(run_id, damaged[run_id]))
        self.living = [run.id for run in runs if store.needs_care(run)]
        self.living += [run_id for run_id in mendable if _state(run_id) in states.ALIVE]
        self.mark, self.surveyed = mark, time.monotonic()

    def _mend(self, run_id: str, wrong: str) -> None:
        """Bring a run that cannot be read to a state: from its log, or failed when its spec is no more."""
        path = models_root() / run_id
        try:
            found = status.read(path)
        except DamagedError:
            status.rebuild(path)
            return
        # One that has begun goes on, for its worker has read the spec; how it ends is seen like any other's end.
        begun = found["state"] == states.RUNNING or run_id in self.children or status.is_working(path)
        if found["state"] == states.QUEUED and not begun and not (path / status.CANCEL).exists():
            endings.end(path, states.FAILED, error=wrong)

    def _hear(self, run_id: str) -> None:
        """See whether a child has ended; end what it left behind, then settle its run."""
        child = self.children[run_id]
        exit_status = child.process.poll()
        path = models_root() / run_id
        if exit_status is None:
            if time.monotonic() - child.begun > START_SECONDS and not status.is_working(path):
                signal_group(child.process.pid, signal.SIGKILL)
            return
        del self.children[run_id]
        end_left_behind(child.process.pid, run_id)
        if path.exists() and not status.is_working(path):
            self._conclude(run_id, child, exit_status)

    def _conclude(self, run_id: str, child: Child, exit_status: int) -> None:
        """Draw the conclusion from a worker that has ended, unless it has done so itself."""
        path = models_root() / run_id
        found = status.read(path)
        if found["state"] == states.RUNNING:
            endings.settle(path, exit_status)
        elif found["state"] == states.QUEUED and (path / status.CANCEL).exists():
            endings.end(path, states.CANCELLED)
        elif found["state"] == states.QUEUED and found.get("sequence", 0) == child.sequence:
            # With another sequence the run had begun, ended and was taken up again before we heard of it.
            if exit_status < 0:
                error = f"{endings.reason(found, exit_status)}; {endings.TAKE_UP}"
                endings.end(path, states.INTERRUPTED, error=error)
            else:
                endings.end(path, states.FAILED, error=self._no_start(run_id, child, exit_status))

    def _no_start(self, run_id: str, child: Child, exit_status: int) -> str:
        """Return why a worker has ended before it could begin: its last line, or its exit status."""
        last = "; ".join(endings.log_end(models_root() / run_id, 1, since=child.log_bytes))
        if exit_status == endings.DISK_FULL_STATUS or "No space left" in last:
            return endings.DISK_FULL
        why = shorten(last, 200) if last else f"it ended with status {exit_status}"
        return f"the worker could not start ({why}); see its log"

    def _settle(self, run_id: str) -> None:
        """Bring the state in line with what is: a worker that is gone, a cancel that is not heeded."""
        path = models_root() / run_id
        state, cancelled = _state(run_id), (path / status.CANCEL).exists()
        if state == states.QUEUED and not cancelled:
            return
        holder = status.worker_pid(path)
        if holder is not None:
            if cancelled:
                self._insist(run_id, holder)
        elif run_id not in self.children:
            self.asked.pop(run_id, None)
            end_left_behind(status.read(path).get("pid"), run_id)
            if state == states.RUNNING:
                endings.settle(path, None)
            elif state == states.QUEUED:
                endings.end(path, states.CANCELLED)

    def _insist(self, run_id: str, pid: int) -> None:
        """Ask the worker again, whoever asked first may be gone; kill its whole group after the grace time."""
        if run_id not in self.asked:
            self.asked[run_id] = time.monotonic()
            signal_group(pid, signal.SIGTERM)
        elif time.monotonic() - self.asked[run_id] > GRACE_SECONDS:
            status.note(models_root() / run_id, f"did not heed the cancel within {GRACE_SECONDS:g} s: killed")
            signal_group(pid, signal.SIGKILL)

    def _start(self) -> None:
        """Start what waits, in its order, as far as there are slots and nothing else stands in the way."""
        queue = waiting.in_order(_loaded(self.living))
        hindrance = waiting.hindrance() if queue else None
        if hindrance:
            self._say(hindrance)
            return
        full: set[str] = set()
        for run in queue:
            kind = self._kind(run)
            if kind in full or self._is_to_wait(run):
                continue
            slot = slots.take(kind, self.devices or [])
            if slot is None:
                full |= slots.behind(kind)
                continue
            try:
                self._each(run.id, lambda _, run=run, slot=slot: self._launch(run, slot))
            finally:
                slot.close()

    def _kind(self, run: store.Run) -> str:
        """Return the kind of slot that a run waits for; the machine is asked for its GPUs once one is wanted."""
        if run.spec.device != slots.CPU and self.devices is None:
            self.devices = slots.gpus()
        return slots.kind_of(run.spec, self.devices or [])

    def _is_to_wait(self, run: store.Run) -> bool:
        """Tell whether a run has been started already, or is to be tried again only later."""
        _, last = self.tried.get((run.id, run.sequence), (0, -AGAIN_SECONDS))
        just_tried = time.monotonic() - last < AGAIN_SECONDS
        return just_tried or run.id in self.children or run.cancel_requested or status.is_working(run.path)

    def _launch(self, run: store.Run, slot: slots.Slot) -> None:
        """Start the worker of a run in a slot; what may pass, such as too many processes, is tried again."""
        attempts = self.tried.get((run.id, run.sequence), (0, 0.0))[0] + 1
        self.tried[run.id, run.sequence] = (attempts, time.monotonic())
        try:
            with (run.path / status.LOG).open("ab") as log:
                before = log.tell()
                process = subprocess.Popen(
                    [sys.executable, "-m", "core.runs.worker", str(run.path)],
                    cwd=REPOSITORY,
                    env={
                        **os.environ,
                        "COPYDESK_HOME": str(home()),
                        "PYTHONUNBUFFERED": "1",
                        MARK: run.id,
                        **slot.environment(),
                    },
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    pass_fds=slot.descriptors,
                )
        except OSError as error:
            if attempts >= MOST_ATTEMPTS:
                reason = f"the worker could not be started ({error.strerror or error}), tried {attempts} times"
                endings.end(run.path, states.FAILED, error=reason)
            raise
        self.children[run.id] = Child(process, time.monotonic(), run.sequence, before)

    def _each(self, run_id: str, act: Callable[[str], None]) -> None:
        """Act on one run; whatever is wrong with it, or with its folder, keeps no other from going on."""
        try:
            act(run_id)
        except Exception as error:
            self._say(f"run {run_id}: {type(error).__name__}: {one_line(str(error))}")

    def _say(self, text: str) -> None:
        """Write into the dispatcher's log, each thing once; on a full disk that is no reason to end."""
        if text not in self.said:
            self.said.add(text)
            _tell(text)


def _state(run_id: str) -> str | None:
    """Return the state of a run, also of one whose spec is damaged; None when it cannot be told."""
    with contextlib.suppress(CopydeskError):
        return store.load(run_id).state
    with contextlib.suppress(CopydeskError):
        return status.read(models_root() / run_id)["state"]
    return None


def _loaded(run_ids: list[str]) -> list[store.Run]:
    """Return those of the runs that can be read."""
    found = []
    for run_id in run_ids:
        with contextlib.suppress(CopydeskError):
            found.append(store.load(run_id))
    return found


def _tell(text: str) -> None:
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
        except FileNotFoundError:
            # The folder was removed under us, whole or in part: look again, but not without a pause.
            time.sleep(TICK_SECONDS)
            continue
        except (CopydeskError, OSError) as error:
            _tell(one_line(str(error)))
            return CANNOT
        if alive:
            time.sleep(TICK_SECONDS)
            continue
        # Whoever submitted while we looked has seen the lock held; so look again once it is free.
        release_lock(lock)
        if not any(map(store.needs_care, store.list_all())) or not hold_lock(lock):
            return 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
