"""``pasted``: texts that are no row of a dataset, with their right category, and a dataset that has them too."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from core.cli.printing import Json, emit, pairs, table
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
    json: Json = False,
) -> None:
    """Keep a text with its right category; an earlier one of the same text is replaced."""
    from core.data import pasted

    made = asdict(pasted.keep(headline, description, category))
    emit(made, pairs(made), json)


@app.command(epilog="Example: python -m core pasted remove --headline 'Gulls Return To Harbour'")
def remove(headline: Headline, description: Description = "", json: Json = False) -> None:
    """Forget what is kept of a text."""
    from core.data import pasted

    gone = asdict(pasted.remove(headline, description))
    emit(gone, f"removed {shorten(headline)}, kept as {gone['category']}", json)


@app.command(epilog="Example: python -m core pasted export pasted.csv")
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file to write, .jsonl or .csv.")], json: Json = False
) -> None:
    """Write what is kept to a file, which `data import` reads."""
    import pandas as pd

    from core.data import pasted
    from core.data.safe_csv import frame_to_csv

    found = pasted.examples()
    if file.suffix.lower() not in (".jsonl", ".csv"):
        raise InputError(f"file {shorten(file.name)} would be of an unknown kind; end its name with .csv or .jsonl")
    if not file.parent.is_dir():
        raise InputError(f"folder {shorten(str(file.parent))} does not exist; make it first")
    columns = list(pasted.Example.__dataclass_fields__)
    as_csv = file.suffix.lower() == ".csv"
    frame = pd.DataFrame([asdict(one) for one in found], columns=columns)
    file.write_text(frame_to_csv(frame) if as_csv else pasted.jsonl(found), encoding="utf-8", newline="")
    emit({"file": str(file), "rows": len(found)}, f"wrote {len(found):,} pasted texts to {file}", json)


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
