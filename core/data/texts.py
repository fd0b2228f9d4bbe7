"""The texts of a dataset's rows: searched, and read for the rows that are asked for.

A small dataset is held in memory, a large one stays in its file, which is read a part at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from operator import and_, or_
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from core.data.query import Query, Term
from core.errors import InputError

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

# Rows of a part, where many are read.
PART = 16_384
# Rows that tell how long a search takes, and the longest one, in seconds.
TRIED, SLOWEST = 4_096, 60.0
# What a text may begin with that does not count when it is sorted.
IN_FRONT = " \t\n\r\"'“”‘’«»([#*.…-–—"


class Texts(Protocol):
    """Where the texts are."""

    def matches(self, query: Query) -> np.ndarray:
        """Return which rows the query finds, bool, shape (rows,)."""

    def take(self, positions: np.ndarray, columns: Sequence[str]) -> pa.Table:
        """Return the rows at ``positions``, in that order."""

    def parts(self, columns: Sequence[str]) -> Iterator[tuple[int, pa.Table]]:
        """Yield (position of the first row, some rows) until all rows were there."""


class HeldTexts:
    """Texts held in memory."""

    def __init__(self, table: pa.Table) -> None:
        import polars as pl

        self._table = table
        self._frame = pl.from_arrow(table)

    def matches(self, query: Query) -> np.ndarray:
        """Return which rows the query finds."""
        return self._frame.lazy().select(found(query)).collect().to_series().to_numpy()

    def take(self, positions: np.ndarray, columns: Sequence[str]) -> pa.Table:
        """Return the rows at ``positions``."""
        return self._table.select(list(columns)).take(positions)

    def parts(self, columns: Sequence[str]) -> Iterator[tuple[int, pa.Table]]:
        """Yield the rows in parts."""
        for first in range(0, self._table.num_rows, PART):
            yield first, self._table.select(list(columns)).slice(first, PART)


class StoredTexts:
    """Texts that stay in the file."""

    def __init__(self, file: Path) -> None:
        import pyarrow.parquet as pq

        self._file = file
        with pq.ParquetFile(file) as opened:
            sizes = [opened.metadata.row_group(group).num_rows for group in range(opened.num_row_groups)]
        self._starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)

    def matches(self, query: Query) -> np.ndarray:
        """Return which rows the query finds."""
        import polars as pl

        return pl.scan_parquet(self._file).select(found(query)).collect(engine="streaming").to_series().to_numpy()

    def take(self, positions: np.ndarray, columns: Sequence[str]) -> pa.Table:
        """Return the rows at ``positions``; only the parts of the file that have one are read."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        order = np.argsort(positions, kind="stable")
        rows = np.asarray(positions)[order]
        with pq.ParquetFile(self._file) as opened:
            taken = [opened.schema_arrow.empty_table().select(list(columns))]
            for group in np.unique(np.searchsorted(self._starts, rows, side="right") - 1).tolist():
                start, end = np.searchsorted(rows, self._starts[group : group + 2])
                part = opened.read_row_group(group, columns=list(columns)).select(list(columns))
                taken.append(part.take(rows[start:end] - self._starts[group]))
        back = np.empty(len(rows), dtype=np.int64)
        back[order] = np.arange(len(rows))
        return pa.concat_tables(taken).take(back)

    def parts(self, columns: Sequence[str]) -> Iterator[tuple[int, pa.Table]]:
        """Yield the rows in the parts that the file has."""
        import pyarrow.parquet as pq

        with pq.ParquetFile(self._file) as opened:
            for group, first in enumerate(self._starts[:-1].tolist()):
                yield first, opened.read_row_group(group, columns=list(columns)).select(list(columns))


def found(query: Query) -> pl.Expr:
    """Return whether a row is found by a query with terms, as an expression over the columns of a dataset."""
    return reduce(and_, map(_has, query.terms))


def _has(term: Term) -> pl.Expr:
    import polars as pl

    has = reduce(or_, (pl.col(name).str.contains(term.pattern).fill_null(False) for name in term.columns))
    return ~has if term.without else has


def check_cost(texts: Texts, query: Query, rows: int, seconds: float = SLOWEST) -> None:
    """Raise InputError for a regular expression that would take more than about ``seconds`` over ``rows`` rows.

    Time is linear in the text, but counted repetitions make each letter dear. A few rows tell how dear.
    """
    if all(term.kind != "expression" for term in query.terms):
        return
    import polars as pl

    _, part = next(iter(texts.parts(query.columns)), (0, None))
    if part is None:
        return
    frame = pl.from_arrow(part.slice(0, TRIED)).lazy().select(found(query))
    # The first time it is also compiled.
    taken = min(_seconds(frame.collect) for _ in range(2))
    expected = taken * rows / min(TRIED, part.num_rows)
    if expected > seconds:
        raise InputError(
            f"the regular expression would take about {expected:,.0f} s over {rows:,} rows; make it simpler, "
            f"with fewer counted repetitions such as {{30}}"
        )


def _seconds(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def first_bytes(texts: Texts, column: str) -> np.ndarray:
    """Return the first 8 bytes of each row's text as it is sorted, as a number, uint64, shape (rows,)."""
    # A character is a byte at least.
    return np.concatenate([_first_bytes(as_sorted(part.column(0), 8)) for _, part in texts.parts([column])])


def as_sorted(column: pa.ChunkedArray, characters: int | None = None) -> pa.Array:
    """Return the texts of a column, or their first characters, as sorted: without case, and without marks in front."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = pa.concat_arrays(column.cast(pa.large_string()).chunks or [pa.array([], pa.large_string())])
    trimmed = pc.utf8_ltrim(pc.fill_null(whole, ""), characters=IN_FRONT)
    # Each character has its own small one (simple mapping), so a beginning can be cut off before.
    return pc.utf8_lower(trimmed if characters is None else pc.utf8_slice_codeunits(trimmed, 0, characters))


def stable_order(array: pa.Array) -> np.ndarray:
    """Return the positions of texts in order, by their code points; equal ones stay as they are."""
    import pyarrow as pa

    table = pa.table({"text": array, "place": np.arange(len(array))})
    return table.sort_by([("text", "ascending"), ("place", "ascending")]).column("place").to_numpy()


def _first_bytes(array: pa.Array) -> np.ndarray:
    _, offsets, data = array.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    held = np.frombuffer(data or b"", dtype=np.uint8)[: ends[-1]]
    padded = np.concatenate([held, np.zeros(8, dtype=np.uint8)])
    places = ends[:-1, None] + np.arange(8)
    letters = np.where(places < ends[1:, None], padded[places], 0).astype(np.uint8)
    return letters.view(">u8").ravel().astype(np.uint64)


def as_frame(table: pa.Table, rows: np.ndarray) -> pd.DataFrame:
    """Return records as a frame whose index are their row numbers: text str, dates datetime64, NA where missing."""
    frame = table.to_pandas(date_as_object=False)
    texts = {name: frame[name].astype("str") for name in frame if frame[name].dtype.kind != "M"}
    return frame.assign(**texts).set_axis(pd.Index(rows, name="row"))
