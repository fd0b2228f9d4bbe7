"""The records of downloaded files of the hub as JSON lines, whatever their format, in bounded memory."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data.hub_files import SPARE_BYTES
from core.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 5_000

Report = Callable[..., None]


def write_records(
    builder: Any, split: str, paths: list[Path], out: Path, report: Report
) -> tuple[int, tuple[str, ...]]:  # fmt: skip
    """Read downloaded files in batches and write them to ``out`` as JSON lines; return rows and columns.

    Parameters
    ----------
    builder: of `datasets`, for the configuration; it reads whatever format the files have.
    paths: where the files of ``split`` lie.
    report: hears of the phase "read", in rows.

    InputError when the disk is about to be full, as by a small file that holds very much.
    """
    from datasets.data_files import DataFilesDict, DataFilesList

    report("read", 0, 1)
    # The builder reads what is here in place of what is there. Streaming, it makes no copy of its own.
    here = DataFilesList([str(path) for path in paths], [(str(path),) for path in paths])
    builder.config.data_files = DataFilesDict({split: here})
    records = builder.as_streaming_dataset(split=split)
    features = records.features or {}
    names = {column: feature.names for column, feature in features.items() if hasattr(feature, "int2str")}
    # Values of several kinds in one column come as JSON.
    mixed = {column for column, feature in features.items() if type(feature).__name__ == "Json"}
    rows, columns = 0, {}
    with out.open("w", encoding="utf-8") as file:
        for batch in records.with_format("arrow").iter(batch_size=BATCH_ROWS):
            columns |= dict.fromkeys(batch.column_names)
            file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in _records(batch, names, mixed))
            rows += batch.num_rows
            if shutil.disk_usage(out.parent).free < SPARE_BYTES:
                raise InputError(f"there is no room for its records in {out.parent}; free some first")
            # How many there are in all is known only at the end.
            report("read", rows, max(2 * rows, 1), note=f"{rows:,} rows")
    report("read", 1, 1, note=f"{rows:,} rows")
    return rows, tuple(columns)


def _records(batch: pa.Table, names: Mapping[str, list[str]], mixed: set[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table as JSON objects; a label that is a number becomes its name."""
    for record in batch.to_pylist():
        for column in mixed & record.keys():
            if isinstance(record[column], str):
                record[column] = json.loads(record[column])
        yield {column: _plain(value, names.get(column)) for column, value in record.items()}


def _plain(value: Any, names: list[str] | None) -> Any:
    """Return what stands for ``value`` in JSON; what is no text, number, list or object is left out."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        # -1 is how such a dataset says that there is no label.
        return value if names is None else names[value] if 0 <= value < len(names) else None
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(one, None) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one, None) for key, one in value.items()}
    return None
