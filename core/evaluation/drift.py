"""Drift: how well the early texts of a class are told from its late ones, and which words came and went."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.confusion import joint_counts, ratio
from core.evaluation.auc import auc, cross_validated
from core.evaluation.distinctive import distinctive
from core.evaluation.ngrams import BOTH, Ngrams

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

FEWEST = 40  # dated rows below which nothing is told: an interval would reach from nothing to all
MOST = 3_000  # rows of a class that the classifier reads
FOLDS = 5
# AUC from which the two halves are told apart clearly, and strongly.
CLEARLY, STRONGLY = 0.65, 0.8
EVERY = "all rows"

STRONG, CLEAR, WEAK, NONE, UNTOLD = "strongly", "clearly", "weakly", "not", "untold"


@dataclass(frozen=True)
class Drift:
    """How a class changed.

    Attributes
    ----------
    label: the class, or `EVERY`. rows: of the class; dated: those with a date.
    early, late: rows of either half, those of the gap left out. last_early, first_late: days ("YYYY-MM-DD") between
        which the halves part; "" where nothing is told.
    read: rows that the classifier read.
    auc, low, high: cross-validated, with its 95 % interval; NaN where nothing is told.
    reason: why nothing is told; "" where something is.
    """

    label: str
    rows: int
    dated: int
    early: int = 0
    late: int = 0
    last_early: str = ""
    first_late: str = ""
    read: int = 0
    auc: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    reason: str = ""

    @property
    def strength(self) -> str:
        """How well the halves are told apart: by the interval first, then by the stated limits of the area."""
        if self.reason:
            return UNTOLD
        if self.low <= 0.5:
            return NONE
        return STRONG if self.auc >= STRONGLY else CLEAR if self.auc >= CLEARLY else WEAK


def sentence(drift: Drift) -> str:
    """Return what the figures say, in one sentence."""
    if drift.reason:
        return f"{drift.label}: nothing is told, since {drift.reason}."
    told = f"AUC {drift.auc:.3f}, 95 % {drift.low:.3f} to {drift.high:.3f}"
    halves = f"texts of {drift.label} up to {drift.last_early} and those from {drift.first_late} on"
    if drift.strength == NONE:
        return f"By their words, {halves} cannot be told apart ({told})."
    return f"By their words, {halves} can be told apart {drift.strength} ({told})."


@dataclass(frozen=True, eq=False)
class Halves:
    """The rows before and after the middle of a class's time; positions of rows, each shape (n,)."""

    early: np.ndarray
    late: np.ndarray
    last_early: int
    first_late: int


def halves(days: np.ndarray, rows: np.ndarray, gap: int = 0) -> Halves | None:
    """Return the halves of the dated ``rows``, by the day in the middle; None where all are of one day.

    A day is in one half as a whole, so that the halves are as even as days allow.

    Parameters
    ----------
    days: since 1970-01-01, of all rows. rows: positions of the class's dated rows.
    gap: days around the middle that are left out, half of them on either side.
    """
    found, counts = np.unique(days[rows], return_counts=True)
    if len(found) < 2:
        return None
    before = counts.cumsum()[:-1]
    at = int(np.abs(before - len(rows) / 2).argmin())
    early, late = days[rows] <= found[at], days[rows] >= found[at + 1]
    if gap:
        middle = (int(found[at]) + int(found[at + 1])) / 2
        early &= days[rows] < middle - gap / 2
        late &= days[rows] > middle + gap / 2
    if not early.any() or not late.any():
        return None
    return Halves(rows[early], rows[late], int(days[rows[early]].max()), int(days[rows[late]].min()))


@dataclass(frozen=True, eq=False)
class Dated:
    """What drift is found in.

    Attributes
    ----------
    ngrams: of the rows that were read. days: of these rows, since 1970-01-01; dated: which have one, bool.
    codes: position of each row's class in ``names``. All of shape (rows,).
    gap: days left out around the middle of each class's time.
    """

    ngrams: Ngrams
    days: np.ndarray
    dated: np.ndarray
    codes: np.ndarray
    names: Sequence[str]
    gap: int = 0

    def rows_of(self, label: str) -> np.ndarray:
        """Return which rows are of ``label``, or all for `EVERY`; bool, shape (rows,)."""
        if label == EVERY:
            return np.ones(len(self.codes), dtype=bool)
        return self.codes == list(self.names).index(label)

    def halves_of(self, label: str) -> Halves | None:
        """Return the halves of the class, see `halves`."""
        return halves(self.days, np.flatnonzero(self.rows_of(label) & self.dated), self.gap)


def drift_of(data: Dated, label: str, *, seed: int = 0) -> Drift:
    """Return how well a logistic regression on the words of a row tells the halves of ``label`` apart.

    Rows are 1-hot over words, weighted by inverse frequency, of length 1; as many of either half are read, at most
    `MOST` altogether, drawn by ``seed``. The area is the mean over `FOLDS` folds that were not fitted.
    """
    mine = data.rows_of(label)
    rows, dated = int(mine.sum()), int((mine & data.dated).sum())
    if dated < FEWEST:
        return Drift(label, rows, dated, reason=f"{dated:,} of its {rows:,} rows have a date; {FEWEST} are needed")
    parts = data.halves_of(label)
    if parts is None:
        why = "all of its rows are of one day" if not data.gap else "no row is left on one side of the gap"
        return Drift(label, rows, dated, reason=why)
    fewer = min(len(parts.early), len(parts.late))
    days = (day_text(parts.last_early), day_text(parts.first_late))
    if fewer < FEWEST // 4:
        why = f"one half has {fewer:,} rows; {FEWEST // 4} are needed"
        return Drift(label, rows, dated, len(parts.early), len(parts.late), *days, reason=why)
    random = np.random.default_rng(seed)
    size = min(fewer, MOST // 2)
    read = np.concatenate([random.choice(side, size, replace=False) for side in (parts.early, parts.late)])
    vectors = _vectors(data.ngrams, read)
    if not vectors.nnz:
        return Drift(
            label, rows, dated, len(parts.early), len(parts.late), *days, reason="no word is counted in its rows"
        )
    area, low, high = cross_validated(_areas(vectors, np.arange(2 * size) >= size, random))
    return Drift(label, rows, dated, len(parts.early), len(parts.late), *days, 2 * size, area, low, high)


def _areas(vectors: csr_matrix, late: np.ndarray, random: np.random.Generator) -> list[tuple[float, float]]:
    from sklearn.linear_model import LogisticRegression

    fold = np.empty(len(late), dtype=np.int64)
    for side in (late, ~late):
        fold[side] = random.permutation(np.arange(side.sum()) % FOLDS)
    areas = []
    for held in range(FOLDS):
        fitted, tested = fold != held, fold == held
        model = LogisticRegression(solver="liblinear", dual=True, C=3.0, tol=0.01, random_state=0, max_iter=200)
        model.fit(vectors[fitted], late[fitted])
        areas.append(auc(model.decision_function(vectors[tested]), late[tested]))
    return areas


def _vectors(ngrams: Ngrams, rows: np.ndarray) -> csr_matrix:
    """Return the words of ``rows`` as sparse vectors of length 1, shape (rows, words of theirs)."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfTransformer

    number = np.full(ngrams.rows, -1, dtype=np.int64)
    number[rows] = np.arange(len(rows))
    chosen = number >= 0
    tokens = np.repeat(np.repeat(chosen, 2), ngrams.lengths)
    owner = np.repeat(np.repeat(number, 2)[np.repeat(chosen, 2)], ngrams.lengths[np.repeat(chosen, 2)])
    ids = ngrams.levels[0].ids[tokens]
    words, columns = np.unique(ids[ids >= 0], return_inverse=True)
    counts = csr_matrix((np.ones(len(columns)), (owner[ids >= 0], columns)), shape=(len(rows), len(words)))
    counts.data[:] = 1.0
    if not len(words):
        return counts
    # Weights come from all rows that are read, not from the fitted ones alone: they know no label.
    return TfidfTransformer().fit_transform(counts)


def drifts(
    data: Dated, labels: Sequence[str], progress: Callable[[int, int], None] = lambda done, total: None
) -> Iterator[Drift]:
    """Yield the drift of each of ``labels``; ``progress`` is told how many are done, and of how many."""
    for done, label in enumerate(labels):
        progress(done, len(labels))
        yield drift_of(data, label)
    progress(len(labels), len(labels))


def vocabulary(
    data: Dated, label: str, *, lengths: Sequence[int] = (1, 2), field: str = BOTH, most: int = 12
) -> pd.DataFrame:
    """Return the n-grams that came (ours: the late half) and went (theirs: the early one), see `distinctive`."""
    parts = data.halves_of(label)
    sides = [np.zeros(len(data.codes), dtype=bool) for _ in range(2)]
    if parts is not None:
        sides[0][parts.late], sides[1][parts.early] = True, True
    return distinctive(data.ngrams, *sides, field=field, lengths=lengths, most=most)


def yearly(data: Dated, label: str) -> pd.DataFrame:
    """Return the class by year: year, rows, all (rows of every class), share (rows / all); years without rows too."""
    years = data.days[data.dated].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    if not len(years):
        return pd.DataFrame({name: [] for name in ("year", "rows", "all", "share")})
    first, count = int(years.min()), int(years.max() - years.min()) + 1
    mine = data.rows_of(label)[data.dated].astype(np.int64)
    table = joint_counts(mine, years - first, (2, count))
    every = table.sum(axis=0)
    return pd.DataFrame(
        {"year": np.arange(first, first + count), "rows": table[1], "all": every, "share": ratio(table[1], every)}
    )


def day_text(day: int) -> str:
    """Return days since 1970-01-01 as ``YYYY-MM-DD``."""
    return str(np.datetime64(day, "D"))
