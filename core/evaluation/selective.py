"""Answering only when sure: risk against coverage, thresholds by class, and backing off to a coarser answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.confusion import ratio
from core.evaluation.proportions import wilson
from core.grouping.grouping import Grouping
from core.grouping.scores import Scores, grouped_probabilities, groups_of_labels
from core.runs.spec import TrainingSpec

# A precision over fewer answers is chance more than anything.
FEWEST_ANSWERS = 10
ABSTAIN = "abstain"
STEPS = 101


@dataclass(frozen=True, eq=False)
class RiskCoverage:
    """What share of the answers is wrong when only the surest are given (El-Yaniv & Wiener, 2010).

    Attributes
    ----------
    threshold: each confidence that occurs, the highest first, shape (points,).
    coverage: share of the rows that are at least as sure, shape (points,).
    risk: share of those that is wrong, shape (points,).
    aurc: area under risk over coverage (Geifman, Uziel & El-Yaniv, 2019): the mean risk over all numbers
        of answers; rows of equal confidence enter in any order, so their errors are spread evenly.
    best: the least that the area can be at this accuracy: with every error less sure than every right answer.
    """

    threshold: np.ndarray
    coverage: np.ndarray
    risk: np.ndarray
    aurc: float
    best: float


def risk_coverage(confidence: np.ndarray, right: np.ndarray) -> RiskCoverage:
    """Return the curve of answers with ``confidence`` (0 to 1) that are ``right`` (bool), both of shape (rows,)."""
    right = np.asarray(right, dtype=bool)
    rows, wrong = len(right), int((~right).sum())
    threshold, answered, correct = _kept(np.asarray(confidence, dtype=float), right)
    errors = answered - correct
    return RiskCoverage(
        threshold=threshold,
        coverage=ratio(answered, rows),
        risk=ratio(errors, answered),
        aurc=_area(answered, errors),
        best=_area(np.array([rows - wrong, rows]), np.array([0, wrong])),
    )


def _area(answered: np.ndarray, errors: np.ndarray) -> float:
    """Return the mean of errors/answers over 1, 2, … all answers, errors growing evenly between the points."""
    rows = int(answered[-1]) if len(answered) else 0
    if not rows:
        return 0.0
    numbers = np.arange(1, rows + 1)
    return float((np.interp(numbers, [0, *answered], [0, *errors]) / numbers).mean())


def class_tradeoff(confidence: np.ndarray, answered: np.ndarray, right: np.ndarray, of_class: int) -> pd.DataFrame:
    """Return what a threshold on the answers of one class does: one row a confidence, the lowest first.

    Parameters
    ----------
    confidence: shape (rows,); answered, right: whether the row is answered with the class, and is of the class.
    of_class: rows that are of the class, whatever was answered.

    Returns the columns threshold (answers at least as sure are kept), kept (answers), precision,
    precision_low and precision_high (95 %, Wilson), coverage (of the class's answers), recall (of its rows).
    """
    sure = np.asarray(confidence, dtype=float)[answered]
    threshold, kept, correct = _kept(sure, np.asarray(right, dtype=bool)[answered])
    table = _tradeoff(threshold, kept, correct, np.full(len(kept), len(sure)), np.full(len(kept), of_class))
    return table[::-1].reset_index(drop=True)


def _kept(sure: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each confidence that occurs, the highest first, the answers at least as sure, and how many are right."""
    order = np.argsort(-sure, kind="stable")
    sure = sure[order]
    last = np.flatnonzero(np.append(sure[1:] != sure[:-1], True)) if len(sure) else np.zeros(0, dtype=np.int64)
    return sure[last], last + 1, np.cumsum(right[order])[last]


def _tradeoff(
    threshold: np.ndarray, kept: np.ndarray, correct: np.ndarray, answers: np.ndarray, of_class: np.ndarray
) -> pd.DataFrame:
    low, high = wilson(correct, kept)
    return pd.DataFrame(
        {
            "threshold": threshold,
            "kept": kept,
            "precision": ratio(correct, kept),
            "precision_low": low,
            "precision_high": high,
            "coverage": ratio(kept, answers),
            "recall": ratio(correct, of_class),
        }
    )


def class_thresholds(judged: pd.DataFrame, labels: Sequence[str], precision: float) -> pd.DataFrame:
    """Return for each label the lowest threshold that gives ``precision`` or more on `FEWEST_ANSWERS` answers or more.

    ``judged`` is the table of `core.evaluation.judge.Judged`. Columns: label, answers, and those of `class_tradeoff`,
    NA where no threshold gives it. The thresholds are chosen on the very rows that they are told of, so of a
    small class precision_low says more than precision.
    """
    sure = judged["confidence"].to_numpy(dtype=float)
    predicted, true = (judged[side].cat.codes.to_numpy() for side in ("predicted", "true"))
    names = list(judged["predicted"].cat.categories)
    of_class = np.bincount(true, minlength=len(names))
    found, answers = np.full((len(labels), 3), -1.0), np.zeros(len(labels), dtype=np.int64)
    places = [names.index(label) for label in labels]
    for row, place in enumerate(places):
        answered = np.flatnonzero(predicted == place)
        answers[row] = len(answered)
        threshold, kept, correct = _kept(sure[answered], true[answered] == place)
        fit = np.flatnonzero((ratio(correct, kept) >= precision) & (kept >= FEWEST_ANSWERS))
        if len(fit):
            found[row] = threshold[fit[-1]], kept[fit[-1]], correct[fit[-1]]
    there = np.flatnonzero(found[:, 1] >= 0)
    table = _tradeoff(*found[there].T, answers[there], of_class[places][there]).set_index(there)
    table = table.reindex(range(len(labels))).astype({"kept": "Int64"})
    table.insert(0, "label", list(labels))
    table.insert(1, "answers", answers)
    return table


def tradeoff_of(judged: pd.DataFrame, label: str) -> pd.DataFrame:
    """Return the `class_tradeoff` of ``label``, from the table of `core.evaluation.judge.Judged`."""
    answered, true = (judged["predicted"] == label).to_numpy(), (judged["true"] == label).to_numpy()
    return class_tradeoff(judged["confidence"].to_numpy(), answered, true, int(true.sum()))


@dataclass(frozen=True, eq=False)
class Level:
    """The likeliest answer of each row at one level of detail.

    Attributes
    ----------
    name: "category" or "group".
    confidence: its probability, 0 to 1, float64, shape (rows,).
    right: whether it is the true one, bool, shape (rows,).
    """

    name: str
    confidence: np.ndarray
    right: np.ndarray


def levels_of(spec: TrainingSpec, scores: Scores, grouping: Grouping) -> list[Level]:
    """Return the levels at which a run answers under ``grouping``, the finest first.

    A run of categories answers with a category and with a group, but under a grouping that puts none together
    with categories alone; a run of groups answers with groups. Errors as `groups_of_labels`.
    """
    groups = groups_of_labels(scores.labels, scores.members, grouping, spec.grouping.name)
    found = []
    if scores.of_categories:
        found.append(_level("category", list(scores.labels), scores.probabilities, scores.categories, scores.true))
    if not scores.of_categories or len(set(groups)) < len(scores.labels):
        names, added = grouped_probabilities(scores.probabilities, groups)
        found.append(_level("group", names, added, [grouping.group_of(one) for one in scores.categories], scores.true))
    return found


def _level(
    name: str, labels: Sequence[str], probabilities: np.ndarray, names: Sequence[str], true: np.ndarray
) -> Level:
    """Return the level of ``labels``; ``names`` are those of the positions in ``true``."""
    place = {label: position for position, label in enumerate(labels)}
    wanted = np.array([place.get(one, -1) for one in names], dtype=np.int64)[true]
    answer = probabilities.argmax(axis=1) if len(probabilities) else np.zeros(0, dtype=np.int64)
    sure = probabilities[np.arange(len(answer)), answer].astype(float)
    return Level(name, np.minimum(sure, 1.0), answer == wanted)


def given_at(levels: Sequence[Level], threshold: float) -> np.ndarray:
    """Return for each row the position of the level that answers it, len(levels) where none does; shape (rows,).

    The first level whose confidence is at least ``threshold`` answers; when none is, the row is abstained from.
    """
    found = np.full(len(levels[0].confidence), len(levels))
    for place in reversed(range(len(levels))):
        found[levels[place].confidence >= threshold] = place
    return found


def back_off(levels: Sequence[Level], threshold: float) -> pd.DataFrame:
    """Return what becomes of the rows at ``threshold``: one row a level, then "abstain", then "answered".

    Columns: level, rows, coverage (share of all rows), right, accuracy (of the rows answered so; NaN where there
    are none), accuracy_low and accuracy_high (95 %, Wilson). "answered" is all levels together, each
    answer judged at the level it was given at: less said, rather than something wrong (Deng, Krause, Berg &
    Fei-Fei, "Hedging your bets", 2012).
    """
    given = given_at(levels, threshold)
    rows = np.bincount(given, minlength=len(levels) + 1)
    right = np.array([int(level.right[given == place].sum()) for place, level in enumerate(levels)])
    table = pd.DataFrame(
        {
            "level": [*(level.name for level in levels), ABSTAIN, "answered"],
            "rows": [*rows, rows[:-1].sum()],
            "right": [*right, 0, right.sum()],
        }
    )
    low, high = wilson(table["right"], table["rows"])
    answered = ((table["rows"] > 0) & (table["level"] != ABSTAIN)).to_numpy()
    shares = {"accuracy": ratio(table["right"], table["rows"]), "accuracy_low": low, "accuracy_high": high}
    return table.assign(
        coverage=ratio(table["rows"], len(given)),
        **{name: np.where(answered, values, np.nan) for name, values in shares.items()},
    )


def back_off_curve(levels: Sequence[Level], thresholds: np.ndarray | None = None) -> pd.DataFrame:
    """Return `back_off` at many thresholds (default: 0, .01, … 1): the same rows for each, and a column threshold.

    Without intervals. Each level is sorted once, so a hundred thresholds cost little more than one.
    """
    asked = np.arange(STEPS) / (STEPS - 1) if thresholds is None else np.asarray(thresholds, dtype=float)
    total = len(levels[0].confidence)
    nothing = np.zeros(len(asked), dtype=np.int64)
    answered, right, parts = nothing, nothing, []
    surest = np.full(total, -np.inf)
    for level in levels:
        # Rows that the finer levels do not answer and this one does: those of both, less those of the finer.
        _, known = _at_least(surest, level.right, asked)
        surest = np.maximum(surest, level.confidence)
        rows, correct = _at_least(surest, level.right, asked)
        parts.append(_part(level.name, asked, rows - answered, correct - known, total))
        answered, right = rows, right + correct - known
    parts.append(_part(ABSTAIN, asked, total - answered, nothing, total).assign(accuracy=np.nan))
    parts.append(_part("answered", asked, answered, right, total))
    return pd.concat(parts, ignore_index=True)


def _at_least(confidence: np.ndarray, right: np.ndarray, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each threshold how many rows are at least as sure, and how many of those are right."""
    order = np.argsort(confidence)
    below = np.searchsorted(confidence[order], asked, side="left")
    correct = np.concatenate([[0], np.cumsum(right[order])])
    return len(order) - below, correct[-1] - correct[below]


def _part(name: str, asked: np.ndarray, rows: np.ndarray, right: np.ndarray, total: int) -> pd.DataFrame:
    accuracy = np.where(rows > 0, ratio(right, rows), np.nan)
    shares = {"coverage": ratio(rows, total), "accuracy": accuracy}
    return pd.DataFrame({"threshold": asked, "level": name, "rows": rows, "right": right, **shares})


def threshold_for_accuracy(curve: pd.DataFrame, accuracy: float) -> float | None:
    """Return the lowest threshold of a `back_off_curve` whose answers are right that often; None where none is."""
    answered = curve[(curve["level"] == "answered") & (curve["rows"] >= FEWEST_ANSWERS)]
    enough = answered.loc[answered["accuracy"] >= accuracy, "threshold"]
    return float(enough.min()) if len(enough) else None
