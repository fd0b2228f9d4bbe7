"""A dataset ready for counts and search, without its text in the way.

What counting needs is held as arrays (core.data.columns), text is searched and read by core.data.texts. From
`LARGE` rows or `LARGE_FILE` bytes on Polars reads the file and the text stays in it; below, Arrow reads and
holds it. The answers are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Literal, Protocol, get_args

import numpy as np
import pandas as pd

from core.data import columns as read
from core.data.columns import NO_DAY, PRESENT, Columns, month_number
from core.data.datasets import RECORDS, Dataset
from core.data.filters import Filters, Range
from core.data.query import Query, parse
from core.data.records import FIELDS
from core.data.remembered import Remembered
from core.data.texts import HeldTexts, StoredTexts, Texts, as_frame, as_sorted, check_cost, first_bytes, stable_order
from core.errors import DamagedError, InputError, shorten

LARGE = 1_000_000
# Bytes of a file of fewer rows, but long ones, that stays on disk too: unpacked it is two or three times as large.
LARGE_FILE = 300_000_000
# Masks that are remembered, each a byte a row.
REMEMBERED = 24
Order = Literal["row", "newest", "oldest", "headline", "longest", "shortest", "category"]
ORDERS: tuple[Order, ...] = get_args(Order)


class Groups(Protocol):
    """What of a grouping is needed here."""

    def group_of(self, category: str) -> str:
        """Return the group of a category."""


class Table:
    """The rows of a dataset; to be read, not changed, by any number of threads.

    Attributes
    ----------
    dataset: what it was opened from; rows: how many.
    categories: sorted; all arrays below have shape (rows,) and cannot be written to.
    category: position in ``categories``, int32.
    day: since 1970-01-01, int32, NO_DAY where there is none; month: since 1970-01, int32, NO_MONTH likewise.
    headline_length, description_length: in characters, int32, NO_LENGTH where missing.
    presence: text column -> PRESENT, EMPTY (nothing but white space) or MISSING, int8.
    """

    def __init__(self, dataset: Dataset, columns: Columns, texts: Texts) -> None:
        self.dataset = dataset
        self._columns = columns
        self.rows = len(columns.category)
        self.categories = columns.categories
        self.category = columns.category
        self.day = columns.day
        self.month = columns.month
        self.headline_length = columns.headline_length
        self.description_length = columns.description_length
        self.presence = columns.presence
        self._texts = texts
        self._masks = Remembered(REMEMBERED)

    def unremembered(self) -> Table:
        """Return the same rows as if nothing had been asked of them yet; costs nothing."""
        return Table(self.dataset, self._columns, self._texts)

    def mask(self, filters: Filters, grouping: Groups) -> np.ndarray:
        """Return which rows the filters leave, bool, shape (rows,), not to be written to.

        A category or group that no row has leaves none. Raises InputError as `parse` does for the search.
        """
        key = (filters, tuple(map(grouping.group_of, self.categories)) if filters.groups else None)
        return self._masks.get(key, lambda: self._mask(filters, grouping))

    def _mask(self, filters: Filters, grouping: Groups) -> np.ndarray:
        keep = np.ones(self.rows, dtype=bool)
        if filters.categories or filters.groups:
            keep &= np.array([_is_in(name, filters, grouping) for name in self.categories], dtype=bool)[self.category]
        if filters.months:
            first, last = map(month_number, filters.months)
            keep &= (self.month >= first) & (self.month <= last) & (self.day != NO_DAY)
        for lengths, bounds in (
            (self.headline_length, filters.headline_length),
            (self.description_length, filters.description_length),
        ):
            if bounds:
                keep &= _within(lengths, bounds)
        if filters.has_description is not None:
            keep &= (self.presence["short_description"] == PRESENT) == filters.has_description
        if filters.has_date is not None:
            keep &= (self.day != NO_DAY) == filters.has_date
        if filters.lacking:
            keep &= np.logical_or.reduce([self.lacks(what) for what in filters.lacking])
        if filters.search.strip():
            keep &= self.search(parse(filters.search))
        return _fixed(keep)

    def lacks(self, what: str) -> np.ndarray:
        """Return which rows lack ``what``, one of core.data.filters.LACKING, bool, shape (rows,)."""
        column, kind = what.split(":")
        if column == "date":
            return (self.day == NO_DAY) & (kind == "missing")
        return self.presence[column] == {"empty": read.EMPTY, "missing": read.MISSING}[kind]

    def search(self, query: Query) -> np.ndarray:
        """Return which rows the query finds, bool, shape (rows,), not to be written to; InputError as `check_cost`."""
        return self._masks.get(query, lambda: self._search(query))

    def _search(self, query: Query) -> np.ndarray:
        if not query.terms:
            return _fixed(np.ones(self.rows, dtype=bool))
        check_cost(self._texts, query, self.rows)
        return _fixed(self._texts.matches(query))

    def positions(self, mask: np.ndarray, first: int = 0, count: int | None = None, order: Order = "row") -> np.ndarray:
        """Return a page of the rows of ``mask`` in order: row numbers, int64, from the ``first`` on, at most ``count``.

        Equal rows stay as in the file, and rows without a date come last, whichever way dates run.
        """
        if order not in ORDERS:
            raise InputError(f"order {shorten(order)} is unknown; choose one of: {', '.join(ORDERS)}")
        rows = np.flatnonzero(mask)
        end = len(rows) if count is None else min(len(rows), first + count)
        if order == "row" or first >= end:
            return rows[first:end]
        if order == "headline":
            return self._by_headline(rows, first, end)
        # One number says where a row belongs, and the smallest are found without sorting all.
        place = self._key(order)[rows].astype(np.int64) * self.rows + rows
        if end < len(rows):
            place = np.partition(place, end - 1)[:end]
        return np.sort(place)[first:end] % self.rows

    def _key(self, order: Order) -> np.ndarray:
        """Return numbers that rise in the order, int32, shape (rows,)."""
        if order == "category":
            return self.category
        if order in ("shortest", "longest"):
            return self.headline_length if order == "shortest" else -self.headline_length
        last = np.iinfo(np.int32).max
        return np.where(self.day == NO_DAY, last, self.day if order == "oldest" else -self.day)

    def _by_headline(self, rows: np.ndarray, first: int, end: int) -> np.ndarray:
        """Return the rows from ``first`` to ``end`` by the alphabet."""
        begin = self._headlines[rows]
        low, high = np.partition(begin, [first, end - 1])[[first, end - 1]]
        before = int((begin < low).sum())
        # Only rows with the first bytes of those on the page are read.
        near = rows[(begin >= low) & (begin <= high)]
        texts = as_sorted(self._texts.take(near, ["headline"]).column(0))
        return near[stable_order(texts)][first - before : end - before]

    @cached_property
    def _headlines(self) -> np.ndarray:
        """The first bytes of each headline; at millions of rows it takes seconds, and masks must not push it out."""
        return _fixed(first_bytes(self._texts, "headline"))

    def records(self, positions: np.ndarray, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return the records at ``positions``, in that order, indexed by row number; NA or NaT where missing."""
        return as_frame(self._texts.take(np.asarray(positions), _known(columns)), np.asarray(positions))

    def texts(self, mask: np.ndarray, columns: Sequence[str] | None = None) -> Iterator[pd.DataFrame]:
        """Yield the records of ``mask`` in the order of the file, some thousands at a time, as `records` does."""
        wanted = _known(columns)
        rows = np.flatnonzero(mask)
        for first, part in self._texts.parts(wanted):
            start, end = np.searchsorted(rows, [first, first + part.num_rows])
            if end > start:
                yield as_frame(part.take(rows[start:end] - first), rows[start:end])


def open_table(dataset: Dataset, *, large: int = LARGE) -> Table:
    """Return the rows of ``dataset``; DamagedError when its file does not hold what it should.

    ``large`` is the number of rows from which on the text stays in the file.
    """
    import polars as pl
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = dataset.path / RECORDS
    try:
        if dataset.rows >= large or file.stat().st_size >= LARGE_FILE:
            columns: Columns = read.by_polars(file)
            texts: Texts = StoredTexts(file)
        else:
            held = pq.read_table(file, columns=list(FIELDS)).combine_chunks()
            columns, texts = read.by_arrow(held), HeldTexts(held)
    except (pa.ArrowException, pl.exceptions.PolarsError, OSError, ValueError, KeyError) as error:
        raise _damaged(dataset) from error
    if len(columns.category) != dataset.rows:
        raise _damaged(dataset)
    return Table(dataset, columns, texts)


def _damaged(dataset: Dataset) -> DamagedError:
    return DamagedError(
        f"{dataset.path / RECORDS} does not hold {dataset.rows:,} rows of records; restore it from a backup, "
        f"or delete dataset {shorten(dataset.name)} and import its file again"
    )


def _is_in(category: str, filters: Filters, grouping: Groups) -> bool:
    return (not filters.categories or category in filters.categories) and (
        not filters.groups or grouping.group_of(category) in filters.groups
    )


def _within(lengths: np.ndarray, bounds: Range) -> np.ndarray:
    low, high = bounds
    # What is missing has a length below all.
    return (lengths >= max(0, low)) & (lengths <= high)


def _known(columns: Sequence[str] | None) -> list[str]:
    wanted = list(FIELDS if columns is None else columns)
    for column in wanted:
        if column not in FIELDS:
            raise InputError(f"a dataset has no column {shorten(column)}; it has {', '.join(FIELDS)}")
    return wanted


def _fixed(array: np.ndarray) -> np.ndarray:
    array = array if array.flags.writeable else array.copy()
    array.flags.writeable = False
    return array
