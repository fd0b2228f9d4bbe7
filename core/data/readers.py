"""Opens a file of records, whatever its format: JSON lines, a JSON array, CSV/TSV or Parquet; plain, .gz or .zip.

The content decides, and only then the name: ``News_Category_Dataset_v3.json`` is really JSON lines.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from core.data.archive import BUFFER, unpacked
from core.data.delimited_reader import delimited
from core.data.encoding import Utf8Text
from core.data.json_document import json_array, list_name
from core.data.json_reader import json_lines
from core.data.parquet_reader import ParquetRecords
from core.data.rejection import Rejection
from core.errors import InputError, NotFound, shorten

HEAD = 1 << 16
PARQUET = b"PAR1"
# How files begin that people take for a table, or for a packed one.
OTHERS = (
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file; save its sheet as CSV"),
    (b"%PDF", "a PDF; give the table it was made from"),
    (b"SQLite format 3\0", "an SQLite database; export the table as CSV"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"BZh", "packed by bzip2; unpack it first"),
    (b"\xfd7zXZ\0", "packed by xz; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "packed by zstd; unpack it first"),
)
# Parquet hardly shrinks when it is packed; unpacked, it lies on the disk while it is read.
MOST_SPOOLED = 2 << 30
# A text with a few stray zeros is still one.
MOST_ZEROS = 0.01
JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")
TABLE_SUFFIXES = (".csv", ".tsv", ".tab", ".txt")
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
def reading(path: Path, *, member: str | None = None, encoding: str | None = None) -> Iterator[Reader]:
    """Yield a Reader of the file; InputError, one line, for whatever cannot be read.

    member: the file to read in a zip file that holds several (SeveralFiles names them).
    encoding: of the text; None: told from the text (core.data.encoding).
    Errors of a packed file may also come up later, from ``records``.
    """
    shown = shown_path(path)
    size = _size(path, shown)
    with contextlib.ExitStack() as stack:
        raw = stack.enter_context(_opened(path, shown))
        stream, name = unpacked(raw, path.name, shown, stack, member)
        head = stream.peek(HEAD)[:HEAD]
        if head.startswith(PARQUET):
            yield _parquet(path if stream is raw else _spooled(stream, stack, shown), shown, size)
            return
        _check_known(head, shown)
        text = Utf8Text(stream, head, encoding)
        stream = io.BufferedReader(text, BUFFER)
        head = stream.peek(HEAD)[:HEAD]
        _check_text(head, shown)
        told = _Told(lambda: min(raw.tell(), size), size, text)
        yield _text_reader(stream, head, PurePosixPath(name.lower()).suffix, shown, told)


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


def _spooled(stream: IO[bytes], stack: contextlib.ExitStack, shown: str) -> IO[bytes]:
    """Return an unnamed file with what ``stream`` holds: Parquet is read from its end."""
    file = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    while chunk := stream.read(BUFFER):
        file.write(chunk)
        if file.tell() > MOST_SPOOLED:
            raise InputError(f"{shown} unpacks to more than {MOST_SPOOLED >> 30} GB of Parquet; unpack it first")
    file.seek(0)
    return file


def _check_known(head: bytes, shown: str) -> None:
    """Raise InputError if ``head`` is how a well-known file of another kind begins."""
    for magic, what in OTHERS:
        if head.startswith(magic):
            raise InputError(f"{shown} is {what}")


def _check_text(head: bytes, shown: str) -> None:
    """Raise InputError if ``head`` is not how a text begins."""
    start = head.strip()
    if not start:
        raise InputError(f"{shown} is empty; give a file with records")
    if start[:9].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise InputError(f"{shown} is a web page or XML; give {FORMATS}")
    # What begins as JSON is JSON: zeros in one of its lines spoil that line alone.
    if head.count(0) > MOST_ZEROS * len(head) and not start.startswith((b"{", b"[")):
        raise InputError(f"{shown} is a binary file of no known format; give {FORMATS}")


def _parquet(source: Path | IO[bytes], shown: str, size: int) -> Reader:
    file = ParquetRecords(source, shown)
    return Reader(
        format="Parquet",
        columns=file.columns,
        records=file.records,
        position=lambda: size * file.done // max(1, file.rows),
        size=size,
    )


@dataclass(frozen=True)
class _Told:
    """What every reader of text tells in the same way."""

    position: Callable[[], int]
    size: int
    text: Utf8Text

    def reader(self, format: str, columns: tuple[str, ...] | None, records: Callable[[], Records]) -> Reader:
        return Reader(
            format, columns, lambda _: records(), self.position, self.size, lambda: self.text.encoding, self.text.notes
        )


def _text_reader(stream: io.BufferedReader, head: bytes, suffix: str, shown: str, told: _Told) -> Reader:
    """Return a Reader of text whose first character, or else the ``suffix`` of its name, tells the format."""
    first = head.lstrip()[:1]
    if first == b"[":
        return told.reader("JSON array", None, lambda: json_array(stream, shown))
    if first == b"{" and (under := list_name(head)) is not None:
        return told.reader("JSON object", None, lambda: json_array(stream, shown, under))
    if first == b"{" or suffix in JSON_SUFFIXES:
        return told.reader("JSON lines", None, lambda: json_lines(stream))
    if suffix in TABLE_SUFFIXES:
        columns, records = delimited(stream, head, shown)
        return told.reader("CSV", columns, lambda: records)
    raise InputError(f"{shown} has no known format; give {FORMATS}, with a name that ends accordingly")
