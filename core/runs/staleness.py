"""Whether a run was trained under another partition than a grouping has, and what it still answers then."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.errors import CopydeskError

if TYPE_CHECKING:
    from core.grouping.grouping import Grouping
    from core.runs.spec import TrainingSpec
    from core.runs.store import Run

# What a run is under a grouping: of the same partition; of another, of which it
FRESH = "fresh"
ANSWERS = "answers"  # still answers, being of raw categories,
ADDS_UP = "adds up"  # answers the groups, since each of its own stays whole,
RETRAIN = "retrain"  # cannot answer before it is trained again.


def staleness(spec: TrainingSpec, grouping: Grouping) -> str:
    """Return what a run of ``spec`` is under ``grouping``: FRESH, ANSWERS, ADDS_UP or RETRAIN.

    Partitions are compared over the run's own categories; the names of groups play no part.
    """
    own = _blocks(spec.categories, _items(spec.grouping.mapping))
    other = _blocks(spec.categories, _items(grouping.mapping))
    if own == other:
        return FRESH
    if spec.target == "category":
        return ANSWERS
    # Each of its groups stays whole when no two categories of one are in two of the other.
    return ADDS_UP if len(set(zip(own, other, strict=True))) == len(set(own)) else RETRAIN


def is_stale(spec: TrainingSpec, grouping: Grouping) -> bool:
    """Tell whether ``grouping`` divides the run's categories otherwise than the grouping it was trained under."""
    return staleness(spec, grouping) != FRESH


def is_outdated(run: Run) -> bool | None:
    """Tell whether the newest version of the grouping that the run names has another partition than its own.

    None where nobody can tell: the grouping was never saved, is deleted, or cannot be read.
    """
    newest = _newest(run.spec.grouping.name)
    return None if newest is None else is_stale(run.spec, newest)


def _newest(name: str) -> Grouping | None:
    # Here, and not at the top: a queue and its workers have no need of numpy.
    from core.grouping import versions

    with contextlib.suppress(CopydeskError):
        return versions.load(name)
    return None


def _items(mapping: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(mapping.items())


@functools.lru_cache(maxsize=4096)
def _blocks(categories: tuple[str, ...], items: tuple[tuple[str, str], ...]) -> tuple[int, ...]:
    """Return for each category the place of the first one of its group: equal for equal partitions."""
    mapping, first = dict(items), {}
    return tuple(first.setdefault(mapping.get(category, category), place) for place, category in enumerate(categories))
