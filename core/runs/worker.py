"""The process that trains one run: ``python -m core.runs.worker RUN_DIR``.

It holds a lock on the run for as long as it lives, so anyone can tell whether it still does.
On SIGTERM it dies at once when the run is to be cancelled; else the model may save a checkpoint
first, and the run can be resumed. A worker that is killed says nothing: the dispatcher draws the
conclusion (`core.runs.endings`).
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

from core.errors import CopydeskError, is_disk_full, one_line
from core.runs import clock, endings, local, states, status, store
from core.storage import hold_lock, models_root

SUCCEEDED, FAILED, NOT_MINE = 0, 1, 75
WATCH_SECONDS = 1.0


def main(arguments: list[str]) -> int:
    """Train the run in the directory given; return 0 when it succeeded."""
    path = Path(arguments[0])
    if not hold_lock(path / status.WORKER_LOCK):
        print("another worker trains this run already", flush=True)
        return NOT_MINE
    started = {"pid": os.getpid(), "host": socket.gethostname(), "started": clock.stamp()}
    if not status.move(path, states.RUNNING, oom_kills=endings.oom_kills(), error=None, **started):
        return NOT_MINE
    threading.Thread(target=_keep_the_queue_moving, daemon=True).start()
    state, changes = _work(path)
    return _end(path, state, changes)


def _work(path: Path) -> tuple[str, dict[str, Any]]:
    """Train; return the state to end in and what to record with it."""
    start = time.monotonic()
    before = 0.0
    try:
        run = store.load(path.name)
        before = run.status.get("seconds") or 0.0
        ended: tuple[str, dict[str, Any]] = _train(run)
    except CopydeskError as error:
        ended = (states.FAILED, {"error": one_line(str(error))})
    except BaseException as error:
        traceback.print_exc()
        ended = (states.FAILED, {"error": _reason(error)})
    ended[1]["seconds"] = round(before + time.monotonic() - start, 3)
    return ended


def _train(run: store.Run) -> tuple[str, dict[str, Any]]:
    """Train the run; return the state that it ends in, unless an error ends it."""
    from core.models.classifier import Cancelled, Stopped
    from core.runs.progress import ProgressReport

    report = ProgressReport(run)
    signal.signal(signal.SIGTERM, lambda *_: _on_term(run, report))
    try:
        from core.runs.pipeline import train

        metrics = train(run.spec, run.path, report)
        store.record_metrics(run, {"phase": "result", **metrics})
        return states.SUCCEEDED, {"metrics": metrics}
    except Cancelled:
        return states.CANCELLED, {}
    except Stopped:
        error = f"the worker was asked to end (SIGTERM), as when the machine shuts down; {endings.TAKE_UP}"
        return states.INTERRUPTED, {"error": error, "log_end": endings.log_end(run.path)}


def _on_term(run: store.Run, report: Any) -> None:
    """Die at once for a cancel, for nothing of it stays; else let the training come to a good stop."""
    if run.cancel_requested:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)
    report.stop_asked = True


def _reason(error: BaseException) -> str:
    if is_disk_full(error):
        return endings.DISK_FULL
    if isinstance(error, MemoryError):
        return "there is not enough memory for this run; use fewer rows, or lower what its settings ask for"
    return f"{one_line(f'{type(error).__name__}: {error}')[:300]}; the log has the details"


def _end(path: Path, state: str, changes: dict[str, Any]) -> int:
    """Record the end; return the exit status, by which a full disk is told even where no file can be written."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    full = changes.get("error") == endings.DISK_FULL
    if state == states.SUCCEEDED and (path / status.CANCEL).exists():
        state = states.CANCELLED
    try:
        with contextlib.suppress(OSError):
            print(f"{state} after {changes['seconds']:.1f} s", flush=True)
        endings.end(path, state, **changes)
    except OSError:
        if not full:
            raise
        return endings.DISK_FULL_STATUS
    return SUCCEEDED if state == states.SUCCEEDED else FAILED


def _keep_the_queue_moving() -> None:
    """See to it that there is a dispatcher for as long as this run is at work, even when nobody looks.

    The run is alive, so there is something to do for one: the other runs need not be looked at.
    """
    while True:
        time.sleep(WATCH_SECONDS)
        # What stands in its way, a full disk or a missing right, may be gone at the next look.
        with contextlib.suppress(OSError, CopydeskError):
            local.start_dispatcher(models_root())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
