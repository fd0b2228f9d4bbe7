"""What is doubtful about the column names of a table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.data.dates import UNREADABLE, day_of
from core.errors import shorten

LONGEST_NAME = 80
NUMBERED = re.compile(r"(.+) \([0-9]+\)")


def doubts(columns: Sequence[str]) -> list[str]:
    """Return what is wrong with ``columns``, the first line of a table, a sentence each.

    >>> doubts(["3", "Oil prices rise again", "Crude oil rose."])
    ["the first line looks like a record ('3'), not like column names; put a line with the names before it"]
    """
    value = next((column for column in columns if _is_value(column)), None)
    found = []
    if value is not None:
        found.append(
            f"the first line looks like a record ({shorten(value)}), not like column names; put a line with the names "
            "before it"
        )
    names = set(columns)
    double = [column for column in columns if (base := NUMBERED.fullmatch(column)) and base[1] in names]
    if double:
        name = NUMBERED.fullmatch(double[0])[1]
        found.append(f"two columns are called {shorten(name)}; the later one is {shorten(double[0])} here")
    return found


def _is_value(column: str) -> bool:
    return len(column) > LONGEST_NAME or column.isdecimal() or day_of(column) not in (None, UNREADABLE)
