"""Files on the server that may be imported: those under one folder, which whoever runs the server names.

``COPYDESK_IMPORT_ROOT`` names it; without it no file of the server can be had through the app.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError, NotFound, shorten

VARIABLE = "COPYDESK_IMPORT_ROOT"
SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".tab", ".txt", ".parquet", ".gz", ".zip")
MOST_FILES = 1_000
MOST_LOOKED_AT = 20_000


@dataclass(frozen=True)
class ServerFile:
    """A file under the root: its path from there, and its size in bytes."""

    path: str
    size: int


@dataclass(frozen=True)
class Listing:
    """The files that can be imported, by path; ``more``: there are others, too many to list."""

    files: tuple[ServerFile, ...]
    more: bool


def root() -> Path | None:
    """Return the folder under which files may be imported, None where none is named; InputError when it is none."""
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise InputError(f"{VARIABLE} names {shorten(named)}, which is no folder; name one, and start the app again")
    return folder.resolve()


def listing() -> Listing:
    """Return the files under the root; links that lead out of it are left out, folders behind links not looked into."""
    top = root()
    if top is None:
        return Listing((), more=False)
    found: list[ServerFile] = []
    looked_at = 0
    for folder, folders, files in os.walk(top):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            looked_at += 1
            if len(found) >= MOST_FILES or looked_at > MOST_LOOKED_AT:
                return Listing(tuple(found), more=True)
            if not name.startswith(".") and name.lower().endswith(SUFFIXES):
                found += _listed(top, Path(folder) / name)
    return Listing(tuple(found), more=False)


def _listed(top: Path, path: Path) -> list[ServerFile]:
    try:
        inside = path.resolve(strict=True)
        if inside.is_file() and inside.is_relative_to(top):
            return [ServerFile(path.relative_to(top).as_posix(), inside.stat().st_size)]
    except OSError:
        # It has gone meanwhile, or leads nowhere.
        pass
    return []


def located(path: str) -> Path:
    """Return the file at ``path`` from the root, links followed.

    Raises InputError where no root is named or the path leads out of it, by its own or by a link;
    NotFound where there is no such file. Nothing is said of what lies outside.
    """
    top = root()
    if top is None:
        raise InputError(f"no folder of the server is open to imports; name one with {VARIABLE}")
    try:
        whole = (top / path).resolve(strict=False)
        outside = not whole.is_relative_to(top)
    except (OSError, ValueError, RuntimeError):
        outside = True
    if outside:
        raise InputError(f"{shorten(path)} leads out of the folder that {VARIABLE} names; give a file inside it")
    if not whole.is_file():
        raise NotFound(f"there is no file {shorten(path)} in the folder that {VARIABLE} names; check the path")
    return whole
