"""Where things lie on disk, and how they get there whole or not at all.

Everything lives under one folder, ``COPYDESK_HOME`` (default: the repository's root).
A file appears by ``os.replace`` of a finished temporary file; a directory appears by a rename
of a finished one. Directories under construction are called ``.building-*`` and hold a lock that
dies with the process that builds, so whatever a kill leaves behind is recognised and swept.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import shutil
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from core.errors import DamagedError, InputError, shorten

REPOSITORY = Path(__file__).resolve().parent.parent
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
BUILDING = ".building-"
LOCK = ".lock"
UNLOCKED_SECONDS = 3600


def home() -> Path:
    """Return the folder that holds ``data/``, ``models/`` and ``groupings/``."""
    return Path(os.environ.get("COPYDESK_HOME") or REPOSITORY).expanduser().resolve()


def data_root() -> Path:
    """Return the folder of the datasets."""
    return home() / "data"


def models_root() -> Path:
    """Return the folder of the runs."""
    return home() / "models"


def groupings_root() -> Path:
    """Return the folder of the saved groupings."""
    return home() / "groupings"


def checked_name(kind: str, name: str) -> str:
    """Return ``name`` if it can safely be a folder's name, else raise InputError.

    Parameters
    ----------
    kind: what is named, for the message ("dataset", "grouping", "run").
    """
    if not NAME.fullmatch(name) or ".." in name:
        raise InputError(
            f"{kind} name {shorten(name)} cannot be used; use 1 to 64 letters, digits, "
            "'-', '_' or '.', beginning with a letter or digit"
        )
    return name


def fsync_directory(path: Path) -> None:
    """Make the entries of a directory survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomic(path: Path, content: bytes | str, *, durable: bool = True) -> None:
    """Replace ``path`` by ``content`` so that a reader sees the old or the new file, never half.

    With ``durable`` it also survives a power cut; what is soon replaced again can do without.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` atomically as readable JSON; keys keep their order."""
    write_atomic(path, json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Return the JSON document in ``path``; DamagedError when it is missing or unreadable."""
    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number)
    except FileNotFoundError as error:
        raise DamagedError(f"{path} is missing; restore it from a backup or delete its folder") from error
    except (ValueError, OSError, RecursionError) as error:
        raise DamagedError(f"{path} cannot be read ({error}); restore it or delete its folder") from error


def _no_number(name: str) -> None:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(f"{name} is no JSON")


@contextlib.contextmanager
def building(final: Path) -> Iterator[Path]:
    """Yield an empty directory that becomes ``final`` when the block ends well, else vanishes.

    ``final`` must not exist: FileExistsError is raised when somebody else finished first.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    sweep(final.parent)
    # A sweep between making the lock file and taking the lock would take it for abandoned.
    with _sweeping(final.parent):
        work = Path(tempfile.mkdtemp(dir=final.parent, prefix=f"{BUILDING}{final.name}-"))
        lock = (work / LOCK).open("w")
        # flock, not lockf: it also holds against the other threads of this process.
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    try:
        os.chmod(work, 0o755)  # noqa: S103 - readable like any other folder; mkdtemp hides it
        yield work
        # A rename onto an empty directory would succeed, so ask first.
        if final.exists():
            raise FileExistsError(final)
        (work / LOCK).unlink()
        _rename_to_new(work, final)
        fsync_directory(final.parent)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    finally:
        lock.close()


def _rename_to_new(work: Path, final: Path) -> None:
    """Rename a directory; FileExistsError, whatever the system calls it, when the name is taken."""
    try:
        os.rename(work, final)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            raise FileExistsError(final) from error
        raise


@contextlib.contextmanager
def _sweeping(root: Path) -> Iterator[None]:
    """Hold the lock under which directories under ``root`` begin to be built, or are swept."""
    # The folder itself is locked, so that no lock file is left in it.
    descriptor = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def sweep(root: Path) -> list[Path]:
    """Remove what killed processes left half-made directly under ``root``; return what went."""
    if not any(root.glob(f"{BUILDING}*")):
        return []
    with _sweeping(root):
        swept = [path for path in root.glob(f"{BUILDING}*") if _is_abandoned(path)]
        for path in swept:
            shutil.rmtree(path, ignore_errors=True)
    return swept


def _is_abandoned(work: Path) -> bool:
    """Tell whether nobody builds in ``work`` any more."""
    try:
        with (work / LOCK).open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except FileNotFoundError:
        # Just made and about to be locked, or killed in between: only age can tell.
        with contextlib.suppress(FileNotFoundError):
            return time.time() - work.stat().st_mtime > UNLOCKED_SECONDS
        return False
    except OSError:
        return False


_held: dict[Path, IO[str]] = {}


def hold_lock(path: Path) -> bool:
    """Take the POSIX lock on ``path`` for as long as this process lives; False when another one has it.

    The system frees it the moment the process ends, however it ends, and no child inherits it.
    """
    file = path.open("a")
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return False
    _held[path] = file
    return True


def release_lock(path: Path) -> None:
    """Give a lock that `hold_lock` took back before the process ends."""
    _held.pop(path).close()


def lock_holder(path: Path) -> int | None:
    """Return the pid of the process that holds the POSIX lock on ``path``, None when nobody does.

    It asks without taking the lock (F_GETLK), so any number may ask while one is about to take it.
    """
    # A process is not told of its own lock, and would lose it by opening and closing the file.
    if path in _held:
        return os.getpid()
    # struct flock; off_t is 64 bits on every system that Python's large-file support covers.
    layout, type_at, pid_at = ("qqihh", 3, 2) if sys.platform == "darwin" else ("hhqqi", 0, 4)
    fields = [0, 0, 0, 0, 0]
    fields[type_at] = fcntl.F_WRLCK
    try:
        with path.open("rb") as file:
            answer = fcntl.fcntl(file, fcntl.F_GETLK, struct.pack(layout + "0q", *fields))
    except FileNotFoundError:
        return None
    found = struct.unpack(layout + "0q", answer)
    # A holder in another container has no pid here: 0.
    return None if found[type_at] == fcntl.F_UNLCK else found[pid_at]
