"""The texts of a dataset's rows: searched, and read for the rows that are asked for.

A small dataset is held in memory, a large one stays in its file, which is read a part at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import and_, or_
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from core.data.query import Query, Term

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

# Rows of a part, where many are read.
PART = 16_384


class Texts(Protocol):
    """Where the texts are."""

    def matches(self, query: Query) -> np.ndarray:
        """Return which rows the query finds, bool, shape (rows,)."""

    def take(self, positions: np.ndarray, columns: Sequence[str]) -> pa.Table:
        """Return the rows at ``positions``, in that order."""

    def ranks(self, column: str) -> np.ndarray:
        """Return where each row's text stands in the alphabet, whatever its case, int32, shape (rows,)."""

    def parts(self, columns: Sequence[str]) -> Iterator[tuple[int, pa.Table]]:
        """Yield (position of the first row, some rows) until all rows were there."""


class HeldTexts:
    """Texts held in memory."""

    def __init__(self, file: Path) -> None:
        import polars as pl
        import pyarrow.parquet as pq

        self._table = pq.read_table(file).combine_chunks()
        self._frame = pl.from_arrow(self._table)

    def matches(self, query: Query) -> np.ndarray:
        """Return which rows the query finds."""
        return self._frame.lazy().select(found(query)).collect().to_series().to_numpy()

    def take(self, positions: np.ndarray, columns: Sequence[str]) -> pa.Table:
        """Return the rows at ``positions``."""
        return self._table.select(list(columns)).take(positions)

    def ranks(self, column: str) -> np.ndarray:
        """Return each row's rank."""
        return _ranks(self._frame.lazy(), column)

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

    def ranks(self, column: str) -> np.ndarray:
        """Return each row's rank."""
        import polars as pl

        return _ranks(pl.scan_parquet(self._file), column)

    def parts(self, columns: Sequence[str]) -> Iterator[tuple[int, pa.Table]]:
        """Yield the rows in the parts that the file has."""
        import pyarrow.parquet as pq

        with pq.ParquetFile(self._file) as opened:
            for group, first in enumerate(self._starts[:-1].tolist()):
                yield first, opened.read_row_group(group, columns=list(columns)).select(list(columns))


def found(query: Query) -> pl.Expr:
    """Return whether a row is found, as an expression over the columns of a dataset."""
    import polars as pl

    return reduce(and_, map(_has, query.terms), pl.lit(True)) if query.terms else pl.lit(True)


def _has(term: Term) -> pl.Expr:
    import polars as pl

    has = reduce(or_, (pl.col(name).str.contains(term.pattern).fill_null(False) for name in term.columns))
    return ~has if term.without else has


def _ranks(frame: pl.LazyFrame, column: str) -> np.ndarray:
    import polars as pl

    ranks = pl.col(column).str.to_lowercase().rank("dense").cast(pl.Int32)
    return frame.select(ranks).collect().to_series().to_numpy()


def as_frame(table: pa.Table, rows: np.ndarray) -> pd.DataFrame:
    """Return records as a frame whose index are their row numbers: text str, dates datetime64, NA where missing."""
    frame = table.to_pandas(date_as_object=False)
    texts = {name: frame[name].astype("str") for name in frame if frame[name].dtype.kind != "M"}
    return frame.assign(**texts).set_axis(pd.Index(rows, name="row"))
