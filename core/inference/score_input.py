"""A file of headlines to be scored, batch by batch, with all of its columns; no category is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data.readers import reading, shown_path
from core.data.records import Mapping, detected, text_from
from core.data.rejection import Rejection, rejection
from core.errors import InputError, shorten
from core.inference.items import check_headline

if TYPE_CHECKING:
    import pyarrow as pa

PARQUET = b"PAR1"
# Of a batch: in each of eight processes two may wait.
MOST_CHARACTERS = 16_000_000
Record = dict[str, Any]


@dataclass
class Batch:
    """Some records of the file, in their order.

    Attributes
    ----------
    taken: records of the file in it, those that cannot be scored included.
    rows: those that can, with all columns: records, or an Arrow batch where the file is Parquet.
    texts: what the model reads of each row.
    rejected: (line, why) of the others.
    share: how much of the file has been read by its end, 0 to 1.
    """

    taken: int
    rows: list[Record] | pa.RecordBatch
    texts: list[str]
    rejected: list[tuple[int, Rejection]] = field(default_factory=list)
    share: float = 0.0


def batches(path: Path, mapping: Mapping, size: int, skip: int = 0) -> Iterator[Batch]:
    """Yield the records of ``path`` in batches of ``size``, the first ``skip`` left out.

    Parameters
    ----------
    mapping: columns by name; those left None are found by the obvious names.

    Raises InputError for a file that cannot be read, or without a column of headlines.
    """
    read = _arrow_batches if _is_parquet(path) else _record_batches
    return read(path, mapping, size, skip)


def _is_parquet(path: Path) -> bool:
    """Tell whether the file is Parquet, not packed; False for one that cannot be opened, which `reading` explains."""
    try:
        with path.open("rb") as file:
            return file.read(len(PARQUET)) == PARQUET
    except (OSError, ValueError):
        return False


def columns_of(path: Path) -> tuple[str, ...] | None:
    """Return the columns of the file; None where only its records show them (JSON)."""
    with reading(path) as reader:
        return reader.columns


def _record_batches(path: Path, mapping: Mapping, size: int, skip: int) -> Iterator[Batch]:
    with reading(path) as reader:
        known = detected(reader.columns or (), mapping)
        if reader.columns is not None:
            _check_headline_column(path, known, reader.columns)
        records = reader.records(reader.columns or ())
        for _ in islice(records, skip):
            pass
        while taken := _portion(records, size):
            batch = Batch(len(taken), [], [])
            for line, record in taken:
                _take(batch, line, record, known)
            batch.share = reader.position() / max(reader.size, 1)
            yield batch


def _portion(records: Iterator[tuple[int, Record | Rejection]], size: int) -> list[tuple[int, Record | Rejection]]:
    """Take the next ``size`` records, or fewer where their texts are long."""
    taken, characters = [], 0
    for line, record in islice(records, size):
        taken.append((line, record))
        if not isinstance(record, Rejection):
            characters += sum(len(value) for value in record.values() if isinstance(value, str))
        if characters > MOST_CHARACTERS:
            break
    return taken


def _take(batch: Batch, line: int, record: Record | Rejection, known: Mapping) -> None:
    """Put one record among the rows, or among the rejected."""
    if isinstance(record, Rejection):
        batch.rejected.append((line, record))
        return
    columns = known if known.headline else detected(tuple(record), known)
    text = _text(record.get(columns.headline or ""), record.get(columns.short_description or ""))
    if isinstance(text, InputError):
        batch.rejected.append((line, rejection(str(text), record)))
    else:
        batch.rows.append(record)
        batch.texts.append(text)


def _text(headline: Any, description: Any) -> str | InputError:
    """Return what the model reads, or why it cannot."""
    if headline is None:
        return InputError("no headline")
    if not isinstance(headline, str):
        return InputError("the headline is no text")
    if description is not None and not isinstance(description, str):
        return InputError("the description is no text")
    try:
        return text_from(check_headline(headline), description)
    except InputError as error:
        return error


def _arrow_batches(path: Path, mapping: Mapping, size: int, skip: int) -> Iterator[Batch]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    shown = shown_path(path)
    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            names, rows = file.schema_arrow.names, file.metadata.num_rows
            columns = detected(tuple(names), mapping)
            _check_headline_column(path, columns, tuple(names))
            done = 0
            for batch in file.iter_batches(batch_size=size):
                done += batch.num_rows
                begin = min(max(skip - (done - batch.num_rows), 0), batch.num_rows)
                if begin < batch.num_rows:
                    yield _arrow_batch(batch.slice(begin), columns, done - batch.num_rows + begin, done / max(rows, 1))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"{shown}: this Parquet file cannot be read ({shorten(str(error))}); get it again") from error


def _arrow_batch(batch: pa.RecordBatch, columns: Mapping, before: int, share: float) -> Batch:
    import pyarrow as pa

    headlines = batch.column(columns.headline).to_pylist()
    described = columns.short_description is not None
    descriptions = batch.column(columns.short_description).to_pylist() if described else [None] * len(headlines)
    found = list(map(_text, headlines, descriptions))
    wrong = [place for place, text in enumerate(found) if isinstance(text, InputError)]
    if not wrong:
        return Batch(batch.num_rows, batch, found, [], share)
    rejected = [
        (before + place + 1, rejection(str(found[place]), batch.slice(place, 1).to_pylist()[0])) for place in wrong
    ]
    refused = set(wrong)
    right = [place for place in range(batch.num_rows) if place not in refused]
    # An empty list alone would be taken for one of nulls.
    rows = batch.take(pa.array(right, pa.int64()))
    return Batch(batch.num_rows, rows, [found[place] for place in right], rejected, share)


def _check_headline_column(path: Path, columns: Mapping, names: tuple[str, ...]) -> None:
    """Raise InputError unless there is a column of headlines, and those that were named."""
    missing = next((one for one in columns.named().values() if one not in names), None)
    there = ", ".join(map(shorten, names[:20])) or "none"
    if missing is not None:
        raise InputError(f"{shown_path(path)} has no column {shorten(missing)}; it has {there}")
    if columns.headline is None:
        raise InputError(f"{shown_path(path)} has no column of headlines among {there}; name it with --headline")
