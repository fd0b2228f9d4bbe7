"""Out-of-fold probabilities: what a cheap model says of each row that was trained on all the others.

TF-IDF is fitted once on all rows, which tells nothing of their labels; the logistic regression is fitted
once a fold. Texts that differ only in case, punctuation or spacing are in one fold, so that no row is
judged by a model that has learned its repeat by heart.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.models.classifier import Report, unreported
from core.models.logistic import row_weights
from core.models.logistic_settings import LogisticSettings

FOLDS = 4
# Measured on 167,616 headlines in 42 categories: half the time of the default preset, the same precision.
EPOCHS, RARE_FROM_ROWS = 3, 10_000
# Features times labels that the coefficients may have, 4 bytes each; a few copies are made of them.
MOST_COEFFICIENTS, MOST_FEATURES = 40_000_000, 1_000_000


def text_units(texts: pd.Series) -> np.ndarray:
    """Return the number of each row's text, shape (rows,): near-identical ones have the same.

    >>> text_units(pd.Series(["A storm!", "a  storm", "Calm"])).tolist()
    [0, 0, 1]
    """
    plain = texts.str.casefold().str.replace(r"[\W_]+", " ", regex=True).str.strip()
    # What has no letter or digit at all is not near to anything.
    return pd.factorize(plain.where(plain != "", texts))[0]


def units_by_label(units: np.ndarray, targets: np.ndarray, labels: int) -> np.ndarray:
    """Return how many different texts count for each label, shape (labels,): a text counts for its first row's."""
    return np.bincount(targets[_first_rows(units)], minlength=labels)


def assign_folds(units: np.ndarray, targets: np.ndarray, folds: int = FOLDS, seed: int = 0) -> np.ndarray:
    """Return the fold of each row, shape (rows,): stratified by label, rows of one text in one fold.

    A label that counts ``folds`` texts or more (`units_by_label`) is in every fold.
    """
    first = _first_rows(units)
    random = np.random.default_rng(seed)
    fold = np.empty(len(first), dtype=np.int64)
    # One label goes on where the last one stopped, else the first folds would get more of the small ones.
    order = random.permutation(len(first))
    order = order[np.argsort(targets[first][order], kind="stable")]
    fold[order] = np.arange(len(first)) % folds
    return fold[units]


def _first_rows(units: np.ndarray) -> np.ndarray:
    """Return the first row of each unit."""
    return np.unique(units, return_index=True)[1]


def cheap_settings(rows: int, labels: int) -> LogisticSettings:
    """Return the settings of the cheap model; with very many labels it has fewer features, to bound its memory."""
    return LogisticSettings(
        epochs=EPOCHS,
        min_df=1 if rows < RARE_FROM_ROWS else 3,
        max_features=min(MOST_COEFFICIENTS // labels, MOST_FEATURES),
    )


def out_of_fold(
    texts: Sequence[str],
    targets: np.ndarray,
    fold: np.ndarray,
    *,
    seed: int = 0,
    report: Report = unreported,
) -> np.ndarray:
    """Return float32 probabilities, shape (rows, labels), of each row by the model that did not see its fold.

    Parameters
    ----------
    targets: number of the label of each row, from 0 without a gap; each is in every fold's complement.
    fold: number of the fold of each row (`assign_folds`).
    report: hears of the phases "vectorize", and "fit" with a step for each fold; what it raises ends it.

    Raises InputError when the texts have no words.
    """
    from core.models.softmax import fit_softmax, softmax
    from core.models.tfidf_fit import fit_tfidf

    labels = int(targets.max()) + 1
    settings = cheap_settings(len(texts), labels)
    _, matrix = fit_tfidf(texts, settings, report)
    found = np.empty((len(texts), labels), dtype=np.float32)
    folds = int(fold.max()) + 1
    for number in range(folds):
        train, test = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        weights = row_weights(targets[train], settings.class_weight)
        part = _FoldReport(report, number, folds)
        coefficients, intercept = fit_softmax(
            matrix[train], targets[train], weights, settings, seed=seed + number, report=part
        )
        scores = matrix[test] @ coefficients
        scores += intercept
        found[test] = softmax(scores)
    report("fit", folds * _FoldReport.PARTS, folds * _FoldReport.PARTS)
    return found


class _FoldReport:
    """A `Report` of one fit that tells it as a part of all of them."""

    PARTS = 100

    def __init__(self, report: Report, number: int, folds: int) -> None:
        self.report, self.number, self.folds = report, number, folds

    def __call__(self, phase: str, step: int, total: int, **_: object) -> None:
        """Pass on how far all the folds are together."""
        done = self.number * self.PARTS + self.PARTS * step // max(total, 1)
        self.report(phase, done, self.folds * self.PARTS)
