"""What became of a worker that is gone: the end that its run gets, and the reason as far as it is known."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from pathlib import Path
from typing import Any

from core.errors import DamagedError
from core.runs import clock, states, status
from core.runs.manifest import FOLDERS, check_manifest
from core.storage import read_json

CHECKPOINTS = "checkpoints"
DISK_FULL_STATUS = 74  # EX_IOERR of sysexits.h
DISK_FULL = "the disk is full; free some space, then retry"
TAKE_UP = "`runs resume` takes it up again"
LAST_LINES = 5


def settle(path: Path, exit_status: int | None) -> None:
    """Move a running run, whose worker is gone without a last word, to where it belongs.

    Parameters
    ----------
    exit_status: as `subprocess` has it (negative: the signal), None where nobody could see it.
    """
    found = status.read(path)
    changes: dict[str, Any] = {"seconds": _seconds(found)}
    if (path / status.CANCEL).exists():
        state = states.CANCELLED
    elif (metrics := finished(path)) is not None:
        # It had written its last file and was killed before it could say so.
        state, changes["metrics"] = states.SUCCEEDED, metrics
    elif exit_status == DISK_FULL_STATUS:
        state, changes["error"] = states.FAILED, DISK_FULL
    else:
        state = states.INTERRUPTED
        changes |= {"error": f"{reason(found, exit_status)}; {TAKE_UP}", "log_end": log_end(path)}
    end(path, state, **changes)


def end(path: Path, state: str, **changes: Any) -> bool:
    """Move the run to the state that it ends in, once what has no use there is gone; False when it cannot go there."""
    return status.move(path, state, before=lambda: clear(path, state), **changes)


def reason(found: dict[str, Any], exit_status: int | None) -> str:
    """Return why a worker ended, as far as its exit status and the machine tell.

    >>> reason({}, -11)
    'the worker was ended by signal SIGSEGV'
    """
    if clock.restarted_since(found.get("started")):
        return "the machine was restarted while the run was at work"
    before, after = found.get("oom_kills"), oom_kills()
    if exit_status in (None, -signal.SIGKILL) and before is not None and after is not None and after > before:
        return "the worker was killed, and the system has ended a process for lack of memory meanwhile"
    if exit_status is None:
        return "the worker is gone without a last word, and nobody saw how it ended"
    if exit_status == -signal.SIGKILL:
        return "the worker was killed (SIGKILL), by hand or by the system"
    if exit_status < 0:
        return f"the worker was ended by signal {_signal_name(-exit_status)}"
    return f"the worker ended with status {exit_status} and without a last word"


def _signal_name(number: int) -> str:
    with contextlib.suppress(ValueError):
        return signal.Signals(number).name
    return str(number)


def oom_kills() -> int | None:
    """Return how many processes the system has ended for lack of memory since it started; None: no count."""
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/vmstat").read_text(encoding="ascii").split("\n")
        return int(next(line for line in lines if line.startswith("oom_kill ")).split()[1])
    return None


def _seconds(found: dict[str, Any]) -> float:
    """Return how long the run has worked: by the machine's own clock, else as long as it was seen to."""
    before = found.get("seconds") or 0.0
    since = clock.seconds_since(found.get("started"))
    seen = found["progress"].get("seconds")
    return round(before + since, 3) if since is not None else float(seen or before)


def finished(path: Path) -> dict[str, Any] | None:
    """Return the metrics of a run whose every file is there and as the manifest says, else None."""
    try:
        for folder in FOLDERS:
            check_manifest(path, folder)
        metrics = read_json(path / status.METRICS)
    except (DamagedError, OSError):
        return None
    return metrics if isinstance(metrics, dict) else None


def clear(path: Path, state: str) -> None:
    """Remove what a run that ends so has no use for: a half-made model, checkpoints that nothing goes on from."""
    if state != states.SUCCEEDED:
        discard(path)
    if state != states.INTERRUPTED:
        shutil.rmtree(path / CHECKPOINTS, ignore_errors=True)
    (path / status.RESERVE).unlink(missing_ok=True)


def discard(path: Path) -> None:
    """Remove what would make a run look finished; the manifest first, for it is what says so."""
    (path / "manifest.json").unlink(missing_ok=True)
    for folder in FOLDERS:
        shutil.rmtree(path / folder, ignore_errors=True)
    for left in path.glob(".building-*"):
        shutil.rmtree(left, ignore_errors=True)


def log_end(path: Path, lines: int = LAST_LINES, since: int = 0) -> list[str]:
    """Return the last lines that the worker printed after the first ``since`` bytes, moves of the state left out."""
    try:
        with (path / status.LOG).open("rb") as file:
            file.seek(max(since, os.fstat(file.fileno()).st_size - 20_000))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    printed = [line[:500] for line in text.split("\n") if line.strip() and not status.STATE_LINE.match(line)]
    return printed[-lines:]
