"""Splits worth a look: groups whose raw categories the model tells apart well, and where to cut them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.confusion import ratio
from core.grouping.evidence import Evidence, by_category
from core.grouping.grouping import Grouping
from core.grouping.scores import Scores
from core.grouping.suggestions import decimal

# Comparisons of one row with another for the AUCs inside one group: a second of work.
COMPARISONS = 200_000_000
FEWEST, MOST = 20, 300
# Stands for a probability of 0, under any that half precision can hold.
IMPOSSIBLE = 1e-8
WORDS = 8
# Words of a part must differ at the 5 % level.
CLEAR = 1.96


@dataclass(frozen=True)
class Split:
    """A group, the two parts that it falls into, and how well they are told apart.

    Attributes
    ----------
    parts: raw categories of each part, the part with more rows first.
    names: what the two groups would be called, see `split`.
    rows: rows of each part in the dataset; tested: test rows of each part.
    auc: how surely a row of the first part gets more of the group's probability for it than a row of the second.
    words: distinctive words of each part, see `distinctive_words`.
    """

    group: str
    parts: tuple[tuple[str, ...], tuple[str, ...]]
    names: tuple[str, str]
    rows: tuple[int, int]
    tested: tuple[int, int]
    auc: float
    words: tuple[tuple[str, ...], tuple[str, ...]]

    @property
    def sentence(self) -> str:
        """The evidence in one sentence with its numbers."""
        one, other = (_listed(part) for part in self.parts)
        return (
            f"Inside {self.group} the model tells {one} ({self.rows[0]:,} rows) from {other} ({self.rows[1]:,} rows): "
            f"AUC {decimal(self.auc)} on {self.tested[0]:,} and {self.tested[1]:,} test rows, where .50 is guessing "
            "and 1.00 never wrong."
        )

    @property
    def cautious_auc(self) -> float:
        """The AUC as if each part had one more test row that nobody can tell from any: two rows prove little."""
        one, other = self.tested
        return (self.auc * one * other + (one + other + 1) / 2) / ((one + 1) * (other + 1))


def _listed(names: Sequence[str], most: int = 4) -> str:
    """Return names as a sentence has them, the first few where there are many."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def splits(scores: Scores, evidence: Evidence, grouping: Grouping, *, top: int = 10, seed: int = 0) -> list[Split]:
    """Return the best cut of each group with two or more raw categories, the most surely told apart first.

    The cut is that of average linkage on the AUC of each two categories: the two parts are those that are
    told apart best on average. Categories without a test row stay with the larger part.
    """
    true, probabilities = by_category(scores)
    place = {name: at for at, name in enumerate(evidence.names)}
    found = []
    for group, members in grouping.members(evidence.names).items():
        inside = np.array([place[name] for name in members])
        tested = inside[evidence.tested[inside] > 0]
        if len(tested) < 2:
            continue
        second = _second_part(pairwise_auc(true, probabilities, tested, seed=seed))
        one, other = sorted((tested[~second], tested[second]), key=lambda part: -evidence.rows[part].sum())
        one = np.concatenate([one, inside[evidence.tested[inside] == 0]])
        found.append(_described(group, (one, other), grouping, evidence, true, probabilities))
    return sorted(found, key=lambda split: (-split.cautious_auc, split.group))[:top]


def _described(
    group: str,
    parts: tuple[np.ndarray, np.ndarray],
    grouping: Grouping,
    evidence: Evidence,
    true: np.ndarray,
    probabilities: np.ndarray,
) -> Split:
    one, other = parts
    rows = np.flatnonzero(np.isin(true, np.concatenate(parts)))
    mass = [probabilities[np.ix_(rows, part)].sum(axis=1, dtype=float) for part in parts]
    share = ratio(mass[0], mass[0] + mass[1])
    names = tuple(tuple(evidence.names[at] for at in _by_rows(evidence, part)) for part in parts)
    return Split(
        group=group,
        parts=names,
        names=_names(group, names, set(grouping.labels(evidence.names)) - {group}),
        rows=(int(evidence.rows[one].sum()), int(evidence.rows[other].sum())),
        tested=(int(evidence.tested[one].sum()), int(evidence.tested[other].sum())),
        auc=auc(share, np.isin(true[rows], one)),
        words=distinctive_words(evidence, one, other),
    )


def _by_rows(evidence: Evidence, part: np.ndarray) -> list[int]:
    return sorted(part.tolist(), key=lambda at: (-evidence.rows[at], evidence.names[at]))


def auc(values: np.ndarray, positive: np.ndarray) -> float:
    """Return the chance that a positive row has a higher value than another, ties counting half; ½ without either.

    Mann & Whitney, 1947. Shapes (rows,).
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    above = int(positive.sum())
    if not 0 < above < len(values):
        return 0.5
    rank = np.cumsum(counts) - (counts - 1) / 2
    return float((rank[place][positive].sum() - above * (above + 1) / 2) / (above * (len(values) - above)))


def pairwise_auc(true: np.ndarray, probabilities: np.ndarray, inside: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """Return how well each two categories of a group are told apart, symmetric, shape (n, n), ½ on the diagonal.

    Of the rows of two categories only the two probabilities are compared, as p_a / (p_a + p_b): what the
    model gives to the rest of the group, or outside it, plays no part. After Hand & Till, "A Simple
    Generalisation of the Area Under the ROC Curve for Multiple Class Classification Problems", 2001.
    Large categories are judged by some hundred rows, drawn with ``seed``.

    Parameters
    ----------
    inside: positions of the group's n categories, each with a test row.
    """
    random = np.random.default_rng(seed)
    size = len(inside)
    most = int(np.clip(np.sqrt(COMPARISONS) / max(size, 1), FEWEST, MOST))
    drawn = [random.permutation(np.flatnonzero(true == at))[:most] for at in inside]
    # Rows of each category, filled up with NaN, which no comparison counts.
    logs = np.full((size, max(map(len, drawn), default=0), size), np.nan, dtype=np.float32)
    for at, rows in enumerate(drawn):
        logs[at, : len(rows)] = np.log(np.maximum(probabilities[np.ix_(rows, inside)], IMPOSSIBLE))
    found, count = np.full((size, size), 0.5), np.array([len(rows) for rows in drawn])
    for a in range(size - 1):
        rest = np.arange(a + 1, size)
        own = (logs[a][:, [a]] - logs[a][:, rest]).T[:, :, None]
        others = (logs[rest][:, :, a] - logs[rest, :, rest])[:, None, :]
        wins = (own > others).sum(axis=(1, 2)) + (own >= others).sum(axis=(1, 2))
        found[a, rest] = found[rest, a] = wins / (2 * count[a] * count[rest])
    return found


def _second_part(apart: np.ndarray) -> np.ndarray:
    """Return which of n categories belong to the second part of the best cut, bool, shape (n,)."""
    from scipy.cluster.hierarchy import linkage, to_tree
    from scipy.spatial.distance import squareform

    # Under ½ the model takes them for one another: nearer still than those that it guesses at.
    distance = apart.copy()
    np.fill_diagonal(distance, 0.0)
    second = np.zeros(len(apart), dtype=bool)
    # The root's two sides, since a cut by height finds a single cluster where two merges are as high.
    second[to_tree(linkage(squareform(distance), "average")).right.pre_order()] = True
    return second


def distinctive_words(
    evidence: Evidence, one: np.ndarray, other: np.ndarray, *, most: int = WORDS
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words that stand in one part clearly more often than in the other, the clearest first, for both.

    Log-odds ratio with an informative Dirichlet prior, over its standard error: Monroe, Colaresi &
    Quinn, "Fightin' Words", Political Analysis 16, 2008. The prior is the words of all categories,
    weighing as much as both parts, so that rare words and those common everywhere stay out.

    Parameters
    ----------
    one, other: positions of the categories of each part.
    """
    if not len(evidence.terms):
        return (), ()
    y = np.array([np.asarray(evidence.counts[part].sum(axis=0), dtype=float).ravel() for part in (one, other)])
    everywhere = np.asarray(evidence.counts.sum(axis=0), dtype=float).ravel()
    prior = everywhere * ratio(y.sum(), everywhere.sum())
    here, rest = y + prior, (y.sum(axis=1) + prior.sum())[:, None] - y - prior
    odds = np.log(here) - np.log(np.maximum(rest, np.finfo(float).tiny))
    clear = (odds[0] - odds[1]) / np.sqrt((1 / here).sum(axis=0))
    order = np.argsort(clear, kind="stable")
    highest, lowest = order[::-1][:most], order[:most]
    return (
        tuple(str(evidence.terms[at]) for at in highest if clear[at] > CLEAR),
        tuple(str(evidence.terms[at]) for at in lowest if clear[at] < -CLEAR),
    )


def split(grouping: Grouping, cut: Split) -> Grouping:
    """Return ``grouping`` with the group of ``cut`` taken apart under ``cut.names``.

    A part of one category is called after it, any other after its largest category, but for the one
    that keeps the group's name: the part with the category of that name, else the larger one. A name
    that another group has is not given. Categories that only other datasets have stay in the group's name.
    """
    moved = {name: called for part, called in zip(cut.parts, cut.names, strict=True) for name in part}
    return Grouping(grouping.name, {**grouping.mapping, **moved}, grouping.version, grouping.note)


def _names(group: str, parts: tuple[tuple[str, ...], tuple[str, ...]], taken: set[str]) -> tuple[str, str]:
    """Return a name for each part that no other group has; parts have their largest category first."""
    heir = 1 if group in parts[1] else 0
    wishes = [(group, *part) if len(part) > 1 and at == heir else part for at, part in enumerate(parts)]
    # The one that inherits the name chooses first.
    first = free_name(wishes[heir], taken)
    second = free_name(wishes[1 - heir], {*taken, first})
    return (second, first) if heir else (first, second)


def free_name(wishes: Sequence[str], taken: set[str]) -> str:
    """Return the first of ``wishes`` that is not taken, else the first one with a number."""
    for name in wishes:
        if name not in taken:
            return name
    number = 2
    while f"{wishes[0]} {number}" in taken:
        number += 1
    return f"{wishes[0]} {number}"
