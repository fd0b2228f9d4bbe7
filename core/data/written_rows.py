"""The rows of a dataset while they are written: their types, their files, and what its description says of them."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING

from core.data.datasets import RECORDS, REJECTED
from core.data.fingerprint import Fingerprint
from core.data.records import FIELDS
from core.data.rejection import Rejection

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq


def schema() -> pa.Schema:
    """Return the columns of records.parquet: text, but for the date."""
    import pyarrow as pa

    return pa.schema([(field, pa.date32() if field == "date" else pa.string()) for field in FIELDS])


@contextlib.contextmanager
def open_files(work: Path) -> Iterator[tuple[pq.ParquetWriter, IO[str]]]:
    """Yield what takes the rows and what takes rejected lines, both files in ``work``; forced to disk at a good end."""
    import pyarrow.parquet as pq

    with (
        (work / REJECTED).open("w", encoding="utf-8") as rejected,
        (work / RECORDS).open("wb") as records,
        pq.ParquetWriter(records, schema(), compression="zstd", use_dictionary=["category"]) as parquet,
    ):
        yield parquet, rejected
        parquet.close()
        for file in (records, rejected):
            file.flush()
            os.fsync(file.fileno())


def write_rejected(file: IO[str], line: int, rejected: Rejection) -> None:
    """Write a line that could not be used, with its number and the reason."""
    entry = {"line": line, "reason": rejected.reason, "text": rejected.text}
    file.write(json.dumps(entry, ensure_ascii=False) + "\n")


class WrittenRows:
    """What is known of the rows that were written so far.

    Attributes
    ----------
    rows: how many; category_counts: category -> rows; fingerprint: of their content.
    first_day, last_day: since 1970-01-01, None where no row has a date.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.category_counts: Counter[str] = Counter()
        self.fingerprint = Fingerprint()
        self.first_day: int | None = None
        self.last_day: int | None = None

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the rows of ``batch`` into account; it has the columns of `schema`."""
        import pyarrow as pa
        import pyarrow.compute as pc

        self.rows += batch.num_rows
        self.fingerprint.update(batch)
        self.category_counts.update(batch.column("category").to_pylist())
        ends = pc.min_max(batch.column("date").view(pa.int32()))
        for name, pick, known in (("first_day", min, ends["min"].as_py()), ("last_day", max, ends["max"].as_py())):
            before = getattr(self, name)
            setattr(self, name, known if before is None else before if known is None else pick(known, before))

    @property
    def dates(self) -> tuple[str | None, str | None]:
        """The first and the last day as ISO has them, None where no row has a date."""
        return _iso(self.first_day), _iso(self.last_day)


def _iso(day: int | None) -> str | None:
    return None if day is None else (dt.date(1970, 1, 1) + dt.timedelta(days=day)).isoformat()


def largest_first(counts: Mapping[str, int]) -> dict[str, int]:
    """Return counts with the largest first, equal ones in the order of their names."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
