"""Test rows whose text was trained on, the same or nearly: how many a split has, and how far they flatter its accuracy.

Three splits are held side by side. A naive one draws rows whatever their text, as scikit-learn's
``train_test_split(test_size=0.2, random_state=42, stratify=category)`` does; Copydesk's keeps rows of one text on one
side; the run in use has its own. The first two are measured with one quick model, fitted to each.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.data.duplicates import keys_of, normalised
from core.models.classifier import Report, unreported

NAIVE, OURS, RUN = "naive", "copydesk", "run"
SHARE, SEED = 0.2, 42


@dataclass(frozen=True)
class Leak:
    """What a split has on both sides, and the accuracy with and without it; accuracies are None of no rows.

    Attributes
    ----------
    split: `NAIVE`, `OURS` or `RUN`; train, rows: training rows, and test rows judged.
    same: test rows with the text of a training row, but for case and white space.
    near: further test rows whose text is nearly that of a training row (`core.data.near_duplicates`).
    accuracy: of all test rows; leaky: of ``same`` and ``near`` alone; clean: of all others.
    """

    split: str
    train: int
    rows: int
    same: int
    near: int
    accuracy: float | None
    leaky: float | None
    clean: float | None

    def document(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return asdict(self)


def text_codes(texts: pd.Series) -> np.ndarray:
    """Return a number for each row's text, the same for the same text but for case and spaces, int64, shape (rows,)."""
    return pd.factorize(keys_of([normalised(text) for text in texts.tolist()]))[0].astype(np.int64)


def seen_in_training(
    codes: np.ndarray, pairs: tuple[np.ndarray, np.ndarray], train: np.ndarray, test: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return which test rows have a text that was trained on, and which others nearly so; bool, shape (test,).

    Parameters
    ----------
    codes: of each row's text (`text_codes`); pairs: rows of nearly the same text, one row a text.
    train, test: positions.
    """
    trained = np.zeros(int(codes.max(initial=-1)) + 1, dtype=bool)
    trained[codes[train]] = True
    one, other = (codes[side] for side in pairs)
    beside = np.zeros(len(trained), dtype=bool)
    beside[one[trained[other]]] = True
    beside[other[trained[one]]] = True
    same = trained[codes[test]]
    return same, beside[codes[test]] & ~same


def leak(split: str, train: int, same: np.ndarray, near: np.ndarray, right: np.ndarray) -> Leak:
    """Return the figures of a split.

    Parameters
    ----------
    same, near: as `seen_in_training` returns them; right: whether each test row was judged right. Shape (test,).
    """
    leaky = same | near
    parts = (right, right[leaky], right[~leaky])
    return Leak(split, train, len(right), int(same.sum()), int(near.sum()), *map(_share, parts))


def _share(right: np.ndarray) -> float | None:
    return float(right.mean()) if len(right) else None


def naive_split(categories: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return training and test rows of a random fifth, stratified by category where each has two rows; ascending.

    Parameters
    ----------
    categories: number of each row's category, shape (rows,).
    """
    from sklearn.model_selection import train_test_split

    counts = np.bincount(categories)
    # As scikit-learn takes a share: a row begun is a row.
    test = math.ceil(SHARE * len(categories))
    stratified = counts[counts > 0].min() >= 2 and test >= np.count_nonzero(counts) <= len(categories) - test
    train, held = train_test_split(
        np.arange(len(categories)), test_size=test, random_state=SEED, stratify=categories if stratified else None
    )
    return np.sort(train), np.sort(held)


def our_split(texts: pd.Series, categories: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return training and test rows as a run of target category with the same share and seed has them."""
    from core.runs.spec import SpecGrouping, Split, TrainingSpec
    from core.runs.split import split_rows

    spec = TrainingSpec(
        dataset="",
        fingerprint="",
        categories=(),
        split=Split(test_share=SHARE, seed=SEED),
        grouping=SpecGrouping(name="raw"),
    )
    return split_rows(texts, categories, spec)


def measure(frame: pd.DataFrame, pairs: tuple[np.ndarray, np.ndarray], report: Report = unreported) -> list[Leak]:
    """Return the figures of the naive split and of ours, each with a quick model fitted to it.

    Parameters
    ----------
    frame: headline, short_description, category; by position. pairs: as `seen_in_training` takes them.
    report: hears of "vectorize" and "fit".
    """
    from core.data.records import text_of
    from core.evaluation.folds import cheap_settings
    from core.models.tfidf_fit import fit_tfidf

    texts = text_of(frame)
    categories = frame["category"].astype("str")
    names, targets = np.unique(categories.to_numpy(dtype=object), return_inverse=True)
    codes = text_codes(texts)
    settings = cheap_settings(len(texts), len(names))
    _, matrix = fit_tfidf(texts.tolist(), settings, report)
    found = []
    for number, (split, (train, test)) in enumerate(
        ((NAIVE, naive_split(targets)), (OURS, our_split(texts, categories)))
    ):
        right = _right(matrix, targets, train, test, settings, _Half(report, number))
        found.append(leak(split, len(train), *seen_in_training(codes, pairs, train, test), right))
    report("fit", 2 * _Half.PARTS, 2 * _Half.PARTS)
    return found


def _right(
    matrix: Any, targets: np.ndarray, train: np.ndarray, test: np.ndarray, settings: Any, report: Report
) -> np.ndarray:
    """Return which test rows a model gets right that was fitted to the training rows, bool, shape (test,)."""
    from core.models.logistic import row_weights
    from core.models.softmax import fit_softmax

    labels, learned = np.unique(targets[train], return_inverse=True)
    if len(labels) < 2:
        return targets[test] == labels[0]
    weights = row_weights(learned, settings.class_weight)
    coefficients, intercept = fit_softmax(matrix[train], learned, weights, settings, seed=SEED, report=report)
    return labels[(matrix[test] @ coefficients + intercept).argmax(axis=1)] == targets[test]


class _Half:
    """A `Report` of one of two fits that tells it as a part of both."""

    PARTS = 100

    def __init__(self, report: Report, number: int) -> None:
        self.report, self.number = report, number

    def __call__(self, phase: str, step: int, total: int, **_: object) -> None:
        """Pass on how far both are together."""
        self.report(phase, self.number * self.PARTS + self.PARTS * step // max(total, 1), 2 * self.PARTS)


def of_run(codes: np.ndarray, pairs: tuple[np.ndarray, np.ndarray], train: np.ndarray, judged: pd.DataFrame) -> Leak:
    """Return the figures of a run on its own test rows.

    Parameters
    ----------
    train: positions of its training rows; judged: its `Judged.table`.
    """
    right = (judged["true"].astype("str") == judged["predicted"].astype("str")).to_numpy()
    same, near = seen_in_training(codes, pairs, train, judged["row"].to_numpy())
    return leak(RUN, len(train), same, near, right)
