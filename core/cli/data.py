"""``data``: import, list, show and delete datasets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.printing import Json, confirm, emit, pairs, say, table

if TYPE_CHECKING:
    from core.data.datasets import Dataset

app = typer.Typer(help="Import, list, show and delete datasets.", no_args_is_help=True, rich_markup_mode=None)

Column = Annotated[str | None, typer.Option(metavar="COL", show_default="found by its name")]


@app.command("import", epilog="Example: python -m core data import News_Category_Dataset_v3.json --name huffpost")
def import_(
    file: Annotated[Path, typer.Argument(help="JSON lines, a JSON array, CSV, TSV or Parquet; .gz and .zip too.")],
    name: Annotated[str, typer.Option(help="What the dataset will be called.")],
    headline: Column = None,
    description: Column = None,
    category: Column = None,
    date: Column = None,
    link: Column = None,
    authors: Column = None,
    json: Json = False,
) -> None:
    """Import a file of headlines as a dataset. Lines that cannot be used are kept aside, with the reason."""
    from core.data.importing import import_file
    from core.data.records import Mapping

    mapping = Mapping(headline, description, category, date, link, authors)
    _print(import_file(file, name, mapping=mapping), json)


@app.command(epilog="Example: python -m core data sample")
def sample(
    name: Annotated[str, typer.Option(help="What the dataset will be called.")] = "sample", json: Json = False
) -> None:
    """Import the sample that ships with Copydesk: fictional headlines in 42 categories."""
    from core.data.sample import import_sample

    _print(import_sample(name), json)


@app.command("list", epilog="Example: python -m core data list --json")
def list_(json: Json = False) -> None:
    """List the datasets."""
    from core.data import datasets

    found = [datasets.summary(dataset) for dataset in datasets.list_all()]
    for path, reason in datasets.damaged():
        say(f"warning: dataset {path.name!r} cannot be read: {reason}")
    text = table(found, ["dataset", "rows", "rejected", "categories", "created_at"])
    emit({"datasets": found}, text if found else "No dataset yet: import a file, or `data sample`.", json)


@app.command(epilog="Example: python -m core data show huffpost")
def show(name: Annotated[str, typer.Argument(help="A dataset.")], json: Json = False) -> None:
    """Show a dataset: rows, rejected lines by reason, categories with their counts."""
    from core.data import datasets

    _print(datasets.load(name), json)


@app.command(epilog="Example: python -m core data delete huffpost --yes")
def delete(
    name: Annotated[str, typer.Argument(help="A dataset.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Delete a dataset. Runs that were trained on it stay, but can no longer list its headlines."""
    from core.data import datasets
    from core.runs.store import list_all
    from core.runs.waiting import in_need_of

    if name not in datasets.names():
        datasets.load(name)  # says what there is
    waiting = in_need_of(name, list_all())
    runs = f" {waiting:,} waiting {'run needs' if waiting == 1 else 'runs need'} it and will fail."
    confirm(f"Delete dataset {name}?{runs if waiting else ''}", yes, json)
    datasets.delete(name)
    emit({"dataset": name, "deleted": True}, f"deleted dataset {name}", json)


def _print(dataset: Dataset, as_json: bool) -> None:
    from core.data import datasets

    document = datasets.summary(dataset)
    shown = {
        key: value
        for key, value in document.items()
        if isinstance(value, str | int | float) and value != "" and key != "fingerprint"
    }
    days = f"{dataset.first_date} to {dataset.last_date}" if dataset.first_date else "none"
    if dataset.dates_unreadable:
        days += f", and {dataset.dates_unreadable:,} that could not be read (kept without; write them as YYYY-MM-DD)"
    text = pairs({**shown, "dates": days, "fingerprint": dataset.fingerprint[:16]})
    if dataset.rejected_reasons:
        rejected = [{"rejected because of": reason, "lines": n} for reason, n in dataset.rejected_reasons.items()]
        text += "\n\n" + table(rejected, ["rejected because of", "lines"])
    ranked = sorted(dataset.category_counts.items(), key=lambda item: -item[1])
    text += "\n\n" + table([{"category": category, "rows": n} for category, n in ranked], ["category", "rows"])
    emit(document, text, as_json)
