"""The order in which runs start: the highest priority first, of equal ones the first that was queued."""

from __future__ import annotations

from collections.abc import Iterable

from core.runs import states
from core.runs.store import Run


def in_order(runs: Iterable[Run]) -> list[Run]:
    """Return the runs that wait, in the order in which they start."""
    waiting = [run for run in runs if run.state == states.QUEUED]
    return sorted(waiting, key=lambda run: (-run.priority, run.sequence, run.id))


def places(runs: Iterable[Run]) -> dict[str, int]:
    """Return id -> place in the queue, from 1, of the runs that wait."""
    return {run.id: place for place, run in enumerate(in_order(runs), 1)}
