"""Counts of true against predicted labels, and the single figures they give, for one matrix or a stack of them.

Definitions follow scikit-learn: a ratio without a denominator is 0, and an average over labels
leaves out those that occur neither among the true nor among the predicted ones. All functions take
``confusion`` of shape (..., labels, labels), rows true, columns predicted, and return (...).
"""

from __future__ import annotations

import numpy as np


def confusion_matrix(true: np.ndarray, predicted: np.ndarray, size: int) -> np.ndarray:
    """Return counts of shape (size, size) from two arrays of label positions (0 .. size-1)."""
    return joint_counts(true, predicted, (size, size))


def joint_counts(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return how often each pair of positions occurs, int64, of ``shape``."""
    flat = np.asarray(rows, dtype=np.int64) * shape[1] + np.asarray(columns, dtype=np.int64)
    return np.bincount(flat, minlength=shape[0] * shape[1]).reshape(shape)


def ratio(numerator: object, denominator: object) -> np.ndarray:
    """Divide, giving 0 where the denominator is 0."""
    top, bottom = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    return np.divide(top, bottom, out=np.zeros(np.broadcast(top, bottom).shape), where=bottom != 0)


def f1_by_label(right: np.ndarray, support: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return F1 for each label from counts of rows that are right, true and predicted; shapes (..., labels)."""
    return ratio(2 * np.asarray(right), np.asarray(support) + np.asarray(predicted))


def macro_average(values: np.ndarray, support: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return the mean of ``values`` (..., labels) over the labels that occur as true or predicted ones."""
    present = (np.asarray(support) + np.asarray(predicted)) > 0
    return ratio((values * present).sum(axis=-1), present.sum(axis=-1))


def kappa(right: np.ndarray, support: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return Cohen's kappa: the agreement beyond chance, over the most there could be; 0 where there is no room.

    Cohen, "A coefficient of agreement for nominal scales", 1960. Arguments as for `f1_by_label`.
    """
    total = np.asarray(support).sum(axis=-1)
    observed = ratio(np.asarray(right).sum(axis=-1), total)
    chance = ratio((np.asarray(support, dtype=float) * predicted).sum(axis=-1), total.astype(float) ** 2)
    return ratio(observed - chance, 1.0 - chance)
