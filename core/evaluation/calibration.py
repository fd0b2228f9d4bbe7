"""How far a confidence can be taken at its word: the reliability of probabilities, and its single figures."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from core.confusion import ratio
from core.evaluation.proportions import wilson

# As many as in Guo et al., so that figures can be held against published ones.
BINS = 15
Binning = Literal["equal count", "equal width"]
BINNINGS: tuple[Binning, ...] = ("equal count", "equal width")
COLUMNS = ("low", "high", "rows", "confidence", "accuracy", "accuracy_low", "accuracy_high")


def reliability(
    confidence: np.ndarray, right: np.ndarray, *, bins: int = BINS, binning: Binning = "equal count"
) -> pd.DataFrame:
    """Return how often rows of about the same confidence are right: one row a bin that holds any.

    Parameters
    ----------
    confidence: probability of what was answered, 0 to 1, shape (rows,).
    right: whether it was right, bool, shape (rows,).
    binning: "equal width" cuts 0 to 1 into ``bins`` parts (Guo et al., "On calibration of modern neural
        networks", 2017). "equal count" puts as many rows into each (Nguyen & O'Connor, "Posterior
        calibration and exploratory analysis", 2015), so none rests on a handful; rows of equal
        confidence stay together, which can leave fewer bins.

    Returns the columns low, high (a bin holds low < confidence <= high, the first also low itself), rows,
    confidence (mean), accuracy (share that is right), accuracy_low and accuracy_high (95 %, Wilson).
    """
    confidence, right = np.asarray(confidence, dtype=float), np.asarray(right, dtype=bool)
    if not len(confidence):
        return pd.DataFrame({name: np.zeros(0, dtype=int if name == "rows" else float) for name in COLUMNS})
    shares = np.arange(bins + 1) / bins
    edges = shares if binning == "equal width" else np.unique(np.quantile(confidence, shares, method="lower"))
    if len(edges) == 1:
        edges = np.repeat(edges, 2)
    place = np.searchsorted(edges[1:-1], confidence, side="left")
    rows = np.bincount(place, minlength=len(edges) - 1)
    correct = np.bincount(place, weights=right, minlength=len(rows))
    low, high = wilson(correct, rows)
    table = pd.DataFrame(
        {
            "low": edges[:-1],
            "high": edges[1:],
            "rows": rows,
            "confidence": ratio(np.bincount(place, weights=confidence, minlength=len(rows)), rows),
            "accuracy": ratio(correct, rows),
            "accuracy_low": low,
            "accuracy_high": high,
        }
    )
    return table[table["rows"] > 0].reset_index(drop=True)


def expected_calibration_error(table: pd.DataFrame) -> float:
    """Return ECE: the mean distance of confidence and accuracy over the bins, each as heavy as its rows; 0 to 1.

    Guo et al., 2017. Of another number or kind of bins it is another figure, so these are always told with it.
    """
    gaps = (table["accuracy"] - table["confidence"]).abs()
    return float(ratio((gaps * table["rows"]).sum(), table["rows"].sum()))


def maximum_calibration_error(table: pd.DataFrame) -> float:
    """Return MCE: the largest distance of confidence and accuracy in any bin (Guo et al., 2017); 0 without bins."""
    return float((table["accuracy"] - table["confidence"]).abs().max()) if len(table) else 0.0


def class_reliability(
    probabilities: np.ndarray, true: np.ndarray, label: int, *, bins: int = BINS, binning: Binning = "equal count"
) -> pd.DataFrame:
    """Return the reliability of one class's probability over all rows, whatever was answered.

    Kull et al., "Beyond temperature scaling", 2019 (classwise calibration): of the rows that are given
    class ``label`` with probability p, a share p should be of it. Columns as `reliability`.

    Parameters
    ----------
    probabilities: shape (rows, labels); true: position of the true label, shape (rows,).
    label: a position in the labels.
    """
    return reliability(np.minimum(probabilities[:, label], 1.0), true == label, bins=bins, binning=binning)
