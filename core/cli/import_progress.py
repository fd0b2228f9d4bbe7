"""Tells a person at a terminal how far an import is."""

from __future__ import annotations

import time
from collections.abc import Callable

from core.cli import status_line

QUIET_SECONDS = 1.5


class ImportProgress:
    """Says how many rows are done, and how long it may still take; a quick import says nothing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun = clock()

    def __call__(self, rows: int, done: int, size: int) -> None:
        """Take note that ``rows`` are imported and ``done`` bytes of ``size`` read."""
        passed = self._clock() - self._begun
        if passed < QUIET_SECONDS or not done:
            return
        left = passed * (size - done) / done
        status_line.show(f"{rows:,} rows · {100 * done / size:.0f} % · about {left:,.0f} s left")
