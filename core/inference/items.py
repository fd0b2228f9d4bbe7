"""What is to be classified: headline and description, from text or from a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.data.readers import reading
from core.data.records import MAX_HEADLINE, Mapping, detected
from core.data.rejection import Rejection
from core.errors import InputError, NotFound, shorten

MOST = 100_000
LETTER_OR_DIGIT = re.compile(r"[^\W_]")
PLAIN_TEXT = ".txt"


@dataclass(frozen=True)
class Listed:
    """Headlines out of a text or a file, and what cannot be classified there.

    Attributes
    ----------
    items: (headline, description) of each that can be classified, in order.
    lines: the line or row that each of them stands in, from 1.
    rejected: (line, why) of those that cannot.
    read_as: what the text was taken for, as part of a sentence.
    """

    items: list[tuple[str, str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rejected: list[tuple[int, str]] = field(default_factory=list)
    read_as: str = "a headline a line"

    def take(self, line: int, headline: str, description: str) -> None:
        """Put one among the items, or among the rejected; InputError for one more than can be taken."""
        if len(self.items) >= MOST:
            raise InputError(f"these are more than {MOST:,} headlines; `score` takes files of any size")
        try:
            self.items.append((check_headline(headline), description))
            self.lines.append(line)
        except InputError as error:
            self.rejected.append((line, str(error)))


def check_headline(headline: str) -> str:
    """Return ``headline`` if it can be classified, else raise InputError."""
    if not headline.strip():
        raise InputError("headline is empty; give a text with at least one word")
    if len(headline) > MAX_HEADLINE:
        raise InputError(
            f"headline {shorten(headline)} has {len(headline):,} characters; give at most "
            f"{MAX_HEADLINE:,} (longer text belongs in the description)"
        )
    if not LETTER_OR_DIGIT.search(headline):
        raise InputError(f"headline {shorten(headline)} has no letter or digit; give a text with at least one word")
    return headline


def items_in(path: Path) -> list[tuple[str, str]]:
    """Return (headline, description) of each record in a file, in order.

    ``.txt`` holds one headline a line, blank lines aside; any other file is what ``data import``
    reads, with no category needed. Raises InputError with the line of the first that cannot be
    classified, and for more than 100,000.
    """
    lines = _plain_lines(path) if path.suffix.lower() == PLAIN_TEXT else _records(path)
    items = []
    for line, headline, description in lines:
        try:
            items.append((check_headline(headline), description))
        except InputError as error:
            raise InputError(f"{shorten(str(path))}, line {line}: {error}") from error
        if len(items) > MOST:
            raise InputError(f"{shorten(str(path))} holds more than {MOST:,} headlines; split the file")
    if not items:
        raise InputError(f"{shorten(str(path))} holds no headline; write one a line")
    return items


def listed(path: Path) -> Listed:
    """Return what `items_in` does, with the lines that cannot be classified beside the others.

    Raises InputError for a file that cannot be read or is too long.
    """
    plain = path.suffix.lower() == PLAIN_TEXT
    found = Listed(read_as="a headline a line" if plain else "a table")
    for line, headline, description in _plain_lines(path) if plain else _told(path):
        if isinstance(headline, InputError):
            found.rejected.append((line, str(headline)))
        else:
            found.take(line, headline, description)
    return found


def _told(path: Path) -> Iterator[tuple[int, str | InputError, str]]:
    """Yield the records of a file as (line, headline or why there is none, description)."""
    with reading(path) as reader:
        known = detected(reader.columns or (), Mapping())
        for line, record in reader.records(known.named().values()):
            if isinstance(record, Rejection):
                yield line, InputError(record.reason), ""
                continue
            columns = detected(tuple(record), known)
            try:
                headline = _text(path, line, record, columns.headline, "headline")
                description = _text(path, line, record, columns.short_description, "description")
            except InputError as error:
                yield line, error, ""
                continue
            if columns.headline is None and reader.columns is not None:
                raise InputError(_no_column(path, line, record))
            yield line, InputError("there is no headline") if headline is None else headline, description or ""


def _plain_lines(path: Path) -> list[tuple[int, str, str]]:
    try:
        # Split at \n alone: U+2028 and its like stand inside real headlines.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError as error:
        raise NotFound(f"file {shorten(str(path))} does not exist; check the path") from error
    except IsADirectoryError as error:
        raise InputError(f"{shorten(str(path))} is a directory; give a file") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{shorten(str(path))} is not UTF-8 text; save it as UTF-8") from error
    return [(number, line.strip("\r"), "") for number, line in enumerate(lines, 1) if line.strip()]


def _records(path: Path) -> list[tuple[int, str, str]]:
    found = []
    with reading(path) as reader:
        known = detected(reader.columns or (), Mapping())
        for line, record in reader.records(known.named().values()):
            if isinstance(record, Rejection):
                raise InputError(f"{shorten(str(path))}, line {line}: {record.reason}; mend or remove that line")
            columns = detected(tuple(record), known)
            headline = _text(path, line, record, columns.headline, "headline")
            if headline is None:
                raise InputError(_no_column(path, line, record))
            description = _text(path, line, record, columns.short_description, "description")
            found.append((line, headline, description or ""))
    return found


def _no_column(path: Path, line: int, record: dict[str, Any]) -> str:
    keys = ", ".join(map(shorten, list(record)[:10])) or "none"
    return (
        f"{shorten(str(path))}, line {line}: there is no headline among its columns ({keys}); "
        "name the column 'headline'"
    )


def _text(path: Path, line: int, record: dict[str, Any], column: str | None, field: str) -> str | None:
    value = record.get(column) if column else None
    if value is None or isinstance(value, str):
        return value
    raise InputError(f"{shorten(str(path))}, line {line}: the {field} {shorten(value)} is no text; write it as text")
