"""Figures of a classifier, all of them computed from its confusion matrix.

Definitions follow scikit-learn: a ratio without a denominator is 0, and the macro average is
over the labels that occur among the true or the predicted ones, so a label that is absent from
both does no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.confusion import kappa, ratio

AVERAGED = ("precision", "recall", "f1")


@dataclass(frozen=True)
class Metrics:
    """Figures over ``rows`` rows.

    Attributes
    ----------
    labels: the classes, in the order of the matrix.
    confusion: counts, shape (labels, labels), rows true, columns predicted.
    per_class: one row a label: label, precision, recall, f1, specificity, support, tp, fp, fn, tn.
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
    rows = int(confusion.sum())
    table = _per_class(confusion, labels)
    present = (table["support"] + table["tp"] + table["fp"]) > 0
    averages: dict[str, float] = {}
    for name in AVERAGED:
        averages[f"macro_{name}"] = float(table.loc[present, name].mean()) if present.any() else 0.0
        averages[f"weighted_{name}"] = float(ratio((table[name] * table["support"]).sum(), rows))
    accuracy = float(ratio(np.trace(confusion), rows))
    return Metrics(
        labels=tuple(labels),
        confusion=confusion,
        per_class=table,
        totals={name: int(table[name].sum()) for name in ("tp", "fp", "fn", "tn")},
        rows=rows,
        accuracy=accuracy,
        error_rate=1.0 - accuracy if rows else 0.0,
        kappa=float(kappa(table["tp"].to_numpy(), table["support"].to_numpy(), (table["tp"] + table["fp"]).to_numpy())),
        majority_share=float(ratio(table["support"].max() if len(table) else 0, rows)),
        **averages,
    )


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
        }
    )
