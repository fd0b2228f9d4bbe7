"""Imports as processes of their own: ``python -m core.data.import_jobs FOLDER``.

They outlive the page that started them; each has a folder, see `core.data.import_folders`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core import background
from core.background import Background, Cancelled
from core.data import import_folders, server_files, sources
from core.data.datasets import Dataset
from core.data.date_order import Order as DateOrder
from core.data.hub import HubSource, fetch
from core.data.import_folders import FILES, ORDER
from core.data.importing import import_file
from core.data.records import Mapping
from core.errors import DamagedError
from core.storage import data_root, read_json, sweep, write_json

# What each phase takes of the whole.
FROM_A_FILE = {"import": (0.0, 1.0)}
FROM_THE_HUB = sources.PHASES
TO_LOOK_OVER = {"find": (0.0, 0.02), "download": (0.02, 0.9), "read": (0.9, 1.0)}


@dataclass(frozen=True)
class Order:
    """What is to be imported: one of ``file``, ``server_file``, ``hub`` and ``published``.

    Attributes
    ----------
    name: of the dataset; None: only fetch it from the hub, to be looked over before it is imported.
    file: in the job's folder. server_file: path under COPYDESK_IMPORT_ROOT. published: a key of `sources.PUBLISHED`.
    mapping, date_order, encoding, member: as for `import_file`. source, licence, notice: for the dataset's description.
    """

    name: str | None
    file: str | None = None
    server_file: str | None = None
    hub: HubSource | None = None
    published: str | None = None
    mapping: Mapping = field(default_factory=Mapping)
    date_order: DateOrder | None = None
    encoding: str | None = None
    member: str | None = None
    source: str | None = None
    licence: str | None = None
    notice: str | None = None

    @property
    def shown(self) -> str:
        """What it is called for people: the dataset's name, or what is fetched."""
        return self.name or (self.hub.name if self.hub else "")


@dataclass(frozen=True)
class Job:
    """An import that was started: its folder, its order, and how far it is."""

    folder: Path
    order: Order
    progress: Background

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def waits(self) -> bool:
        """Whether it has been fetched and is to be looked over."""
        return self.order.name is None and self.progress.state == background.SUCCEEDED


def start(order: Order, folder: Path | None = None) -> Job:
    """Start an import in the background and return it; ``folder`` is that of a staged or fetched file.

    Raises InputError for a name that is taken or cannot be used, CopydeskError when the process does not come up.
    """
    if order.name is not None:
        sources.check_name(order.name)
    folder = folder or import_folders.new()
    (folder / FILES).mkdir(parents=True, exist_ok=True)
    write_json(folder / ORDER, _document(order))
    import_folders.let_go(folder)
    return Job(folder, order, background.start(folder, __name__, [folder], noun="import"))


def _document(order: Order) -> dict[str, Any]:
    document = {**dataclasses.asdict(order), "mapping": order.mapping.named()}
    return {key: value for key, value in document.items() if value is not None}


def _order(folder: Path) -> Order:
    """Return the order in a job's folder; DamagedError when there is none that can be read."""
    document = read_json(folder / ORDER)
    try:
        hub = document.pop("hub", None)
        mapping = Mapping(**document.pop("mapping", {}))
        return Order(**{"name": None, **document}, mapping=mapping, hub=HubSource(**hub) if hub else None)
    except (AttributeError, TypeError) as error:
        raise DamagedError(f"{folder / ORDER} is no order of an import; delete its folder") from error


def look(folder: Path) -> Job:
    """Return the import in a folder. What a killed one left half-made is removed."""
    job = Job(folder, _order(folder), background.look(folder))
    if job.progress.state == background.INTERRUPTED and data_root().is_dir():
        sweep(data_root())
    return job


def list_all() -> list[Job]:
    """Return the imports that are at work, or whose end nobody has seen, the oldest first."""
    found = []
    for folder in import_folders.every():
        # Seen by somebody else at this moment, and so removed; or no import at all.
        with contextlib.suppress(DamagedError, FileNotFoundError):
            found.append(((folder / ORDER).stat().st_mtime, folder.name, look(folder)))
    return [job for *_, job in sorted(found, key=lambda one: one[:2])]


def cancel(job: Job) -> None:
    """End an import; nothing of it stays. InputError when it has ended already."""
    background.cancel(job.folder, noun="import")


def main(arguments: list[str]) -> int:
    """Do the import in this folder; return 0 when it came to its end."""
    folder = Path(arguments[0])
    order = _order(folder)
    phases = FROM_A_FILE if not (order.hub or order.published) else FROM_THE_HUB if order.name else TO_LOOK_OVER
    return background.work(folder, phases, lambda report: _do(folder, order, report), noun="import")


def _do(folder: Path, order: Order, report: Callable[..., None]) -> dict[str, Any]:
    """Import, or fetch what is to be looked over; return what is to be told of it."""
    try:
        if order.name is None:
            return _fetched(folder, order, report)
        dataset = _imported(folder, order, report)
    except Cancelled:
        shutil.rmtree(folder / FILES, ignore_errors=True)
        raise
    shutil.rmtree(folder / FILES, ignore_errors=True)
    return {"dataset": dataset.name, "rows": dataset.rows, "rejected": dataset.rejected}


def _fetched(folder: Path, order: Order, report: Callable[..., None]) -> dict[str, Any]:
    found = fetch(order.hub, folder / FILES / sources.RECORDS, report)
    return {"file": sources.RECORDS, "rows": found.rows, "source": found.text, "licence": found.licence}


def _imported(folder: Path, order: Order, report: Callable[..., None]) -> Dataset:
    if order.published:
        return sources.fetch_published(sources.PUBLISHED[order.published], order.name, folder / FILES, report)
    if order.file is None and order.hub:
        return sources.fetch_and_import(order.hub, order.name, order.mapping, folder / FILES, report)
    path = server_files.located(order.server_file) if order.server_file else folder / FILES / order.file
    return import_file(
        path,
        order.name,
        mapping=order.mapping,
        date_order=order.date_order,
        encoding=order.encoding,
        member=order.member,
        progress=sources.counting(report),
        source=order.source,
        licence=order.licence,
        notice=order.notice,
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
