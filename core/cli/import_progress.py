"""Tells a person at a terminal how far an import is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from core.cli.printing import say

EVERY_SECONDS = 5.0


class ImportProgress:
    """Says every few seconds how many rows are done, and how long it may still take; a quick import says nothing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun = self._told = clock()

    def __call__(self, rows: int, done: int, size: int) -> None:
        """Take note that ``rows`` are imported and ``done`` bytes of ``size`` read."""
        now = self._clock()
        if now - self._told < EVERY_SECONDS or not done:
            return
        self._told = now
        left = (now - self._begun) * (size - done) / done
        say(f"{rows:,} rows, {100 * done / size:.0f} %, about {left:,.0f} s left")


def at_terminal() -> ImportProgress | None:
    """Return one where somebody is there to read it."""
    return ImportProgress() if sys.stderr.isatty() else None
