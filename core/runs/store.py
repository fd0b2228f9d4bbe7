"""Runs on disk: one directory each, the only truth about it.

Whoever changes ``status.json`` holds a lock on the directory, reads, changes and replaces the
file, so a reader at any time sees a whole and valid state.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from core.errors import DamagedError, InputError, NotFound, shorten
from core.runs import states
from core.runs.spec import TrainingSpec
from core.storage import BUILDING, LOCK, NAME, building, checked_name, models_root, read_json, write_atomic, write_json

WORKER_LOCK = "worker.lock"
STATUS_LOCK = "status.lock"
CANCEL = "cancel"


def now() -> str:
    """Return the time as ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class Run:
    """A run as it was on disk at one moment.

    Attributes
    ----------
    status: the content of status.json: state, created_at, started_at, finished_at, seconds,
        progress {phase, step, total, ...}, metrics, error, pid, host, history.
    """

    id: str
    path: Path
    spec: TrainingSpec
    status: dict[str, Any]

    @property
    def state(self) -> str:
        """The state's name, one of `core.runs.states`."""
        return self.status["state"]

    @property
    def alive(self) -> bool:
        """True while the run waits or works."""
        return self.state in states.ALIVE

    @property
    def cancel_requested(self) -> bool:
        """True once somebody asked for the run to be cancelled."""
        return (self.path / CANCEL).exists()

    def document(self) -> dict[str, Any]:
        """Return what ``runs show`` prints."""
        spec, status = self.spec, self.status
        return {
            "run": self.id,
            "state": self.state,
            "model": spec.model,
            "preset": spec.preset,
            "target": spec.target,
            "grouping": spec.grouping.name,
            "dataset": spec.dataset,
            "fingerprint": spec.fingerprint,
            "created_at": status["created_at"],
            "seconds": status.get("seconds"),
            "progress": status.get("progress"),
            "metrics": status.get("metrics"),
            "error": status.get("error"),
            "hyperparameters": spec.hyperparameters,
        }


def create(spec: TrainingSpec) -> Run:
    """Make the directory of a new, queued run and return the run."""
    created = now()
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    run_id = f"{stamp}-{spec.model}-{secrets.token_hex(2)}"
    status = {
        "state": states.QUEUED,
        "created_at": created,
        "progress": {"phase": "queued", "step": 0, "total": 0},
        "history": [{"state": states.QUEUED, "at": created}],
    }
    with building(models_root() / run_id) as directory:
        write_atomic(directory / "spec.json", spec.model_dump_json(indent=2) + "\n")
        write_json(directory / "status.json", status)
        (directory / "log.txt").touch()
    return load(run_id)


def load(run_id: str) -> Run:
    """Return the run of that id; NotFound when there is none, DamagedError when unreadable."""
    path = models_root() / checked_name("run", run_id)
    if not (path / "spec.json").exists():
        ids = run_ids()
        have = (
            f"the newest is {ids[0]}; `runs list` shows all" if ids else "there is no run yet; start one with `train`"
        )
        raise NotFound(f"run {shorten(run_id)} does not exist; {have}")
    return Run(run_id, path, _read_spec(path), _read_status(path))


def _read_status(path: Path) -> dict[str, Any]:
    """Return the status; DamagedError unless it has what every status has."""
    status = read_json(path / "status.json")
    needed = {"state": str, "created_at": str, "progress": dict, "history": list}
    if isinstance(status, dict) and status.get("state") == states.RUNNING:
        needed["started_at"] = str
    if (
        not isinstance(status, dict)
        or not all(isinstance(status.get(key), kind) for key, kind in needed.items())
        or status["state"] not in states.MOVES
    ):
        raise DamagedError(f"{path / 'status.json'} is not the status of a run; delete run {path.name}")
    return status


def _read_spec(path: Path) -> TrainingSpec:
    try:
        return TrainingSpec.model_validate(read_json(path / "spec.json"))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise DamagedError(
            f"{path / 'spec.json'} cannot be read ({where}: {first['msg']}); delete run {path.name}"
        ) from error


def run_ids() -> list[str]:
    """Return the ids of all runs, the newest first."""
    root = models_root()
    folders = root.iterdir() if root.is_dir() else ()
    found = (path for path in folders if NAME.fullmatch(path.name) and (path / "spec.json").exists())
    return sorted((path.name for path in found), reverse=True)


def list_all() -> list[Run]:
    """Return all readable runs, the newest first; a damaged one is left to `load` to explain."""
    runs = []
    for run_id in run_ids():
        # NotFound: deleted by somebody else while this list was made.
        with contextlib.suppress(DamagedError, NotFound):
            runs.append(load(run_id))
    return runs


def damaged() -> dict[str, str]:
    """Return id -> what is wrong, for the runs that cannot be read."""
    found = {}
    for run_id in run_ids():
        try:
            load(run_id)
        except DamagedError as error:
            found[run_id] = str(error)
        except NotFound:
            continue
    return found


@contextlib.contextmanager
def _status(path: Path, *, durable: bool) -> Iterator[dict[str, Any]]:
    """Yield the status to change, under the directory's lock, and write it back."""
    with (path / STATUS_LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        status = read_json(path / "status.json")
        yield status
        text = json.dumps(status, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
        write_atomic(path / "status.json", text, durable=durable)


def move(run: Run, to: str, **changes: Any) -> bool:
    """Move the run to state ``to`` and merge ``changes`` into its status.

    Returns False, and changes nothing, when the run meanwhile is where it cannot go there from.
    """
    with _status(run.path, durable=True) as status:
        if not states.may_move(status["state"], to):
            return False
        at = now()
        status.update(changes, state=to)
        status["history"].append({"state": to, "at": at})
        if to == states.RUNNING:
            status["started_at"] = at
        if to in states.ENDED:
            status["finished_at"] = at
    return True


def record_progress(run: Run, progress: dict[str, Any]) -> None:
    """Replace the progress of a running run; not forced to disk, it is soon replaced again."""
    with _status(run.path, durable=False) as status:
        if status["state"] == states.RUNNING:
            status["progress"] = progress


def record_metrics(run: Run, event: dict[str, Any]) -> None:
    """Append one event as a line to ``metrics.jsonl``."""
    line = json.dumps({"time": now(), **event}, ensure_ascii=False, allow_nan=False)
    with (run.path / "metrics.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def metrics_events(run: Run) -> list[dict[str, Any]]:
    """Return the events of ``metrics.jsonl``; a last line that is still being written is left out."""
    path = run.path / "metrics.jsonl"
    events = []
    for line in path.read_text(encoding="utf-8").split("\n") if path.exists() else ():
        with contextlib.suppress(ValueError):
            events.append(json.loads(line))
    return events


def log_tail(run: Run, lines: int = 40) -> str:
    """Return the last ``lines`` lines of the log."""
    path = run.path / "log.txt"
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 100_000))
        text = file.read().decode("utf-8", errors="replace")
    return "\n".join(text.rstrip("\n").split("\n")[-lines:])


def delete(run_id: str) -> None:
    """Remove a run's directory, whole or damaged; InputError while it is alive, NotFound when there is none.

    The directory is renamed first, so that a kill half-way leaves no half of a run to be seen.
    """
    # A damaged run can be deleted too.
    with contextlib.suppress(DamagedError):
        run = load(run_id)
        if run.alive:
            raise InputError(f"run {shorten(run_id)} is {run.state}; cancel it before deleting it")
    path = models_root() / checked_name("run", run_id)
    trash = path.with_name(f"{BUILDING}deleted-{run_id}")
    try:
        (path / LOCK).touch()
        os.rename(path, trash)
    except FileNotFoundError as error:
        raise NotFound(f"run {shorten(run_id)} was deleted by somebody else meanwhile") from error
    shutil.rmtree(trash, ignore_errors=True)
