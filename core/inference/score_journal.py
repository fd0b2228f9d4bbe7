"""How far a scoring is, on disk: the parts that are done, so that it can go on where it was broken off.

    .<name of the output>.scoring/
        journal.json            what is scored by what, records taken, rows and rejections so far
        part-000001.<ending>    rows of one batch with their answers
        rejected.jsonl          records that cannot be scored: line, reason, text
        lock                    held by the process at work

A part counts once the journal names it, which is replaced after the part is on disk. Nothing else says how far it is.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from core.data.readers import shown_path
from core.data.rejection import Rejection
from core.errors import DamagedError, InputError
from core.storage import fsync_directory, read_json, write_json

JOURNAL, REJECTED, LOCK = "journal.json", "rejected.jsonl", "lock"
HEAD = 1 << 20


@dataclass(frozen=True)
class Journal:
    """How far a scoring is.

    Attributes
    ----------
    what: the input and everything that decides its answers; a scoring goes on only where it is the same.
    taken: records of the input done, those rejected included.
    parts, rows, rejected: parts written, rows in them, records rejected; rejected_bytes: of their file.
    columns: of the input, as the first part has them; None before there is one.
    seconds: worked so far, all attempts together.
    """

    what: dict[str, Any]
    taken: int = 0
    parts: int = 0
    rows: int = 0
    rejected: int = 0
    rejected_bytes: int = 0
    columns: list[str] | None = None
    seconds: float = 0.0


def folder_of(output: Path) -> Path:
    """Return the folder in which the output is made, be it there or not."""
    return output.with_name(f".{output.name}.scoring")


def identity(path: Path) -> dict[str, Any]:
    """Return what tells a file from another, or from itself after a change: size, time, hash of its beginning."""
    found = path.stat()
    with path.open("rb") as file:
        head = hashlib.sha256(file.read(HEAD)).hexdigest()
    return {"bytes": found.st_size, "changed": found.st_mtime_ns, "begins": head}


@contextlib.contextmanager
def working(output: Path, what: dict[str, Any], *, restart: bool) -> Iterator[tuple[Path, Journal]]:
    """Yield the folder of the output and how far it is, while no other process works on it.

    Raises InputError when somebody works on it, or it was begun for something else and ``restart`` is not wanted.
    """
    folder = folder_of(output)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InputError(f"output {shown_path(output)} is being written already; wait for it") from error
        if not os.fstat(lock.fileno()).st_nlink:
            # Who held it has finished, and removed the folder, between our opening the lock and taking it.
            raise InputError(f"output {shown_path(output)} was written meanwhile; look at it before you go on")
        if restart:
            (folder / JOURNAL).unlink(missing_ok=True)
        journal = _begun(folder, output, what)
        _tidy(folder, journal)
        try:
            yield folder, journal
        except InputError:
            # What a person has to mend is another scoring then.
            shutil.rmtree(folder, ignore_errors=True)
            raise
        finally:
            # Broken off before anything was done: nothing is left to go on with.
            if not (folder / JOURNAL).exists():
                shutil.rmtree(folder, ignore_errors=True)


def _begun(folder: Path, output: Path, what: dict[str, Any]) -> Journal:
    """Return how far it is; a journal that cannot be read says nothing."""
    with contextlib.suppress(DamagedError, TypeError):
        journal = Journal(**read_json(folder / JOURNAL))
        if journal.what == what:
            return journal
        raise InputError(
            f"output {shown_path(output)} was begun with another input, model or setting; "
            "--restart throws away what is done, or choose another output"
        )
    return Journal(what)


def records_done(output: Path) -> int:
    """Return how many records a scoring that was broken off has done; 0 where there is none to go on with."""
    with contextlib.suppress(DamagedError, TypeError):
        return Journal(**read_json(folder_of(output) / JOURNAL)).taken
    return 0


def _tidy(folder: Path, journal: Journal) -> None:
    """Remove what the journal does not know of: parts that were being written when it broke off."""
    known = {part_name(number) for number in range(1, journal.parts + 1)}
    for path in folder.glob("part-*"):
        if path.stem not in known:
            path.unlink()
    rejected = folder / REJECTED
    if rejected.exists():
        os.truncate(rejected, min(journal.rejected_bytes, rejected.stat().st_size))


def part_name(number: int) -> str:
    """Return the name of a part, without ending."""
    return f"part-{number:06d}"


def parts(folder: Path, journal: Journal, ending: str) -> list[Path]:
    """Return the parts that are done, in order."""
    return [folder / f"{part_name(number)}{ending}" for number in range(1, journal.parts + 1)]


def write_rejected(folder: Path, rejected: list[tuple[int, Rejection]]) -> int:
    """Append records that cannot be scored; return the bytes of their file."""
    with (folder / REJECTED).open("ab") as file:
        for line, one in rejected:
            entry = {"line": line, "reason": one.reason, "text": one.text}
            file.write(json.dumps(entry, ensure_ascii=False).encode("utf-8") + b"\n")
        file.flush()
        os.fsync(file.fileno())
        return file.tell()


def first_reason(folder: Path) -> str:
    """Return why the first of the records that cannot be scored cannot."""
    with (folder / REJECTED).open("rb") as file:
        return json.loads(file.readline())["reason"]


def note(folder: Path, journal: Journal, **changes: Any) -> Journal:
    """Keep how far it is."""
    journal = replace(journal, **changes)
    fsync_directory(folder)
    write_json(folder / JOURNAL, asdict(journal))
    return journal


def rejected_beside(output: Path) -> Path:
    """Return the file of the records that cannot be scored, be it there or not."""
    return output.with_name(f"{output.name}.rejected.jsonl")


def finish(folder: Path, journal: Journal, whole: Path, output: Path) -> None:
    """Put the finished file in its place, and the rejected records beside it, and tidy up."""
    rejected = folder / REJECTED
    if not journal.rejected:
        # Those of an earlier output of that name.
        rejected_beside(output).unlink(missing_ok=True)
    elif rejected.exists():
        os.replace(rejected, rejected_beside(output))
    os.replace(whole, output)
    fsync_directory(output.parent)
    shutil.rmtree(folder, ignore_errors=True)
