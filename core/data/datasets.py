"""The datasets on disk: one folder each under ``data/``, read-only once it is there.

records.parquet    the rows, typed (below)
dataset.json       what ``summary`` returns
rejected.jsonl     one line for each that could not be used: line, reason, text
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.data.records import FIELDS, Mapping
from core.errors import DamagedError, InputError, NotFound, shorten
from core.storage import BUILDING, LOCK, checked_name, data_root, read_json

RECORDS, REJECTED, DESCRIPTION = "records.parquet", "rejected.jsonl", "dataset.json"


@dataclass(frozen=True)
class Dataset:
    """What is known of an imported file, without its rows.

    Attributes
    ----------
    path: the dataset's folder.
    rows, rejected: records kept, and lines that could not be used.
    rejected_reasons: reason -> lines, the commonest first.
    category_counts: category -> rows, the largest first.
    fingerprint: hash of the content (core.data.fingerprint).
    columns: names found in the file; ignored_columns: those that hold no field.
    mapping: the column that each field came from.
    source: the file's name or where it came from; licence, notice: None where nobody told.
    first_date, last_date: ISO days, None where no row has a date.
    dates_unreadable: rows whose date was there but could not be read.
    created_at: ISO time in UTC; seconds: how long the import took.
    notes: what the import has to tell about the file, a sentence each: its encoding, the order of its dates.
    """

    name: str
    path: Path
    rows: int
    rejected: int
    rejected_reasons: dict[str, int]
    category_counts: dict[str, int]
    fingerprint: str
    columns: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    mapping: Mapping
    source: str
    licence: str | None
    notice: str | None
    first_date: str | None
    last_date: str | None
    dates_unreadable: int
    created_at: str
    seconds: float
    notes: tuple[str, ...] = ()

    @property
    def categories(self) -> list[str]:
        """The categories, sorted."""
        return sorted(self.category_counts)


def summary(dataset: Dataset) -> dict[str, Any]:
    """Return ``dataset`` as the JSON object that the command line prints and ``dataset.json`` holds."""
    return {
        "dataset": dataset.name,
        "rows": dataset.rows,
        "rejected": dataset.rejected,
        "categories": len(dataset.category_counts),
        "fingerprint": dataset.fingerprint,
        "seconds": dataset.seconds,
        "rejected_reasons": dataset.rejected_reasons,
        "category_counts": dataset.category_counts,
        "columns": list(dataset.columns),
        "ignored_columns": list(dataset.ignored_columns),
        "mapping": dataset.mapping.named(),
        "dates": {
            "first": dataset.first_date,
            "last": dataset.last_date,
            "unreadable": dataset.dates_unreadable,
        },
        "source": dataset.source,
        "licence": dataset.licence,
        "notice": dataset.notice,
        "created_at": dataset.created_at,
        "notes": list(dataset.notes),
    }


def from_summary(summary: AnyMapping[str, Any], path: Path) -> Dataset:
    """Return the Dataset in folder ``path`` whose ``summary`` is given; KeyError, TypeError when it is none."""
    return Dataset(
        name=path.name,
        path=path,
        rows=int(summary["rows"]),
        rejected=int(summary["rejected"]),
        rejected_reasons=dict(summary["rejected_reasons"]),
        category_counts={str(name): int(rows) for name, rows in summary["category_counts"].items()},
        fingerprint=str(summary["fingerprint"]),
        columns=tuple(summary["columns"]),
        ignored_columns=tuple(summary["ignored_columns"]),
        mapping=Mapping(**summary["mapping"]),
        source=summary["source"],
        licence=summary["licence"],
        notice=summary["notice"],
        first_date=summary["dates"]["first"],
        last_date=summary["dates"]["last"],
        dates_unreadable=int(summary["dates"]["unreadable"]),
        created_at=summary["created_at"],
        seconds=float(summary["seconds"]),
        # What was imported by an earlier version has none.
        notes=tuple(summary.get("notes", ())),
    )


def load(name: str) -> Dataset:
    """Return the dataset called ``name``; NotFound lists what there is, DamagedError says what is broken."""
    path = _existing(name)
    try:
        dataset = from_summary(read_json(path / DESCRIPTION), path)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DamagedError(f"{path / DESCRIPTION} is not a dataset's description; {_remedy(name)}") from error
    for file in (RECORDS, REJECTED):
        if not (path / file).is_file():
            raise DamagedError(f"{path / file} is missing; {_remedy(name)}")
    return dataset


def list_all() -> list[Dataset]:
    """Return all datasets that can be loaded, by name; ``damaged`` names the others."""
    return [dataset for _, dataset in _all() if isinstance(dataset, Dataset)]


def by_fingerprint(fingerprint: str) -> Dataset | None:
    """Return the dataset with this content, whatever it is called by now; None when it is not here."""
    return next((dataset for dataset in list_all() if dataset.fingerprint == fingerprint), None)


def damaged() -> list[tuple[Path, str]]:
    """Return (folder, what is wrong) for the folders under ``data/`` that are no whole dataset, by name."""
    return [(data_root() / name, str(error)) for name, error in _all() if isinstance(error, DamagedError)]


def _all() -> Iterator[tuple[str, Dataset | DamagedError]]:
    for name in names():
        try:
            yield name, load(name)
        except NotFound:
            # Deleted since it was listed.
            continue
        except DamagedError as error:
            yield name, error
        except InputError as error:
            yield name, DamagedError(f"{data_root() / name} is not a dataset ({error}); rename or remove it")


def names() -> list[str]:
    """Return the names of the folders under ``data/``, sorted; hidden ones are not datasets."""
    root = data_root()
    if not root.is_dir():
        return []
    return sorted(path.name for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))


def delete(name: str) -> None:
    """Remove the dataset ``name``, whole or damaged; NotFound when there is none.

    It goes out of sight in one step, under a name that the next import sweeps should we be killed.
    """
    path = _existing(name)
    trash = path.with_name(f"{BUILDING}{name}-{uuid.uuid4().hex}")
    # The lock that nobody holds tells the sweep that this may go.
    (path / LOCK).touch()
    os.rename(path, trash)
    shutil.rmtree(trash, ignore_errors=True)


def _existing(name: str) -> Path:
    path = data_root() / checked_name("dataset", name)
    if path.is_dir():
        return path
    there = ", ".join(names())
    hint = f"there are: {there}" if there else "there is none yet; import a file, or the sample"
    raise NotFound(f"there is no dataset {shorten(name)}; {hint}")


def _remedy(name: str) -> str:
    return f"restore it from a backup, or delete dataset {shorten(name)} and import its file again"


def frame(dataset: Dataset, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the rows in the order of the file, of all FIELDS or of ``columns``, in that order.

    headline, short_description, link, authors: str, NA where missing; category: categorical, categories
    sorted; date: datetime64, NaT where missing. DamagedError when the file does not hold what it should.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    wanted = list(FIELDS if columns is None else columns)
    unknown = [column for column in wanted if column not in FIELDS]
    if unknown:
        raise InputError(f"a dataset has no column {shorten(unknown[0])}; it has {', '.join(FIELDS)}")
    file = dataset.path / RECORDS
    try:
        table = pq.read_table(file, columns=wanted, read_dictionary=["category"])
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DamagedError(f"{file} cannot be read; {_remedy(dataset.name)}") from error
    if table.num_rows != dataset.rows or table.column_names != wanted:
        raise DamagedError(f"{file} does not hold {dataset.rows} rows of records; {_remedy(dataset.name)}")
    return pd.DataFrame({name: _series(table, name) for name in wanted}, index=pd.RangeIndex(table.num_rows))


def _series(table: Any, name: str) -> pd.Series:
    if name == "category":
        return pd.Series(_categorical(table.column(name)))
    return table.select([name]).to_pandas(date_as_object=False)[name]


def _categorical(column: Any) -> pd.Categorical:
    """Return a dictionary-encoded column with its categories sorted."""
    column = column.unify_dictionaries()
    found = column.chunk(0).dictionary.to_pylist()
    codes = np.concatenate([chunk.indices.to_numpy(zero_copy_only=False) for chunk in column.chunks])
    order = sorted(found)
    place = {category: code for code, category in enumerate(order)}
    new_codes = np.array([place[category] for category in found])
    return pd.Categorical.from_codes(new_codes[codes], categories=pd.Index(order, dtype="str"))


def rejected(dataset: Dataset, limit: int | None = 100) -> list[dict[str, Any]]:
    """Return the first ``limit`` rejected lines (None: all) as {"line", "reason", "text"}."""
    lines: list[dict[str, Any]] = []
    try:
        # Bytes end lines at \n alone; text may hold U+2028.
        with (dataset.path / REJECTED).open("rb") as file:
            for line in file:
                if limit is not None and len(lines) >= limit:
                    break
                lines.append(json.loads(line))
    except (OSError, ValueError) as error:
        raise DamagedError(f"{dataset.path / REJECTED} cannot be read; {_remedy(dataset.name)}") from error
    return lines
