"""Imports a file of records as a dataset, in batches, so that the file may be larger than memory."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from core.data.dataset_writer import DatasetWriter, Progress
from core.data.datasets import DESCRIPTION, Dataset, load, summary
from core.data.date_order import DateOrder, Order
from core.data.readers import Reader, reading, shown_path
from core.data.records import Mapping
from core.errors import InputError, is_disk_full, shorten
from core.storage import building, checked_name, data_root, write_json

BATCH_ROWS = 16_384


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
    encoding: str | None = None,
    member: str | None = None,
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
    encoding: of the text; None: told from the text. member: the file to take from a zip file that holds several.
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
        opened = functools.partial(reading, path, member=member, encoding=encoding)
        begun = functools.partial(DatasetWriter, work, mapping or Mapping(), shown=shown_path(path))
        writer = _written(opened, begun, DateOrder(date_order), batch_rows, progress or (lambda *_: None))
        dataset = writer.dataset(name, work, source=source or path.name, licence=licence, notice=notice)
        seconds = round(time.monotonic() - started, 3)
        write_json(work / DESCRIPTION, {**summary(dataset), "seconds": seconds})
    return load(name)


def _written(
    opened: Callable[[], AbstractContextManager[Reader]],
    begun: Callable[[DateOrder], DatasetWriter],
    dates: DateOrder,
    batch_rows: int,
    progress: Progress,
) -> DatasetWriter:
    """Write the records of the file; a second time where only the last of them told how dates are written."""
    with opened() as reader, begun(dates) as writer:
        writer.take(reader, batch_rows, progress)
    return _written(opened, begun, dates.known(), batch_rows, progress) if dates.changed else writer


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
        if is_disk_full(error):
            raise InputError(f"there is no room for the dataset in {final.parent}; free some first") from error
        raise
