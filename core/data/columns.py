"""What is known of each row without its text: category, day, month, lengths, what is missing or empty.

Read once from a dataset's records.parquet, by Arrow or by Polars; both give the same arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.data.fingerprint import NO_DAY

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

NO_MONTH = NO_DAY
NO_LENGTH = -1
PRESENT, EMPTY, MISSING = 0, 1, 2
# Text columns of which rows may have nothing, or nothing but white space.
TEXTS = ("headline", "short_description", "link", "authors")
# What `str.strip` takes away.
WHITE = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())


@dataclass(frozen=True, eq=False)
class Columns:
    """What is known of each row; all arrays have shape (rows,) and cannot be written to.

    Attributes
    ----------
    categories: sorted; category: position in them, int32.
    day: since 1970-01-01, int32, NO_DAY where there is none; month: since 1970-01, int32, NO_MONTH likewise.
    headline_length, description_length: in characters, int32, NO_LENGTH where missing.
    presence: text column -> PRESENT, EMPTY (nothing but white space) or MISSING, int8.
    """

    categories: list[str]
    category: np.ndarray
    day: np.ndarray
    month: np.ndarray
    headline_length: np.ndarray
    description_length: np.ndarray
    presence: Mapping[str, np.ndarray]


def by_arrow(table: pa.Table) -> Columns:
    """Return the columns of a dataset's rows, all columns of which Arrow has read."""
    import pyarrow as pa
    import pyarrow.compute as pc

    coded = pc.dictionary_encode(_whole(table, "category"))
    lengths = {
        name: _numbers(pc.utf8_length(_whole(table, name)), NO_LENGTH) for name in ("headline", "short_description")
    }
    presence = {}
    for name in TEXTS:
        blank = pc.equal(pc.utf8_trim(_whole(table, name), characters=WHITE), "")
        presence[name] = _numbers(pc.cast(blank, pa.int8()), MISSING)
    day = _numbers(_whole(table, "date").view(pa.int32()), NO_DAY)
    return _columns(coded.dictionary.to_pylist(), _numbers(coded.indices, 0), day, lengths, presence)


def by_polars(file: Path) -> Columns:
    """Return the columns of a dataset's rows, read by Polars, a part of the file at a time."""
    import polars as pl

    def has(name: str) -> pl.Expr:
        blank = pl.col(name).str.contains(f"^[{WHITE}]*$")
        return blank.cast(pl.Int8).fill_null(MISSING).alias(f"{name} presence")

    def length(name: str) -> pl.Expr:
        return pl.col(name).str.len_chars().cast(pl.Int32).fill_null(NO_LENGTH).alias(f"{name} length")

    frame = (
        pl.scan_parquet(file)
        .select(
            pl.col("category").cast(pl.Categorical),
            pl.col("date").to_physical().fill_null(NO_DAY),
            length("headline"),
            length("short_description"),
            *map(has, TEXTS),
        )
        .collect(engine="streaming")
    )
    lengths = {name: frame[f"{name} length"].to_numpy() for name in ("headline", "short_description")}
    presence = {name: frame[f"{name} presence"].to_numpy() for name in TEXTS}
    codes = frame["category"].to_physical().to_numpy()
    # Codes are the process's, not the file's: some may be of other datasets.
    names = [""] * (int(codes.max(initial=0)) + 1)
    found = frame["category"].unique()
    for code, name in zip(found.to_physical().to_list(), found.cast(pl.String).to_list(), strict=True):
        names[code] = name
    return _columns(names, codes, frame["date"].to_numpy(), lengths, presence)


def _columns(
    names: list[str],
    codes: np.ndarray,
    day: np.ndarray,
    lengths: Mapping[str, np.ndarray],
    presence: Mapping[str, np.ndarray],
) -> Columns:
    """Return the columns, categories sorted and only those that rows have."""
    used = np.flatnonzero(np.bincount(codes, minlength=len(names)))
    order = sorted(used.tolist(), key=names.__getitem__)
    new_codes = np.zeros(len(names), dtype=np.int32)
    new_codes[order] = np.arange(len(order), dtype=np.int32)
    return Columns(
        categories=[names[code] for code in order],
        category=_fixed(new_codes[codes]),
        day=_fixed(day.astype(np.int32)),
        month=_fixed(months(day)),
        headline_length=_fixed(lengths["headline"].astype(np.int32)),
        description_length=_fixed(lengths["short_description"].astype(np.int32)),
        presence={name: _fixed(array.astype(np.int8)) for name, array in presence.items()},
    )


def months(day: np.ndarray) -> np.ndarray:
    """Return the month since 1970-01 of each day since 1970-01-01, int32; NO_MONTH for NO_DAY."""
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int32)
    return np.where(day == NO_DAY, np.int32(NO_MONTH), month)


def month_number(month: str) -> int:
    """Return how many months after 1970-01 "YYYY-MM" is.

    >>> month_number("1970-03"), month_number("1969-12")
    (2, -1)
    """
    year, number = month.split("-")
    return (int(year) - 1970) * 12 + int(number) - 1


def month_text(number: int) -> str:
    """Return the month that is ``number`` after 1970-01 as "YYYY-MM"."""
    return f"{1970 + number // 12:04d}-{number % 12 + 1:02d}"


def _whole(table: pa.Table, name: str) -> pa.Array:
    """Return a column as one array."""
    import pyarrow as pa

    column = table.column(name)
    kind = pa.large_string() if pa.types.is_string(column.type) else column.type
    return column.cast(kind).combine_chunks() if column.num_chunks != 1 else column.chunk(0).cast(kind)


def _numbers(array: pa.Array, null: int) -> np.ndarray:
    import pyarrow.compute as pc

    return pc.fill_null(array, null).to_numpy(zero_copy_only=False)


def _fixed(array: np.ndarray) -> np.ndarray:
    """Return ``array`` so that nobody writes to what many share."""
    array = np.ascontiguousarray(array)
    if not array.flags.owndata:
        array = array.copy()
    array.flags.writeable = False
    return array
