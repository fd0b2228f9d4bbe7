"""Groupings on disk: each save of a name is a further version, and none is ever overwritten."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import tempfile
from pathlib import Path

from core.errors import DamagedError, InputError, NotFound, shorten
from core.grouping.builtin import BUILTIN
from core.grouping.formats import ENDINGS, read_grouping
from core.grouping.grouping import Grouping
from core.grouping.yaml_text import grouping_from_yaml, grouping_to_yaml
from core.storage import NAME, checked_name, fsync_directory, groupings_root

VERSION_FILE = re.compile(r"v(\d{4,})\.yaml")


def saved_names() -> list[str]:
    """Return the names of the saved groupings, sorted."""
    root = groupings_root()
    folders = root.iterdir() if root.is_dir() else ()
    # A folder of another kind, such as a file manager's, is none of ours.
    return sorted(path.name for path in folders if NAME.fullmatch(path.name) and versions(path.name))


def versions(name: str) -> list[int]:
    """Return the numbers of the saved versions of ``name``, ascending; none for a built-in."""
    folder = groupings_root() / checked_name("grouping", name)
    entries = folder.iterdir() if folder.is_dir() else ()
    return sorted(int(match[1]) for path in entries if (match := VERSION_FILE.fullmatch(path.name)))


def load(reference: str) -> Grouping:
    """Return the grouping ``NAME`` (its newest version) or ``NAME@VERSION``.

    Raises NotFound with the names that exist.
    """
    name, _, number = reference.partition("@")
    if name in BUILTIN and not number:
        return BUILTIN[name]
    numbers = versions(name)
    if number and (not (number.isascii() and number.isdecimal()) or int(number) not in numbers):
        have = ", ".join(map(str, numbers)) or "none"
        raise NotFound(f"grouping {shorten(name)} has no version {shorten(number)}; saved versions: {have}")
    if not numbers:
        names = ", ".join([*BUILTIN, *saved_names()])
        raise NotFound(f"grouping {shorten(name)} does not exist; choose one of: {names}")
    version = int(number) if number else numbers[-1]
    path = version_path(name, version)
    try:
        return _read_version(path, name, version, path.stat().st_mtime_ns)
    except (InputError, UnicodeDecodeError, OSError) as error:
        raise DamagedError(
            f"version {version} of grouping {shorten(name)} cannot be read ({error}); mend {path}"
        ) from error


@functools.lru_cache(maxsize=1024)
def _read_version(path: Path, name: str, version: int, written: int) -> Grouping:
    """Return a version; ``written`` has it read again when somebody mended the file."""
    read = grouping_from_yaml(path.read_text(encoding="utf-8-sig"), name)
    return Grouping(name, read.mapping, version, read.note)


def load_or_read(reference: str) -> Grouping:
    """Return the saved or built-in grouping of that name, else the one in that file."""
    path = Path(reference)
    if path.suffix.lower() in ENDINGS or len(path.parts) > 1:
        return read_grouping(path)
    return load(reference)


def list_all() -> list[Grouping]:
    """Return the built-in groupings, then the newest version of each saved one that can be read."""
    found = list(BUILTIN.values())
    for name in saved_names():
        # NotFound: removed meanwhile. Damaged ones are named by `damaged`.
        with contextlib.suppress(DamagedError, NotFound):
            found.append(load(name))
    return found


def damaged() -> dict[str, str]:
    """Return name -> what is wrong, for the groupings whose newest version cannot be read."""
    found = {}
    for name in saved_names():
        try:
            load(name)
        except DamagedError as error:
            found[name] = str(error)
        except NotFound:
            continue
    return found


def save(grouping: Grouping, *, expected_version: int | None = None) -> Grouping:
    """Store ``grouping`` as the next version of its name and return it with its number.

    ``expected_version`` is the newest version that the person had seen (0: none): when another
    has been saved since, InputError tells so and nothing is written. Saving what the newest
    version already holds returns that version.
    """
    name = checked_name("grouping", grouping.name)
    if name in BUILTIN:
        raise InputError(f"grouping {shorten(name)} is built in and cannot be replaced; choose another name")
    if not grouping.mapping:
        raise InputError(f"grouping {shorten(name)} names no category; put at least one in a group, or use 'raw'")
    newest = (versions(name) or [0])[-1]
    if expected_version is not None and newest != expected_version:
        raise InputError(
            f"grouping {shorten(name)} was saved by somebody else meanwhile (version {newest}); "
            "look at that version, or save under another name"
        )
    # A damaged newest version is kept, and another put after it.
    with contextlib.suppress(DamagedError):
        if newest and (last := load(name)).mapping == grouping.mapping and last.note == grouping.note:
            return last
    _write_version(grouping, newest + 1)
    return Grouping(name, grouping.mapping, newest + 1, grouping.note)


def version_path(name: str, version: int) -> Path:
    """Return the file of a saved version; it is written once, so its time is when it was saved."""
    return groupings_root() / name / f"v{version:04d}.yaml"


def _write_version(grouping: Grouping, version: int) -> None:
    """Make the version's file appear whole; InputError if somebody else was quicker."""
    final = version_path(grouping.name, version)
    final.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=final.parent, prefix=".version-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(grouping_to_yaml(grouping))
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        # A link, unlike a rename, fails when the name is taken: no version is ever overwritten.
        os.link(temporary, final)
        fsync_directory(final.parent)
    except FileExistsError as error:
        raise InputError(
            f"grouping {shorten(grouping.name)} was saved by somebody else at this moment "
            f"(version {version}); look at that version, then save again"
        ) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
