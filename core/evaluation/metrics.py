"""Figures of a classifier, all of them computed from its confusion matrix, or from a stack of draws of it.

Definitions follow scikit-learn: a ratio without a denominator is 0, and the macro average is
over the labels that occur among the true or the predicted ones, so a label that is absent from
both does no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.confusion import f1_by_label, kappa, macro_average, ratio
from core.resampling import summed

AVERAGED = ("precision", "recall", "f1")


@dataclass(frozen=True)
class Metrics:
    """Figures over ``rows`` rows.

    Attributes
    ----------
    labels: the classes, in the order of the matrix.
    confusion: counts, shape (labels, labels), rows true, columns predicted.
    per_class: one row a label: label, precision, recall, f1, specificity, support, tp, fp, fn, tn, and
        error_share: of all errors, the share that is of this true label (its fn).
    totals: tp, fp, fn and tn summed over the labels.
    """

    labels: tuple[str, ...]
    confusion: np.ndarray
    per_class: pd.DataFrame
    totals: dict[str, int]
    rows: int
    accuracy: float
    error_rate: float
    macro_precision: float
    macro_recall: float
    macro_f1: float
    weighted_precision: float
    weighted_recall: float
    weighted_f1: float
    kappa: float
    majority_share: float

    def headline(self) -> dict[str, float]:
        """Return the single figures by name, without matrix and table."""
        names = [f"{average}_{name}" for average in ("macro", "weighted") for name in AVERAGED]
        return {name: getattr(self, name) for name in ("accuracy", "error_rate", *names, "kappa", "majority_share")}

    def document(self) -> dict[str, object]:
        """Return everything as plain JSON values, under the keys that scripts rely on."""
        return {
            "rows": self.rows,
            **self.headline(),
            "labels": list(self.labels),
            "confusion": self.confusion.tolist(),
            "totals": self.totals,
            "per_class": self.per_class.to_dict("records"),
        }


def error_matrix(confusion: np.ndarray) -> np.ndarray:
    """Return ``confusion`` with its diagonal set to 0: only what went wrong."""
    return confusion - np.diag(np.diag(confusion))


def row_shares(confusion: np.ndarray) -> np.ndarray:
    """Return each row divided by its sum, rows without records as 0; shape as given."""
    return ratio(confusion, confusion.sum(axis=1, keepdims=True))


def metrics_from_confusion(confusion: np.ndarray, labels: Sequence[str]) -> Metrics:
    """Return all figures for a matrix of counts, rows true, columns predicted.

    Raises ValueError when the matrix is not square over ``labels``.
    """
    if confusion.shape != (len(labels), len(labels)):
        raise ValueError(f"a matrix of shape {confusion.shape} does not fit {len(labels)} labels")
    table = _per_class(confusion, labels)
    figures = averaged(np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0))
    return Metrics(
        labels=tuple(labels),
        confusion=confusion,
        per_class=table,
        totals={name: int(table[name].sum()) for name in ("tp", "fp", "fn", "tn")},
        rows=int(confusion.sum()),
        **{name: float(figure) for name, figure in figures.items()},
    )


def counts_of(
    counts: np.ndarray, true: np.ndarray, predicted: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows that are right, true and predicted, for each draw and label; each of shape (draws, size).

    Parameters
    ----------
    counts: rows of each cell, shape (draws, cells).
    true, predicted: positions of each cell's labels, shape (cells,); several cells may have the same.
    """
    return (
        summed(counts * (true == predicted), true, size),
        summed(counts, true, size),
        summed(counts, predicted, size),
    )


def averaged(right: np.ndarray, support: np.ndarray, predicted: np.ndarray) -> dict[str, np.ndarray]:
    """Return each single figure of `Metrics` by name, shape (...), 0 where there is no row.

    Parameters
    ----------
    right, support, predicted: rows that are right, true and predicted, by label, shape (..., labels).
    """
    rows = support.sum(axis=-1)
    accuracy = ratio(right.sum(axis=-1), rows)
    by_label = {
        "precision": ratio(right, predicted),
        "recall": ratio(right, support),
        "f1": f1_by_label(right, support, predicted),
    }
    return {
        "accuracy": accuracy,
        "error_rate": np.where(rows > 0, 1.0 - accuracy, 0.0),
        **{f"macro_{name}": macro_average(values, support, predicted) for name, values in by_label.items()},
        **{f"weighted_{name}": ratio((values * support).sum(axis=-1), rows) for name, values in by_label.items()},
        "kappa": kappa(right, support, predicted),
        "majority_share": ratio(support.max(axis=-1, initial=0), rows),
    }


def _per_class(confusion: np.ndarray, labels: Sequence[str]) -> pd.DataFrame:
    """Return the table of `Metrics.per_class`."""
    tp = np.diag(confusion).astype(np.int64)
    support = confusion.sum(axis=1).astype(np.int64)
    fp = confusion.sum(axis=0).astype(np.int64) - tp
    fn = support - tp
    tn = int(confusion.sum()) - tp - fp - fn
    return pd.DataFrame(
        {
            "label": list(labels),
            "precision": ratio(tp, tp + fp),
            "recall": ratio(tp, support),
            "f1": ratio(2 * tp, 2 * tp + fp + fn),
            "specificity": ratio(tn, tn + fp),
            "support": support,
            "tp": tp,
            "fp": fp,
            "fn": fn,
            "tn": tn,
            "error_share": ratio(fn, fn.sum()),
        }
    )
