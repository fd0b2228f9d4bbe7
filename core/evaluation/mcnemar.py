"""McNemar's test: whether two classifiers err equally often on the same rows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import comb, erfc, sqrt

# Of fewer rows on which the two differ, the normal approximation is too rough.
EXACT_BELOW = 25


@dataclass(frozen=True)
class McNemar:
    """The test of "both are wrong equally often".

    Attributes
    ----------
    only_first, only_second: rows that the first, or the second, alone has right. Only these decide.
    exact: whether the p-value is that of the binomial distribution.
    statistic: chi-square with one degree of freedom; None for the exact test, which has none.
    p_value: how likely counts at least as uneven are when both err equally often; two-sided.
    """

    only_first: int
    only_second: int
    exact: bool
    statistic: float | None
    p_value: float

    def document(self) -> dict[str, object]:
        """Return it as plain JSON values."""
        return asdict(self)


def mcnemar(only_first: int, only_second: int) -> McNemar:
    """Return the test for the two counts of rows that only one of two classifiers has right.

    McNemar, "Note on the sampling error of the difference between correlated proportions or
    percentages", 1947. For few rows it is exact, from the binomial distribution with chance ½; else
    it has the continuity correction of Edwards, "Note on the correction for continuity in testing
    the significance of the difference between correlated proportions", 1948.
    """
    rows, fewer = only_first + only_second, min(only_first, only_second)
    if rows < EXACT_BELOW:
        tail = sum(comb(rows, count) for count in range(fewer + 1))
        return McNemar(only_first, only_second, True, None, min(1.0, 2 * tail / 2**rows))
    statistic = max(abs(only_first - only_second) - 1, 0) ** 2 / rows
    # The square of a standard normal: its upper tail is that of the normal, twice.
    return McNemar(only_first, only_second, False, statistic, erfc(sqrt(statistic / 2)))
