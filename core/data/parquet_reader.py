"""Records from a Parquet file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from core.data.json_reader import UNREADABLE_BYTES
from core.data.lines import LONGEST, TOO_LONG
from core.data.rejection import Rejection, rejection
from core.errors import InputError, one_line, shorten

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 2_048


class ParquetRecords:
    """The rows of a Parquet file, read a few at a time; their number counts as the line."""

    def __init__(self, source: Path | IO[bytes], shown: str) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.shown = shown
        self.done = 0
        try:
            # pre_buffer would hold whole row groups.
            self._file = pq.ParquetFile(source, pre_buffer=False)
            self.columns = tuple(self._file.schema_arrow.names)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise self._unreadable(error) from error
        self.rows = self._file.metadata.num_rows
        if len(set(self.columns)) < len(self.columns):
            raise InputError(f"{shown}: two columns have one name; rename one of them")

    def records(self, columns: Iterable[str]) -> Iterator[tuple[int, dict[str, Any] | Rejection]]:
        """Yield (row number from 1, record or Rejection); only ``columns`` are read."""
        import pyarrow as pa

        batches = self._file.iter_batches(batch_size=ROWS, columns=list(columns))
        while True:
            try:
                batch = next(batches, None)
            except (pa.ArrowException, OSError, ValueError) as error:
                raise self._unreadable(error) from error
            if batch is None:
                return
            for record in _records(batch):
                self.done += 1
                yield self.done, record

    def _unreadable(self, error: Exception) -> InputError:
        return InputError(
            f"{self.shown}: this Parquet file cannot be read ({shorten(one_line(str(error)))}); get it again"
        )


def _records(batch: pa.RecordBatch) -> Iterable[dict[str, Any] | Rejection]:
    # A batch this small needs no look at each of its rows.
    if batch.nbytes <= LONGEST:
        try:
            return batch.to_pylist()
        except UnicodeDecodeError:
            pass
    return (_record(batch.slice(row, 1)) for row in range(batch.num_rows))


def _record(row: pa.RecordBatch) -> dict[str, Any] | Rejection:
    try:
        (record,) = row.to_pylist()
    except UnicodeDecodeError:
        return rejection(UNREADABLE_BYTES, f"columns: {', '.join(row.schema.names)}")
    if sum(len(value) for value in record.values() if isinstance(value, str)) > LONGEST:
        return rejection(TOO_LONG, record)
    return record
