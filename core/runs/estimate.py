"""What a run will take, told from earlier runs on this machine."""

from __future__ import annotations

import socket
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.runs import states, store
from core.runs.spec import TrainingSpec

# Further off than this an earlier run tells nothing: much of a small run's time is the start of its process.
FURTHEST = 4.0
ALIKE = 1.1


@dataclass(frozen=True)
class Estimate:
    """What earlier runs tell: seconds, bytes of memory at the peak, bytes on disk, and from how many runs."""

    seconds: float
    memory_bytes: float
    disk_bytes: float
    runs: int


def estimate(spec: TrainingSpec, rows: int, runs: Iterable[store.Run]) -> Estimate | None:
    """Return what a run of ``spec`` on ``rows`` rows will take; None when no earlier run is like enough.

    Like is a run of the same model with the same settings, else one of the same preset; on this machine,
    of at least a quarter and at most four times the rows.
    """
    like = [run for run in _like(spec, runs) if _is_near(rows_of(run), rows)]
    if not like:
        return None
    sizes = [rows_of(run) for run in like]
    return Estimate(
        seconds=scaled(sizes, [run.status["seconds"] for run in like], rows),
        memory_bytes=scaled(sizes, [run.status["metrics"].get("peak_memory_bytes", 0) for run in like], rows),
        disk_bytes=scaled(sizes, [store.disk_bytes(run) for run in like[:3]], rows),
        runs=len(like),
    )


def _like(spec: TrainingSpec, runs: Iterable[store.Run]) -> list[store.Run]:
    """Return the finished runs of this machine that did the same work, else those of the same preset."""
    host = socket.gethostname()
    done = [
        run
        for run in runs
        if run.state == states.SUCCEEDED
        and run.status.get("host") == host
        and isinstance(run.status.get("seconds"), int | float)
        and isinstance(run.status.get("metrics"), dict)
        and (run.spec.model, run.spec.target) == (spec.model, spec.target)
    ]
    same = [run for run in done if run.spec.hyperparameters == spec.hyperparameters]
    return same or [run for run in done if run.spec.preset == spec.preset]


def rows_of(run: store.Run) -> int:
    """Return about how many rows a finished run had, training and test together."""
    tested = run.status["metrics"].get("rows", 0)
    return max(1, round(tested / run.spec.split.test_share))


def _is_near(earlier: int, rows: int) -> bool:
    return rows / FURTHEST <= earlier <= rows * FURTHEST


def scaled(sizes: Sequence[int], values: Sequence[float], rows: int) -> float:
    """Return what ``rows`` rows take, when ``sizes`` rows took ``values``.

    The median of the runs of about that size; without any, in proportion to the run next in size.
    """
    pairs = list(zip(sizes, values, strict=False))
    alike = [value for size, value in pairs if rows / ALIKE <= size <= rows * ALIKE]
    if alike:
        return float(statistics.median(alike))
    size, value = min(pairs, key=lambda pair: max(pair[0] / rows, rows / pair[0]))
    return float(value * rows / size)
