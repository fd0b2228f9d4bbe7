"""The frontier: the best groupings that greedy merging finds, from every category by itself down to two groups.

Each step merges the two groups that serve an objective best, told from confusion sums alone; each
grouping on the way is then scored from the rows, so that it compares with any other grouping's figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from core.confusion import confusion_matrix, f1_by_label, joint_counts, macro_average
from core.errors import InputError
from core.grouping.evidence import by_category
from core.grouping.grouping import Grouping
from core.grouping.scores import Scores
from core.grouping.splits import free_name
from core.grouping.whatif import Figures, information_kept

OBJECTIVES = ("accuracy", "macro_f1", "information_kept")
# Points that a person sees as no difference.
SAME = 0.0005


@dataclass(frozen=True)
class Point:
    """One grouping of a path: which objective was followed, down to how many groups, and its figures from rows."""

    objective: str
    groups: int
    accuracy: float
    macro_f1: float
    information_kept: float


@dataclass(frozen=True, eq=False)
class Frontier:
    """The paths of all objectives; to be read, not changed.

    Attributes
    ----------
    categories: the raw categories, sorted; k of them.
    merges: objective -> the merges of its path in order, pairs of positions (into, from), shape (k - 2, 2).
        ``into`` is the largest category of the group that results.
    points: by objective, each from k groups down to two.
    """

    categories: tuple[str, ...]
    merges: Mapping[str, np.ndarray]
    points: tuple[Point, ...]

    def leaders(self, point: Point) -> np.ndarray:
        """Return for each category the position of the largest one in its group, shape (k,)."""
        leader = np.arange(len(self.categories))
        for into, gone in self.merges[point.objective][: len(self.categories) - point.groups]:
            leader[leader == gone] = into
        return leader

    def partition(self, point: Point) -> list[list[str]]:
        """Return the groups of ``point`` as sorted lists of categories, the groups of one included."""
        members: dict[int, list[str]] = {}
        for category, leader in zip(self.categories, self.leaders(point), strict=True):
            members.setdefault(int(leader), []).append(category)
        return sorted(members.values())

    def best(self, groups: int, measure: str) -> Point | None:
        """Return the point with so many groups that is highest in ``measure``; None where there is none."""
        found = [point for point in self.points if point.groups == groups]
        return max(found, key=lambda point: getattr(point, measure), default=None)


def frontier(scores: Scores) -> Frontier:
    """Return the paths of greedy merging for each of `OBJECTIVES`.

    accuracy merges the two groups with the most errors between them, macro_f1 those whose common F1
    gains most, information_kept those whose merging loses least of what a prediction says of the
    category: Slonim & Tishby, "Agglomerative Information Bottleneck", NIPS 1999. A step looks at sums
    alone: with k categories it costs k² (accuracy, macro_f1), and the losses of information are kept
    from step to step. A group is called after its category with the most test rows.

    Raises InputError when the model answers with groups.
    """
    if not scores.of_categories:
        raise InputError(
            "this run was trained on groups, which cannot be put together in other ways; "
            "choose a run with target category, or train one with --target category"
        )
    categories = scores.universe
    true, probabilities = by_category(scores)
    size = np.bincount(true, minlength=len(categories))
    columns = np.array(probabilities.T, order="C")
    predicted = columns.argmax(axis=0) if len(scores) else np.zeros(0, dtype=np.int64)
    counts = confusion_matrix(true, predicted, len(categories))
    merges = {name: np.array(list(path(counts, size)), dtype=np.int64).reshape(-1, 2) for name, path in PATHS.items()}
    points = [
        Point(name, len(categories) - step, *figures)
        for name, steps in merges.items()
        for step, figures in enumerate(_scored(true, columns.copy(), predicted.copy(), steps))
    ]
    return Frontier(categories, merges, tuple(points))


def _into(size: np.ndarray, one: int, other: int) -> tuple[int, int]:
    """Return the two with the larger category first, the first by name where both are as large."""
    return (one, other) if (size[one], other) >= (size[other], one) else (other, one)


def _by_accuracy(counts: np.ndarray, size: np.ndarray) -> Iterator[tuple[int, int]]:
    between = (counts + counts.T).astype(float)
    np.fill_diagonal(between, -np.inf)
    for _ in range(len(counts) - 2):
        into, gone = _into(size, *_at(between.argmax(), between))
        yield into, gone
        _fold(between, into, gone)


def _by_macro_f1(counts: np.ndarray, size: np.ndarray) -> Iterator[tuple[int, int]]:
    between = (counts + counts.T).astype(float)
    right, total = counts.diagonal().astype(float), between.sum(axis=1)
    np.fill_diagonal(between, -np.inf)
    for _ in range(len(counts) - 2):
        f1, present = f1_by_label(right, total, 0), total > 0
        together = f1_by_label(right[:, None] + right + between, total[:, None] + total, 0)
        # The mean over labels that occur: one fewer where both do.
        left = present.sum() - (present[:, None] & present)
        macro = (f1.sum() + together - f1[:, None] - f1) / np.maximum(left, 1)
        into, gone = _into(size, *_at(np.where(np.isneginf(between), -np.inf, macro).argmax(), between))
        yield into, gone
        right[into] += right[gone] + between[into, gone]
        total[into] += total[gone]
        right[gone] = total[gone] = 0.0
        _fold(between, into, gone)


def _by_information(counts: np.ndarray, size: np.ndarray) -> Iterator[tuple[int, int]]:
    """Follow the merges of predictions that lose least; counts of one cell, unlike shares, need no division."""
    joint = counts.astype(float)
    loss = np.array([_losses(joint, at) for at in range(len(joint))]).reshape(joint.shape)
    np.fill_diagonal(loss, np.inf)
    for _ in range(len(counts) - 2):
        into, gone = _into(size, *_at(loss.argmin(), loss))
        yield into, gone
        joint[:, into] += joint[:, gone]
        joint[:, gone] = 0.0
        loss[gone, :] = loss[:, gone] = np.inf
        alive = np.isfinite(loss[into])
        loss[into, alive] = loss[alive, into] = _losses(joint, into)[alive]


PATHS: dict[str, Callable[[np.ndarray, np.ndarray], Iterator[tuple[int, int]]]] = {
    "accuracy": _by_accuracy,
    "macro_f1": _by_macro_f1,
    "information_kept": _by_information,
}


def _losses(joint: np.ndarray, at: int) -> np.ndarray:
    """Return what merging column ``at`` with each other one loses of the mutual information, times the rows; (k,)."""
    # A cell that is empty in one of the two loses nothing, and most are.
    shared = joint[joint[:, at] > 0]
    one, sums = shared[:, [at]], joint.sum(axis=0)
    cells = (_xlogx(one) + _xlogx(shared) - _xlogx(one + shared)).sum(axis=0)
    return cells - (_xlogx(sums[at]) + _xlogx(sums) - _xlogx(sums[at] + sums))


def _xlogx(values: np.ndarray) -> np.ndarray:
    """Return x·ln x, 0 where x is 0."""
    return values * np.log(np.where(values > 0, values, 1.0))


def _at(place: int, matrix: np.ndarray) -> tuple[int, int]:
    row, column = divmod(int(place), len(matrix))
    return row, column


def _fold(between: np.ndarray, into: int, gone: int) -> None:
    """Add group ``gone`` to group ``into`` in a symmetric matrix whose -inf cells are out of play."""
    between[into, :] += between[gone, :]
    between[:, into] = between[into, :]
    between[gone, :] = between[:, gone] = -np.inf


def _scored(
    true: np.ndarray, columns: np.ndarray, predicted: np.ndarray, merges: np.ndarray
) -> Iterator[tuple[float, float, float]]:
    """Yield accuracy, macro-F1 and information kept before the first merge and after each.

    A merge adds two columns; a row's answer changes only to the merged one. Of equal probabilities
    the first column is answered, as in `whatif.outcome`.

    Parameters
    ----------
    true, predicted: positions of categories, shape (rows,); columns: probabilities, shape (k, rows). The
        last two are changed.
    """
    size = len(columns)
    leader = np.arange(size)
    yield _figures(true, predicted, leader)
    best = columns[predicted, np.arange(len(true))]
    for into, gone in merges:
        leader[leader == gone] = into
        columns[into] += columns[gone]
        columns[gone] = -1.0
        value = columns[into]
        had_gone = predicted == gone
        wins = (value > best) | ((value == best) & (into < predicted)) | had_gone
        predicted[wins] = into
        np.maximum(best, value, out=best)
        # Its other part was nothing, so a third column that was as high before may now come first.
        again = np.flatnonzero(had_gone & (into > gone))
        predicted[again] = columns[:, again].argmax(axis=0)
        yield _figures(true, predicted, leader)


def _figures(true: np.ndarray, predicted: np.ndarray, leader: np.ndarray) -> tuple[float, float, float]:
    """Return accuracy, macro-F1 and information kept of answers that are leaders of groups."""
    size = len(leader)
    joint = joint_counts(true, predicted, (size, size))
    answered = joint.sum(axis=0)
    support = np.bincount(leader, weights=joint.sum(axis=1), minlength=size)
    right = np.bincount(leader, weights=joint[np.arange(size), leader], minlength=size)
    f1 = f1_by_label(right, support, answered)
    accuracy = float(right.sum() / max(len(true), 1))
    return accuracy, float(macro_average(f1, support, answered)), information_kept(joint)


def grouping_at(found: Frontier, point: Point, prefer: Grouping) -> Grouping:
    """Return the grouping of ``point`` as an edit of ``prefer``.

    A group with the members of one of ``prefer``'s has its name, any other is called after its largest
    category whose name is free. What ``prefer`` says of categories of other datasets is kept.
    """
    named = {tuple(members): group for group, members in prefer.members(found.categories).items()}
    leaders = dict(zip(found.categories, found.leaders(point), strict=True))
    groups = {tuple(members): found.categories[leaders[members[0]]] for members in found.partition(point)}
    kept = {members: named[members] for members in groups if members in named}
    taken = set(kept.values())
    mapping = {name: group for name, group in prefer.mapping.items() if name not in leaders}
    for members, largest in sorted(groups.items(), key=lambda item: item[1]):
        name = kept.get(members) or free_name((largest, *members), taken)
        taken.add(name)
        mapping |= {category: name for category in members if category != name or category in prefer.mapping}
    return Grouping(prefer.name, mapping, prefer.version, prefer.note)


def distance(found: Frontier, figures: Figures, measure: str) -> str:
    """Return how far a grouping's figure is from the best one found with as many groups, in words."""
    best = found.best(figures.groups, measure)
    if best is None:
        return (
            f"no {figures.groups:,} groups were tried to compare with"
            if figures.groups > 1
            else ("one group of everything is always right and tells nothing")
        )
    gap = getattr(figures, measure) - getattr(best, measure)
    known = f"the best {figures.groups:,} groups found"
    if abs(gap) < SAME:
        return f"as good as {known}"
    size = f"{abs(gap):.3f}".removeprefix("0") if measure == "information_kept" else f"{100 * abs(gap):.1f} points"
    return f"{size} {'above' if gap > 0 else 'under'} {known}"
