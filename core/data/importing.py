"""Imports a file of records as a dataset, in batches, so that the file may be larger than memory."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data.datasets import DESCRIPTION, RECORDS, REJECTED, Dataset, load, summary
from core.data.fingerprint import Fingerprint
from core.data.readers import Reader, reading, shown_path
from core.data.records import FIELDS, OPTIONS, ColumnFinder, Mapping, Row, Unusable, typed_row
from core.data.rejection import Rejection, rejection
from core.errors import InputError, shorten
from core.storage import building, checked_name, data_root, write_json

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 16_384
BATCH_CHARACTERS = 8_000_000
MOST_CATEGORIES = 10_000
FULL_DISK = (errno.ENOSPC, errno.EDQUOT)

Progress = Callable[[int, int, int], None]


def import_file(
    path: Path | str,
    name: str,
    *,
    mapping: Mapping | None = None,
    progress: Progress | None = None,
    source: str | None = None,
    licence: str | None = None,
    notice: str | None = None,
    batch_rows: int = BATCH_ROWS,
) -> Dataset:
    """Import the file at ``path`` as dataset ``name`` and return it.

    Parameters
    ----------
    mapping: columns by name; those left None are found by the obvious names.
    progress: called after each batch with rows done, bytes read and bytes in all.
    source: what to say the data came from; the file's name by default.
    batch_rows: rows held at once; changes nothing in the dataset.

    Raises
    ------
    InputError: a name that cannot be used or is taken, a file that cannot be read or has no usable row,
        columns that are not there, or more than 10,000 categories. Nothing is left behind then.
    """
    final = _free_place(name)
    started = time.monotonic()
    path = Path(path)
    with _one_line_errors(final), reading(path) as reader, building(final) as work:
        finder = ColumnFinder(mapping or Mapping())
        with _Writer(work, finder, shown_path(path)) as writer:
            writer.take(reader, batch_rows, progress or (lambda *_: None))
        dataset = writer.dataset(name, work, source=source or path.name, licence=licence, notice=notice)
        seconds = round(time.monotonic() - started, 3)
        write_json(work / DESCRIPTION, {**summary(dataset), "seconds": seconds})
    return load(name)


def _free_place(name: str) -> Path:
    """Return the folder that dataset ``name`` will have, or raise InputError."""
    final = data_root() / checked_name("dataset", name)
    if final.exists():
        raise _taken(name)
    return final


def _taken(name: str) -> InputError:
    return InputError(f"dataset {shorten(name)} exists already; choose another name, or delete it first")


@contextlib.contextmanager
def _one_line_errors(final: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        raise _taken(final.name) from error
    except OSError as error:
        if error.errno in FULL_DISK:
            raise InputError(f"there is no room for the dataset in {final.parent}; free some first") from error
        raise


class _Writer:
    """Writes rows and rejected lines into a folder, and counts what the description will say."""

    def __init__(self, work: Path, finder: ColumnFinder, shown: str) -> None:
        import pyarrow.parquet as pq

        self.finder = finder
        self.shown = shown
        self.rows = 0
        self.reasons: Counter[str] = Counter()
        self.category_counts: Counter[str] = Counter()
        self.days: list[int] = []
        self.dates_unreadable = 0
        self.fingerprint = Fingerprint()
        self._stack = contextlib.ExitStack()
        self._rejected = self._stack.enter_context((work / REJECTED).open("w", encoding="utf-8"))
        self._records = self._stack.enter_context((work / RECORDS).open("wb"))
        self._parquet = self._stack.enter_context(
            pq.ParquetWriter(self._records, _schema(), compression="zstd", use_dictionary=["category"])
        )

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: Any) -> None:
        if kind is None:
            self._parquet.close()
            for file in (self._records, self._rejected):
                file.flush()
                os.fsync(file.fileno())
        self._stack.close()

    def take(self, reader: Reader, batch_rows: int, progress: Progress) -> None:
        """Write all that ``reader`` gives; InputError when no row is usable or the columns are not there."""
        if reader.columns is not None:
            self.finder.learn(reader.columns)
            self.finder.check()
        wanted = self.finder.mapping.named().values()
        for batch in _batches(self._rows(reader.records(wanted)), batch_rows):
            self._write(batch)
            progress(self.rows, reader.position(), reader.size)
        if self.finder.seen:
            self.finder.check()
        if not self.rows:
            raise self._nothing_usable()

    def _rows(self, records: Iterable[tuple[int, dict[str, Any] | Rejection]]) -> Iterator[Row]:
        """Yield the usable rows; write the others as rejected."""
        look = self.finder.look
        for line, record in records:
            if type(record) is Rejection:
                self._reject(line, record)
                continue
            try:
                row, date_read = typed_row(record, look(record))
            except Unusable as error:
                self._reject(line, rejection(str(error), record))
                continue
            self.dates_unreadable += not date_read
            yield row

    def _reject(self, line: int, rejected: Rejection) -> None:
        self.reasons[rejected.reason] += 1
        entry = {"line": line, "reason": rejected.reason, "text": rejected.text}
        self._rejected.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def _write(self, rows: list[Row]) -> None:
        batch = _record_batch(rows)
        self.rows += len(rows)
        self.fingerprint.update(batch)
        self.category_counts.update(row[2] for row in rows)
        days = [row[3] for row in rows if row[3] is not None]
        self.days = [pick(days + self.days) for pick in (min, max)] if days or self.days else []
        if len(self.category_counts) > MOST_CATEGORIES:
            raise self._too_many_categories()
        self._parquet.write_batch(batch)

    def _too_many_categories(self) -> InputError:
        return InputError(
            f"{self.shown}: column {shorten(self.finder.mapping.category)} has more than {MOST_CATEGORIES:,} "
            f"different values; is it the category? Name the right column with {OPTIONS['category']}"
        )

    def _nothing_usable(self) -> InputError:
        if not self.reasons:
            return InputError(f"{self.shown} holds no record; give a file with records")
        ((reason, count),) = self.reasons.most_common(1)
        return InputError(
            f"{self.shown}: none of {sum(self.reasons.values()):,} records can be used; most often: {reason} "
            f"({count:,}); mend the file, or name its columns with {OPTIONS['headline']} and {OPTIONS['category']}"
        )

    def dataset(self, name: str, path: Path, *, source: str, licence: str | None, notice: str | None) -> Dataset:
        """Return the description of what has been written."""
        first, last = [_iso(day) for day in self.days] or (None, None)
        return Dataset(
            name=name,
            path=path,
            rows=self.rows,
            rejected=sum(self.reasons.values()),
            rejected_reasons=_largest_first(self.reasons),
            category_counts=_largest_first(self.category_counts),
            fingerprint=self.fingerprint.hexdigest(),
            columns=tuple(self.finder.seen),
            ignored_columns=self.finder.ignored(),
            mapping=Mapping(**{f: c for f, c in self.finder.mapping.named().items() if c in self.finder.seen}),
            source=source,
            licence=licence,
            notice=notice,
            first_date=first,
            last_date=last,
            dates_unreadable=self.dates_unreadable,
            created_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            seconds=0.0,
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


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema([(field, pa.date32() if field == "date" else pa.string()) for field in FIELDS])


def _record_batch(rows: list[Row]) -> pa.RecordBatch:
    import pyarrow as pa

    schema = _schema()
    columns = zip(schema, zip(*rows, strict=True), strict=True)
    arrays = [
        pa.array(values, pa.int32()).view(pa.date32()) if field.name == "date" else pa.array(values, pa.string())
        for field, values in columns
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _iso(day: int) -> str:
    return (dt.date(1970, 1, 1) + dt.timedelta(days=day)).isoformat()


def _largest_first(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
