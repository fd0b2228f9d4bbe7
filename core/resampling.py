"""Drawing rows with replacement, many times: rows that count alike are drawn as one cell."""

from __future__ import annotations

import numpy as np

from core.confusion import joint_counts

RESAMPLES = 300
LEVEL = 0.95
RARE = 16  # rows of a cell up to which each is drawn by itself


def drawn(counts: np.ndarray, draws: int, random: np.random.Generator) -> np.ndarray:
    """Return how often each cell is met when as many rows as there are get drawn with replacement.

    Multinomial, shape (draws, cells): the same as drawing each row and counting. Most cells hold few
    rows: how many rows fall to all of those is drawn first, then each of these rows, which costs less
    than a binomial for each cell.

    Parameters
    ----------
    counts: rows of each cell, shape (cells,), one row or more altogether.
    """
    rows, rare = counts.sum(), counts <= RARE
    found = _cells_apart(draws, len(counts), np.int64)
    shares = np.append(counts[~rare], counts[rare].sum()) / rows
    common = random.multinomial(rows, shares, size=draws)
    found[:, ~rare] = common[:, :-1]
    if rare.any():
        cell_of_row = np.repeat(np.arange(rare.sum()), counts[rare])
        met = cell_of_row[random.integers(0, len(cell_of_row), size=common[:, -1].sum())]
        found[:, rare] = joint_counts(np.repeat(np.arange(draws), common[:, -1]), met, (draws, int(rare.sum())))
    return found


def summed(values: np.ndarray, index: np.ndarray, size: int) -> np.ndarray:
    """Add up the columns of ``values`` (draws, cells) that have the same ``index``; shape (draws, size)."""
    found = _cells_apart(len(values), size, values.dtype)
    if len(index):
        order = np.argsort(index, kind="stable")
        positions, starts = np.unique(index[order], return_index=True)
        found.T[positions] = np.add.reduceat(values.T[order], starts, axis=0)
    return found


def _cells_apart(draws: int, cells: int, kind: np.typing.DTypeLike) -> np.ndarray:
    """Return zeros of shape (draws, cells) with each cell's draws side by side, since cells are what is added up."""
    return np.zeros((cells, draws), dtype=kind).T


def centred_interval(value: float, draws: np.ndarray) -> tuple[float, float]:
    """Return the 95 % interval of a figure from its bootstrap draws, shape (draws,).

    The percentiles (Efron & Tibshirani, "An Introduction to the Bootstrap", 1993) are taken about the
    draws' mean and laid about the figure: a draw may hold no row of a small class, which shifts an
    average over classes by about as much in every draw. The figure itself is never left out, as it
    could be where a handful of rows make the draws lopsided.
    """
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(draws - draws.mean(), [tail, 1 - tail])
    return value + min(float(low), 0.0), value + max(float(high), 0.0)
