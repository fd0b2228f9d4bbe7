"""What a grouping does to a classifier, from the scores of one run: figures, differences, rows that flip.

Nothing is trained. The probabilities of a group are the sum of those of its categories, so every
figure of every grouping is one matrix product away (`outcome`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np

from core.confusion import f1_by_label, kappa, macro_average, ratio
from core.errors import InputError, shorten
from core.grouping.grouping import Grouping
from core.grouping.scores import Scores, grouped_probabilities, groups_of_labels
from core.resampling import centred_interval, drawn, summed

ROUNDING = 1e-12
# An end of an interval then errs by about a fifth of a standard error, with 300 by a seventh; an edit has 100 ms.
RESAMPLES = 200
# What a difference is told of; the rest of `Figures` counts groups and says how rows spread.
MEASURES = ("accuracy", "macro_f1", "weighted_f1", "kappa", "majority_share", "information_kept")


@dataclass(frozen=True)
class Figures:
    """Single figures of one grouping over ``rows`` rows.

    Attributes
    ----------
    majority_share: accuracy of answering the largest group always.
    groups: how many groups there are, with or without a row.
    smallest, smallest_group: the fewest rows of a group, and which group that is ("" without groups).
    information_kept: see `information_kept`.
    """

    rows: int
    accuracy: float
    macro_f1: float
    weighted_f1: float
    kappa: float
    majority_share: float
    groups: int
    smallest: int
    smallest_group: str
    information_kept: float

    def document(self) -> dict[str, object]:
        """Return the figures as plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Outcome:
    """What becomes of each row under one grouping.

    Attributes
    ----------
    scores: what the rows' groups were added up from.
    groups: the groups that a row can have or the model can answer, sorted.
    group_of: for each of the scores' categories, its position in ``groups``, shape (categories,).
    predicted: each row's answer, a position in ``groups``, int64, shape (rows,).
    """

    scores: Scores
    grouping: Grouping
    groups: tuple[str, ...]
    group_of: np.ndarray
    predicted: np.ndarray
    figures: Figures

    @property
    def true(self) -> np.ndarray:
        """Each row's true group, a position in ``groups``, shape (rows,)."""
        return self.group_of[self.scores.true]

    @property
    def right(self) -> np.ndarray:
        """Whether each row's predicted group is its true one, bool, shape (rows,)."""
        return self.true == self.predicted


@dataclass(frozen=True)
class Difference:
    """A measure before and after, and the interval (95 %) of the difference after - before."""

    before: float
    after: float
    low: float
    high: float

    @property
    def value(self) -> float:
        """The difference, after - before."""
        return self.after - self.before

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0

    def document(self) -> dict[str, float]:
        """Return it as plain JSON values."""
        return {**asdict(self), "difference": self.value}


def outcome(scores: Scores, grouping: Grouping, trained_under: str = "") -> Outcome:
    """Return each row's true and predicted group under ``grouping``, and the figures.

    Of two groups with equal probability the first by name is answered. ``trained_under`` is the
    grouping of a model of groups, for the InputError when it cannot answer this one.
    """
    answers, summed = grouped_probabilities(
        scores.probabilities, groups_of_labels(scores.labels, scores.members, grouping, trained_under)
    )
    true_groups = [grouping.group_of(category) for category in scores.categories]
    if true_groups and not set(true_groups) & set(answers):
        raise InputError(
            f"under grouping {shorten(grouping.name)}, no true label of the rows "
            f"({', '.join(sorted(set(true_groups))[:4])}) is one that the run can answer "
            f"({', '.join(answers[:4])}, …); give a grouping that maps both onto the same groups"
        )
    groups = tuple(sorted({*answers, *true_groups}))
    position = {group: place for place, group in enumerate(groups)}
    group_of = np.array([position[group] for group in true_groups], dtype=np.int64)
    best = summed.argmax(axis=1) if len(summed) else np.zeros(0, dtype=np.int64)
    predicted = np.array([position[answer] for answer in answers], dtype=np.int64)[best]
    return _counted(scores, grouping, groups, group_of, predicted)


def _counted(
    scores: Scores, grouping: Grouping, groups: tuple[str, ...], group_of: np.ndarray, predicted: np.ndarray
) -> Outcome:
    counts, (category, group) = _distinct([scores.true, predicted])
    support = np.bincount(group_of[category], weights=counts, minlength=len(groups)).astype(int)
    least = int(support.argmin()) if len(groups) else 0
    figures = Figures(
        rows=len(scores),
        **{name: float(value[0]) for name, value in _measures(counts[None], category, group, group_of).items()},
        groups=len(groups),
        smallest=int(support[least]) if len(groups) else 0,
        smallest_group=groups[least] if groups else "",
    )
    return Outcome(scores, grouping, groups, group_of, predicted, figures)


def renamed(found: Outcome, grouping: Grouping) -> Outcome:
    """Return ``found`` under ``grouping`` of the same partition: the same rows in groups of other names.

    Names decide between equal probabilities, and a rename must not change an answer.
    """
    scores = found.scores
    # A category of each group tells what the group is called now.
    member = dict(zip(map(found.grouping.group_of, scores.universe), scores.universe, strict=True))
    names = {group: grouping.group_of(member[group]) for group in found.groups}
    groups = tuple(sorted(names.values()))
    place = np.array([groups.index(names[group]) for group in found.groups], dtype=np.int64)
    figures = replace(found.figures, smallest_group=names.get(found.figures.smallest_group, ""))
    return Outcome(scores, grouping, groups, place[found.group_of], place[found.predicted], figures)


def figures_of(scores: Scores, grouping: Grouping) -> Figures:
    """Return the figures of ``grouping``; see `outcome`."""
    return outcome(scores, grouping).figures


def is_same_partition(scores: Scores, one: Grouping, other: Grouping) -> bool:
    """Tell whether two groupings divide the categories of ``scores`` alike, whatever their groups are called."""
    return one.partition_hash(scores.universe) == other.partition_hash(scores.universe)


def differences(before: Outcome, after: Outcome, *, resamples: int = RESAMPLES, seed: int = 0) -> dict[str, Difference]:
    """Return each of `MEASURES` under two groupings, with the interval of its difference.

    The interval comes from a paired bootstrap: rows are drawn with replacement, each with its
    answers under both groupings (Efron & Tibshirani, "An Introduction to the Bootstrap", 1993).
    Rows of equal category and answers count alike, so their counts are drawn instead, which is the
    same draw (multinomial) for a fraction of the work. See `core.resampling.centred_interval` for
    where it is laid: rows that a draw repeats make information look larger than it is.

    Parameters
    ----------
    before, after: outcomes of the same rows in the same order, by one model or by two.
    """
    rows = len(before.scores)
    if not rows:
        return {name: Difference(0.0, 0.0, 0.0, 0.0) for name in MEASURES}
    counts, (category, *answers) = _distinct([before.scores.true, before.predicted, after.predicted])
    found_by_draw = drawn(counts, resamples, np.random.default_rng(seed))
    first, second = (
        _measures(found_by_draw, category, answer, found.group_of)
        for answer, found in zip(answers, (before, after), strict=True)
    )
    found = {}
    for name in MEASURES:
        was, now = getattr(before.figures, name), getattr(after.figures, name)
        found[name] = Difference(was, now, *centred_interval(now - was, second[name] - first[name]))
    return found


@dataclass(frozen=True)
class WhatIf:
    """One grouping beside another on the same rows: what was, what would be, and the differences by measure."""

    before: Outcome
    after: Outcome
    differences: dict[str, Difference]
    same_partition: bool


def what_if(before: Outcome, grouping: Grouping, trained_under: str = "") -> WhatIf:
    """Return what becomes of the rows of ``before`` under ``grouping``; see `outcome` for the InputError."""
    same = is_same_partition(before.scores, before.grouping, grouping)
    after = renamed(before, grouping) if same else outcome(before.scores, grouping, trained_under)
    return WhatIf(before, after, _none(before.figures) if same else differences(before, after), same)


def _none(figures: Figures) -> dict[str, Difference]:
    """Return that nothing differs: computed, the order of adding would leave traces."""
    values = {name: getattr(figures, name) for name in MEASURES}
    return {name: Difference(value, value, 0.0, 0.0) for name, value in values.items()}


def flips(before: Outcome, after: Outcome) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of the rows that turn right, and of those that turn wrong, from before to after."""
    turned_right = np.flatnonzero(~before.right & after.right)
    turned_wrong = np.flatnonzero(before.right & ~after.right)
    return turned_right, turned_wrong


def information_kept(joint: np.ndarray) -> float:
    """Return I(true category; predicted group) / H(true category), from 0 to 1.

    Merging nearly always raises accuracy; this falls as groups swallow distinctions, so the two
    are read together.

    Parameters
    ----------
    joint: counts of shape (categories, groups), true raw category against predicted group.
    """
    category, group = np.nonzero(joint)
    return float(_information(np.asarray(joint)[category, group][None], category, group)[0])


def _distinct(positions: list[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return how often each distinct tuple of ``positions`` occurs, and the tuples' parts, one array each."""
    key = np.zeros(len(positions[0]), dtype=np.int64)
    sizes = [int(part.max(initial=0)) + 1 for part in positions]
    for part, size in zip(positions, sizes, strict=True):
        key = key * size + part
    values, counts = np.unique(key, return_counts=True)
    parts = []
    for size in reversed(sizes):
        values, part = np.divmod(values, size)
        parts.append(part)
    return counts, parts[::-1]


def _measures(
    counts: np.ndarray, category: np.ndarray, group: np.ndarray, group_of: np.ndarray
) -> dict[str, np.ndarray]:
    """Return each of `MEASURES` for each draw, shape (draws,).

    Parameters
    ----------
    counts: rows of each cell, shape (draws, cells).
    category, group: each cell's true raw category and predicted group, shape (cells,).
    group_of: each category's true group, shape (categories,).
    """
    # Cells that differ in the other grouping's answer alone are one cell here.
    size = int(max(group_of.max(initial=0), group.max(initial=0))) + 1
    joint, cell = np.unique(category * size + group, return_inverse=True)
    counts, (category, group) = summed(counts, cell, len(joint)), np.divmod(joint, size)
    true = group_of[category]
    support, predicted = summed(counts, true, size), summed(counts, group, size)
    right = summed(counts * (true == group), group, size)
    rows, f1 = support.sum(axis=1), f1_by_label(right, support, predicted)
    return {
        "accuracy": ratio(right.sum(axis=1), rows),
        "macro_f1": macro_average(f1, support, predicted),
        "weighted_f1": ratio((f1 * support).sum(axis=1), rows),
        "kappa": kappa(right, support, predicted),
        "majority_share": ratio(support.max(axis=1), rows),
        "information_kept": _information(counts, category, group),
    }


def _information(counts: np.ndarray, category: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return `information_kept` for each draw, shape (draws,); arguments as for `_measures`."""
    share = ratio(counts, counts.sum(axis=1, keepdims=True))
    by_category = _plogp(summed(share, category, int(category.max(initial=0)) + 1)).sum(axis=1)
    by_group = _plogp(summed(share, group, int(group.max(initial=0)) + 1)).sum(axis=1)
    mutual = _plogp(share).sum(axis=1) - by_category - by_group
    # A single category has no entropy; rounding may leave it a trace.
    return np.clip(ratio(mutual, np.where(-by_category < ROUNDING, 0.0, -by_category)), 0.0, 1.0)


def _plogp(share: np.ndarray) -> np.ndarray:
    """Return p·ln p, 0 where p is 0."""
    return np.where(share > 0, share * np.log(np.where(share > 0, share, 1.0)), 0.0)
