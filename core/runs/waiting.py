"""The order in which runs start: the highest priority first, of equal ones the first that was queued."""

from __future__ import annotations

import shutil
from collections.abc import Iterable

from core.runs import states
from core.runs.store import Run
from core.runs.wording import size
from core.storage import models_root

SPARE_DISK_BYTES = 50_000_000


def in_order(runs: Iterable[Run]) -> list[Run]:
    """Return the runs that wait, in the order in which they start."""
    waiting = [run for run in runs if run.state == states.QUEUED]
    return sorted(waiting, key=lambda run: (-run.priority, run.sequence, run.id))


def in_need_of(dataset: str, runs: Iterable[Run]) -> int:
    """Return how many living runs still have to read the dataset of that name."""
    reading = ("queued", "read")
    return sum(run.alive and run.spec.dataset == dataset and run.status["progress"]["phase"] in reading for run in runs)


def hindrance() -> str | None:
    """Return why nothing that waits is started, whatever slots are free; None when nothing stands in the way.

    A run that starts on a full disk can only fail, and so would all that wait behind it.
    """
    free = shutil.disk_usage(models_root()).free
    if free >= SPARE_DISK_BYTES:
        return None
    return f"waiting runs start once there are {size(SPARE_DISK_BYTES)} free at {models_root()}; now it is {size(free)}"


def places(runs: Iterable[Run]) -> dict[str, int]:
    """Return id -> place in the queue, from 1, of the runs that wait."""
    return {run.id: place for place, run in enumerate(in_order(runs), 1)}
