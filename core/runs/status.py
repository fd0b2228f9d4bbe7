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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import DamagedError, NotFound, is_disk_full, one_line, shorten
from core.runs import clock, states
from core.storage import lock_holder, read_json, write_atomic

STATUS, STATUS_LOCK, WORKER_LOCK, LOG, CANCEL = "status.json", "status.lock", "worker.lock", "log.txt", "cancel"
METRICS = Path("evaluation") / "metrics.json"
TIME = r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00"
STATE_LINE = re.compile(rf"^({TIME}) state ({'|'.join(states.MOVES)})(?:: (.*))?$", re.MULTILINE)
IN_QUEUE = re.compile(r"sequence (\d+), priority (-?\d+)")
RESERVE, RESERVE_BYTES = "reserve", 16 * 1024
MACHINE = ("pid", "host", "started", "oom_kills", "expected_seconds", "log_end")
REBUILT = "status.json was damaged and has been rebuilt from the log"


class _Loose(BaseModel):
    model_config = ConfigDict(extra="allow", allow_inf_nan=False)


class _Progress(_Loose):
    phase: str
    step: int
    total: int
    at_most: bool = False
    seconds: float | None = None
    seconds_left: float | None = None
    rows_per_second: float | None = None
    peak_memory_bytes: int | None = None


class _Metrics(_Loose):
    rows: int | None = None
    accuracy: float | None = None
    macro_f1: float | None = None
    peak_memory_bytes: int | None = None


class _Status(_Loose):
    """What a status must be made of for all that read it; what they do not know is left alone."""

    state: Literal[tuple(states.MOVES)]  # type: ignore[valid-type]
    created_at: str
    started_at: str | None = None
    finished_at: str | None = None
    progress: _Progress
    history: list[dict[str, str]]
    number: int = 0
    sequence: int = 0
    priority: int = 0
    expected_seconds: float | None = None
    seconds: float | None = None
    started: dict[str, Any] | None = None
    pid: int | None = None
    host: str | None = None
    oom_kills: int | None = None
    metrics: _Metrics | None = None
    error: str | None = None
    log_end: list[str] | None = None
    spec_sha256: str | None = None


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
    try:
        _Status.model_validate(found, strict=True)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        where = ".".join(map(str, wrong["loc"])) or "status"
        raise DamagedError(
            f"{path / STATUS} is not the status of a run ({where}: {wrong['msg']}); delete run {path.name}"
        ) from error
    return found


def portable(found: dict[str, Any]) -> dict[str, Any]:
    """Return the status of a run that has ended as it is handed on, without what tells of the machine and its queue."""
    kept = {key: value for key, value in found.items() if key not in MACHINE}
    return {**kept, "number": 0, "sequence": 0, "priority": 0, "progress": {"phase": "save", "step": 1, "total": 1}}


def worker_pid(path: Path) -> int | None:
    """Return the pid of the worker that holds the lock of the run in ``path``, None when there is none."""
    return lock_holder(path / WORKER_LOCK)


def is_working(path: Path) -> bool:
    """Tell whether a worker holds the lock of the run in ``path``."""
    return worker_pid(path) is not None


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock under which a run's status is changed; NotFound when the run is not there any more."""
    try:
        lock = (path / STATUS_LOCK).open("a")
    except FileNotFoundError as error:
        raise NotFound(f"run {shorten(path.name)} does not exist any more; it was deleted meanwhile") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def changing(path: Path, *, durable: bool = True) -> Iterator[dict[str, Any]]:
    """Yield the status to change, under the directory's lock, and write it back; a lost one is rebuilt."""
    with locked(path):
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


def move(path: Path, to: str, *, before: Callable[[], None] = lambda: None, **changes: Any) -> bool:
    """Move the run to state ``to`` and merge ``changes`` into its status.

    Returns False, and changes nothing, when the run meanwhile is where it cannot go there from.
    ``before`` is called under the lock once it is sure that it can.
    """
    with changing(path) as status:
        _tidy(path)
        if not states.may_move(status["state"], to):
            return False
        before()
        at = clock.now()
        status.update(changes, state=to)
        reason = status.get("error") if to in states.ENDED else None
        status["history"].append({"state": to, "at": at, **({"note": reason} if reason else {})})
        if to == states.QUEUED:
            status.pop("started_at", None)
        if to == states.RUNNING:
            status["started_at"] = at
        if to in states.ENDED:
            status["finished_at"] = at
        else:
            # Of a run that is taken up again: it has not ended after all.
            status.pop("finished_at", None)
        if to == states.QUEUED:
            # What the next start owes to its run; told here in case the status is lost.
            (path / CANCEL).unlink(missing_ok=True)
            reason = in_queue(status)
    say(path, to, at, reason)
    return True


def in_queue(status: dict[str, Any]) -> str:
    """Return what decides when a run starts, as the log tells it."""
    return f"sequence {status.get('sequence', 0)}, priority {status.get('priority', 0)}"


def say(path: Path, state: str, at: str, reason: str | None = None) -> None:
    """Write a move into the log. The status is what counts: a log that takes no line is no reason to stop."""
    _append(path, f"{at} state {state}" + (f": {one_line(reason)}" if reason else ""))


def note(path: Path, text: str) -> None:
    """Write something that befell the run into its log, as far as it takes it."""
    _append(path, f"{clock.now()} {text}")


def _append(path: Path, line: str) -> None:
    with contextlib.suppress(OSError), (path / LOG).open("a", encoding="utf-8") as log:
        log.write(line + "\n")


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
    queued = next((IN_QUEUE.search(told) for _, at_state, told in reversed(moves) if at_state == states.QUEUED), None)
    order = {"sequence": int(queued[1]), "priority": int(queued[2])} if queued else {}
    begun = IN_QUEUE.search(moves[0][2]) if moves else None
    if begun:
        order["number"] = int(begun[1])
    if state not in states.ENDED:
        reason = ""
    status = first(**order, created_at=created, state=state, rebuilt=clock.now(), error=reason or None)
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
