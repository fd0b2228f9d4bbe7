"""Imports a file of records as a dataset, in batches, so that the file may be larger than memory."""

from __future__ import annotations

import contextlib
import errno
import time
from collections.abc import Iterator
from pathlib import Path

from core.data.dataset_writer import DatasetWriter, Progress
from core.data.datasets import DESCRIPTION, Dataset, load, summary
from core.data.date_order import DateOrder, Order
from core.data.readers import reading, shown_path
from core.data.records import ColumnFinder, Mapping
from core.errors import InputError, shorten
from core.storage import building, checked_name, data_root, write_json

BATCH_ROWS = 16_384
FULL_DISK = (errno.ENOSPC, errno.EDQUOT)


def import_file(
    path: Path | str,
    name: str,
    *,
    mapping: Mapping | None = None,
    progress: Progress | None = None,
    source: str | None = None,
    licence: str | None = None,
    notice: str | None = None,
    date_order: Order | None = None,
    batch_rows: int = BATCH_ROWS,
) -> Dataset:
    """Import the file at ``path`` as dataset ``name`` and return it.

    Parameters
    ----------
    mapping: columns by name; those left None are found by the obvious names, those that are "" are none.
    progress: called after each batch with rows done, bytes read and bytes in all; an error that it raises
        ends the import and leaves nothing behind.
    source: what to say the data came from; the file's name by default.
    date_order: "day" or "month", whichever comes first in 03/04/2012; None: what the whole file tells.
    batch_rows: rows held at once; changes nothing in the dataset.

    Raises
    ------
    InputError: a name that cannot be used or is taken, a file that cannot be read or has no usable row,
        columns that are not there, or a category column with more than 10,000 values, or nearly one a row.
        Nothing is left behind then.
    """
    final = _free_place(name)
    started = time.monotonic()
    path = Path(path)
    with _one_line_errors(final), building(final) as work:
        writer = _written(path, work, mapping or Mapping(), DateOrder(date_order), batch_rows, progress)
        dataset = writer.dataset(name, work, source=source or path.name, licence=licence, notice=notice)
        seconds = round(time.monotonic() - started, 3)
        write_json(work / DESCRIPTION, {**summary(dataset), "seconds": seconds})
    return load(name)


def _written(
    path: Path, work: Path, mapping: Mapping, dates: DateOrder, batch_rows: int, progress: Progress | None
) -> DatasetWriter:
    """Write the records of ``path`` into ``work``; a second time where only the last of them told how dates are."""
    with reading(path) as reader, DatasetWriter(work, ColumnFinder(mapping), dates, shown_path(path)) as writer:
        writer.take(reader, batch_rows, progress or (lambda *_: None))
    if not dates.changed:
        return writer
    return _written(path, work, mapping, dates.known(), batch_rows, progress)


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
