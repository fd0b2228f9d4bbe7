"""The file of a scoring: what was in the input and the answers, row by row, as CSV, TSV, JSON lines or Parquet.

It is written in parts, so that a scoring that was broken off loses one part at most; `join` makes one file of them.
Cells are written as they came: a table for a spreadsheet goes through `core.data.safe_csv`.
"""

from __future__ import annotations

import csv
import io
import json
import math
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from core.data.readers import shown_path
from core.errors import InputError, shorten
from core.inference.score_input import Batch, Record
from core.inference.scorer import Answers, Scorer

if TYPE_CHECKING:
    import pyarrow as pa

DELIMITERS = {".csv": ",", ".tsv": "\t"}
JSON_LINES = (".jsonl", ".ndjson")
PARQUET = ".parquet"
FORMATS = (*DELIMITERS, *JSON_LINES, PARQUET)


def checked_format(path: Path) -> str:
    """Return the ending of the output, which tells its format; InputError when there is none of that kind."""
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise InputError(f"output {shown_path(path)} has another ending; name it with one of {', '.join(FORMATS)}")
    return ending


def added_columns(scorer: Scorer, prefix: str = "") -> list[str]:
    """Return the names of the columns that a scoring adds, ``prefix`` in front of each."""
    raw = ["predicted_category"] if scorer.of_categories else []
    return [prefix + name for name in ("label", "confidence", *raw, "top_labels", "top_probabilities")]


def columns_with(known: Sequence[str] | None, ending: str, batch: Batch, names: Sequence[str]) -> list[str]:
    """Return the columns of the input that ``batch`` is written with: those ``known`` from the first one, None there.

    Raises InputError for a column with the name of an added one, and for a table where a later record brings another
    column: a table has the same ones from its first row on.
    """
    found = _columns(batch)
    taken = next((name for name in names if name in found), None)
    if taken is not None:
        raise name_taken(taken)
    if known is None or ending in JSON_LINES:
        return found
    other = next((name for name in found if name not in known), None)
    if other is not None:
        raise InputError(
            f"a later record has a column {shorten(other)}, which the first {len(known):,} columns of the table do not "
            "have; write the output as JSON lines (.jsonl)"
        )
    return list(known)


def write_part(
    path: Path,
    ending: str,
    batch: Batch,
    answers: Answers,
    scorer: Scorer,
    names: Sequence[str],
    columns: Sequence[str],
) -> None:
    """Write the rows of ``batch`` with their answers as one part of an output; a table begins with the column names.

    Parameters
    ----------
    ending: of the output, see `checked_format`. names: as of `added_columns`; columns: as of `columns_with`.
    """
    if ending == PARQUET:
        _write_arrow(path, batch, answers, scorer, names, columns)
    elif ending in JSON_LINES:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for record, added in zip(_records(batch), _added(answers, scorer, names), strict=True):
                file.write(_json({**record, **added}) + "\n")
    else:
        _write_table(path, DELIMITERS[ending], batch, answers, scorer, names, columns)


def name_taken(name: str) -> InputError:
    """Return the error that says of an input's column that an added one has its name."""
    return InputError(
        f"the input has a column {shorten(name)} already; give --prefix, to stand in front of the added columns"
    )


def _records(batch: Batch) -> list[Record]:
    return batch.rows if isinstance(batch.rows, list) else batch.rows.to_pylist()


def _added(answers: Answers, scorer: Scorer, names: Sequence[str]) -> Iterable[Record]:
    """Return what each row gets, in the order of ``names``."""
    labels = scorer.names
    for order, probabilities, category in zip(
        answers.order.tolist(), answers.probabilities.tolist(), answers.category.tolist(), strict=True
    ):
        raw = [scorer.labels[category]] if scorer.of_categories else []
        shown = [round(probability, 6) for probability in probabilities]
        values = [labels[order[0]], shown[0], *raw, [labels[place] for place in order], shown]
        yield dict(zip(names, values, strict=True))


def _write_table(
    path: Path,
    delimiter: str,
    batch: Batch,
    answers: Answers,
    scorer: Scorer,
    names: Sequence[str],
    columns: Sequence[str],
) -> None:
    records = _records(batch)
    with path.open("w", encoding="utf-8", newline="") as file:
        # Told of both, the writer puts a cell with either into quotes.
        writer = csv.writer(_OneLineFeed(file), delimiter=delimiter, lineterminator="\r\n")
        writer.writerow([*columns, *names])
        for record, added in zip(records, _added(answers, scorer, names), strict=True):
            writer.writerow([_cell(record.get(column)) for column in columns] + [_cell(one) for one in added.values()])


def _columns(batch: Batch) -> list[str]:
    """Return the names of the columns of the input, those of later records after those of earlier ones."""
    if not isinstance(batch.rows, list):
        return list(batch.rows.schema.names)
    return list(dict.fromkeys(name for record in batch.rows for name in record))


def _cell(value: Any) -> Any:
    """Return a value as it stands in a table: a list or an object as JSON, nothing as an empty cell."""
    if isinstance(value, list | dict):
        return _json(value)
    return "" if value is None else value


def _json(value: Any) -> str:
    """Return a value as JSON, which has no NaN and no infinity: null instead."""
    try:
        return json.dumps(value, ensure_ascii=False, default=str, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False, default=str)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class _OneLineFeed:
    """A file for `csv.writer` whose rows end in a line feed alone."""

    def __init__(self, file: TextIO) -> None:
        self._write = file.write

    def write(self, row: str) -> int:
        return self._write(row.removesuffix("\r\n") + "\n")


def _write_arrow(
    path: Path, batch: Batch, answers: Answers, scorer: Scorer, names: Sequence[str], columns: Sequence[str]
) -> None:
    import pyarrow as pa
    from pyarrow import ipc

    rows = batch.rows if not isinstance(batch.rows, list) else _arrow(batch.rows, columns)
    labels = pa.array(scorer.names)
    top = answers.order.shape[1]
    offsets = pa.array(range(0, top * len(answers.order) + 1, top), pa.int32())
    values = [labels.take(pa.array(answers.order[:, 0])), pa.array(answers.probabilities[:, 0])]
    if scorer.of_categories:
        values.append(pa.array(scorer.labels).take(pa.array(answers.category)))
    values.append(pa.ListArray.from_arrays(offsets, labels.take(pa.array(answers.order.reshape(-1)))))
    values.append(pa.ListArray.from_arrays(offsets, pa.array(answers.probabilities.reshape(-1))))
    table = pa.RecordBatch.from_arrays([*rows.columns, *values], names=[*rows.schema.names, *names])
    with pa.OSFile(str(path), "wb") as file, ipc.new_file(file, table.schema) as writer:
        writer.write_batch(table)


def _arrow(records: list[Record], columns: Sequence[str]) -> pa.RecordBatch:
    """Return records as text columns; what is no text is written as JSON."""
    import pyarrow as pa

    def text(value: Any) -> str | None:
        return value if value is None or isinstance(value, str) else _json(value)

    arrays = [pa.array([text(record.get(name)) for record in records], pa.string()) for name in columns]
    return pa.RecordBatch.from_arrays(arrays, names=columns)


def join(parts: Sequence[Path], ending: str, target: Path) -> None:
    """Write the parts, all of the same columns, as one file."""
    if ending == PARQUET:
        _join_arrow(parts, target)
    elif ending in JSON_LINES:
        with target.open("wb") as whole:
            for part in parts:
                with part.open("rb") as file:
                    shutil.copyfileobj(file, whole)
    else:
        _join_tables(parts, target)


def _join_tables(parts: Sequence[Path], target: Path) -> None:
    with target.open("wb") as whole:
        for number, part in enumerate(parts):
            with part.open("rb") as file:
                header = _header(file)
                if number == 0:
                    whole.write(header)
                shutil.copyfileobj(file, whole)


def _header(file: io.BufferedReader) -> bytes:
    """Return the first row, which may go over several lines; leave the file behind it."""
    lines = file.readline()
    while lines.count(b'"') % 2 and (line := file.readline()):
        lines += line
    return lines


def _join_arrow(parts: Sequence[Path], target: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyarrow import ipc

    writer = None
    try:
        for part in parts:
            with pa.memory_map(str(part)) as file:
                table = ipc.open_file(file).read_all()
                if writer is None:
                    writer = pq.ParquetWriter(target, table.schema, compression="snappy")
                writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()
