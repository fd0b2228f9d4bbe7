"""What commands print: one JSON document, or text for people."""

from __future__ import annotations

import json
import re
import shutil
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from core.cli import status_line
from core.errors import InputError

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

# What ends a line, and what could move the cursor, colour the screen or turn letters round: a headline may hold it.
_BREAKS = re.compile("[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
LEAST_WIDTH = 12


class Stopped(Exception):
    """A command that a person ended by Ctrl-C: what stays of it, and how it goes on."""


def emit(document: Mapping[str, Any], text: str, as_json: bool) -> None:
    """Print ``document`` as JSON, or ``text``."""
    status_line.clear()
    print(json.dumps(document, ensure_ascii=False, allow_nan=False) if as_json else harmless(text))


def confirm(question: str, yes: bool, as_json: bool) -> None:
    """Ask a person; end the command when the answer is no. A script has to say --yes."""
    if yes:
        return
    if as_json:
        raise InputError("--json asks no question; add --yes to delete")
    status_line.clear()
    typer.confirm(question, abort=True)


def say(message: str) -> None:
    """Print a remark for people on stderr, out of the way of what scripts read."""
    status_line.clear()
    print(harmless(message), file=sys.stderr, flush=True)


def harmless(text: str) -> str:
    r"""Return ``text`` with the characters escaped that a terminal would obey instead of showing them.

    >>> harmless("Storm \x1b[31m")
    'Storm \\x1b[31m'
    """
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Return ``rows`` as aligned text, numbers to the right, under a line of ``columns``.

    At a terminal the widest texts are cut, so that a row stays a line; in a file or a pipe they are whole.
    """
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    right = [bool(rows) and all(isinstance(row.get(column), int | float | None) for row in rows) for column in columns]
    heads = [column.replace("_", " ") for column in columns]
    widths = [max(map(_width, column)) for column in zip(heads, *cells, strict=True)]
    if sys.stdout.isatty():
        widths = fitted(widths, right, shutil.get_terminal_size().columns)
    return "\n".join(
        "  ".join(
            _filled(cell, width, to_right) for cell, width, to_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in [heads, *cells]
    )


def fitted(widths: Sequence[int], fixed: Sequence[bool], room: int) -> list[int]:
    """Return ``widths`` with the widest that are not ``fixed`` taken down until all, two spaces apart, are in ``room``.

    None becomes less than 12: what still does not fit is wrapped.

    >>> fitted([40, 6, 20], [False, True, False], 52)
    [22, 6, 20]
    """
    found = list(widths)
    over = sum(found) + 2 * (len(found) - 1) - room
    while over > 0:
        place = max((at for at in range(len(found)) if not fixed[at]), key=found.__getitem__, default=None)
        if place is None or found[place] <= LEAST_WIDTH:
            break
        found[place] -= 1
        over -= 1
    return found


def pairs(values: Mapping[str, Any]) -> str:
    """Return names and values, one pair a line, values aligned."""
    width = max(map(len, values), default=0)
    return "\n".join(f"{name.ljust(width)}  {_cell(value)}".rstrip() for name, value in values.items())


def bytes_text(count: float) -> str:
    """Return a number of bytes for people."""
    from core.runs.wording import size

    return size(count)


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number and what it counts.

    >>> counted(1, "row"), counted(2_000, "row"), counted(0, "category", "categories")
    ('1 row', '2,000 rows', '0 categories')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _filled(cell: str, width: int, to_right: bool) -> str:
    """Return ``cell`` as wide as its column, cut where it is wider."""
    if _width(cell) > width:
        while _width(cell) >= width:
            cell = cell[:-1]
        cell += "…"
    gap = " " * (width - _width(cell))
    return gap + cell if to_right else cell + gap


def _width(text: str) -> int:
    """Return how many places of a terminal ``text`` takes: two for a letter of East Asia or an emoji."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text
    )


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        # A setting such as 1e-5 must not read as nothing.
        return f"{value:.3f}" if value == 0 or abs(value) >= 0.001 else f"{value:g}"
    return harmless(_BREAKS.sub(" ", str(value)))
