"""What commands print: one JSON document, or text for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from core.errors import InputError

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def emit(document: Mapping[str, Any], text: str, as_json: bool) -> None:
    """Print ``document`` as JSON, or ``text``."""
    print(json.dumps(document, ensure_ascii=False, allow_nan=False) if as_json else text)


def confirm(question: str, yes: bool, as_json: bool) -> None:
    """Ask a person; end the command when the answer is no. A script has to say --yes."""
    if yes:
        return
    if as_json:
        raise InputError("--json asks no question; add --yes to delete")
    typer.confirm(question, abort=True)


def say(message: str) -> None:
    """Print a remark for people on stderr, out of the way of what scripts read."""
    print(message, file=sys.stderr, flush=True)


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Return ``rows`` as aligned text, numbers to the right, under a line of ``columns``."""
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    right = [bool(rows) and all(isinstance(row.get(column), int | float | None) for row in rows) for column in columns]
    heads = [column.replace("_", " ") for column in columns]
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in [heads, *cells]
    )


def pairs(values: Mapping[str, Any]) -> str:
    """Return names and values, one pair a line, values aligned."""
    width = max(map(len, values), default=0)
    return "\n".join(f"{name.ljust(width)}  {_cell(value)}" for name, value in values.items())


def bytes_text(count: float) -> str:
    """Return a number of bytes for people."""
    from core.runs.wording import size

    return size(count)


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
    return str(value)
