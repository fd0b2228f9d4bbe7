"""Downloads files of a dataset on the Hugging Face hub: broken-off ones go on, all are checked.

Hugging Face's own download keeps nothing of a file that broke off (huggingface_hub 2.4 writes it under a
name of its own each time). Here the part that came lies as ``NAME.part`` in a folder of the commit, and the
next attempt asks for the rest (``Range``), be it a moment or a week later.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from core.errors import CopydeskError, InputError, shorten

CHUNK = 1 << 20
# For an answer to begin, and between two pieces of it.
SECONDS = 10
# Seconds before each further attempt at the same place; a piece that comes begins them anew.
WAITS = (0.5, 1.0, 2.0, 4.0)
SPARE_BYTES = 200_000_000

OnBytes = Callable[[int, int], None]


class BrokenOff(Exception):
    """The connection ended before the file did."""


@dataclass(frozen=True)
class HubFile:
    """A file on the hub, as the hub describes it.

    Attributes
    ----------
    path: in the repository. size: bytes, None where not told.
    sha256: of a large file; blob: git's SHA-1 of a small one. Both None: there is nothing to check it by.
    """

    path: str
    size: int | None
    sha256: str | None = None
    blob: str | None = None


def download(url_of: Callable[[str], str], files: Sequence[HubFile], into: Path, on_bytes: OnBytes) -> list[Path]:
    """Return where the files lie under ``into``, fetched as far as they are not there yet.

    Parameters
    ----------
    url_of: path in the repository -> address.
    on_bytes: called with the bytes that are there and the bytes in all (0: nobody tells); may raise to end it.

    Raises InputError for a file that is damaged or does not come, or too little room. What came stays.
    """
    total = sum(file.size or 0 for file in files)
    before = 0
    found = []
    for file in files:
        place = into / _safe(file.path)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            offset = before

            def counted(count: int, offset: int = offset) -> None:
                on_bytes(offset + count, total)

            _fetch(url_of(file.path), file, place, counted)
        before += place.stat().st_size
        on_bytes(before, total)
        found.append(place)
    return found


def _safe(path: str) -> PurePosixPath:
    """Return ``path`` if it stays inside its folder, else raise InputError."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or "\\" in path or "\0" in path:
        raise InputError(f"the hub names a file {shorten(path)}, which leads out of its folder; it is refused")
    return parts


def _fetch(url: str, file: HubFile, place: Path, counted: Callable[[int], None]) -> None:
    """Download one file to ``place``, which appears only whole and checked."""
    part = place.with_name(f"{place.name}.part")
    with _alone(part, file) as out:
        _check_room(file, out, place.parent)
        attempts = 0
        while True:
            had = os.fstat(out.fileno()).st_size
            try:
                _receive(url, out, file.size, counted)
                break
            except BrokenOff as error:
                came = os.fstat(out.fileno()).st_size
                attempts = 0 if came > had else attempts + 1
                if attempts >= len(WAITS):
                    raise InputError(_broken_off(file, came, str(error))) from error
                time.sleep(WAITS[attempts])
        out.flush()
        try:
            _check(part, file)
        except InputError:
            part.unlink()
            raise
        os.replace(part, place)


@contextlib.contextmanager
def _alone(part: Path, file: HubFile) -> Iterator[IO[bytes]]:
    """Open what came of a file for more of it, unless another process is at it."""
    with part.open("ab") as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InputError(f"{shorten(file.path)} is being fetched already; wait for that to end") from error
        yield out


def _check_room(file: HubFile, out: IO[bytes], folder: Path) -> None:
    needed = (file.size or 0) - os.fstat(out.fileno()).st_size + SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise InputError(
            f"{shorten(file.path)} needs {needed / 1e6:,.0f} MB and {free / 1e6:,.0f} MB are free in {folder}; "
            "free some first"
        )


def _receive(url: str, out: IO[bytes], size: int | None, counted: Callable[[int], None]) -> None:
    """Add what is missing to ``out``; BrokenOff when it ends too early."""
    from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

    done = os.fstat(out.fileno()).st_size
    if size is not None and done >= size:
        return
    headers = {**build_hf_headers(), "Accept-Encoding": "identity"}
    if done:
        headers["Range"] = f"bytes={done}-"
    try:
        with get_session().stream("GET", url, headers=headers, timeout=SECONDS) as response:
            if response.status_code >= 400:
                response.read()
            hf_raise_for_status(response)
            # A server that knows no ranges sends the whole again.
            if done and response.status_code != 206:
                out.truncate(0)
                done = 0
            # In the pieces in which it comes: what is gathered into larger ones is lost when the line breaks.
            for piece in response.iter_bytes():
                out.write(piece)
                done += len(piece)
                counted(done)
    except (CopydeskError, OSError):
        raise
    except Exception as error:
        # The errors of the HTTP client below the hub's library have no base that lasts over versions;
        # what asks for the end is none of them.
        if not _is_of_the_connection(error):
            raise
        raise BrokenOff(type(error).__name__) from error
    finally:
        out.flush()
    if size is not None and done < size:
        raise BrokenOff("the answer ended early")


def _is_of_the_connection(error: Exception) -> bool:
    return any(kind.__module__.startswith("httpx") for kind in type(error).__mro__)


def _broken_off(file: HubFile, came: int, reason: str) -> str:
    of = f" of {file.size / 1e6:,.1f}" if file.size else ""
    return (
        f"the download of {shorten(file.path)} broke off after {came / 1e6:,.1f}{of} MB ({reason}); "
        "start it again, and it goes on from there"
    )


def _check(part: Path, file: HubFile) -> None:
    """Raise InputError unless the file is what the hub described."""
    size = part.stat().st_size
    if file.size is not None and size != file.size:
        raise InputError(
            f"{shorten(file.path)} came with {size:,} bytes in place of {file.size:,}; it was removed, fetch it again"
        )
    for wanted, digest in ((file.sha256, hashlib.sha256()), (file.blob, _git_digest(size))):
        if wanted and (found := _hashed(part, digest)) != wanted:
            raise InputError(
                f"{shorten(file.path)} is not what the hub describes: its checksum is {found[:12]}…, not "
                f"{wanted[:12]}…; it was removed, fetch it again"
            )
        if wanted:
            return


def _git_digest(size: int) -> Any:
    """Return the beginning of git's hash of a file of this size."""
    return hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)


def _hashed(path: Path, digest: Any) -> str:
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()
