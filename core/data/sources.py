"""Where datasets come from on the Hugging Face hub, and the one that Copydesk knows: what has to come of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.data.datasets import Dataset
from core.data.hub import Fetched, HubSource, fetch
from core.data.importing import import_file
from core.data.records import Mapping
from core.errors import InputError, shorten
from core.storage import checked_name, data_root

# What each phase takes of a fetch, by the HuffPost set over 20 Mbit/s.
PHASES = {"find": (0.0, 0.02), "download": (0.02, 0.7), "read": (0.7, 0.8), "import": (0.8, 1.0)}
SPOKEN = {"find": "asks the hub", "download": "downloads", "read": "reads", "import": "imports"}
RECORDS = "records.jsonl"

Report = Callable[..., None]


@dataclass(frozen=True)
class Published:
    """A dataset of which it is known what it holds.

    Attributes
    ----------
    key: what `data fetch` calls it. name: what the dataset is called unless told otherwise.
    rows, categories: what has to come; there is no published checksum of the whole to compare with.
    licence, notice: kept in the dataset and shown before it is fetched.
    """

    key: str
    hub: HubSource
    name: str
    rows: int
    categories: int
    licence: str
    notice: str


HUFFPOST = Published(
    key="huffpost",
    hub=HubSource("heegyu/news-category-dataset", split="train"),
    name="huffpost",
    rows=209_527,
    categories=42,
    licence="CC-BY-4.0",
    notice="News Category Dataset by Rishabh Misra (arXiv:2209.11429), headlines of HuffPost, under CC BY 4.0.",
)
PUBLISHED = {HUFFPOST.key: HUFFPOST}


def check_name(name: str) -> str:
    """Return ``name`` if a dataset can get it, else raise InputError: before anything is fetched for it."""
    if (data_root() / checked_name("dataset", name)).exists():
        raise InputError(f"dataset {shorten(name)} exists already; choose another name, or delete it first")
    return name


def fetch_published(published: Published, name: str, folder: Path, report: Report) -> Dataset:
    """Fetch a known dataset, check what came, and import it as ``name``.

    Parameters
    ----------
    folder: where what is on its way lies; it is there, and left empty.

    Raises InputError, and imports nothing, when other rows or categories came than are published.
    """
    fetched = fetch(published.hub, folder / RECORDS, report)
    try:
        _check(published, fetched)
        return import_fetched(
            fetched, name, Mapping(), report, licence=published.licence, notice=published.notice
        )  # fmt: skip
    finally:
        fetched.path.unlink()


def fetch_and_import(source: HubSource, name: str, mapping: Mapping, folder: Path, report: Report) -> Dataset:
    """Fetch any dataset on the hub and import it as ``name``; nothing is known beforehand, so nothing is checked."""
    fetched = fetch(source, folder / RECORDS, report)
    try:
        return import_fetched(fetched, name, mapping, report, licence=fetched.licence)
    finally:
        fetched.path.unlink()


def import_fetched(
    fetched: Fetched, name: str, mapping: Mapping, report: Report, *, licence: str | None, notice: str | None = None
) -> Dataset:
    """Import what came from the hub."""
    return import_file(
        fetched.path,
        name,
        mapping=mapping,
        progress=counting(report),
        source=fetched.text,
        licence=licence,
        notice=notice,
    )


def counting(report: Report) -> Callable[[int, int, int], None]:
    """Return the ``progress`` of an import that tells ``report`` of its phase."""
    return lambda rows, done, total: report("import", done, total, note=f"{rows:,} rows")


def _check(published: Published, fetched: Fetched) -> None:
    """Raise InputError unless as many rows and categories came as are published."""
    with fetched.path.open("rb") as file:
        categories = {json.loads(line).get("category") for line in file}
    found, wanted = (fetched.rows, len(categories)), (published.rows, published.categories)
    if found != wanted:
        raise InputError(
            f"what {shorten(published.hub.name)} holds on the hub is not the published set: {found[0]:,} rows in "
            f"{found[1]:,} categories in place of {wanted[0]:,} in {wanted[1]:,}; nothing was imported. To take it as "
            f"it is: data fetch {published.hub.name} --name NAME"
        )
