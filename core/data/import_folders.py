"""The folders of imports, and the uploads that wait in them.

cache/imports/<id>/ under COPYDESK_HOME:
    order.json       what is to be imported, as what; not there yet while an upload is looked over
    file/            the upload, or what came from the hub; gone when the import is done or cancelled
    server.lock      held by the app's process while an upload waits there, so that those of a dead app are swept
    and what `core.background` keeps there
"""

from __future__ import annotations

import contextlib
import shutil
import time
import uuid
from collections.abc import Callable
from pathlib import Path, PurePath

from core import background
from core.errors import InputError, shorten
from core.storage import hold_lock, home, lock_holder, release_lock

ORDER, FILES, SERVER_LOCK = "order.json", "file", "server.lock"
CHUNK = 1 << 20
SPARE_BYTES = 200_000_000
# An import that ended is told until then, unless somebody has seen it before.
TOLD_SECONDS = 24 * 3600
# An upload without a lock may be about to take it.
UNLOCKED_SECONDS = 60


def root() -> Path:
    """Return the folder of the imports, be it there or not."""
    return home() / "cache" / "imports"


def new() -> Path:
    """Return a new folder for an import."""
    folder = root() / uuid.uuid4().hex
    (folder / FILES).mkdir(parents=True)
    return folder


def stage(name: str, size: int, read: Callable[[int], bytes], progress: Callable[[int], None] | None = None) -> Path:
    """Write an upload to disk in pieces and return the file; nothing is left where that fails.

    Parameters
    ----------
    name, size: of the upload; read: gives its next so many bytes, none at the end.
    progress: called with the bytes that are on disk.
    """
    folder = new()
    hold_lock(folder / SERVER_LOCK)
    try:
        if shutil.disk_usage(folder).free < size + SPARE_BYTES:
            raise InputError(
                f"there is no room for {shorten(name)} ({size / 1e6:,.0f} MB) in {home()}; free some first"
            )
        path = folder / FILES / _plain_name(name)
        done = 0
        with path.open("wb") as file:
            while piece := read(CHUNK):
                file.write(piece)
                done += len(piece)
                if progress:
                    progress(done)
    except BaseException:
        forget(folder)
        raise
    return path


def _plain_name(name: str) -> str:
    """Return the last part of a file's name, whatever system it comes from, short enough for any disk."""
    plain = PurePath(name.replace("\\", "/")).name.replace("\0", "")
    return plain[-200:] if plain not in ("", ".", "..") else "upload"


def every() -> list[Path]:
    """Return the folders of imports and waiting uploads that there are."""
    return [path for path in root().iterdir() if path.is_dir()] if root().is_dir() else []


def forget(folder: Path) -> None:
    """Remove the folder of an import that has ended, or of an upload that is not wanted."""
    let_go(folder)
    shutil.rmtree(folder, ignore_errors=True)


def let_go(folder: Path) -> None:
    """Give back the lock of an upload, whose import looks after it from now on."""
    # Held only where this process staged an upload there.
    with contextlib.suppress(KeyError):
        release_lock(folder / SERVER_LOCK)


def clean_up() -> None:
    """Remove uploads whose app is gone, and imports that ended long ago."""
    for folder in every():
        ordered = (folder / ORDER).exists()
        if lock_holder(folder / (background.LOCK if ordered else SERVER_LOCK)) is None:
            with contextlib.suppress(FileNotFoundError):
                written = (folder / ORDER if ordered else folder).stat().st_mtime
                if time.time() - written > (TOLD_SECONDS if ordered else UNLOCKED_SECONDS):
                    forget(folder)
