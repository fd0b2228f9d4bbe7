"""Headlines out of pasted text: one a line, or a table as a spreadsheet or a CSV file has it, with a header or without.

A table is told by tabs, which is how spreadsheets copy cells, or by a first line that names a column of headlines, or
by quoted cells. Anything else is a headline a line, since headlines have commas of their own.
"""

from __future__ import annotations

import re

from core.data.records import Mapping, detected, folded
from core.errors import shorten
from core.inference.items import Listed

TAB = "\t"
SEPARATORS = (",", ";")
# A cell in quotation marks ends where a separator or the line's end follows; one that does not is a cell as it stands.
_QUOTED = r'"((?:[^"]|"")*+)"(?=[{0}\n]|\Z)|([^{0}\n]*)'
# Words in the cells of a column, on average, from which it is taken for text.
TEXT_WORDS = 2.5


def pasted(text: str) -> Listed:
    """Return the headlines in ``text``; InputError for more than 100,000."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    first = next((line for line in text.split("\n") if line.strip()), "")
    separator = _separator(first)
    if separator is None:
        rows = [[line] for line in text.split("\n")]
        return _taken(rows, 0, None, *_header_alone(rows))
    rows = cells(text, separator)
    begin = next((place for place, row in enumerate(rows) if any(cell.strip() for cell in row)), 0)
    known = detected(rows[begin], Mapping())
    if known.headline is not None:
        columns = [rows[begin].index(known.headline)]
        if known.short_description is not None:
            columns.append(rows[begin].index(known.short_description))
        named = f"a table with the headlines in its column {shorten(known.headline)}"
        return _taken(rows, columns[0], columns[1] if len(columns) > 1 else None, named, begin + 1)
    headline, description = _text_columns(rows)
    named = f"a table without a header, the headlines in its column {headline + 1}"
    if description is not None:
        named += f" and the descriptions in {description + 1}"
    return _taken(rows, headline, description, named)


def cells(text: str, separator: str) -> list[list[str]]:
    """Return the rows of ``text``, each its cells; a quoted cell may hold separators, line ends and doubled quotes.

    >>> cells('one;"two; three"', ";")
    [['one', 'two; three']]
    """
    pattern = re.compile(_QUOTED.format(re.escape(separator)))
    rows: list[list[str]] = [[]]
    place = 0
    while place <= len(text):
        match = pattern.match(text, place)
        quoted = match.group(1)
        rows[-1].append(match.group(2) if quoted is None else quoted.replace('""', '"'))
        place = match.end()
        if place < len(text) and text[place] == "\n":
            rows.append([])
        place += 1
    return rows


def _separator(first: str) -> str | None:
    """Return what separates the cells of a table that begins with ``first``; None where it is no table."""
    if TAB in first:
        return TAB
    for separator in SEPARATORS:
        row = cells(first, separator)[0]
        if len(row) > 1 and (detected(row, Mapping()).headline is not None or _all_quoted(first, separator)):
            return separator
    return None


def _all_quoted(line: str, separator: str) -> bool:
    quoted = r'"(?:[^"]|"")*+"'
    return re.fullmatch(f"{quoted}(?:{re.escape(separator)}{quoted})+", line.strip()) is not None


def _header_alone(rows: list[list[str]]) -> tuple[str, int]:
    """Return what a text of lines was taken for, and how many of its lines are the name of a column."""
    begin = next((place for place, row in enumerate(rows) if row[0].strip()), 0)
    rest = any(row[0].strip() for row in rows[begin + 1 :])
    if rest and rows and detected([rows[begin][0].strip()], Mapping()).headline is not None:
        return f"a headline a line, below the column's name {shorten(folded(rows[begin][0]))}", begin + 1
    return "a headline a line", 0


def _text_columns(rows: list[list[str]]) -> tuple[int, int | None]:
    """Return the columns of headlines and of descriptions: the first two whose cells are texts."""
    width = max(map(len, rows))
    texts = []
    for column in range(width):
        filled = [row[column] for row in rows if len(row) > column and row[column].strip()]
        if filled and sum(len(cell.split()) for cell in filled) / len(filled) >= TEXT_WORDS:
            texts.append(column)
    return (texts[0], texts[1] if len(texts) > 1 else None) if texts else (0, None)


def _taken(rows: list[list[str]], headline: int, description: int | None, read_as: str, begin: int = 0) -> Listed:
    found = Listed(read_as=read_as)
    for number, row in enumerate(rows[begin:], begin + 1):
        if not any(cell.strip() for cell in row):
            continue
        told = row[description].strip() if description is not None and len(row) > description else ""
        found.take(number, row[headline].strip() if len(row) > headline else "", told)
    return found
