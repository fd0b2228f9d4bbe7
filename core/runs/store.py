"""Runs on disk: one directory each, the only truth about it; anyone may read it at any time."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from core.errors import DamagedError, InputError, NotFound, shorten
from core.runs import about, clock, starter, states, status
from core.runs.spec import TrainingSpec
from core.storage import BUILDING, LOCK, NAME, building, checked_name, models_root, write_atomic, write_json

SPEC, METRICS, LOG = "spec.json", "metrics.jsonl", status.LOG
SEQUENCE = ".sequence"
SHORTEST = 4  # letters of an id that can stand for it


@dataclass(frozen=True)
class Run:
    """A run as it was on disk at one moment; not to be changed.

    Attributes
    ----------
    status: the content of status.json: state, created_at, started_at, finished_at, seconds, sequence,
        priority, expected_seconds, progress {phase, step, total, ...}, metrics, error, pid, host, started, history.
    name, note: what people call it and say of it.
    """

    id: str
    path: Path
    spec: TrainingSpec
    status: dict[str, Any]
    name: str | None = None
    note: str = ""

    @property
    def state(self) -> str:
        """The state's name, one of `core.runs.states`."""
        return self.status["state"]

    @property
    def alive(self) -> bool:
        """True while the run waits or works."""
        return self.state in states.ALIVE

    @property
    def title(self) -> str:
        """Its name, or its id while it has none."""
        return self.name or self.id

    @property
    def ships(self) -> bool:
        """True for the starter, which is part of Copydesk and stays as it is."""
        return self.path == starter.FOLDER

    @property
    def cancel_requested(self) -> bool:
        """True once somebody asked for the run to be cancelled."""
        return (self.path / status.CANCEL).exists()

    @property
    def number(self) -> int:
        """Its number in the order in which runs were made; no clock decides it."""
        return self.status.get("number", self.sequence)

    @property
    def sequence(self) -> int:
        """Its number in the order of the queue: another one once it is resumed."""
        return self.status.get("sequence", 0)

    @property
    def priority(self) -> int:
        """Runs of a higher priority start first; 0 unless somebody changed it."""
        return self.status.get("priority", 0)

    @property
    def seconds(self) -> float | None:
        """How long it has worked, all attempts together; None before it has begun."""
        worked = self.status.get("seconds")
        if self.state != states.RUNNING:
            return worked
        since = clock.seconds_since(self.status.get("started"))
        return worked if since is None else round((worked or 0.0) + since, 3)

    def document(self) -> dict[str, Any]:
        """Return what ``runs show`` prints."""
        spec, found = self.spec, self.status
        return {
            "run": self.id,
            "name": self.name,
            "state": self.state,
            "model": spec.model,
            "preset": spec.preset,
            "target": spec.target,
            "grouping": spec.grouping.name,
            "dataset": spec.dataset,
            "fingerprint": spec.fingerprint,
            "created_at": found["created_at"],
            "started_at": found.get("started_at"),
            "finished_at": found.get("finished_at"),
            "host": found.get("host"),
            "priority": self.priority,
            "seconds": self.seconds,
            "progress": found.get("progress"),
            "metrics": found.get("metrics"),
            "error": found.get("error"),
            "note": self.note,
            "hyperparameters": spec.hyperparameters,
            "corrections": len(spec.corrections),
            "history": found["history"],
        }


def create(spec: TrainingSpec, *, priority: int = 0, expected_seconds: float | None = None) -> Run:
    """Make the directory of a new, queued run and return the run."""
    text = spec.model_dump_json(indent=2) + "\n"
    number = next_sequence()
    first = status.first(
        number=number,
        sequence=number,
        priority=priority,
        expected_seconds=expected_seconds,
        spec_sha256=_sha256(text.encode("utf-8")),
    )
    # Another run of this second may have drawn the same number.
    while True:
        run_id = f"{datetime.now(UTC).strftime('%Y%m%d-%H%M%S')}-{spec.model}-{secrets.token_hex(2)}"
        with contextlib.suppress(FileExistsError), building(models_root() / run_id) as directory:
            write_atomic(directory / SPEC, text)
            write_json(directory / status.STATUS, first)
            (directory / status.STATUS_LOCK).touch()
            status.reserve(directory)
            status.say(directory, states.QUEUED, first["created_at"], status.in_queue(first))
            break
    return load(run_id)


def next_sequence() -> int:
    """Return the next number in the order of the queue: larger than every one before, whatever the clock says."""
    root = models_root()
    root.mkdir(parents=True, exist_ok=True)
    with (root / f"{SEQUENCE}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            last = int((root / SEQUENCE).read_text(encoding="ascii"))
        except (OSError, ValueError):
            last = max((run.sequence for run in list_all()), default=0)
        write_atomic(root / SEQUENCE, f"{last + 1}\n", durable=False)
    return last + 1


def load(run_id: str) -> Run:
    """Return the run of that id; NotFound when there is none, DamagedError when unreadable."""
    path = _path_of(run_id)
    if not _is_run(path):
        runs = list_all()
        newest = f"the newest is {runs[0].id}; `runs list` shows all" if runs else None
        raise NotFound(
            f"run {shorten(run_id)} does not exist; {newest or 'there is no run yet; start one with `train`'}"
        )
    return _read(path)


def _path_of(run_id: str) -> Path:
    """Return the folder of that run, be it there or not."""
    if run_id == starter.ID and (path := starter.path()) is not None:
        return path
    return models_root() / checked_name("run", run_id)


def find(reference: str) -> Run:
    """Return the run of that id, the one that people call so, or the only one whose id begins or ends so.

    Raises NotFound, DamagedError or InputError when there is none.
    """
    named = [run for run in list_all() if run.name == reference]
    if named:
        return named[0]
    ids = run_ids()
    like = [one for one in ids if len(reference) >= SHORTEST and (one.startswith(reference) or one.endswith(reference))]
    return load(like[0] if len(like) == 1 and reference not in ids else reference)


_cache: dict[Path, tuple[tuple[Any, ...], Run]] = {}


def _read(path: Path) -> Run:
    """Return the run in ``path``, parsed again only when one of its files was replaced."""
    # As text: joining paths is most of the time in which a long list is looked at again.
    marks = tuple(_mark(f"{path}/{name}") for name in (SPEC, status.STATUS, about.ABOUT))
    cached = _cache.get(path)
    if cached and cached[0] == marks:
        return cached[1]
    found = status.read(path)
    said = about.read(path)
    run = Run(path.name, path, _read_spec(path, found.get("spec_sha256")), found, said.name, said.note)
    _cache[path] = (marks, run)
    return run


def _mark(path: str) -> tuple[int, int, int] | None:
    """Return what changes whenever a file is replaced or written to; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_spec(path: Path) -> TrainingSpec:
    """Return the spec of the run in ``path``; DamagedError when it is not what its status tells of."""
    return _read_spec(path, status.read(path).get("spec_sha256"))


def _read_spec(path: Path, sha256: str | None) -> TrainingSpec:
    """Return the spec; DamagedError when it cannot be read, or is not what was written when the run was queued."""
    remedy = f"restore it, or delete run {path.name}"
    try:
        content = (path / SPEC).read_bytes()
    except OSError as error:
        raise DamagedError(f"{path / SPEC} cannot be read ({error.strerror}); {remedy}") from error
    try:
        spec = TrainingSpec.model_validate(json.loads(content))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "spec"
        raise DamagedError(f"{path / SPEC} cannot be read ({where}: {first['msg']}); {remedy}") from error
    except ValueError as error:
        raise DamagedError(f"{path / SPEC} cannot be read ({error}); {remedy}") from error
    if sha256 is not None and sha256 != _sha256(content):
        raise DamagedError(f"{path / SPEC} was changed since the run was queued; {remedy}")
    return spec


def _is_run(path: Path) -> bool:
    """Tell whether ``path`` holds a run; one that may not be looked into counts, so that it is told of."""
    for name in (SPEC, status.STATUS):
        try:
            (path / name).stat()
        except PermissionError:
            return True
        except OSError:
            continue
        return True
    return False


def run_ids() -> list[str]:
    """Return the ids of all runs, the last in the alphabet first: the newest, as far as clocks can be trusted.

    The starter is the last of all.
    """
    ids = [path.name for path in _folders(models_root()) if _is_run(path)]
    return sorted(ids, key=lambda run_id: (run_id != starter.ID, run_id), reverse=True)


def _folders(root: Path) -> list[Path]:
    """Return what may be runs, as far as their names go, and the starter."""
    found = [path for path in root.iterdir() if NAME.fullmatch(path.name)] if root.is_dir() else []
    ships = starter.path()
    return [path for path in found if path.name != starter.ID] + ([ships] if ships else [])


def list_all() -> list[Run]:
    """Return all readable runs, the newest first; a damaged one is left to `damaged` to explain."""
    return survey()[0]


def damaged() -> dict[str, str]:
    """Return id -> what is wrong, for the runs that cannot be read."""
    return survey()[1]


def survey() -> tuple[list[Run], dict[str, str]]:
    """Return the readable runs, the newest first, and id -> what is wrong for the others."""
    root = models_root()
    runs, wrong = [], {}
    for path in _folders(root):
        try:
            runs.append(_read(path))
        except DamagedError as error:
            # No run at all, or deleted by somebody else while this list was made: nothing is wrong with it.
            if _is_run(path):
                wrong[path.name] = str(error)
    if len(_cache) > 2 * len(runs) + 16:
        _forget_all_but(root, {run.id for run in runs})
    return sorted(runs, key=lambda run: (run.number, run.id), reverse=True), wrong


def _forget_all_but(root: Path, ids: set[str]) -> None:
    for path in list(_cache):
        if path.parent != root or path.name not in ids:
            _cache.pop(path, None)


def may_change(path: Path) -> bool:
    """Tell whether this process may change what is in the run's directory."""
    return os.access(path, os.R_OK | os.W_OK | os.X_OK)


def needs_care(run: Run) -> bool:
    """Tell whether there is something to do for a run: it is alive, and we may change it."""
    return run.alive and may_change(run.path)


def is_mendable(run_id: str) -> bool:
    """Tell whether a damaged run can be brought to a state: a lost status, or a lost spec of a living run."""
    path = models_root() / run_id
    if not may_change(path) or (path / status.STATUS).is_dir():
        return False
    try:
        return status.read(path)["state"] in states.ALIVE
    except DamagedError:
        return True


def rename(run: Run, name: str) -> None:
    """Give the run a name that no other run has; an empty one takes it away."""
    title = about.checked_title(name)
    _refuse_starter(run.id, "keeps its name")
    for other in list_all():
        if title and (title == other.id or (title == other.name and other.id != run.id)):
            raise InputError(f"run name {shorten(title)} is taken by run {other.id}; choose another")
    about.write(run.path, replace(about.read(run.path), name=title))


def annotate(run: Run, note: str) -> None:
    """Keep a note with the run; an empty one takes it away."""
    _refuse_starter(run.id, "takes no note")
    about.write(run.path, replace(about.read(run.path), note=about.checked_note(note)))


def disk_bytes(run: Run) -> int:
    """Return the bytes that the run's directory takes on disk."""
    total = 0
    for folder, _, files in os.walk(run.path):
        for name in files:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(folder, name)).st_blocks * 512  # noqa: PTH118 - 500 runs are walked
    return total


def delete(run_id: str) -> None:
    """Remove a run's directory, whole or damaged; InputError while it is alive, NotFound when there is none.

    The directory is renamed first, so that a kill half-way leaves no half of a run to be seen.
    """
    _refuse_starter(run_id, f"cannot be deleted; {starter.SETTING}={starter.OFF} leaves it out")
    path = models_root() / checked_name("run", run_id)
    trash = path.with_name(f"{BUILDING}deleted-{run_id}")
    try:
        # Under the lock, so that nobody takes it up again between the look and the removal.
        with status.locked(path):
            _refuse_alive(path)
            (path / LOCK).touch()
            os.rename(path, trash)
    except FileNotFoundError as error:
        raise NotFound(f"run {shorten(run_id)} does not exist any more; it was deleted meanwhile") from error
    shutil.rmtree(trash, ignore_errors=True)


def _refuse_starter(run_id: str, what: str) -> None:
    if run_id == starter.ID:
        raise InputError(f"run {starter.ID} is part of Copydesk and {what}")


def _refuse_alive(path: Path) -> None:
    state = states.RUNNING if status.is_working(path) else None
    # A damaged run can be deleted too.
    with contextlib.suppress(DamagedError):
        state = status.read(path)["state"]
    if state in states.ALIVE:
        raise InputError(f"run {shorten(path.name)} is {state}; cancel it before deleting it")


def record_metrics(run: Run, event: dict[str, Any]) -> None:
    """Append one event as a line to ``metrics.jsonl``."""
    line = json.dumps({"time": clock.now(), **event}, ensure_ascii=False, allow_nan=False)
    with (run.path / METRICS).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def metrics_events(run: Run) -> list[dict[str, Any]]:
    """Return the events of ``metrics.jsonl``; a line that was cut, or is still being written, is left out."""
    try:
        text = (run.path / METRICS).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    events = []
    for line in text.split("\n"):
        with contextlib.suppress(ValueError):
            event = json.loads(line)
            if isinstance(event, dict):
                events.append(event)
    return events


def log_tail(run: Run, lines: int = 40) -> str:
    """Return the last ``lines`` lines of the log."""
    path = run.path / LOG
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 100_000))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(text.rstrip("\n").split("\n")[-lines:])
