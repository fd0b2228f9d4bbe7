"""``data``: import, list, show and delete datasets."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.import_progress import ImportProgress
from core.cli.printing import Json, confirm, emit, pairs, say, table
from core.errors import one_line

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from core.data.records import Mapping

CELL = 50
LISTED = 20

app = typer.Typer(help="Import, list, show and delete datasets.", no_args_is_help=True, rich_markup_mode=None)

Column = Annotated[str | None, typer.Option(metavar="COL", show_default="found by its name")]


@app.command("import", epilog="Example: python -m core data import News_Category_Dataset_v3.json --name huffpost")
def import_(
    file: Annotated[Path, typer.Argument(help="JSON lines, JSON, CSV, TSV or Parquet; .gz and .zip too.")],
    name: Annotated[
        str | None, typer.Option(help="What the dataset will be called.", show_default="the file's name")
    ] = None,
    headline: Column = None,
    description: Column = None,
    category: Column = None,
    date: Column = None,
    link: Column = None,
    authors: Column = None,
    date_order: Annotated[
        str | None,
        typer.Option(metavar="day|month", help="Which comes first in 03/04/2012.", show_default="told by the file"),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Of a text file, such as cp1251.", show_default="told by the file")
    ] = None,
    member: Annotated[
        str | None, typer.Option(metavar="FILE", help="The file to take from a zip file that holds several.")
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Show what would be imported; import nothing.")] = False,
    json: Json = False,
) -> None:
    """Import a file of headlines as a dataset. Lines that cannot be used are kept aside, with the reason."""
    from core.data.dataset_names import suggested_name
    from core.data.importing import import_file
    from core.data.records import Mapping

    mapping = Mapping(headline, description, category, date, link, authors)
    how = {"date_order": date_order, "encoding": encoding, "member": member}
    if preview:
        _print_preview(file, mapping, how, json)
        return
    called = suggested_name(file.name) if name is None else name
    made = import_file(file, called, mapping=mapping, progress=ImportProgress(), **how)
    if name is None:
        say(f"The dataset is called {called}, after its file; --name gives it another name.")
    print_dataset(made, json)


def _print_preview(file: Path, mapping: Mapping, how: dict[str, Any], as_json: bool) -> None:
    from core.data.preview import described, preview

    found = preview(file, mapping if mapping.named() else None, **how)
    document = described(found)
    text = pairs({key: document[key] for key in ("file", "format", "encoding", "looked_at", "usable") if document[key]})
    reasons = {guess.field: guess.reason for guess in found.guesses}
    columns = [{"field": f, "column": c, "told by": reasons.get(f, "")} for f, c in found.mapping.named().items()]
    text += "\n\n" + table(columns, ["field", "column", "told by"])
    if found.ignored:
        text += f"\n\nignored columns: {_listed(found.ignored)}"
    if found.records:
        short = [{key: _cell(value) for key, value in record.items()} for record in found.records]
        text += "\n\n" + table(short, ["headline", "short_description", "category", "date"])
    told = [f"! {problem}" for problem in found.problems]
    if asked := _options(found.mapping, found.columns):
        told.append(f"to import it so: python -m core data import {shlex.quote(str(file))} {asked}")
    emit(document, "\n".join([text, *told]), as_json)


def _options(mapping: Mapping, columns: Sequence[str]) -> str:
    """Return the options that name the columns of ``mapping``; "" where an import finds the same ones by itself."""
    from core.data.records import OPTIONS, detected
    from core.data.records import Mapping as AnyMapping

    named = {field: column for field, column in mapping.named().items() if column}
    if detected(columns, AnyMapping()).named() == named:
        return ""
    return " ".join(f"{OPTIONS[field].split()[0]} {shlex.quote(column)}" for field, column in named.items())


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(columns[:LISTED]) + (", …" if len(columns) > LISTED else "")


def _cell(value: str | None) -> str:
    """Return ``value`` as it may stand in a table of one line a row."""
    text = one_line(value or "")
    return text if len(text) <= CELL else text[: CELL - 1] + "…"


@app.command(epilog="Example: python -m core data sample")
def sample(
    name: Annotated[str, typer.Option(help="What the dataset will be called.")] = "sample", json: Json = False
) -> None:
    """Import the sample that ships with Copydesk: fictional headlines in 42 categories."""
    from core.data.sample import import_sample

    print_dataset(import_sample(name), json)


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

    print_dataset(datasets.load(name), json)


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


def print_dataset(dataset: Dataset, as_json: bool) -> None:
    """Print what is known of a dataset."""
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
    if dataset.ignored_columns:
        text += f"\nignored columns: {_listed(dataset.ignored_columns)}"
    text += "".join(f"\nnote: {note}" for note in dataset.notes)
    if dataset.rejected_reasons:
        rejected = [{"rejected because of": reason, "lines": n} for reason, n in dataset.rejected_reasons.items()]
        text += "\n\n" + table(rejected, ["rejected because of", "lines"])
    ranked = sorted(dataset.category_counts.items(), key=lambda item: -item[1])
    text += "\n\n" + table([{"category": category, "rows": n} for category, n in ranked], ["category", "rows"])
    emit(document, text, as_json)
