"""Which labels are likely wrong: confident learning on out-of-fold probabilities.

Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 2021, as
cleanlab has it. A row is confidently of category j when its probability of j reaches the mean probability
of j among the rows labelled j. Counting those by the label given (the confident joint) estimates how many
rows labelled i are truly j; that many of those with the largest margin p(j) - p(i) are flagged (prune by
noise rate), unless the model takes the label for the most probable one itself.

Rows are ranked by self-confidence, the probability of the label given, lowest first. On 167,616 headlines
with 5 % of the labels flipped, .93 of the first 1,000 are flipped ones, against .62 in the order of the
normalized margin: sibling categories such as PARENTS and PARENTING leave a large margin between right ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.data.records import text_of
from core.errors import CopydeskError, InputError, shorten
from core.evaluation.folds import FOLDS, assign_folds, out_of_fold, text_units, units_by_label
from core.models.classifier import Report, unreported

if TYPE_CHECKING:
    from core.grouping.grouping import Grouping

CLEANLAB = "cleanlab==2.9.0"
COLUMNS = ("row", "rank", "category", "suggested", "self_confidence", "confidence", "flagged")


@dataclass(frozen=True)
class LabelNoise:
    """What confident learning found in a dataset.

    Attributes
    ----------
    table: one row a judged record, the likeliest wrong first: row (position in the dataset), rank (from 1),
        category (as given), suggested (the most probable other one), self_confidence and confidence (float32
        probabilities of category and of suggested), flagged (bool).
    noise: estimated share of the judged labels that are wrong, 0 to 1, by the confident joint.
    accuracy: share of the judged rows whose label the folds' models give.
    left_out: category -> rows, of the categories with too few different headlines to be judged.
    """

    table: pd.DataFrame
    noise: float
    accuracy: float
    left_out: Mapping[str, int]

    @property
    def flagged(self) -> int:
        """How many rows are flagged."""
        return int(self.table["flagged"].sum())


def find_label_noise(frame: pd.DataFrame, name: str, *, seed: int = 0, report: Report = unreported) -> LabelNoise:
    """Return which labels of ``frame`` (headline, short_description, category; by position) are likely wrong.

    Parameters
    ----------
    name: of the dataset, for messages.
    report: hears of the phases "vectorize", "fit" and "rank".

    Raises InputError when fewer than two categories have enough different headlines to be judged.
    """
    texts, categories = text_of(frame), frame["category"].astype("str")
    units = text_units(texts)
    judged, left_out = judgeable(units, categories)
    if categories[judged].nunique() < 2:
        raise InputError(
            f"dataset {shorten(name)} has {categories[judged].nunique()} "
            f"of {categories.nunique():,} categories with {FOLDS} different headlines or more; finding "
            "wrong labels needs two such categories: import more records"
        )
    rows = np.flatnonzero(judged)
    labels, targets = np.unique(categories[judged].to_numpy(dtype=object), return_inverse=True)
    fold = assign_folds(pd.factorize(units[rows])[0], targets, seed=seed)
    probabilities = out_of_fold(texts[judged].tolist(), targets, fold, seed=seed, report=report)
    report("rank", 0, 1)
    flagged, noise = confident_learning(targets, probabilities)
    table = ranked(rows, targets, probabilities, flagged, labels)
    accuracy = float((probabilities.argmax(axis=1) == targets).mean())
    report("rank", 1, 1)
    return LabelNoise(table, noise, accuracy, left_out)


def judgeable(units: np.ndarray, categories: pd.Series) -> tuple[np.ndarray, dict[str, int]]:
    """Return which rows can be judged, and category -> rows of those that cannot.

    A category needs a different text for each fold, else some model never saw it, and would call all of it wrong.
    """
    names, codes = np.unique(categories.to_numpy(dtype=object), return_inverse=True)
    enough = units_by_label(units, codes, len(names)) >= FOLDS
    counts = np.bincount(codes, minlength=len(names))
    return enough[codes], {str(names[place]): int(counts[place]) for place in np.flatnonzero(~enough)}


def confident_learning(targets: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, float]:
    """Return which rows are flagged, shape (rows,), and the estimated share of wrong labels.

    Parameters
    ----------
    targets: number of the given label of each row; every label occurs.
    probabilities: out of fold, shape (rows, labels).
    """
    try:
        from cleanlab.count import compute_confident_joint
        from cleanlab.filter import find_label_issues
    except ModuleNotFoundError as error:
        raise CopydeskError(f"finding wrong labels needs cleanlab; run: pip install {CLEANLAB}") from error
    joint = compute_confident_joint(targets, probabilities)
    # One process: the work is half a second, and this one may be told to end at any moment.
    flagged = find_label_issues(targets, probabilities, confident_joint=joint, n_jobs=1)
    return flagged, float(1 - np.trace(joint) / joint.sum())


def ranked(
    rows: np.ndarray, targets: np.ndarray, probabilities: np.ndarray, flagged: np.ndarray, labels: np.ndarray
) -> pd.DataFrame:
    """Return `LabelNoise.table`: by self-confidence, of equal ones the surer suggestion first, then by row."""
    places = np.arange(len(rows))
    own = probabilities[places, targets]
    others = probabilities.copy()
    others[places, targets] = -1.0
    suggested = others.argmax(axis=1)
    best = others[places, suggested]
    order = np.lexsort([rows, -best, own])
    names = pd.Index(labels, dtype="str")
    return pd.DataFrame(
        {
            "row": rows[order],
            "rank": np.arange(1, len(rows) + 1),
            "category": pd.Categorical.from_codes(targets[order], names),
            "suggested": pd.Categorical.from_codes(suggested[order], names),
            "self_confidence": own[order],
            "confidence": best[order],
            "flagged": flagged[order],
        }
    )


def candidates(
    table: pd.DataFrame,
    *,
    category: str | None = None,
    grouping: Grouping | None = None,
    rows: np.ndarray | None = None,
    without: np.ndarray | None = None,
) -> pd.DataFrame:
    """Return the flagged rows of ``table`` in their order.

    Parameters
    ----------
    category: only those that it was given, or is suggested for.
    grouping: leave out those whose suggestion is in the group of the given category.
    rows: only these; without: none of these, as those that were decided about. Positions in the dataset.
    """
    keep = table["flagged"].to_numpy(copy=True)
    if category is not None:
        keep &= ((table["category"] == category) | (table["suggested"] == category)).to_numpy()
    if grouping is not None:
        names = table["category"].cat.categories
        groups = pd.factorize(np.array([grouping.group_of(name) for name in names], dtype=object))[0]
        keep &= groups[table["category"].cat.codes] != groups[table["suggested"].cat.codes]
    if rows is not None:
        keep &= np.isin(table["row"], rows)
    if without is not None:
        keep &= ~np.isin(table["row"], without)
    return table[keep]


def sentence(candidate: Mapping[str, Any], judged: int) -> str:
    """Return what a row of `LabelNoise.table` says, in one sentence.

    >>> row = {"category": "PARENTS", "suggested": "PARENTING", "confidence": 0.912, "self_confidence": 0.021}
    >>> sentence(row | {"rank": 4}, 167_616)
    'Given PARENTS; 0.91 sure that it is PARENTING, 0.02 for PARENTS: 4th of 167,616.'
    """
    given, suggested = candidate["category"], candidate["suggested"]
    return (
        f"Given {given}; {share(candidate['confidence'])} sure that it is {suggested}, "
        f"{share(candidate['self_confidence'])} for {given}: {ordinal(candidate['rank'])} of {judged:,}."
    )


def share(value: float) -> str:
    """Return a probability with two places, and never as certain as rounding makes it.

    >>> share(0.004), share(0.21), share(0.999)
    ('under 0.01', '0.21', 'over 0.99')
    """
    return "under 0.01" if value < 0.005 else "over 0.99" if value > 0.995 else f"{value:.2f}"


def ordinal(number: int) -> str:
    """Return a rank in words.

    >>> [ordinal(number) for number in (1, 2, 3, 11, 112, 1_021)]
    ['1st', '2nd', '3rd', '11th', '112th', '1,021st']
    """
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"
