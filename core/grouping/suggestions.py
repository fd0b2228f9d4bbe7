"""Merges worth a look: pairs of groups that model, words and calendar hardly tell apart, ranked, with the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.confusion import ratio
from core.grouping.evidence import Evidence
from core.grouping.grouping import Grouping

# Two groups succeed one another when they share at most this much of their months, and when a row of
# the one is this surely older than a row of the other. The score does without either bound.
MOST_SHARED, SURELY_OLDER = 0.2, 0.9
MOST_HEADLINES = 1_000


@dataclass(frozen=True)
class Merge:
    """Two groups that may be one, and why.

    Attributes
    ----------
    a, b: the groups, the larger one first.
    categories_a, categories_b: the raw categories of each.
    score: geometric mean of confusion, confident_joint, similarity and precedence, see `merges`.
    confused, tested: test rows of either that are predicted as the other, and test rows of both.
    confident: the same share among the rows of the confident joint, 0 to 1.
    confusion, confident_joint: see `share_of_both`, from the confusion matrix and the confident joint.
    similarity: cosine of the centroids of TF-IDF vectors.
    months_shared: sum over months of the smaller of both shares, 0 to 1; None without dates.
    precedence: how surely a row of the earlier is older than one of the later, ½ (side by side) to 1; None
        without dates.
    earlier, later: which of the two is older; since: the month ("2014-04") that parts them best, see
        `_handover`; "" without dates.
    """

    a: str
    b: str
    categories_a: tuple[str, ...]
    categories_b: tuple[str, ...]
    score: float
    confused: int
    tested: int
    confident: float
    confusion: float
    similarity: float
    confident_joint: float
    months_shared: float | None = None
    precedence: float | None = None
    earlier: str = ""
    later: str = ""
    since: str = ""

    @property
    def succession(self) -> bool:
        """Whether one of the two takes over from the other."""
        return (
            self.months_shared is not None
            and self.precedence is not None
            and self.months_shared <= MOST_SHARED
            and self.precedence >= SURELY_OLDER
        )

    @property
    def sentence(self) -> str:
        """The evidence in one sentence with its numbers."""
        parts = [
            f"The model takes {_percent(self.confused / max(self.tested, 1))} of their {self.tested:,} test rows for "
            f"the other, {_percent(self.confident)} where it is confident",
            f"words {decimal(self.similarity)} alike",
        ]
        if self.succession:
            parts.append(
                f"{self.earlier} gives way to {self.later} in {self.since}, {_percent(self.months_shared)} of their "
                "months shared: perhaps one section renamed"
            )
        elif self.months_shared is not None:
            parts.append(f"{_percent(self.months_shared)} of their months shared")
        return "; ".join(parts) + "."


def _percent(share: float | None) -> str:
    return f"{100 * (share or 0.0):.0f} %"


def decimal(value: float) -> str:
    """Return a number of 0 to 1 as it is read in a sentence: ``.82``, ``1.00``."""
    return f"{value:.2f}".removeprefix("0")


def merges(evidence: Evidence, grouping: Grouping, *, top: int = 10) -> list[Merge]:
    """Return the ``top`` pairs of groups under ``grouping`` with the most evidence that they are one.

    The score is the geometric mean of four measures, each from 0 to 1: confusion, confident joint,
    similarity of words, and precedence in time. They have different scales (two sections are seldom
    under .3 alike in words, and seldom over .3 confused), and the geometric mean is the one whose order does not
    depend on scales, so no weight is chosen: a pair comes first when it is far up in all four.
    Precedence speaks as one of four, so a calendar alone never makes a suggestion; without dates
    it is ½ for all. A pair that is never confused scores 0 and is not suggested.

    No pair of two groups is left to suggest: one group of everything tells nothing.
    """
    found = evidence.under(grouping)
    if len(found.names) < 3:
        return []
    confusion, joint = share_of_both(found.confusion), share_of_both(found.joint)
    similarity = similarities(found)
    shared, older = months_shared(found.months), precedence(found.months)
    score = (confusion * joint * similarity * np.maximum(older, older.T)) ** 0.25
    first, second = np.triu_indices(len(found.names), 1)
    best = np.argsort(-score[first, second], kind="stable")[:top]
    pairs = [_larger_first(found, int(first[at]), int(second[at])) for at in best]
    measured = {"confusion": confusion, "confident_joint": joint, "similarity": similarity, "score": score}
    return [
        Merge(
            a=found.names[a],
            b=found.names[b],
            categories_a=found.members[a],
            categories_b=found.members[b],
            confused=int(found.confusion[a, b] + found.confusion[b, a]),
            tested=int(found.tested[a] + found.tested[b]),
            confident=float(ratio(found.joint[a, b] + found.joint[b, a], found.joint[[a, b]].sum())),
            **{name: float(values[a, b]) for name, values in measured.items()},
            **_in_time(found, shared, older, a, b),
        )
        for a, b in pairs
        if score[a, b] > 0
    ]


def _larger_first(evidence: Evidence, one: int, other: int) -> tuple[int, int]:
    return (one, other) if evidence.rows[one] >= evidence.rows[other] else (other, one)


def share_of_both(counts: np.ndarray) -> np.ndarray:
    """Return how much of two groups is taken for the other, for each pair, shape (k, k), 0 to 1.

    ``(n_ab + n_ba) / (2 √(n_a n_b))``, where n_a is the row's sum: mistakes in both directions over the
    geometric mean of both sizes, Salton's normalisation of co-occurrences (van Eck & Waltman, "How to
    normalize cooccurrence data?", JASIST 60, 2009). Over the sum of both sizes, a small group beside a
    large one could never score; by each one's own rate, whatever the largest group swallows would.

    Parameters
    ----------
    counts: true (or given) against predicted, shape (k, k).
    """
    size = np.sqrt(counts.sum(axis=1).astype(float))
    return np.minimum(ratio(counts + counts.T, 2 * np.outer(size, size)), 1.0)


def similarities(evidence: Evidence) -> np.ndarray:
    """Return the cosine between the centroids of TF-IDF vectors, for each pair, shape (k, k)."""
    products = (evidence.words @ evidence.words.T).toarray().astype(float)
    length = np.sqrt(products.diagonal())
    return np.minimum(ratio(products, np.outer(length, length)), 1.0)


def months_shared(months: np.ndarray) -> np.ndarray:
    """Return the overlap of two histograms of months, Σ min of both shares, for each pair, shape (k, k)."""
    share = ratio(months, months.sum(axis=1, keepdims=True))
    return np.array([np.minimum(one, share).sum(axis=1) for one in share]).reshape(len(months), len(months))


def precedence(months: np.ndarray) -> np.ndarray:
    """Return the probability that a row of one is older than a row of the other, for each pair, shape (k, k).

    That is the AUC of Mann & Whitney, 1947: rows of the same month count half, and 1 at [a, b] says
    that all of a was before b. ½ where either has no date.
    """
    share = ratio(months, months.sum(axis=1, keepdims=True))
    after = 1.0 - np.cumsum(share, axis=1)
    chance = share @ after.T + (share @ share.T) / 2
    undated = months.sum(axis=1) == 0
    chance[undated, :] = chance[:, undated] = 0.5
    return np.clip(chance, 0.0, 1.0)


def _in_time(evidence: Evidence, shared: np.ndarray, older: np.ndarray, a: int, b: int) -> dict[str, object]:
    """Return the fields of a `Merge` that come from dates; none where either group has no date."""
    if not evidence.months[[a, b]].sum(axis=1).all():
        return {}
    earlier, later = (a, b) if older[a, b] >= older[b, a] else (b, a)
    return {
        "months_shared": float(shared[a, b]),
        "precedence": float(older[earlier, later]),
        "earlier": evidence.names[earlier],
        "later": evidence.names[later],
        "since": _handover(evidence, earlier, later),
    }


def _handover(evidence: Evidence, earlier: int, later: int) -> str:
    """Return the month from which on the later group has most of its rows, and before which the earlier one has.

    That is where both cumulative histograms are farthest apart (Kolmogorov & Smirnov): a section's one
    late story does not move it.
    """
    over = [np.cumsum(evidence.months[at]) / evidence.months[at].sum() for at in (earlier, later)]
    last = int((over[0] - over[1]).argmax())
    month = int(evidence.calendar[min(last + 1, len(evidence.calendar) - 1)])
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def merged(grouping: Grouping, categories: Iterable[str], into: str, other: str) -> Grouping:
    """Return ``grouping`` with group ``other`` put into group ``into``, which keeps its name.

    ``categories`` are those that may keep their own name because the grouping does not name them.
    """
    moved = {*categories, *grouping.mapping}
    mapping = {**grouping.mapping, **{name: into for name in moved if grouping.group_of(name) == other}}
    return Grouping(grouping.name, mapping, grouping.version, grouping.note)


def closest_pairs(
    one: Sequence[str], other: Sequence[str], *, most: int = 5, limit: int = MOST_HEADLINES
) -> list[tuple[str, str]]:
    """Return up to ``most`` pairs of headlines, one of each side, that are nearest by the cosine of TF-IDF.

    Pairs that share two words or more come before those that share one, whose cosine says little. No
    headline stands in two pairs. Of pairs with the same text on both sides one is enough: the others
    show what is alike but for being the same. The first ``limit`` of each side are compared.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    sides = [_distinct(one[:limit]), _distinct(other[:limit])]
    try:
        # Few words make a headline: with the commonest left in, "What You Need to Know" makes neighbours.
        vectors = TfidfVectorizer(sublinear_tf=True, stop_words="english", dtype=np.float32).fit_transform(
            [*sides[0], *sides[1]]
        )
    except ValueError:
        # scikit-learn refuses texts without any word to count.
        return []
    left, right = vectors[: len(sides[0])], vectors[len(sides[0]) :]
    several = (left > 0).astype(np.float32) @ (right > 0).astype(np.float32).T > 1
    near = (left @ right.T + several).tocoo()
    found: list[tuple[str, str]] = []
    used: tuple[set[int], set[int]] = (set(), set())
    same = False
    for at in np.argsort(-near.data, kind="stable"):
        row, column = int(near.row[at]), int(near.col[at])
        is_same = sides[0][row].casefold() == sides[1][column].casefold()
        if row in used[0] or column in used[1] or (is_same and same):
            continue
        found.append((sides[0][row], sides[1][column]))
        used[0].add(row)
        used[1].add(column)
        same = same or is_same
        if len(found) == most:
            break
    return found


def _distinct(headlines: Sequence[str]) -> list[str]:
    """Return the headlines in their order, each text once, whatever its case."""
    return list({text.casefold(): text for text in reversed(headlines) if text.strip()}.values())[::-1]
