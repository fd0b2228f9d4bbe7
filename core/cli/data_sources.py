"""``data fetch``: datasets from the Hugging Face hub."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli import status_line
from core.cli.data import Column, print_dataset
from core.cli.printing import Json, say
from core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.data.datasets import Dataset
    from core.data.hub import HubSource
    from core.data.records import Mapping


def register(app: typer.Typer) -> None:
    """Add the command to ``data``."""
    app.command(epilog="Example: python -m core data fetch huffpost")(fetch)


def fetch(
    source: Annotated[str, typer.Argument(help="huffpost, or a dataset on the Hugging Face hub as owner/name.")],
    name: Annotated[
        str | None, typer.Option(help="What the dataset will be called.", show_default="the source's name")
    ] = None,
    config: Annotated[str | None, typer.Option(help="Its configuration, where it has several.")] = None,
    split: Annotated[str | None, typer.Option(help="Its split.", show_default="train, or the only one")] = None,
    revision: Annotated[str | None, typer.Option(help="A branch, tag or commit.", show_default="main")] = None,
    headline: Column = None,
    description: Column = None,
    category: Column = None,
    date: Column = None,
    link: Column = None,
    authors: Column = None,
    json: Json = False,
) -> None:
    """Fetch a dataset from the Hugging Face hub and import it. Started again, a broken-off download goes on.

    `huffpost` is the News Category Dataset (Rishabh Misra, CC BY 4.0): 209,527 headlines in 42 categories, which
    are counted before it is imported. No code from the hub is run. HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE count.
    """
    from core.data.hub import HubSource
    from core.data.records import Mapping
    from core.data.sources import PUBLISHED

    mapping = Mapping(headline, description, category, date, link, authors)
    asked = {"config": config, "split": split, "revision": revision}
    if published := PUBLISHED.get(source):
        given = [option for option, value in [*asked.items(), *mapping.named().items()] if value is not None]
        if given:
            raise InputError(
                f"{source} is fetched as it is published, so --{given[0].replace('short_', '')} says nothing; "
                f"for another part of it fetch {published.hub.name}"
            )
        print_dataset(_fetched(published.key, published.hub, name or published.name, mapping), json)
        return
    hub = HubSource(source, **{option: value for option, value in asked.items() if value is not None})
    print_dataset(_fetched(None, hub, name, mapping), json)


def _fetched(key: str | None, hub: HubSource, name: str | None, mapping: Mapping) -> Dataset:
    """Fetch and import, telling a person at a terminal how far it is."""
    from core.data import import_folders, sources
    from core.data.dataset_names import suggested_name
    from core.data.hub import checked

    checked(hub)
    name = sources.check_name(name or suggested_name(hub.name))
    if key:
        say(sources.PUBLISHED[key].notice)
    folder = import_folders.new()
    try:
        if key:
            return sources.fetch_published(sources.PUBLISHED[key], name, folder, _report())
        return sources.fetch_and_import(hub, name, mapping, folder, _report())
    finally:
        import_folders.forget(folder)
        status_line.clear()


def _report() -> Callable[..., None]:
    """Return what tells of the progress: one line that is written over at a terminal, else one a phase."""
    from core.data.sources import SPOKEN

    told: list[str] = []

    def report(phase: str, step: int, total: int, *, note: str = "") -> None:
        share = f" · {100 * step / total:.0f} %" if total and phase == "download" else ""
        if sys.stderr.isatty():
            status_line.show(f"{SPOKEN[phase]}{share}{' · ' if note else ''}{note}")
        elif phase not in told:
            told.append(phase)
            say(SPOKEN[phase])

    return report
