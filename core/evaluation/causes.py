"""Why rows are judged wrong: each wrong row's first matching cause, in an order, and how much each cause matters.

The order goes from what makes the error none of the model's to what only says that it was a close call:

1. **label unknown to the run**: the run was trained on no row of it, so it can only be wrong.
2. **label likely wrong**: the row is off the diagonal of the confident joint (Northcutt, Jiang & Chuang,
   "Confident Learning", JAIR 70, 2021) of the run's own test probabilities, which are out of sample, at the
   label that was answered, which has a probability of `SURE` or more, the row's own label one under `DOUBTED`.
   What people decided about labels goes before: one that was confirmed or dismissed is not doubted, one that
   was corrected is wrong.
3. **near-duplicate with another label**: a text with the same words, or nearly (`near_duplicates.ALIKE`), in
   the training rows or anywhere else in the dataset, stands under another label.
4. **sibling class**: the answer is another class of the same group as the true one. It needs two groupings, the
   one that rows are judged under and a coarser one that says which classes are siblings.
5. **no description**: the model had the headline alone.
6. **very short**: fewer than `SHORT` words.
7. **unseen words**: at least `UNSEEN_SHARE` of the different words are in no training row.
8. **later period**: dated after the newest training row. Under a split by time that is every row, with a lift of 1.
9. **low margin**: the answer was less than `LOW_MARGIN` more probable than the next one.
10. **none of these**.

A cause that is as frequent among right rows explains little: see `summary`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.confusion import ratio
from core.data.corrections import CORRECTED, Verdict
from core.evaluation.errors import margins
from core.evaluation.judge import Judged
from core.evaluation.proportions import Z
from core.evaluation.row_facts import DESCRIPTION, LATER, UNSEEN, RowFacts
from core.grouping.grouping import Grouping

UNKNOWN, LABEL, TWIN, SIBLING = (
    "label unknown to the run",
    "label likely wrong",
    "near-duplicate with another label",
    "sibling class",
)
UNDESCRIBED, BRIEF, STRANGE, NEWER = "no description", "very short", "unseen words", "later period"
CLOSE, NONE = "low margin", "none of these"
CAUSES = (UNKNOWN, LABEL, TWIN, SIBLING, UNDESCRIBED, BRIEF, STRANGE, NEWER, CLOSE)
ORDER = (*CAUSES, NONE)
# A right row has none of these by what they mean, so that there is nothing to compare with.
OF_ERRORS = (UNKNOWN, LABEL, SIBLING)

# Of 7,934 errors on 33,546 headlines the confident joint alone doubts 2,903, most of them texts on two topics, for
# which both labels are right; of those under 0.01, 390, most of 38 that were read belong as well under the answer.
DOUBTED = 0.01
# Under a half some other label, or several, is as likely as the answer; with 42 classes that is one in nine of them.
SURE = 0.5
# Texts of under 9 words are wrong in 35 % of cases, longer ones in 23 %.
SHORT = 9
# The share of errors rises from 24 % to 33 % where one word in ten is new; below, it hardly does.
UNSEEN_SHARE = 0.1
# Below this the answer is wrong more often than right, with 12 classes and with 42.
LOW_MARGIN = 0.2


@dataclass(frozen=True, eq=False)
class Causes:
    """The causes of a run's errors; to be read, not changed.

    Attributes
    ----------
    table: one row a judged row: row, category, true, predicted, confidence, as in `Judged.table`; label_probability
        (of the true label), margin (top - second), wrong (bool), cause (one of `ORDER`; NA for a right row).
    flags: which causes match, whether first or not, bool, shape (rows, len(CAUSES)).
    twin: for each row the place in ``facts.twins`` of the one that tells most, -1 for none, shape (rows,).
    corrected: row -> the category that somebody decided to be the right one.
    skipped: cause -> why it cannot be told here.
    """

    table: pd.DataFrame
    flags: np.ndarray
    twin: np.ndarray
    facts: RowFacts
    corrected: Mapping[int, str]
    skipped: Mapping[str, str]

    @property
    def errors(self) -> int:
        """How many rows are wrong."""
        return int(self.table["wrong"].sum())


def find_causes(
    judged: Judged,
    facts: RowFacts,
    *,
    answers: Mapping[str, Sequence[str]],
    siblings: Grouping,
    verdicts: Mapping[int, Verdict] | None = None,
) -> Causes:
    """Return why the wrong rows of ``judged`` are wrong.

    Parameters
    ----------
    facts: of the same rows, in their order.
    answers: each label that the run can give -> its raw categories.
    siblings: the grouping whose groups make classes siblings.
    verdicts: what people decided about labels of the dataset, by row.
    """
    labels = judged.metrics.labels
    true, predicted = (judged.table[name].cat.codes.to_numpy(dtype=np.int64) for name in ("true", "predicted"))
    wrong, probabilities = true != predicted, judged.probabilities
    own = probabilities[np.arange(len(true)), true]
    margin = margins(probabilities)
    known = np.array([label in answers for label in labels], dtype=bool)
    made = verdicts or {}
    corrected = {row: one.to for row, one in made.items() if one.verdict == CORRECTED and one.to is not None}
    doubted = doubted_labels(true, predicted, probabilities, known)
    doubted = _decided(doubted, judged, made, corrected) & wrong
    twin = telling_twins(facts.twins, true, predicted, labels, judged.grouping)
    flags = {
        UNKNOWN: ~known[true],
        LABEL: doubted,
        TWIN: twin >= 0,
        SIBLING: wrong & _siblings(judged.table, answers, siblings),
        UNDESCRIBED: ~facts.described,
        BRIEF: facts.words < SHORT,
        STRANGE: facts.unseen >= UNSEEN_SHARE,
        NEWER: facts.dates > facts.newest,
        CLOSE: margin < LOW_MARGIN,
    }
    skipped = _skipped(facts, judged.grouping, siblings, answers)
    marked = np.column_stack([flags[name] & (name not in skipped) for name in CAUSES])
    cause = pd.Categorical.from_codes(first_causes(marked, wrong), ORDER, ordered=True)
    table = judged.table.assign(label_probability=own, margin=margin, wrong=wrong, cause=cause)
    return Causes(table, marked, twin, facts, corrected, skipped)


def first_causes(flags: np.ndarray, wrong: np.ndarray) -> np.ndarray:
    """Return the first column of ``flags`` (rows, causes) that is set in each wrong row, its number of causes where
    none is, -1 for a right row; int64, shape (rows,)."""
    with_none = np.column_stack([flags, np.ones(len(flags), dtype=bool)])
    return np.where(wrong, with_none.argmax(axis=1), -1)


def doubted_labels(true: np.ndarray, predicted: np.ndarray, probabilities: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return which rows have a label that is likely wrong, bool, shape (rows,).

    The answer reaches its own bar, the mean probability that rows given a label have for it, so that the row
    counts off the diagonal of the confident joint there, and `SURE`; the label given is under `DOUBTED`.

    Parameters
    ----------
    true, predicted: positions of labels, the predicted one the most probable; known: which ones the run can give.
    """
    size = probabilities.shape[1]
    places = np.arange(len(true))
    own, answered = probabilities[places, true], probabilities[places, predicted]
    support = np.bincount(true, minlength=size)
    bar = np.where(support > 0, ratio(np.bincount(true, weights=own, minlength=size), support), np.inf)
    confident = (answered >= bar[predicted]) & (answered >= SURE)
    return confident & known[true] & (true != predicted) & (own < DOUBTED)


def _decided(
    doubted: np.ndarray, judged: Judged, verdicts: Mapping[int, Verdict], corrected: Mapping[int, str]
) -> np.ndarray:
    """Return ``doubted`` with what people decided in its place."""
    if not verdicts:
        return doubted
    rows, true = judged.table["row"].to_numpy(), judged.table["true"].to_numpy()
    moved = {row: judged.grouping.group_of(category) for row, category in corrected.items()}
    found = doubted & ~np.isin(rows, list(verdicts))
    for at in np.flatnonzero(np.isin(rows, list(moved))):
        found[at] = moved[int(rows[at])] != true[at]
    return found


def telling_twins(
    twins: pd.DataFrame, true: np.ndarray, predicted: np.ndarray, labels: Sequence[str], grouping: Grouping
) -> np.ndarray:
    """Return for each row the place in ``twins`` of the one with another label that tells most, -1 for none.

    One with the label that was answered goes before others, then the likest, then one that was trained on.
    """
    found = np.full(len(true), -1, dtype=np.int64)
    if twins.empty:
        return found
    names = twins["category"].cat.categories
    position = {label: place for place, label in enumerate(labels)}
    # A category that no judged row has may be in a group that is no label here.
    group = np.array([position.get(grouping.group_of(name), -1) for name in names])[twins["category"].cat.codes]
    at = twins["at"].to_numpy()
    other = group != true[at]
    keys = [~twins["training"].to_numpy(dtype=bool), -twins["likeness"].to_numpy(), group != predicted[at], at]
    order = np.lexsort(keys)
    order = order[other[order]]
    rows, first = np.unique(at[order], return_index=True)
    found[rows] = order[first]
    return found


def _siblings(table: pd.DataFrame, answers: Mapping[str, Sequence[str]], siblings: Grouping) -> np.ndarray:
    """Return which rows were answered with a label that lies whole in the group of their true category."""
    groups = {label: {siblings.group_of(name) for name in names} for label, names in answers.items()}
    whole = {label: next(iter(found)) if len(found) == 1 else None for label, found in groups.items()}
    answered = np.array([whole.get(label) for label in table["predicted"].cat.categories], dtype=object)
    true = np.array([siblings.group_of(name) for name in table["category"].cat.categories], dtype=object)
    return answered[table["predicted"].cat.codes] == true[table["category"].cat.codes]


def _skipped(
    facts: RowFacts, grouping: Grouping, siblings: Grouping, answers: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Return the causes that cannot be told, with the reason."""
    told = {UNDESCRIBED: DESCRIPTION, STRANGE: UNSEEN, NEWER: LATER}
    found = {cause: facts.untold[fact] for cause, fact in told.items() if fact in facts.untold}
    names = sorted({name for members in answers.values() for name in members})
    inside = grouping.matrix(names)[1].T @ siblings.matrix(names)[1]
    # A pair of labels that shares a group of ``siblings`` is what a sibling needs.
    if not (np.count_nonzero(inside > 0, axis=0) > 1).any():
        found[SIBLING] = f"no two classes of {grouping.name} are in one group of {siblings.name}"
    return found


def summary(found: Causes, label: str | None = None) -> pd.DataFrame:
    """Return one row a cause, in `ORDER`, over all rows or those whose true label is ``label``.

    Columns: cause; rows (wrong ones that have it first) and share (of all wrong ones, 0 to 1), which sum to all;
    matching (wrong rows that have it, first or not), share_of_wrong, share_of_right; lift (share_of_wrong over
    share_of_right, NaN without any right one) with its 95 % interval low, high (NaN where there is none).

    The lift is a risk ratio; its interval is that of Katz et al., "Obtaining confidence intervals for the risk
    ratio in cohort studies", 1978.
    """
    kept = np.ones(len(found.table), dtype=bool) if label is None else (found.table["true"] == label).to_numpy()
    wrong = found.table["wrong"].to_numpy()
    codes = found.table["cause"].cat.codes.to_numpy()[kept & wrong]
    flags = np.column_stack([found.flags, ~found.flags.any(axis=1)])
    errors, right = int((kept & wrong).sum()), int((kept & ~wrong).sum())
    first = np.bincount(codes, minlength=len(ORDER))
    matching, beside = flags[kept & wrong].sum(axis=0), flags[kept & ~wrong].sum(axis=0)
    comparable = np.array([cause not in OF_ERRORS for cause in ORDER]) & (errors > 0)
    lift, low, high = risk_ratio(matching, errors, beside, right)
    return pd.DataFrame(
        {
            "cause": list(ORDER),
            "rows": first,
            "share": ratio(first, errors),
            "matching": matching,
            "share_of_wrong": ratio(matching, errors),
            "share_of_right": ratio(beside, right),
            "lift": np.where(comparable, lift, np.nan),
            "low": np.where(comparable, low, np.nan),
            "high": np.where(comparable, high, np.nan),
        }
    )


def risk_ratio(
    count: np.ndarray, rows: int, other_count: np.ndarray, other_rows: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (count / rows) / (other_count / other_rows) and its 95 % interval; NaN where there is none.

    Katz, Baptista, Azen & Pike, 1978: the logarithm of the ratio is taken as normal.
    """
    count, other_count = np.asarray(count, dtype=float), np.asarray(other_count, dtype=float)
    some = other_count > 0
    found = np.where(some, ratio(ratio(count, rows), ratio(other_count, other_rows)), np.nan)
    both = some & (count > 0)
    variance = ratio(1, count) - ratio(1, rows) + ratio(1, other_count) - ratio(1, other_rows)
    factor = np.exp(Z * np.sqrt(np.where(both, np.maximum(variance, 0.0), 0.0)))
    return found, np.where(both, found / factor, np.nan), np.where(both, found * factor, np.nan)


def by_class(found: Causes) -> pd.DataFrame:
    """Return the wrong rows by first cause: a row a true label, the one with most errors first, a column a cause."""
    wrong = found.table[found.table["wrong"]]
    counts = pd.crosstab(wrong["true"], wrong["cause"], dropna=False)
    counts = counts.reindex(index=found.table["true"].cat.categories, columns=list(ORDER), fill_value=0)
    order = counts.sum(axis=1).sort_values(ascending=False, kind="stable").index
    return counts.loc[order]
