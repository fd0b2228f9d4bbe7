"""Writes what a cleaning leaves of a dataset into a folder: rows, and those that went, with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from core.data.datasets import Dataset
from core.data.markup import mended
from core.data.quality_scan import batches
from core.data.recipe import Recipe
from core.data.records import FIELDS
from core.data.rejection import rejection
from core.data.written_rows import WrittenRows, largest_first, open_files, schema, write_rejected

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
    written = WrittenRows()
    with open_files(work) as (parquet, rejected):
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
    reasons = {reason: int((plan.gone == number).sum()) for number, reason in enumerate(plan.reasons)}
    first, last = written.dates
    return Dataset(
        name=name,
        path=work,
        rows=plan.rows,
        rejected=dataset.rows - plan.rows,
        rejected_reasons=largest_first({reason: rows for reason, rows in reasons.items() if rows}),
        category_counts=largest_first(written.category_counts),
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


def _reject(file: IO[str], batch: pa.RecordBatch, gone: np.ndarray, reasons: tuple[str, ...], begin: int) -> None:
    """Write a line for each row of ``batch`` that goes; ``begin`` is the position of its first row."""
    headlines = batch.column("headline")
    for place in np.flatnonzero(gone != KEPT).tolist():
        write_rejected(file, begin + place, rejection(reasons[gone[place]], headlines[place].as_py()))


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
    return pa.RecordBatch.from_arrays(list(columns.values()), schema=schema())
