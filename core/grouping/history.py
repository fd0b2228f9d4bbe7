"""The saved versions of a grouping one after another, and which groupings are the same under another name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from core.errors import CopydeskError
from core.grouping import versions
from core.grouping.diff import diff
from core.grouping.grouping import Grouping


@dataclass(frozen=True)
class Saved:
    """One saved version.

    Attributes
    ----------
    saved_at: when it was written, in UTC: the time of its file, which is never written again.
    grouping: None when the file cannot be read; ``error`` then says why.
    moved: categories that are elsewhere than in the version before that can be read; None for the first.
    same_as: the earlier versions with the same partition.
    """

    version: int
    saved_at: datetime | None
    grouping: Grouping | None
    error: str | None
    moved: int | None
    same_as: tuple[int, ...]


@dataclass(frozen=True)
class Relation:
    """How a grouping stands to another one.

    Attributes
    ----------
    twins: the other groupings of the list with the same partition of the categories compared.
    adjusted_rand_index: against the grouping that the list was compared with.
    """

    grouping: Grouping
    twins: tuple[str, ...]
    adjusted_rand_index: float
    moved: int
    rows_moved: int


def history(name: str) -> list[Saved]:
    """Return the saved versions of ``name``, the first first; none for a built-in one or one never saved.

    They are compared by the categories that they name themselves: a version may be older than any dataset.
    """
    loaded = {version: _load(f"{name}@{version}") for version in versions.versions(name)}
    universe = {category for grouping, _ in loaded.values() if grouping for category in grouping.mapping}
    alike: dict[str, list[int]] = {}
    found: list[Saved] = []
    before: Grouping | None = None
    for version, (grouping, error) in loaded.items():
        same = alike.setdefault(grouping.partition_hash(universe), []) if grouping else []
        moved = len(diff(before, grouping, {}).moves) if before and grouping else None
        found.append(Saved(version, _written(name, version), grouping, error, moved, tuple(same)))
        same.append(version)
        before = grouping or before
    return found


def _load(reference: str) -> tuple[Grouping | None, str | None]:
    try:
        return versions.load(reference), None
    except CopydeskError as error:
        return None, str(error)


def _written(name: str, version: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(versions.version_path(name, version).stat().st_mtime, UTC)
    except OSError:
        return None


def relations(groupings: Iterable[Grouping], current: Grouping, rows: Mapping[str, int]) -> list[Relation]:
    """Return how each of ``groupings`` stands to ``current`` and to the others, over categories with ``rows``.

    The categories compared are those of ``rows``, so that twins are twins for the dataset at hand.
    """
    listed = list(groupings)
    hashes = [grouping.partition_hash(rows) for grouping in listed]
    found = []
    for grouping, own in zip(listed, hashes, strict=True):
        twins = [
            other.name for other, its in zip(listed, hashes, strict=True) if its == own and other.name != grouping.name
        ]
        between = diff(_on(current, rows), _on(grouping, rows), rows)
        found.append(
            Relation(grouping, tuple(twins), between.adjusted_rand_index, len(between.moves), between.rows_moved)
        )
    return found


def _on(grouping: Grouping, rows: Mapping[str, int]) -> Grouping:
    """Return what ``grouping`` says of the categories of ``rows`` alone."""
    known = {category: group for category, group in grouping.mapping.items() if category in rows}
    return Grouping(grouping.name, known, grouping.version, grouping.note)
