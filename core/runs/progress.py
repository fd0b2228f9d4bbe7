"""How far a run is: what its worker writes down as it goes, and how it hears that it should stop."""

from __future__ import annotations

import math
import resource
import sys
import time
from typing import Any

from core.models.classifier import Cancelled, Stopped
from core.runs import status, store

EVERY_SECONDS = 0.25


class ProgressReport:
    """The `Report` of a run: writes progress and metrics, and raises when the run should stop.

    A figure that is no finite number is left out of what is written: JSON has none.
    """

    def __init__(self, run: store.Run) -> None:
        self.run = run
        self.stop_asked = False
        self.phase, self.written, self.figures = "", -math.inf, {}
        self.begun = time.monotonic()
        self.before = run.status.get("seconds") or 0.0

    def __call__(
        self, phase: str, step: int, total: int, *, rows: int | None = None, at_most: bool = False, **figures: float
    ) -> None:
        """Report ``step`` of ``total`` of ``phase``; ``figures`` such as loss are kept as metrics."""
        if self.run.cancel_requested:
            raise Cancelled
        if self.stop_asked:
            raise Stopped
        now = time.monotonic()
        if phase != self.phase:
            print(phase, flush=True)
            self.phase_begun, self.first_step, self.first_rows, self.figures = now, step, rows or 0, {}
        finite = {name: value for name, value in figures.items() if math.isfinite(value)}
        self.figures |= finite
        pace = self._pace(now, step, total, rows)
        if finite:
            seconds = round(self.before + now - self.begun, 3)
            store.record_metrics(self.run, {"phase": phase, "step": step, "seconds": seconds, **finite, **pace})
        # The first and the last step of a phase are always told.
        if now - self.written >= EVERY_SECONDS or phase != self.phase or step == total:
            self._write(now, {"phase": phase, "step": step, "total": total, "at_most": at_most, **pace})
            self.written = now
        self.phase = phase

    def _pace(self, now: float, step: int, total: int, rows: int | None) -> dict[str, float]:
        """Return rows/s in this phase and the seconds that it still takes at the pace so far."""
        elapsed, done = now - self.phase_begun, step - self.first_step
        pace: dict[str, float] = {}
        if elapsed <= 0:
            return pace
        if rows is not None and rows > self.first_rows:
            pace["rows_per_second"] = round((rows - self.first_rows) / elapsed, 1)
        if done > 0:
            pace["seconds_left"] = round((total - step) * elapsed / done, 1)
        return pace

    def _write(self, now: float, progress: dict[str, Any]) -> None:
        seconds = round(self.before + now - self.begun, 3)
        figures = {**self.figures, "seconds": seconds, "peak_memory_bytes": peak_memory()}
        status.record_progress(self.run.path, {**progress, **figures})


def peak_memory() -> int:
    """Return the largest resident memory of this process so far, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
