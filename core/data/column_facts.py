"""What the columns of a dataset are, as pandas' info and describe tell it, without its text in memory.

Types and sizes are read from the file's own description, so they cost the same for five million rows as for five.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from core.data.columns import NO_DAY, NO_LENGTH, WHITE
from core.data.datasets import RECORDS, Dataset
from core.data.records import FIELDS

TEXTS = ("headline", "short_description", "category", "link", "authors")
STEPS = {"min": 0.0, "25%": 0.25, "50%": 0.5, "75%": 0.75, "max": 1.0}
DAY_STEPS = {"first": 0.0, "25%": 0.25, "50%": 0.5, "75%": 0.75, "last": 1.0}


def info(dataset: Dataset) -> pd.DataFrame:
    """Return one row a column: column, type, non_null, missing, disk_bytes, memory_bytes.

    ``disk_bytes`` is what the column takes in the file. ``memory_bytes`` is what it takes uncompressed, texts that
    repeat stored once: what reading it needs at least; a frame of Python objects needs several times as much.
    """
    import pyarrow.parquet as pq

    file = pq.ParquetFile(dataset.path / RECORDS)
    types = {field.name: str(field.type) for field in file.schema_arrow}
    rows = []
    for place, name in enumerate(file.schema.names):
        parts = [file.metadata.row_group(group).column(place) for group in range(file.metadata.num_row_groups)]
        missing = sum(part.statistics.null_count if part.statistics else 0 for part in parts)
        rows.append(
            {
                "column": name,
                "type": _type(types[name]),
                "non_null": file.metadata.num_rows - missing,
                "missing": missing,
                "disk_bytes": sum(part.total_compressed_size for part in parts),
                "memory_bytes": sum(part.total_uncompressed_size for part in parts),
            }
        )
    table = pd.DataFrame(rows).set_index("column").loc[list(FIELDS)].rename_axis("column")
    return table.reset_index()


def _type(name: str) -> str:
    """Return the type for people."""
    if name.startswith("dictionary"):
        return "category"
    return {"string": "text", "large_string": "text", "date32[day]": "date"}.get(name, name)


def describe_lengths(lengths: Mapping[tuple[str, str], np.ndarray]) -> pd.DataFrame:
    """Return how long texts are, one row for each of ``lengths``: text, unit, count, mean, std, min, quartiles, max.

    ``lengths`` maps (text, unit) to the length in each row, shape (rows,), NO_LENGTH where there is no text: such
    rows do not count, an empty text has length 0. A figure that no row, or one alone, cannot give is NaN.
    """
    rows = []
    for (text, unit), values in lengths.items():
        known = values[values != NO_LENGTH]
        steps = np.quantile(known, list(STEPS.values())) if len(known) else [np.nan] * len(STEPS)
        rows.append(
            {
                "text": text,
                "unit": unit,
                "count": len(known),
                "mean": float(known.mean()) if len(known) else np.nan,
                "std": float(known.std(ddof=1)) if len(known) > 1 else np.nan,
                **dict(zip(STEPS, map(float, steps), strict=True)),
            }
        )
    return pd.DataFrame(rows)


def describe_dates(day: np.ndarray) -> dict[str, int | str | None]:
    """Return count, missing, first, 25%, 50%, 75% and last of the days; None where there are none.

    ``day`` counts from 1970-01-01, shape (rows,), NO_DAY where there is none. Days between are the nearest ones.
    """
    known = day[day != NO_DAY]
    counts = {"count": len(known), "missing": len(day) - len(known)}
    if not len(known):
        return {**counts, **dict.fromkeys(DAY_STEPS)}
    steps = np.quantile(known, list(DAY_STEPS.values()), method="nearest").astype("datetime64[D]")
    return {**counts, **dict(zip(DAY_STEPS, map(str, steps), strict=True))}


def describe_texts(dataset: Dataset) -> pd.DataFrame:
    """Return what pandas' describe tells of text columns: column, count, unique, top (the commonest), freq (its rows).

    Texts are told apart by 64-bit hashes, a column at a time, so five million of them need no text in memory; two
    that differ are taken for one with a probability under one in a million. Of equally common texts the first in
    the file is the top. Where no row has one, top is None.
    """
    import polars as pl

    rows = []
    for column in TEXTS:
        file = pl.scan_parquet(dataset.path / RECORDS).select(pl.col(column).cast(pl.String).drop_nulls())
        hashes = file.select(pl.col(column).hash(seed=0)).collect(engine="streaming")[column].to_numpy()
        place, unique, freq = _commonest(hashes)
        top = file.slice(place, 1).collect()[column][0] if freq else None
        rows.append({"column": column, "count": len(hashes), "unique": unique, "top": top, "freq": freq})
    return pd.DataFrame(rows)


def _commonest(hashes: np.ndarray) -> tuple[int, int, int]:
    """Return the first place of the commonest value, how many values differ, and how often that one is there."""
    if not len(hashes):
        return 0, 0, 0
    ordered = np.sort(hashes)
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    counts = np.diff(np.append(starts, len(ordered)))
    most = int(counts.max())
    if most == 1:
        return 0, len(starts), 1
    candidates = ordered[starts[counts == most]]
    place = int(np.flatnonzero(np.isin(hashes, candidates))[0])
    return place, len(starts), most


def words(dataset: Dataset) -> dict[str, np.ndarray]:
    """Return the words, between white space, of each headline and short_description: int32, shape (rows,).

    NO_LENGTH where there is no text. Reads the texts, a part of the file at a time.
    """
    import polars as pl

    wanted = ["headline", "short_description"]
    # Not \S, for which four control characters are words.
    word = f"[^{WHITE}]+"
    counts = [pl.col(name).str.count_matches(word).cast(pl.Int32).fill_null(NO_LENGTH) for name in wanted]
    frame = pl.scan_parquet(dataset.path / RECORDS).select(counts).collect(engine="streaming")
    return {name: frame[name].to_numpy() for name in wanted}
