"""The words of a dataset, counted: of all of its rows, or of a sample of a large one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.columns import NO_DAY
from core.data.engine import Table
from core.evaluation.drift import Dated
from core.evaluation.ngrams import Ngrams, Progress, count
from core.grouping.grouping import Grouping

MOST_ROWS = 250_000
COLUMNS = ("headline", "short_description")
READING = 0.05  # share of the time that it takes to get at the texts


@dataclass(frozen=True, eq=False)
class CountedWords:
    """The n-grams of the rows of a dataset that were read.

    Attributes
    ----------
    rows: positions in the dataset of the rows that were read, ascending, int64, shape (read,).
    total: rows of the dataset.
    """

    ngrams: Ngrams
    rows: np.ndarray
    total: int

    @property
    def note(self) -> str:
        """What is to be said of a sample; "" where all rows were read."""
        if len(self.rows) == self.total:
            return ""
        return f"Counted in a sample of {len(self.rows):,} of {self.total:,} rows."


def counted_words(
    table: Table, progress: Progress = lambda share: None, *, most: int = MOST_ROWS, seed: int = 0
) -> CountedWords:
    """Return the n-grams of ``table``, of at most ``most`` of its rows, drawn by ``seed``."""
    rows = np.arange(table.rows)
    if table.rows > most:
        rows = np.sort(np.random.default_rng(seed).choice(table.rows, most, replace=False))
    mask = np.zeros(table.rows, dtype=bool)
    mask[rows] = True
    texts: dict[str, list[str]] = {name: [] for name in COLUMNS}
    for part in table.texts(mask, COLUMNS):
        for name, found in texts.items():
            found += part[name].fillna("").tolist()
        progress(READING * len(texts[COLUMNS[0]]) / len(rows))
    ngrams = count(*texts.values(), lambda share: progress(READING + (1 - READING) * share))
    return CountedWords(ngrams, rows, table.rows)


def classes(table: Table, grouping: Grouping | None = None) -> tuple[np.ndarray, list[str]]:
    """Return the class of each row of ``table`` as a position in the names, and these, sorted.

    Classes are the raw categories, or the groups of ``grouping``.
    """
    if grouping is None:
        return table.category, list(table.categories)
    names, matrix = grouping.matrix(table.categories)
    return matrix.argmax(axis=1).astype(np.int32)[table.category], list(names)


def dated(counted: CountedWords, table: Table, grouping: Grouping | None = None, gap: int = 0) -> Dated:
    """Return what drift is found in; ``gap`` in days, see `core.evaluation.drift.Dated`."""
    codes, names = classes(table, grouping)
    days = table.day[counted.rows]
    return Dated(counted.ngrams, days, days != NO_DAY, codes[counted.rows], names, gap)
