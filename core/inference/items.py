"""What is to be classified: headline and description, from text or from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.data.readers import reading
from core.data.records import MAX_HEADLINE, Mapping, detected
from core.data.rejection import Rejection
from core.errors import InputError, NotFound, shorten

MOST = 100_000
PLAIN_TEXT = ".txt"


def check_headline(headline: str) -> str:
    """Return ``headline`` if it can be classified, else raise InputError."""
    if not headline.strip():
        raise InputError("headline is empty; give a text with at least one word")
    if len(headline) > MAX_HEADLINE:
        raise InputError(
            f"headline {shorten(headline)} has {len(headline):,} characters; give at most "
            f"{MAX_HEADLINE:,} (longer text belongs in the description)"
        )
    if not any(character.isalnum() for character in headline):
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
                keys = ", ".join(map(shorten, list(record)[:10])) or "none"
                raise InputError(
                    f"{shorten(str(path))}, line {line}: there is no headline among its columns ({keys}); "
                    "name the column 'headline'"
                )
            description = _text(path, line, record, columns.short_description, "description")
            found.append((line, headline, description or ""))
    return found


def _text(path: Path, line: int, record: dict[str, Any], column: str | None, field: str) -> str | None:
    value = record.get(column) if column else None
    if value is None or isinstance(value, str):
        return value
    raise InputError(f"{shorten(str(path))}, line {line}: the {field} {shorten(value)} is no text; write it as text")
