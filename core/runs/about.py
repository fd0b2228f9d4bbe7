"""about.json: what people call a run and say of it; nothing in it decides anything."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from core.errors import DamagedError, InputError, one_line, shorten
from core.storage import read_json, write_json

ABOUT = "about.json"
LONGEST_NAME, LONGEST_NOTE = 60, 2000


@dataclass(frozen=True)
class About:
    """What people say of a run: ``name`` None and ``note`` "" until somebody does."""

    name: str | None = None
    note: str = ""


def read(path: Path) -> About:
    """Return what was said of the run in ``path``; a file that cannot be read says nothing."""
    if not (path / ABOUT).exists():
        return About()
    try:
        found = read_json(path / ABOUT)
    except DamagedError:
        return About()
    if not isinstance(found, dict):
        return About()
    name, note = found.get("name"), found.get("note")
    return About(name if isinstance(name, str) and name else None, note if isinstance(note, str) else "")


def write(path: Path, about: About) -> None:
    """Keep ``about`` with the run in ``path``."""
    write_json(path / ABOUT, asdict(about))


def checked_title(name: str) -> str | None:
    """Return a name for a run as it is kept, None for an empty one; InputError when it cannot be one."""
    name = one_line(name)
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise InputError(f"run name {shorten(name)} cannot be used; give at most {LONGEST_NAME} printable characters")
    return name or None


def checked_note(note: str) -> str:
    """Return a note as it is kept; InputError when it is too long."""
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise InputError(f"the note has {len(note):,} characters; give at most {LONGEST_NOTE:,}")
    return note
