"""What a .gz or .zip file holds, unpacked while it is read, and never beyond reason."""

from __future__ import annotations

import contextlib
import gzip
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import IO, Any

from core.errors import InputError, shorten

BUFFER = 1 << 20
GZIP, ZIP, EMPTY_ZIP = b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06"
DATA_SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".tab", ".parquet")
BROKEN = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)
# News shrinks to a third or a tenth. A bomb is packed a thousand to one; what unpacks to little does no harm.
HARMLESS = 64 << 20
MOST_TIMES = 100
MOST_UNPACKED = 20 << 30
# Of a zip file's list of files: some 80,000 of them.
LONGEST_LIST = 4 << 20
ENCRYPTED = 1
WORKBOOK = "xl/workbook.xml"
LISTED = 10


class SeveralFiles(InputError):
    """A zip file holds more than one file of records; ``members`` are their names."""

    def __init__(self, message: str, members: tuple[str, ...]) -> None:
        super().__init__(message)
        self.members = members


def unpacked(
    raw: io.BufferedReader, name: str, shown: str, stack: contextlib.ExitStack, member: str | None = None
) -> tuple[io.BufferedReader, str]:
    """Return the stream of the content of ``raw``, called ``name``, and the name that tells its format.

    What is not packed is given back as it is. ``member`` names the file in a zip file; ``shown`` stands for the
    file in messages. InputError for what cannot, or should not, be unpacked; also later, while it is read.
    """
    magic = raw.peek(4)[:4]
    if magic in (ZIP, EMPTY_ZIP):
        packed, name = _zip_member(raw, shown, stack, member)
    elif member is not None:
        raise InputError(f"{shown} is no zip file, so it holds no file {shorten(member)}; leave --member out")
    elif magic.startswith(GZIP):
        packed, name = stack.enter_context(gzip.GzipFile(fileobj=raw)), name.removesuffix(".gz")
    else:
        return raw, name
    stream = io.BufferedReader(_Unpacked(packed, shown, raw.tell), BUFFER)
    if stream.peek(4)[:4].startswith((GZIP, ZIP)):
        raise InputError(f"{shown} is packed twice; unpack it once and give what is in it")
    return stream, name


class _Unpacked(io.RawIOBase):
    """What a packed stream holds; a broken one, and one that unpacks to too much, is an InputError."""

    def __init__(self, packed: IO[bytes], shown: str, packed_bytes: Callable[[], int]) -> None:
        self._packed = packed
        self._shown = shown
        self._packed_bytes = packed_bytes
        self._done = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            content = self._packed.read(len(buffer))
        except BROKEN as error:
            raise InputError(
                f"{self._shown}: the packed file is cut short or damaged ({error}); get it again"
            ) from error
        self._done += len(content)
        check_size(self._done, self._packed_bytes(), self._shown)
        buffer[: len(content)] = content
        return len(content)


def check_size(unpacked_bytes: int, packed_bytes: int, shown: str) -> None:
    """Raise InputError where a packed file unpacks to what no file of news does."""
    if unpacked_bytes > HARMLESS and unpacked_bytes > MOST_TIMES * max(1, packed_bytes):
        raise InputError(
            f"{shown} unpacks to more than {MOST_TIMES} times its size, as a zip bomb does; unpack it yourself if you "
            "trust it"
        )
    if unpacked_bytes > MOST_UNPACKED:
        raise InputError(f"{shown} unpacks to more than {MOST_UNPACKED >> 30} GB; split it")


def _zip_member(
    raw: io.BufferedReader, shown: str, stack: contextlib.ExitStack, member: str | None
) -> tuple[IO[bytes], str]:
    try:
        if _list_bytes(raw) > LONGEST_LIST:
            raise InputError(f"{shown}: the zip file lists far too many files; pack the one to import alone")
        archive = stack.enter_context(zipfile.ZipFile(raw))
        entries = archive.infolist()
        _check_entries(entries, shown)
        chosen = _chosen(entries, shown, member)
        check_size(chosen.file_size, chosen.compress_size, shown)
        return stack.enter_context(archive.open(chosen)), chosen.filename
    except zipfile.BadZipFile as error:
        raise InputError(f"{shown}: the zip file is cut short or damaged ({error}); get it again") from error
    except (RuntimeError, NotImplementedError) as error:
        raise InputError(f"{shown}: the zip file cannot be unpacked here ({error}); unpack it first") from error


def _list_bytes(raw: io.BufferedReader) -> int:
    """Return how long the list of files at the end of a zip file says it is (APPNOTE 4.3.14 and 4.3.16).

    zipfile holds an object for each entry, before anybody could count them.
    """
    size = raw.seek(0, io.SEEK_END)
    raw.seek(max(0, size - (1 << 16) - 200))
    tail = raw.read()
    raw.seek(0)
    sizes = [0]
    for mark, place, form in ((EMPTY_ZIP, 12, "<L"), (b"PK\x06\x06", 40, "<Q")):
        at = tail.rfind(mark)
        field = tail[at + place : at + place + struct.calcsize(form)]
        if at >= 0 and len(field) == struct.calcsize(form):
            (found,) = struct.unpack(form, field)
            # All ones: the longer record says it.
            sizes.append(0 if found == 0xFFFFFFFF else found)
    return max(sizes)


def _check_entries(entries: list[zipfile.ZipInfo], shown: str) -> None:
    """Raise InputError for entries that no honest zip file has."""
    for entry in entries:
        if _climbs_out(entry.filename):
            raise InputError(
                f"{shown}: the zip file has a path that leads out of it, {shorten(entry.filename)}; do not trust it"
            )
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise InputError(f"{shown}: the zip file holds a link, {shorten(entry.filename)}; pack the file itself")
    ends = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < ends:
            raise InputError(
                f"{shown}: two files in the zip file overlap, as in a zip bomb ({shorten(entry.filename)}); do not "
                "trust it"
            )
        ends = entry.header_offset + entry.compress_size


def _climbs_out(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or (len(name) > 1 and name[1] == ":")


def _chosen(entries: list[zipfile.ZipInfo], shown: str, member: str | None) -> zipfile.ZipInfo:
    """Return the one file of data, or the one called ``member``."""
    files = [entry for entry in entries if not entry.is_dir() and not _is_litter(PurePosixPath(entry.filename))]
    if any(entry.filename == WORKBOOK for entry in files):
        raise InputError(f"{shown} is an Excel workbook; save its sheet as CSV")
    data = [entry for entry in files if entry.filename.lower().endswith(DATA_SUFFIXES)]
    found = data if len(files) > 1 and data else files
    if member is not None:
        found = [entry for entry in files if entry.filename == member]
    if not found:
        what = "no file of records; pack one into it" if member is None else f"no file {_listed([member])}"
        raise InputError(f"{shown}: the zip file holds {what}" + (f"; it holds {_names(files)}" if member else ""))
    if len(found) > 1 and member is None:
        raise SeveralFiles(
            f"{shown}: the zip file holds {len(found):,} files ({_names(found)}); name the one to import with "
            "--member FILE",
            tuple(entry.filename for entry in found),
        )
    # Of one name written twice, the last is what unpacking leaves.
    if found[-1].flag_bits & ENCRYPTED:
        raise InputError(f"{shown}: {shorten(found[-1].filename)} in the zip file is encrypted; unpack it first")
    return found[-1]


def _names(entries: list[zipfile.ZipInfo]) -> str:
    return _listed([entry.filename for entry in entries])


def _listed(names: list[str]) -> str:
    return ", ".join(map(shorten, names[:LISTED])) + (", …" if len(names) > LISTED else "")


def _is_litter(member: PurePosixPath) -> bool:
    return "__MACOSX" in member.parts or member.name.startswith(".")
