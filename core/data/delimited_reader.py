"""Records from comma, semicolon, tab or bar separated values."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from io import BufferedIOBase
from typing import Any

from core.data.json_reader import UNREADABLE_BYTES
from core.data.lines import LONGEST, TOO_LONG, limited_lines
from core.data.records import recognised
from core.data.rejection import Rejection, rejection
from core.errors import InputError

DELIMITERS = ",;\t|"
# A first line of its own, for Excel.
TOLD_DELIMITER = re.compile(rb'"?sep=([,;\t|])"?\r?\n')
OPEN_QUOTE = "a quote that is never closed"
BAD_QUOTES = "bad quotes"
BARE_RETURN = "a carriage return outside quotes"
MORE_CELLS = "more cells than columns"
FEWER_CELLS = "fewer cells than columns"
ZERO_BYTE = "a zero byte"
# Bytes that may be read again after rows that came to nothing. Where every line leaves a quote open, each would be
# read up to the limit of a row, again and again.
READ_AGAIN = 20_000_000


class _OpenQuote(Exception):
    """A row goes on over its line, and no more are looked at to find where it ends."""


class _TooLong(Exception):
    """A row over several lines grew too long."""


class _Feed:
    """Text lines for csv.reader, which can be handed back when a row turns out not to be one."""

    def __init__(self, stream: BufferedIOBase) -> None:
        self._lines = limited_lines(stream)
        self._back: deque[tuple[int, bytes | Rejection]] = deque()
        self._taken: list[tuple[int, bytes | Rejection]] = []
        self._size = 0
        self._again = READ_AGAIN

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self._taken and self._again <= 0:
            raise _OpenQuote
        number, line = self._back.popleft() if self._back else next(self._lines)
        self._taken.append((number, line))
        self._size += LONGEST if isinstance(line, Rejection) else len(line)
        if isinstance(line, Rejection) or self._size > LONGEST + 2:
            raise _TooLong
        return line.decode("utf-8", "surrogateescape")

    @property
    def line(self) -> int:
        """The number of the line on which the current row begins."""
        return self._taken[0][0]

    def begin(self) -> None:
        """Begin a new row."""
        self._taken.clear()
        self._size = 0

    def give_up(self, reason: str) -> tuple[int, Rejection]:
        """Return the row's first line as rejected; the others may be rows of their own."""
        (number, line), *others = self._taken
        self._back.extendleft(reversed(others))
        self._again -= self._size if others else 0
        return number, line if isinstance(line, Rejection) else rejection(reason, line)

    def rejected(self, reason: str) -> Rejection:
        """Return the whole row as rejected."""
        return rejection(reason, b"".join(line for _, line in self._taken if isinstance(line, bytes)))

    def has_zero(self) -> bool:
        """Tell whether a zero byte is in the row; it is in no text that people see."""
        return any(b"\0" in line for _, line in self._taken if isinstance(line, bytes))

    def readable(self) -> bool:
        """Tell whether the row is UTF-8."""
        try:
            for _, line in self._taken:
                line.decode("utf-8")
        except UnicodeDecodeError:
            return False
        return True


def delimited(
    stream: BufferedIOBase, head: bytes, shown: str
) -> tuple[tuple[str, ...], Iterator[tuple[int, dict[str, Any] | Rejection]]]:
    """Return the column names of the first row, and the (line number, record or Rejection) of the others.

    ``head`` is how the stream begins, to tell the delimiter from; ``shown`` the file's name in messages.
    Every value is text: an empty cell is "". Blank lines are passed over.
    """
    # The csv module's own limit is 128 kB a cell, below what we allow; it is one for the whole process.
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST + 2))
    feed = _Feed(stream)
    told = TOLD_DELIMITER.match(head)
    if told:
        next(feed)
        feed.begin()
    delimiter = told[1].decode() if told else delimiter_of(head)
    rows = csv.reader(feed, delimiter=delimiter, strict=True)
    columns = _header(rows, feed, shown)
    return columns, _records(rows, feed, columns)


def delimiter_of(head: bytes) -> str:
    """Return the delimiter under which the first row names most fields, or else has most cells."""
    text = head.decode("utf-8", "replace")

    def worth(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        return recognised(cells), len(cells)

    return max(DELIMITERS, key=worth)


def _header(rows: Iterator[list[str]], feed: _Feed, shown: str) -> tuple[str, ...]:
    try:
        cells = next(row for row in rows if row)
    except (csv.Error, _TooLong, StopIteration) as error:
        why = _reason(error) if isinstance(error, csv.Error) else TOO_LONG if isinstance(error, _TooLong) else "none"
        raise InputError(f"{shown}: the first line cannot be read as column names ({why}); mend it") from error
    if not feed.readable():
        raise InputError(f"{shown}: the column names have unreadable bytes; save the file as UTF-8")
    return _distinct(cells)


def _distinct(cells: list[str]) -> tuple[str, ...]:
    """Return column names of which no two are equal: a later one gets its number, as does one without name."""
    names: dict[str, None] = {}
    for number, cell in enumerate(cells, start=1):
        name = cell.strip() or f"column {number}"
        while name in names:
            name += f" ({number})"
        names[name] = None
    return tuple(names)


def _records(
    rows: Iterator[list[str]], feed: _Feed, columns: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, Any] | Rejection]]:
    while True:
        feed.begin()
        try:
            cells = next(rows)
        except StopIteration:
            return
        except _TooLong:
            yield feed.give_up(TOO_LONG)
        except _OpenQuote:
            yield feed.give_up(OPEN_QUOTE)
        except csv.Error as error:
            yield feed.give_up(_reason(error))
        else:
            if cells:
                yield feed.line, _record(cells, feed, columns)


def _reason(error: csv.Error) -> str:
    """Return our words for what csv.reader stumbled over."""
    known = {"unexpected end": OPEN_QUOTE, "new-line character": BARE_RETURN, "field larger": TOO_LONG}
    return next((ours for theirs, ours in known.items() if theirs in str(error)), BAD_QUOTES)


def _record(cells: list[str], feed: _Feed, columns: tuple[str, ...]) -> dict[str, Any] | Rejection:
    if not feed.readable():
        return feed.rejected(UNREADABLE_BYTES)
    if feed.has_zero():
        return feed.rejected(ZERO_BYTE)
    if len(cells) != len(columns):
        return feed.rejected(MORE_CELLS if len(cells) > len(columns) else FEWER_CELLS)
    return dict(zip(columns, cells, strict=True))
