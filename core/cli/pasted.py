"""``pasted``: texts that are no row of a dataset, with their right category, and a dataset that has them too."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from core.cli.files import Overwrite, check_free
from core.cli.printing import Json, counted, emit, pairs, table
from core.errors import InputError, shorten

app = typer.Typer(
    help="Pasted texts with their right category, as kept by 'Wrong?' on Classify; join them to a dataset to train.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Headline = Annotated[str, typer.Option(metavar="TEXT", help="The headline.")]
Description = Annotated[str, typer.Option(metavar="TEXT", help="Its description.")]


@app.command("list", epilog="Example: python -m core pasted list --json")
def list_(json: Json = False) -> None:
    """List what is kept, the oldest first."""
    from core.data import pasted

    found = [asdict(one) for one in pasted.examples()]
    text = table(found, ["category", "headline", "description", "run", "at"]) if found else "no pasted text is kept"
    emit({"pasted": found, "file": str(pasted.path())}, text, json)


@app.command(epilog="Example: python -m core pasted keep --headline 'Gulls Return To Harbour' --category ENVIRONMENT")
def keep(
    headline: Headline,
    category: Annotated[str, typer.Option(metavar="NAME", help="Its right category.")],
    description: Description = "",
    new: Annotated[bool, typer.Option("--new", help="Take a category that nothing here has yet.")] = False,
    json: Json = False,
) -> None:
    """Keep a text with its right category; an earlier one of the same text is replaced.

    The category is one of a dataset, of the model that answers by default, or of a text that is kept; --new takes
    another one.
    """
    from core.data import pasted

    if not new:
        _check_known(category.strip())
    made = asdict(pasted.keep(headline, description, category))
    emit(made, pairs(made), json)


def _check_known(category: str) -> None:
    """Raise InputError for a category that no dataset, no kept text and not the default model has, if any has one."""
    from core.cli.meant import choices
    from core.data import datasets, pasted
    from core.runs import models, registry, store

    answering = models.default_run(store.list_all(), registry.read())
    known = {one.category: None for one in pasted.examples()}
    for categories in (answering.spec.categories if answering else (), *(d.categories for d in datasets.list_all())):
        known |= dict.fromkeys(categories)
    if category and known and category not in known:
        raise InputError(
            f"category {shorten(category)} is in no dataset, not known to the default model, and of no kept text; "
            f"add --new if it is a new one; {choices(category, sorted(known))}"
        )


@app.command(epilog="Example: python -m core pasted remove --headline 'Gulls Return To Harbour'")
def remove(headline: Headline, description: Description = "", json: Json = False) -> None:
    """Forget what is kept of a text."""
    from core.data import pasted

    gone = asdict(pasted.remove(headline, description))
    emit(gone, f"removed {shorten(headline)}, kept as {gone['category']}", json)


@app.command(epilog="Example: python -m core pasted export pasted.csv")
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv|FILE.jsonl", help="A file to write.")],
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Write what is kept to a file, which `data import` reads."""
    import pandas as pd

    from core.data import pasted
    from core.data.safe_csv import frame_to_csv
    from core.storage import write_atomic

    found = pasted.examples()
    if file.suffix.lower() not in (".jsonl", ".csv"):
        raise InputError(f"file {shorten(file.name)} would be of an unknown kind; end its name with .csv or .jsonl")
    if not file.parent.is_dir():
        raise InputError(f"folder {shorten(str(file.parent))} does not exist; make it first")
    check_free(file, overwrite)
    columns = list(pasted.Example.__dataclass_fields__)
    as_csv = file.suffix.lower() == ".csv"
    frame = pd.DataFrame([asdict(one) for one in found], columns=columns)
    write_atomic(file, frame_to_csv(frame) if as_csv else pasted.jsonl(found))
    emit({"file": str(file), "rows": len(found)}, f"wrote {counted(len(found), 'pasted text')} to {file}", json)


@app.command(epilog="Example: python -m core pasted join huffpost --name huffpost-corrected")
def join(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="The dataset that they are joined to.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="Name of the new dataset.")],
    json: Json = False,
) -> None:
    """Make a dataset of all rows of another and the pasted texts; `train --dataset NAME` then learns them too."""
    from core.data import datasets, pasted

    made = pasted.joined(datasets.load(dataset), name)
    document = {"dataset": made.name, "rows": made.rows, "fingerprint": made.fingerprint, "source": made.source}
    emit(document, pairs(document), json)
