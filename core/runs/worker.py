"""The process that trains one run: ``python -m core.runs.worker RUN_DIR``.

It holds a lock on the run for as long as it lives, so anyone can tell whether it still does.
There is no signal handler: a killed worker says nothing, and whoever looks next draws the
conclusion from the lock, the state and the cancel marker (`core.runs.local`).
"""

from __future__ import annotations

import fcntl
import os
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import IO, Any

from core.errors import CopydeskError, one_line
from core.runs import states, store

EVERY_SECONDS = 0.2


def main(arguments: list[str]) -> int:
    """Train the run in the directory given; return 0 when it succeeded, else 1."""
    run = store.load(Path(arguments[0]).name)
    lock = _lock(run)
    if lock is None:
        print("another worker trains this run already", flush=True)
        return 1
    started = {"pid": os.getpid(), "host": socket.gethostname()}
    if run.cancel_requested or not store.move(run, states.RUNNING, **started):
        store.move(run, states.CANCELLED)
        return 1
    state, changes = _work(run)
    if state != states.SUCCEEDED:
        from core.runs.pipeline import discard

        discard(run.path)
    store.move(run, state, **changes)
    print(f"{state} after {changes['seconds']:.1f} s", flush=True)
    lock.close()
    _let_the_queue_move()
    return 0 if state == states.SUCCEEDED else 1


def _lock(run: store.Run) -> IO[str] | None:
    """Take the run's lock, freed by the system when this process ends however it ends."""
    file = (run.path / store.WORKER_LOCK).open("w")
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _work(run: store.Run) -> tuple[str, dict[str, Any]]:
    """Train; return the state to end in and what to record with it."""
    from core.models.classifier import Cancelled

    start = time.perf_counter()
    try:
        from core.runs.pipeline import train

        metrics = train(run.spec, run.path, ProgressReport(run, Cancelled))
        store.record_metrics(run, {"phase": "result", **metrics})
        ended: tuple[str, dict[str, Any]] = (states.SUCCEEDED, {"metrics": metrics})
    except Cancelled:
        ended = (states.CANCELLED, {})
    except CopydeskError as error:
        ended = (states.FAILED, {"error": one_line(str(error))})
    except BaseException as error:
        traceback.print_exc()
        reason = "out of memory" if isinstance(error, MemoryError) else f"{type(error).__name__}: {error}"
        ended = (states.FAILED, {"error": f"{one_line(reason)[:300]}; the log has the details"})
    ended[1]["seconds"] = round(time.perf_counter() - start, 3)
    return ended


class ProgressReport:
    """Called by the pipeline; writes progress and metrics, and raises when a cancel is asked for."""

    def __init__(self, run: store.Run, cancelled: type[BaseException]) -> None:
        self.run, self.cancelled = run, cancelled
        self.phase, self.written = "", 0.0

    def __call__(self, phase: str, step: int, total: int, **figures: float) -> None:
        """Report ``step`` of ``total`` of ``phase``; ``figures`` such as loss are kept as metrics."""
        if self.run.cancel_requested:
            raise self.cancelled
        if figures:
            store.record_metrics(self.run, {"phase": phase, "step": step, **figures})
        if phase != self.phase:
            print(f"{phase}", flush=True)
        due = time.monotonic() - self.written >= EVERY_SECONDS
        if due or phase != self.phase or step == total:
            store.record_progress(self.run, {"phase": phase, "step": step, "total": total, **figures})
            self.phase, self.written = phase, time.monotonic()


def _let_the_queue_move() -> None:
    """Start what waits, so that nobody has to look for the next run to begin."""
    from core.runs.local import dispatch

    dispatch()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
