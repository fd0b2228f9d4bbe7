"""status.json: where a run stands; changed under a lock, replaced whole, and told to the log as well.

Whoever changes it holds a lock on the run's directory, reads, changes and replaces the file, so a
reader at any time sees a whole and valid state. Each move stands in log.txt too: a status that was
lost is rebuilt from there.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import DamagedError, is_disk_full, one_line
from core.runs import clock, states
from core.storage import lock_holder, read_json, write_atomic

STATUS, STATUS_LOCK, WORKER_LOCK, LOG, CANCEL = "status.json", "status.lock", "worker.lock", "log.txt", "cancel"
METRICS = Path("evaluation") / "metrics.json"
NEEDED = {"state": str, "created_at": str, "progress": dict, "history": list}
STATE_LINE = re.compile(rf"^(\S+) state ({'|'.join(states.MOVES)})(?:: (.*))?$", re.MULTILINE)
RESERVE, RESERVE_BYTES = "reserve", 16 * 1024
REBUILT = "status.json was damaged and has been rebuilt from the log"


def first(**facts: Any) -> dict[str, Any]:
    """Return the status of a run that has just been queued."""
    at = clock.now()
    return {
        "state": states.QUEUED,
        "created_at": at,
        "progress": {"phase": "queued", "step": 0, "total": 0},
        "history": [{"state": states.QUEUED, "at": at}],
        **facts,
    }


def read(path: Path) -> dict[str, Any]:
    """Return the status of the run in ``path``; DamagedError unless it has what every status has."""
    found = read_json(path / STATUS)
    if (
        not isinstance(found, dict)
        or not all(isinstance(found.get(key), kind) for key, kind in NEEDED.items())
        or found["state"] not in states.MOVES
        or not all(isinstance(move, dict) for move in found["history"])
    ):
        raise DamagedError(f"{path / STATUS} is not the status of a run; delete run {path.name}")
    return found


@contextlib.contextmanager
def changing(path: Path, *, durable: bool = True) -> Iterator[dict[str, Any]]:
    """Yield the status to change, under the directory's lock, and write it back; a lost one is rebuilt."""
    with (path / STATUS_LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            status = read(path)
        except DamagedError:
            status = _rebuilt(path)
        yield status
        _write(path, json.dumps(status, ensure_ascii=False, indent=2, allow_nan=False) + "\n", durable)


def _write(path: Path, text: str, durable: bool) -> None:
    """Replace status.json; on a full disk, what is to stay in the space that was set aside for that."""
    try:
        write_atomic(path / STATUS, text, durable=durable)
    except OSError as error:
        # Progress must not use it up: the last word comes after.
        if not durable or not is_disk_full(error) or not (path / RESERVE).exists():
            raise
        (path / RESERVE).unlink(missing_ok=True)
        write_atomic(path / STATUS, text, durable=durable)


def reserve(path: Path) -> None:
    """Set some space aside, so that on a full disk the run can still say how it ended; OSError when there is none."""
    (path / RESERVE).write_bytes(bytes(RESERVE_BYTES))


def move(path: Path, to: str, **changes: Any) -> bool:
    """Move the run to state ``to`` and merge ``changes`` into its status.

    Returns False, and changes nothing, when the run meanwhile is where it cannot go there from.
    """
    with changing(path) as status:
        _tidy(path)
        if not states.may_move(status["state"], to):
            return False
        at = clock.now()
        status.update(changes, state=to)
        status["history"].append({"state": to, "at": at})
        if to == states.RUNNING:
            status["started_at"] = at
        if to in states.ENDED:
            status["finished_at"] = at
    say(path, to, at, status.get("error") if to in states.ENDED else None)
    return True


def say(path: Path, state: str, at: str, reason: str | None = None) -> None:
    """Write a move into the log. The status is what counts: a log that takes no line is no reason to stop."""
    text = f"{at} state {state}" + (f": {one_line(reason)}" if reason else "")
    with contextlib.suppress(OSError), (path / LOG).open("a", encoding="utf-8") as log:
        log.write(text + "\n")


def record_progress(path: Path, progress: dict[str, Any]) -> None:
    """Replace the progress of a running run; not forced to disk, it is soon replaced again."""
    with changing(path, durable=False) as status:
        if status["state"] == states.RUNNING:
            status["progress"] = progress


def rebuild(path: Path) -> None:
    """Write a lost status again from what the log and the files of the run tell."""
    with changing(path):
        pass


def _rebuilt(path: Path) -> dict[str, Any]:
    """Return a status in the place of one that cannot be read."""
    moves = [(at, state, reason) for at, state, reason in STATE_LINE.findall(_log(path))]
    created = moves[0][0] if moves else clock.now()
    _, state, reason = moves[-1] if moves else ("", states.FAILED, f"{REBUILT}, which tells nothing")
    metrics = None
    with contextlib.suppress(DamagedError):
        metrics = read_json(path / METRICS)
    if lock_holder(path / WORKER_LOCK) is not None:
        state = states.RUNNING
    elif metrics and (path / "manifest.json").exists() and not (path / CANCEL).exists():
        state, reason = states.SUCCEEDED, ""
    ended = [at for at, at_state, _ in moves if at_state in states.ENDED]
    status = first(created_at=created, state=state, rebuilt=clock.now(), error=reason or None)
    status["history"] = [{"state": at_state, "at": at} for at, at_state, _ in moves]
    status["history"].append({"state": state, "at": clock.now(), "note": REBUILT})
    status["progress"]["phase"] = state
    if state == states.SUCCEEDED:
        status["metrics"] = metrics
    if state in states.ENDED:
        status["finished_at"] = ended[-1] if ended else clock.now()
    return status


def _log(path: Path) -> str:
    try:
        return (path / LOG).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _tidy(path: Path) -> None:
    """Remove what a killed writer of the status left; only under the lock is no other one at work."""
    for left in path.glob(f".{STATUS}.*"):
        with contextlib.suppress(OSError):
            left.unlink()
