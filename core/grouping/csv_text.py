"""Groupings as CSV text: for spreadsheets. A line a category; the note has no place in it."""

from __future__ import annotations

import csv
import io

from core.data.safe_csv import csv_text, unguarded
from core.errors import InputError, shorten
from core.grouping.grouping import Grouping

HEADER = ("category", "group")
DELIMITERS = ",;\t"


def grouping_to_csv(grouping: Grouping) -> str:
    """Return a line for each category that ``grouping`` names, under ``category,group``.

    A name that a spreadsheet would take for a formula has an apostrophe in front.
    """
    return csv_text(HEADER, grouping.mapping.items())


def grouping_from_csv(text: str, name: str) -> Grouping:
    """Return the grouping of a table with the columns category and group, found by their names in the first line.

    Cells may be parted by comma, semicolon or tab; other columns play no part, and neither do empty lines.

    Raises InputError, with the line, for a category that stands twice, an empty name or a missing cell.
    """
    try:
        return Grouping(name, _mapping(text))
    except InputError as error:
        raise InputError(f"grouping {shorten(name)}: {error}") from error
    except csv.Error as error:
        raise InputError(f"grouping {shorten(name)} is not valid CSV: {error}; correct that place") from error


def _mapping(text: str) -> dict[str, str]:
    delimiter, places = _columns(text)
    reader = _reader(text, delimiter)
    next(reader)
    mapping: dict[str, str] = {}
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue
        line = reader.line_num
        if len(row) <= max(places):
            raise InputError(f"line {line} has {len(row)} of the columns category and group; give it both")
        category, group = (unguarded(row[place]) for place in places)
        for what, value in zip(HEADER, (category, group), strict=True):
            if not value.strip():
                raise InputError(f"line {line} has an empty {what}; give it a name, or remove the line")
        if category in mapping:
            raise InputError(f"category {shorten(category)} stands twice (line {line}); keep it in one group")
        mapping[category] = group
    return mapping


def _columns(text: str) -> tuple[str, tuple[int, int]]:
    """Return what parts the cells, and the places of category and group, as the first line tells them."""
    for delimiter in DELIMITERS:
        names = [cell.strip().casefold() for cell in next(_reader(text, delimiter), [])]
        if all(names.count(column) == 1 for column in HEADER):
            return delimiter, (names.index(HEADER[0]), names.index(HEADER[1]))
    first = text.split("\n", 1)[0].strip()
    raise InputError(
        f"the first line, {shorten(first)}, does not name the columns category and group once each; "
        f"write {','.join(HEADER)} there"
    )


def _reader(text: str, delimiter: str) -> csv.reader:  # type: ignore[valid-type]
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
