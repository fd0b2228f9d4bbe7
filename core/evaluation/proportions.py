"""Shares of rows, and how sure they are: intervals of one share and of two, tests, and many tests at once."""

from __future__ import annotations

from math import erfc, sqrt

import numpy as np

from core.confusion import ratio

# The 97.5 % point of the normal distribution: intervals are of 95 %.
Z = 1.959963984540054


def wilson(right: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the 95 % interval of ``right`` of ``rows``, both counts, of any shape; 0 to 1 where there is no row.

    Wilson, "Probable inference, the law of succession, and statistical inference", 1927. It stays
    within 0 and 1, also for few rows and for shares near either end.
    """
    right, rows = np.asarray(right, dtype=float), np.asarray(rows, dtype=float)
    share, square = ratio(right, rows), Z * Z
    centre = share * rows + square / 2
    reach = Z * np.sqrt(share * (1 - share) * rows + square / 4)
    # Rounding must not leave the share itself outside.
    low = np.where(rows > 0, np.minimum((centre - reach) / (rows + square), share), 0.0)
    high = np.where(rows > 0, np.maximum((centre + reach) / (rows + square), share), 1.0)
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def difference(
    right: np.ndarray, rows: np.ndarray, other_right: np.ndarray, other_rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return share - other share of independent rows, and its 95 % interval (low, high).

    Newcombe, "Interval estimation for the difference between independent proportions", 1998, method
    10: from the Wilson intervals of both. Where one side has no row the difference is 0 within -1 to 1.
    """
    share, other = ratio(right, rows), ratio(other_right, other_rows)
    (low, high), (other_low, other_high) = wilson(right, rows), wilson(other_right, other_rows)
    gap = share - other
    told = (np.asarray(rows) > 0) & (np.asarray(other_rows) > 0)
    down = np.sqrt((share - low) ** 2 + (other_high - other) ** 2)
    up = np.sqrt((high - share) ** 2 + (other - other_low) ** 2)
    return np.where(told, gap, 0.0), np.where(told, gap - down, -1.0), np.where(told, gap + up, 1.0)


def paired_difference(both: int, only_first: int, only_second: int, neither: int) -> tuple[float, float]:
    """Return the 95 % interval of the difference of two shares of the same rows, first - second; -1 to 1 of none.

    Newcombe, "Improved confidence intervals for the difference between binomial proportions based on paired
    data", 1998, method 10: as `difference`, less what both have in common, by their correlation with a
    correction for continuity.

    Parameters
    ----------
    both, only_first, only_second, neither: rows that have it on both sides, on one alone, on none.
    """
    rows = both + only_first + only_second + neither
    if not rows:
        return -1.0, 1.0
    first, second = both + only_first, both + only_second
    (low, other_low), (high, other_high) = wilson(np.array([first, second]), np.array([rows, rows]))
    share, other = first / rows, second / rows
    common = both * neither - only_first * only_second
    if common > 0:
        common = max(common - rows / 2, 0.0)
    spread = sqrt(first) * sqrt(rows - first) * sqrt(second) * sqrt(rows - second)
    phi = common / spread if spread else 0.0

    def reach(one: float, two: float) -> float:
        # Rounding must not make a square below 0.
        return sqrt(max(one * one - 2 * phi * one * two + two * two, 0.0))

    gap = (only_first - only_second) / rows
    return (
        max(gap - reach(share - low, other_high - other), -1.0),
        min(gap + reach(high - share, other - other_low), 1.0),
    )


def p_values(right: np.ndarray, rows: np.ndarray, other_right: np.ndarray, other_rows: np.ndarray) -> np.ndarray:
    """Return the two-sided p-value of equal shares: the chi-square test of a 2 × 2 table, not corrected.

    Pearson, 1900; 1 where both sides are all right, all wrong, or one of them has no row.
    """
    pooled = ratio(np.add(right, other_right), np.add(rows, other_rows))
    variance = pooled * (1 - pooled) * (ratio(1.0, rows) + ratio(1.0, other_rows))
    gap = ratio(right, rows) - ratio(other_right, other_rows)
    told = (np.asarray(rows) > 0) & (np.asarray(other_rows) > 0)
    z = np.where(told, ratio(np.abs(gap), np.sqrt(variance)), 0.0)
    return np.vectorize(lambda one: erfc(one / sqrt(2)), otypes=[float])(z)


def adjusted(p: np.ndarray) -> np.ndarray:
    """Return p-values made larger for how many were looked at, shape as given (rows,).

    Benjamini & Hochberg, "Controlling the false discovery rate", 1995: of those at most 0.05, one
    in twenty at most is expected to be chance.
    """
    order = np.argsort(p, kind="stable")
    scaled = np.asarray(p)[order] * len(p) / np.arange(1, len(p) + 1)
    found = np.empty(len(p))
    found[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return found
