"""Writes records into a dataset's folder in batches, and counts what its description will say."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data.datasets import Dataset
from core.data.date_order import DateOrder
from core.data.json_reader import BAD_JSON
from core.data.readers import Reader
from core.data.records import OPTIONS, ColumnFinder, Mapping, Row, Unusable, typed_row
from core.data.rejection import Rejection, rejection
from core.data.written_rows import WrittenRows, largest_first, open_files, schema, write_rejected
from core.errors import InputError, shorten

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_CHARACTERS = 8_000_000
MOST_CATEGORIES = 10_000
# From this many categories on, they must repeat: on average each in more than two rows.
MANY_CATEGORIES = 100
# Lines in vain before the whole file is given up, where not one in a thousand is usable.
IN_VAIN = 100_000
HOPE = 1_000
# Rejected lines that are kept as they begin; more are only counted, so that a bad file cannot fill the disk.
MOST_REJECTED = 1_000_000
REJECTED_TOLD = 10_000

Progress = Callable[[int, int, int], None]


class DatasetWriter:
    """Writes rows and rejected lines into a folder, and counts what the description will say."""

    def __init__(self, work: Path, mapping: Mapping, dates: DateOrder, shown: str) -> None:
        self.finder = ColumnFinder(mapping)
        self.dates = dates
        self.shown = shown
        self.written = WrittenRows()
        self.reasons: Counter[str] = Counter()
        self.rejected = 0
        self.notes: list[str] = []
        self._files = open_files(work)

    def __enter__(self) -> DatasetWriter:
        self._parquet, self._rejected = self._files.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._files.__exit__(*error)

    def take(self, reader: Reader, batch_rows: int, progress: Progress) -> None:
        """Write all that ``reader`` gives; InputError when no row is usable or the columns are not there.

        ``progress`` is called after each batch, and after every ten thousand rejected lines.
        """
        if reader.columns is not None:
            self.finder.learn(reader.columns)
            self.finder.check()

        def tell() -> None:
            progress(self.written.rows, reader.position(), reader.size)

        wanted = self.finder.mapping.named().values()
        for batch in _batches(self._rows(reader.records(wanted), tell), batch_rows):
            self._write(batch)
            tell()
        if self.finder.seen:
            self.finder.check()
        if not self.written.rows:
            raise self._nothing_usable(f"none of {self.rejected:,} records")
        self._check_categories()
        self.notes = [*reader.notes(), *self.dates.notes(), *self._kept_aside()]

    def _rows(
        self, records: Iterable[tuple[int, dict[str, Any] | Rejection]], tell: Callable[[], None]
    ) -> Iterator[Row]:
        """Yield the usable rows; write the others as rejected."""
        look = self.finder.look
        usable = 0
        for line, record in records:
            if type(record) is Rejection:
                self._reject(line, record, usable, tell)
                continue
            try:
                row = typed_row(record, look(record))
            except Unusable as error:
                self._reject(line, rejection(str(error), record), usable, tell)
                continue
            usable += 1
            self.dates.look(row[3])
            yield row

    def _reject(self, line: int, rejected: Rejection, usable: int, tell: Callable[[], None]) -> None:
        self.reasons[rejected.reason] += 1
        self.rejected += 1
        if self.rejected <= MOST_REJECTED:
            write_rejected(self._rejected, line, rejected)
        if self.rejected % REJECTED_TOLD == 0:
            tell()
        if self.rejected >= IN_VAIN and HOPE * usable < self.rejected:
            which = f"only {usable:,}" if usable else "none"
            raise self._nothing_usable(f"{which} of the first {usable + self.rejected:,} records")

    def _write(self, rows: list[Row]) -> None:
        batch = _record_batch(rows, [self.dates.settled(row[3]) for row in rows])
        self.written.add(batch)
        if len(self.written.category_counts) > MOST_CATEGORIES:
            raise self._no_category(f"it has more than {MOST_CATEGORIES:,} different values")
        self._parquet.write_batch(batch)

    def _check_categories(self) -> None:
        """Raise InputError when nearly every row has a category of its own."""
        found, rows = len(self.written.category_counts), self.written.rows
        if found > MANY_CATEGORIES and 2 * found >= rows:
            raise self._no_category(f"it has {found:,} different values in {rows:,} rows")

    def _no_category(self, why: str) -> InputError:
        column = shorten(self.finder.mapping.category)
        return InputError(
            f"{self.shown}: column {column} is no category: {why}; name the right column with {OPTIONS['category']}"
        )

    def _nothing_usable(self, which: str) -> InputError:
        if not self.reasons:
            return InputError(f"{self.shown} holds no record; give a file with records")
        ((reason, count),) = self.reasons.most_common(1)
        remedy = f"mend the file, or name its columns with {OPTIONS['headline']} and {OPTIONS['category']}"
        if reason == BAD_JSON:
            remedy = "give one record a line, or one list of records"
        return InputError(f"{self.shown}: {which} can be used; most often: {reason} ({count:,}); {remedy}")

    def _kept_aside(self) -> list[str]:
        if self.rejected <= MOST_REJECTED:
            return []
        return [f"of {self.rejected:,} rejected lines the first {MOST_REJECTED:,} were kept; the others are counted"]

    def dataset(self, name: str, path: Path, *, source: str, licence: str | None, notice: str | None) -> Dataset:
        """Return the description of what has been written."""
        first, last = self.written.dates
        return Dataset(
            name=name,
            path=path,
            rows=self.written.rows,
            rejected=self.rejected,
            rejected_reasons=largest_first(self.reasons),
            category_counts=largest_first(self.written.category_counts),
            fingerprint=self.written.fingerprint.hexdigest(),
            columns=tuple(self.finder.seen),
            ignored_columns=self.finder.ignored(),
            mapping=Mapping(**{f: c for f, c in self.finder.mapping.named().items() if c in self.finder.seen}),
            source=source,
            licence=licence,
            notice=notice,
            first_date=first,
            last_date=last,
            dates_unreadable=self.dates.unreadable,
            created_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            seconds=0.0,
            notes=tuple(self.notes),
        )


def _batches(rows: Iterable[Row], batch_rows: int) -> Iterator[list[Row]]:
    """Yield ``rows`` in lists bounded by their number and by their characters."""
    batch: list[Row] = []
    characters = 0
    for row in rows:
        batch.append(row)
        characters += len(row[0]) + len(row[1] or "") + len(row[4] or "") + len(row[5] or "")
        if len(batch) >= batch_rows or characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _record_batch(rows: list[Row], days: list[int | None]) -> pa.RecordBatch:
    import pyarrow as pa

    types = schema()
    columns = zip(types, zip(*rows, strict=True), strict=True)
    arrays = [
        pa.array(days, pa.int32()).view(pa.date32()) if field.name == "date" else pa.array(values, pa.string())
        for field, values in columns
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=types)
