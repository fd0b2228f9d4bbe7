"""Opens a file of records, whatever its format: JSON lines, a JSON array, CSV/TSV or Parquet; plain, .gz or .zip.

The content decides, and only then the name: ``News_Category_Dataset_v3.json`` is really JSON lines.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from core.data.delimited_reader import delimited
from core.data.json_reader import json_array, json_lines
from core.data.parquet_reader import ParquetRecords
from core.data.rejection import Rejection
from core.errors import InputError, NotFound, shorten

BUFFER = 1 << 20
HEAD = 1 << 16
BOM = b"\xef\xbb\xbf"
GZIP, ZIP, EMPTY_ZIP, PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06", b"PAR1"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")
TABLE_SUFFIXES = (".csv", ".tsv", ".tab", ".txt")
BROKEN = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)
FORMATS = "JSON lines, a JSON array, CSV, TSV or Parquet, plain, .gz or .zip"

Records = Iterator[tuple[int, dict[str, Any] | Rejection]]


@dataclass(frozen=True)
class Reader:
    """An open file of records.

    columns: their names; None where only reading shows them (JSON).
    records: gives each (line number from 1, record or Rejection), once; told the columns that matter.
    position: bytes of the file read so far, of ``size``.
    encoding: of its text, as far as has been read; "" where it has none.
    notes: what to tell about the file once it has been read, a sentence each.
    """

    format: str
    columns: tuple[str, ...] | None
    records: Callable[[Iterable[str]], Records]
    position: Callable[[], int]
    size: int
    encoding: Callable[[], str] = lambda: ""
    notes: Callable[[], list[str]] = list


@contextlib.contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Yield a Reader of the file; InputError, one line, for whatever cannot be read.

    Errors of a packed file may also come up later, from ``records``.
    """
    shown = shown_path(path)
    size = _size(path, shown)
    with contextlib.ExitStack() as stack:
        raw = stack.enter_context(_opened(path, shown))
        stream, name = _unpacked(raw, path, shown, stack)
        head = stream.peek(HEAD)[:HEAD]
        if head.startswith(PARQUET):
            yield _parquet(path, shown, size, packed=stream is not raw)
            return
        _check_text(head, shown)
        if head.startswith(BOM):
            stream.read(len(BOM))
            head = head[len(BOM) :]
        yield _text_reader(stream, head, name, shown, lambda: min(raw.tell(), size), size)


def shown_path(path: Path) -> str:
    """Return ``path`` for a message: quoted, and long enough that the file's name is seen."""
    return shorten(str(path), 400)


def _size(path: Path, shown: str) -> int:
    """Return the size of the file in bytes, or raise the error that says why it is none."""
    try:
        if path.is_dir():
            raise InputError(f"{shown} is a directory; give a file in it")
        if not path.exists():
            raise NotFound(f"there is no file {shown}; check the path")
        if not path.is_file():
            raise InputError(f"{shown} is not a regular file; save what it gives to a file first")
        return path.stat().st_size
    except (OSError, ValueError) as error:
        raise InputError(f"{shown} cannot be looked at ({error}); check the path") from error


def _opened(path: Path, shown: str) -> IO[bytes]:
    try:
        return path.open("rb", buffering=BUFFER)
    except OSError as error:
        raise InputError(f"{shown} cannot be opened ({error.strerror}); check who may read it") from error


class _Unpacked(io.RawIOBase):
    """What a packed stream holds; a broken one is an InputError."""

    def __init__(self, packed: IO[bytes], shown: str) -> None:
        self._packed = packed
        self._shown = shown

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            content = self._packed.read(len(buffer))
        except BROKEN as error:
            raise InputError(
                f"{self._shown}: the packed file is cut short or damaged ({error}); get it again"
            ) from error
        buffer[: len(content)] = content
        return len(content)


def _unpacked(
    raw: io.BufferedReader, path: Path, shown: str, stack: contextlib.ExitStack
) -> tuple[io.BufferedReader, str]:
    """Return the stream of the file's content, and the name that tells its format."""
    magic = raw.peek(4)[:4]
    if magic.startswith(GZIP):
        packed, name = stack.enter_context(gzip.GzipFile(fileobj=raw)), path.name.removesuffix(".gz")
    elif magic in (ZIP, EMPTY_ZIP):
        packed, name = _zip_member(raw, shown, stack)
    else:
        return raw, path.name
    stream = io.BufferedReader(_Unpacked(packed, shown), BUFFER)
    if stream.peek(4)[:4].startswith((GZIP, ZIP)):
        raise InputError(f"{shown} is packed twice; unpack it once and give what is in it")
    return stream, name


def _zip_member(raw: IO[bytes], shown: str, stack: contextlib.ExitStack) -> tuple[IO[bytes], str]:
    try:
        archive = stack.enter_context(zipfile.ZipFile(raw))
        name = _only_member(archive.namelist(), shown)
        return stack.enter_context(archive.open(name)), name
    except zipfile.BadZipFile as error:
        raise InputError(f"{shown}: the zip file is cut short or damaged ({error}); get it again") from error
    except (RuntimeError, NotImplementedError) as error:
        raise InputError(f"{shown}: the zip file cannot be unpacked here ({error}); unpack it first") from error


def _only_member(names: list[str], shown: str) -> str:
    """Return the one file of data among the members of a zip file."""
    files = [name for name in names if not name.endswith("/") and not _is_litter(PurePosixPath(name))]
    data = [name for name in files if name.lower().endswith((*JSON_SUFFIXES, ".csv", ".tsv", ".tab", ".parquet"))]
    found = data if len(files) > 1 and data else files
    if len(found) == 1:
        return found[0]
    if not found:
        raise InputError(f"{shown}: the zip file holds no file of records; pack one into it")
    listed = ", ".join(shorten(name) for name in found[:10]) + (", …" if len(found) > 10 else "")
    raise InputError(f"{shown}: the zip file holds {len(found)} files ({listed}); unpack it and give the one to import")


def _is_litter(member: PurePosixPath) -> bool:
    return "__MACOSX" in member.parts or member.name.startswith(".")


def _check_text(head: bytes, shown: str) -> None:
    """Raise InputError if ``head`` is not how a text begins."""
    start = head.removeprefix(BOM).strip()
    if not start:
        raise InputError(f"{shown} is empty; give a file with records")
    if head.startswith(UTF16):
        raise InputError(f"{shown} is UTF-16 text; save it as UTF-8")
    # What begins as JSON is JSON: zeros in one of its lines spoil that line alone.
    if b"\0" in head and not start.startswith((b"{", b"[")):
        raise InputError(f"{shown} is a binary file of no known format; give {FORMATS}")


def _parquet(path: Path, shown: str, size: int, packed: bool) -> Reader:
    if packed:
        raise InputError(f"{shown} is a packed Parquet file; unpack it first")
    file = ParquetRecords(path, shown)
    return Reader(
        format="Parquet",
        columns=file.columns,
        records=file.records,
        position=lambda: size * file.done // max(1, file.rows),
        size=size,
    )


def _text_reader(
    stream: io.BufferedReader, head: bytes, name: str, shown: str, position: Callable[[], int], size: int
) -> Reader:
    """Return a Reader of text whose first character, or else whose name, tells the format."""
    first, suffix = head.lstrip()[:1], PurePosixPath(name.lower()).suffix
    if first == b"[":
        return Reader("JSON array", None, lambda _: json_array(stream, shown), position, size)
    if first == b"{" or suffix in JSON_SUFFIXES:
        return Reader("JSON lines", None, lambda _: json_lines(stream), position, size)
    if suffix in TABLE_SUFFIXES:
        columns, records = delimited(stream, head, shown)
        return Reader("CSV", columns, lambda _: records, position, size)
    raise InputError(f"{shown} has no known format; give {FORMATS}, with a name that ends accordingly")
