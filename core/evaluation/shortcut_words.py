"""A shortcut in a sentence: what it gives away, how surely, and when."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any


def evidence(shortcut: Mapping[Hashable, Any]) -> str:
    """Return the sentence of one row of `core.evaluation.shortcuts.shortcuts`."""
    one = shortcut
    return (
        f"Of {one['rows']:,} rows with “{one['shown']}”, {percent(one['precision'])} are {one['class']} "
        f"(95 % {percent(one['low'])} to {percent(one['high'])}; {percent(one['base'])} of all rows are). "
        f"From {one['begin']} to {one['end']} it stands in {percent(one['use_inside'])} of the rows of {one['class']}, "
        f"at other times in {percent(one['use_outside'])}."
    )


def percent(share: float) -> str:
    """Return a share (0 to 1) as it is read.

    >>> percent(0.12345), percent(0.0001), percent(0.0)
    ('12.3%', '< 0.1%', '0.0%')
    """
    return "< 0.1%" if 0 < share < 0.0005 else f"{share:.1%}"
