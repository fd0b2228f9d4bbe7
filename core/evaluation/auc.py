"""The area under the ROC curve, and how sure it is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.evaluation.proportions import Z


def auc(scores: np.ndarray, positive: np.ndarray) -> tuple[float, float]:
    """Return the share of pairs of a positive and a negative row that ``scores`` put in order, and its variance.

    A tie counts for half. The variance is that of DeLong, DeLong & Clarke-Pearson, "Comparing the areas under two or
    more correlated receiver operating characteristic curves", 1988, from ranks as Sun & Xu, 2014. Without a row on
    either side it is (0.5, 0.25), which says nothing.

    Parameters
    ----------
    scores: higher for what looks positive, shape (rows,). positive: bool, shape (rows,).
    """
    above, below = scores[positive], scores[~positive]
    if not len(above) or not len(below):
        return 0.5, 0.25
    ranks = _midranks(scores)
    # For each row the share of the other side's rows that it is in order with.
    over = (ranks[positive] - _midranks(above)) / len(below)
    under = 1 - (ranks[~positive] - _midranks(below)) / len(above)
    # One row alone tells no variance: the most that there can be.
    spreads = [side.var(ddof=1) if len(side) > 1 else 0.25 for side in (over, under)]
    return float(over.mean()), float(spreads[0] / len(over) + spreads[1] / len(under))


def _midranks(values: np.ndarray) -> np.ndarray:
    """Return the ranks from 1, of equal values the mean of theirs."""
    return pd.Series(values).rank(method="average").to_numpy()


def cross_validated(parts: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Return the mean area over folds, and its 95 % interval within 0 and 1.

    Folds are fitted on rows in common, so their areas err together: the variance of the mean is that of one fold
    times 1 / k + 1 / (k - 1), as Nadeau & Bengio, "Inference for the generalization error", Machine Learning 52, 2003.

    Parameters
    ----------
    parts: area and variance of each of two folds or more.
    """
    areas, variances = np.array(parts).T
    folds, middle = len(parts), float(areas.mean())
    reach = Z * float(np.sqrt(variances.mean() * (1 / folds + 1 / (folds - 1))))
    return middle, max(middle - reach, 0.0), min(middle + reach, 1.0)
