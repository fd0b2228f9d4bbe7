"""Writes what a cleaning leaves of a dataset into a folder: rows, and those that went, with the reason."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from core.data.datasets import RECORDS, REJECTED, Dataset
from core.data.fingerprint import Fingerprint
from core.data.markup import mended
from core.data.quality_scan import batches
from core.data.recipe import Recipe
from core.data.records import FIELDS
from core.data.rejection import rejection

if TYPE_CHECKING:
    import pyarrow as pa

Report = Callable[..., None]
KEPT = -1


@dataclass(frozen=True, eq=False)
class Plan:
    """What a recipe makes of a dataset's rows, before anything is written.

    Attributes
    ----------
    gone: for each row the number in ``reasons`` of the step that takes it out, int8, `KEPT` where none does.
    renamed: category -> the name that it is given.
    counts: step -> rows that it removes or changes, of all steps of the recipe.
    """

    reasons: tuple[str, ...]
    gone: np.ndarray
    renamed: dict[str, str]
    counts: dict[str, int]

    @property
    def rows(self) -> int:
        """How many rows are left."""
        return int((self.gone == KEPT).sum())

    @property
    def changes(self) -> bool:
        """Whether the recipe does anything at all."""
        return any(self.counts.values())


def write_copy(dataset: Dataset, recipe: Recipe, plan: Plan, name: str, work: Path, report: Report) -> Dataset:
    """Write the rows that are left, and those that went; return the description of the copy."""
    import pyarrow.parquet as pq

    written = _Written()
    with (
        (work / REJECTED).open("w", encoding="utf-8") as rejected,
        (work / RECORDS).open("wb") as records,
        pq.ParquetWriter(records, _schema(), compression="zstd", use_dictionary=["category"]) as parquet,
    ):
        begin = 0
        for batch in batches(dataset):
            gone = plan.gone[begin : begin + batch.num_rows]
            _reject(rejected, batch, gone, plan.reasons, begin)
            part = _left(batch, gone, recipe.mending(), plan.renamed)
            if part.num_rows:
                parquet.write_batch(part)
                written.add(part)
            begin += batch.num_rows
            report("write", begin, dataset.rows, note=f"{begin:,} of {dataset.rows:,} rows")
        parquet.close()
        for file in (records, rejected):
            file.flush()
            os.fsync(file.fileno())
    reasons = {reason: int((plan.gone == number).sum()) for number, reason in enumerate(plan.reasons)}
    first, last = [_iso(day) for day in written.days] or (None, None)
    return Dataset(
        name=name,
        path=work,
        rows=plan.rows,
        rejected=dataset.rows - plan.rows,
        rejected_reasons=_largest_first({reason: rows for reason, rows in reasons.items() if rows}),
        category_counts=_largest_first(written.categories),
        fingerprint=written.fingerprint.hexdigest(),
        columns=dataset.columns,
        ignored_columns=dataset.ignored_columns,
        mapping=dataset.mapping,
        source=f"cleaned copy of {dataset.name} ({dataset.fingerprint[:16]}): {recipe}",
        licence=dataset.licence,
        notice=dataset.notice,
        first_date=first,
        last_date=last,
        dates_unreadable=0,
        created_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        seconds=0.0,
    )


class _Written:
    """What the description says of the rows written so far."""

    def __init__(self) -> None:
        self.fingerprint = Fingerprint()
        self.categories: Counter[str] = Counter()
        self.days: list[int] = []

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the rows of ``batch`` into account."""
        import pyarrow as pa

        self.fingerprint.update(batch)
        self.categories.update(batch.column("category").to_pylist())
        days = batch.column("date").view(pa.int32()).drop_null().to_pylist()
        self.days = [pick(days + self.days) for pick in (min, max)] if days or self.days else []


def _reject(file: IO[str], batch: pa.RecordBatch, gone: np.ndarray, reasons: tuple[str, ...], begin: int) -> None:
    """Write a line for each row of ``batch`` that goes; ``begin`` is the position of its first row."""
    headlines = batch.column("headline")
    for place in np.flatnonzero(gone != KEPT).tolist():
        entry = rejection(reasons[gone[place]], headlines[place].as_py())
        line = {"line": begin + place, "reason": entry.reason, "text": entry.text}
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _left(
    batch: pa.RecordBatch, gone: np.ndarray, mending: tuple[str, ...], renamed: dict[str, str]
) -> pa.RecordBatch:  # fmt: skip
    """Return the rows of ``batch`` that stay, their texts mended and their categories renamed."""
    import pyarrow as pa

    left = batch.filter(pa.array(gone == KEPT))
    columns = {name: left.column(name) for name in FIELDS}
    for name in ("headline", "short_description") if mending else ():
        texts = [None if text is None else mended(text, mending) for text in columns[name].to_pylist()]
        columns[name] = pa.array(texts, pa.string())
    if renamed:
        columns["category"] = pa.array(
            [renamed.get(name, name) for name in columns["category"].to_pylist()], pa.string()
        )
    return pa.RecordBatch.from_arrays(list(columns.values()), schema=_schema())


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema([(field, pa.date32() if field == "date" else pa.string()) for field in FIELDS])


def _iso(day: int) -> str:
    return (dt.date(1970, 1, 1) + dt.timedelta(days=day)).isoformat()


def _largest_first(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
