"""Records written to a file, a part at a time: CSV that is safe in a spreadsheet, or JSON lines."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.data.engine import Table
from core.data.safe_csv import frame_to_csv
from core.errors import InputError, shorten

PART = 50_000


def csv_parts(table: Table, rows: np.ndarray) -> Iterator[str]:
    """Yield the records at ``rows`` as CSV: their row number and all fields, under one header."""
    for place, part in enumerate(_parts(table, rows)):
        text = frame_to_csv(part.reset_index())
        # The header has no line end within.
        yield text if place == 0 else text.partition("\n")[2]


def json_parts(table: Table, rows: np.ndarray) -> Iterator[str]:
    """Yield the records at ``rows`` as JSON lines: their row number and all fields, null where missing."""
    for part in _parts(table, rows):
        yield "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in documents(part))


FORMATS: dict[str, Callable[[Table, np.ndarray], Iterator[str]]] = {".csv": csv_parts, ".jsonl": json_parts}


def _parts(table: Table, rows: np.ndarray) -> Iterator[pd.DataFrame]:
    """Yield the records in parts; of none one empty part, so that a file without rows has its header."""
    for first in range(0, max(1, len(rows)), PART):
        yield table.records(rows[first : first + PART])


def documents(records: pd.DataFrame) -> list[dict[str, Any]]:
    """Return records of `Table.records` as plain JSON values; a day as YYYY-MM-DD, None for what is missing."""
    days = {"date": records["date"].dt.strftime("%Y-%m-%d")} if "date" in records else {}
    frame = records.assign(**days).reset_index().astype("object")
    return frame.where(frame.notna(), None).to_dict("records")


def write(table: Table, rows: np.ndarray, file: Path) -> int:
    """Write the records at ``rows`` to ``file``, by its ending as CSV or JSON lines; return its bytes.

    A file of that name is replaced once the new one is whole. InputError for another ending or a missing folder.
    """
    parts = FORMATS.get(file.suffix.lower())
    if parts is None:
        raise InputError(f"file {shorten(file.name)} would be of an unknown kind; end its name with .csv or .jsonl")
    if not file.parent.is_dir():
        raise InputError(f"folder {shorten(str(file.parent))} does not exist; make it first")
    work = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        # Line ends are written as they are, also those inside a text.
        with work.open("w", encoding="utf-8", newline="") as out:
            out.writelines(parts(table, rows))
        os.replace(work, file)
    finally:
        work.unlink(missing_ok=True)
    return file.stat().st_size
