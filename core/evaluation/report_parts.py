"""What a report is made of in every form: sections of words and tables, and figures as they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

NOTHING = "–"
TOO_FEW = "too few errors for an interval"


@dataclass(frozen=True)
class Table:
    """Cells as they are shown.

    Attributes
    ----------
    caption: what the rows are.
    head: titles of the columns; the first names the rows.
    numeric: which columns are set to the right.
    rows: one text a column each.
    folded: shown on demand, where the form allows it.
    bar: title of the column whose shares are drawn as well, where the form allows it; "" for none.
    """

    caption: str
    head: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    folded: bool = False
    bar: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the report.

    Attributes
    ----------
    name: a word for links and for pictures.
    words: paragraphs.
    pictures: names of pictures, for forms that have any.
    """

    name: str
    title: str
    words: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, words: int = 1, **how: Any) -> Table:
    """Return a table whose first ``words`` columns are words and all others numbers."""
    numeric = tuple(place >= words for place in range(len(head)))
    return Table(caption, tuple(head), numeric, tuple(map(tuple, rows)), **how)


def score(value: float) -> str:
    """Return a score with three decimals."""
    return f"{value:.3f}"


def percent(value: float) -> str:
    """Return a share in per cent with one decimal."""
    return f"{100 * value:.1f} %"


def signed(value: float) -> str:
    """Return a difference with its sign and three decimals; what rounds to nothing has no minus."""
    return f"{round(value, 3) + 0.0:+.3f}"


def ends(interval: Sequence[float] | None, how: Any = score) -> str:
    """Return both ends of an interval, or why there is none."""
    return TOO_FEW if interval is None else f"{how(interval[0])} to {how(interval[1])}"
