"""Rows over time: labels by month, and when each label began and ended.

Months are counted from 1970-01, as core.data.columns counts them: 2014-03 is 530.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.columns import NO_MONTH, month_number, month_text

# Longer spans are counted by year, decade or century, so that a picture has at most so many columns.
MOST_BINS = 180
STEPS = (1, 12, 120, 1200)
# A label counts as begun or ended within the data when it is this far from the ends of the data.
APART = 6
# Fewer rows say nothing of a beginning or an end.
FEWEST = 20
# The share of a label's rows that may stray before its beginning, and after its end.
STRAY = 0.01
# And the share of all rows that it may have there, as a part of its share in between.
FADED = 0.1
NAMES = {1: "month", 12: "year", 120: "decade", 1200: "century"}


@dataclass(frozen=True)
class Timeline:
    """Rows by label and month.

    Attributes
    ----------
    first: the first month; counts: int64, shape (labels, months), one column for each month from then on.
    undated: rows without a date, which are in no month.
    """

    labels: tuple[str, ...]
    first: int
    counts: np.ndarray
    undated: int

    @property
    def months(self) -> int:
        """How many months there are from the first to the last."""
        return self.counts.shape[1]


def timeline(category: np.ndarray, month: np.ndarray, mask: np.ndarray, categories: Sequence[str]) -> Timeline:
    """Return the rows of each category by month, from the first month with rows to the last.

    Parameters
    ----------
    category, month: code and month of each row, NO_MONTH where it has no date; shape (rows,).
    mask: which rows count; bool, shape (rows,).
    """
    rows = int(np.count_nonzero(mask))
    dated = mask & (month != NO_MONTH)
    codes, months = category[dated], month[dated]
    if len(months) == 0:
        return Timeline(tuple(categories), 0, np.zeros((len(categories), 0), dtype=np.int64), rows)
    first, width = int(months.min()), int(months.max()) - int(months.min()) + 1
    cells = np.bincount(codes.astype(np.int64) * width + (months - first), minlength=len(categories) * width)
    return Timeline(tuple(categories), first, cells.reshape(len(categories), width), rows - len(months))


def grouped(times: Timeline, group_of: Callable[[str], str]) -> Timeline:
    """Return ``times`` with the categories of each group added up, groups sorted."""
    groups = sorted({group_of(label) for label in times.labels})
    place = {group: row for row, group in enumerate(groups)}
    counts = np.zeros((len(groups), times.months), dtype=np.int64)
    np.add.at(counts, [place[group_of(label)] for label in times.labels], times.counts)
    return Timeline(tuple(groups), times.first, counts, times.undated)


def step_of(months: int) -> int:
    """Return how many months go into one column of a picture of ``months`` months."""
    return next((step for step in STEPS if months <= step * MOST_BINS), STEPS[-1])


def bins(times: Timeline, step: int = 1) -> pd.DataFrame:
    """Return one row for each label and bin with rows: label, first, last (months, as ``2014-03``), rows, share.

    A bin is ``step`` months and begins at a whole year, decade or century; ``share`` is that of the bin's rows.
    Bins without any rows are not there, so a gap stays a gap.
    """
    begin = times.first - (times.first - _origin(step)) % step
    edges = np.arange(begin, times.first + times.months, step)
    if times.months == 0:
        return pd.DataFrame(columns=["label", "first", "last", "rows", "share"])
    counts = np.add.reduceat(times.counts, np.maximum(edges - times.first, 0), axis=1)
    rows, columns = np.nonzero(counts)
    first, last = [month_text(int(one)) for one in edges], [month_text(int(one) + step - 1) for one in edges]
    return pd.DataFrame(
        {
            "label": [times.labels[row] for row in rows],
            "first": [first[column] for column in columns],
            "last": [last[column] for column in columns],
            "rows": counts[rows, columns],
            "share": counts[rows, columns] / counts.sum(axis=0)[columns],
        }
    )


def _origin(step: int) -> int:
    """Return a month at which a bin of ``step`` months begins: January of a year 0 of a decade, 1900 for a century."""
    return month_number("1900-01") if step > 1 else 0


def lifespans(times: Timeline) -> pd.DataFrame:
    """Return when each label with dated rows began and ended, the earliest first.

    Columns: label, rows, first, last (months of its first and last row), begins, ends (months between which all
    but a hundredth at each side of its rows lie), born, ended (bool).

    A label is marked as born when it begins APART or more months after the first month of all rows, and its share
    of the rows before was less than FADED of what it then had; as ended likewise, before their last month. So a
    label that goes on while all rows get fewer has not ended. Labels of fewer than FEWEST rows are not marked.
    """
    if not times.months:
        return pd.DataFrame(columns=["label", "rows", "first", "last", "begins", "ends", "born", "ended"])
    totals = times.counts.sum(axis=1)
    there = np.flatnonzero(totals)
    counts, totals = times.counts[there], totals[there]
    so_far = counts.cumsum(axis=1)
    stray = np.floor(STRAY * totals)[:, None]
    first = (counts > 0).argmax(axis=1)
    last = times.months - 1 - (counts[:, ::-1] > 0).argmax(axis=1)
    begins = (so_far > stray).argmax(axis=1)
    ends = (so_far >= totals[:, None] - stray).argmax(axis=1)
    enough = totals >= FEWEST
    before, after = _faded(times, so_far, begins, ends)
    table = pd.DataFrame(
        {
            "label": [times.labels[row] for row in there],
            "rows": totals,
            **{
                name: [month_text(times.first + int(one)) for one in months]
                for name, months in {"first": first, "last": last, "begins": begins, "ends": ends}.items()
            },
            "born": enough & (begins >= APART) & before,
            "ended": enough & (ends <= times.months - 1 - APART) & after,
        }
    )
    return table.sort_values(["begins", "ends", "label"], ignore_index=True)


def _faded(times: Timeline, so_far: np.ndarray, begins: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which labels had next to no share of the rows before they begin, and after they end; bool, (labels,).

    ``so_far`` are the rows of each label up to each month; shape (labels, months).
    """
    labels = np.arange(len(so_far))
    mine = np.concatenate([np.zeros((len(so_far), 1), dtype=np.int64), so_far], axis=1)
    of_all = np.concatenate([[0], times.counts.sum(axis=0).cumsum()])

    def share(first: np.ndarray, beyond: np.ndarray) -> np.ndarray:
        return (mine[labels, beyond] - mine[labels, first]) / np.maximum(1, of_all[beyond] - of_all[first])

    start, end = np.zeros_like(begins), np.full_like(ends, times.months)
    within = FADED * share(begins, ends + 1)
    return share(start, begins) < within, share(ends + 1, end) < within
