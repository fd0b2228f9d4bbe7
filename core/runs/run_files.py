"""The files of a run as a folder listing shows them, and whether those of its result are still there."""

from __future__ import annotations

import contextlib
import stat
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import DamagedError
from core.runs.manifest import MANIFEST
from core.runs.store import Run
from core.storage import read_json


@dataclass(frozen=True)
class RunFile:
    """A file of a run: path in the run's folder, bytes, permissions as `ls` writes them, last change (UTC)."""

    name: str
    bytes: int
    permissions: str
    time: str

    def document(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return asdict(self)


def files_of(run: Run) -> list[RunFile]:
    """Return the files of the run by name; what serves locking alone is left out."""
    found = []
    for path in sorted(run.path.rglob("*")):
        if path.is_dir() or path.suffix == ".lock" or path.name.startswith("."):
            continue
        # A file may be replaced at this moment.
        with contextlib.suppress(FileNotFoundError):
            found.append(listed(path, path.relative_to(run.path).as_posix()))
    return found


def listed(path: Path, name: str) -> RunFile:
    """Return the file at ``path`` as it is listed, under ``name``."""
    status = path.lstat()
    time = datetime.fromtimestamp(status.st_mtime, UTC)
    return RunFile(name, status.st_size, stat.filemode(status.st_mode), f"{time:%Y-%m-%d %H:%M:%S}")


def absent(run: Run) -> list[str]:
    """Return the files of its result that are gone, or of another size than the run wrote; a look, not a full check.

    The manifest itself stands for all of them where it cannot be read.
    """
    try:
        told = read_json(run.path / MANIFEST)["files"]
        sizes = {name: entry["bytes"] for name, entry in told.items()}
    except (DamagedError, AttributeError, KeyError, TypeError):
        return [MANIFEST]
    here = {one.name: one.bytes for one in files_of(run)}
    return [name for name, size in sizes.items() if here.get(name) != size]
