"""``grouping``: list, show, save and compare groupings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import grouping_advice
from core.cli.printing import Json, emit, pairs, say, table
from core.errors import shorten

if TYPE_CHECKING:
    from core.evaluation.compare_groupings import Compared
    from core.grouping.grouping import Grouping
    from core.grouping.history import Saved

app = typer.Typer(help="List, show, save and compare groupings.", no_args_is_help=True, rich_markup_mode=None)

Reference = Annotated[str, typer.Argument(metavar="NAME|FILE", help="A grouping: NAME, NAME@VERSION or a file.")]


@app.command("list", epilog="Example: python -m core grouping list")
def list_(json: Json = False) -> None:
    """List the built-in and the saved groupings."""
    from core.grouping import versions

    found = [document(grouping) for grouping in versions.list_all()]
    for name, reason in versions.damaged().items():
        say(f"warning: grouping {name} cannot be read: {reason}")
    text = table(found, ["grouping", "version", "groups", "categories", "partition", "note"])
    emit({"groupings": found}, text, json)


@app.command(epilog="Example: python -m core grouping show huffpost-12 --format csv")
def show(
    name: Annotated[str, typer.Argument(help="A grouping, NAME or NAME@VERSION.")],
    format: Annotated[
        str, typer.Option(metavar="FORMAT", help="yaml, csv or json; each is what `save` reads.")
    ] = "yaml",
    json: Json = False,
) -> None:
    """Show a grouping as the text that `save` reads."""
    from core.grouping import versions
    from core.grouping.formats import grouping_to_text

    grouping = versions.load(name)
    emit(document(grouping), grouping_to_text(grouping, format).rstrip("\n"), json)


@app.command(epilog="Example: python -m core grouping save desks.yaml --name desks --note 'one group a desk'")
def save(
    file: Annotated[
        Path, typer.Argument(help="YAML or JSON: GROUP: [CATEGORY, ...]; CSV: the columns category and group.")
    ],
    name: Annotated[str, typer.Option(help="What the grouping will be called.")],
    note: Annotated[str, typer.Option(metavar="TEXT", help="A sentence about it.")] = "",
    dataset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The dataset that should have its categories; what it does not have is told.",
            show_default="the one that has most of them",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Save a grouping as the next version of its name; earlier versions stay.

    A category that the dataset does not have is told, with the one that may be meant, and saved all the same.
    """
    from core.cli.meant import warn_of_strangers
    from core.data import datasets
    from core.grouping import versions
    from core.grouping.formats import read_grouping
    from core.grouping.grouping import Grouping

    read = read_grouping(file)
    there = [datasets.load(dataset)] if dataset is not None else datasets.list_all()
    saved = versions.save(Grouping(name, read.mapping, note=note or read.note))
    checked = max(there, key=lambda one: len(saved.mapping.keys() & set(one.categories)), default=None)
    unknown = (
        warn_of_strangers(saved.mapping, checked.categories, f"dataset {shorten(checked.name)}") if checked else {}
    )
    found = {
        **document(saved),
        "checked_with": checked.name if checked else None,
        "unknown": [{"category": category, "meant": meant} for category, meant in unknown.items()],
    }
    emit(found, f"saved grouping {saved.name} as version {saved.version}", json)


@app.command("versions", epilog="Example: python -m core grouping versions desks")
def versions_(name: Annotated[str, typer.Argument(help="A saved grouping.")], json: Json = False) -> None:
    """List the saved versions of a grouping, and how far each is from the one before."""
    from core.grouping import versions
    from core.grouping.history import history

    found = [version_document(saved) for saved in history(name)]
    if not found:
        versions.load(name)
    for one in found:
        if one["error"]:
            say(f"warning: {one['error']}")
    rows = [{**one, "same_as": ", ".join(map(str, one["same_as"]))} for one in found]
    text = table(rows, ["version", "saved_at", "groups", "categories", "moved", "same_as", "note"])
    emit({"grouping": name, "versions": found}, text if found else f"grouping {name} is built in: no versions", json)


@app.command("diff", epilog="Example: python -m core grouping diff desks@1 desks --run 93a1")
def diff_(
    a: Reference,
    b: Reference,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The dataset whose rows are counted; default: the run's, or the only one."),
    ] = None,
    run: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="A finished run: what becomes of each group's F1 on its test rows."),
    ] = None,
    json: Json = False,
) -> None:
    """Show what lies between two groupings: which categories and rows move, and how far apart they are."""
    from core.data import datasets
    from core.evaluation import compare_groupings
    from core.grouping import versions
    from core.runs import store

    one, other = versions.load_or_read(a), versions.load_or_read(b)
    compared = compare_groupings.compare(
        one,
        other,
        dataset=datasets.load(dataset) if dataset else None,
        run=store.find(run) if run else None,
    )
    emit(compare_groupings.document(compared), diff_text(compared), json)


def diff_text(compared: Compared) -> str:
    """Return what lies between two groupings, for people."""
    from core.evaluation.compare_groupings import document as document_of

    found = document_of(compared)
    counted = f"rows of {found['dataset']}" if found["rows"] else "categories, since no dataset tells how many rows"
    facts = {
        "a": found["a"],
        "b": found["b"],
        "counted": counted,
        "categories moved": found["categories_moved"],
        "rows moved": f"{found['rows_moved']:,} of {found['rows']:,}",
        "adjusted Rand index": found["adjusted_rand_index"],
        "variation of information": f"{found['variation_of_information']:.3f} bits",
        "renamed": ", ".join(f"{one} is {other}" for one, other in compared.diff.renamed) or "none",
        "added": ", ".join(compared.diff.added) or "none",
        "removed": ", ".join(compared.diff.removed) or "none",
    }
    # A group that comes may have the name of one that went on under another.
    moves = [move | {"to": f"{move['to']} (new)"} if move["to"] in found["added"] else move for move in found["moves"]]
    text = [pairs(facts), table(moves, ["category", "from", "to", "rows"]) if moves else "Nothing moves."]
    if "f1" in found:
        rows = [row | {"difference": _signed(row["difference"])} for row in found["f1"]]
        text.append(table(rows, ["a", "b", "before", "after", "difference", "support_before", "support_after"]))
    return "\n\n".join(text)


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.3f}"


def version_document(saved: Saved) -> dict[str, Any]:
    """Return what ``grouping versions`` prints of one version."""
    grouping = saved.grouping
    return {
        "version": saved.version,
        "saved_at": saved.saved_at.isoformat(timespec="seconds") if saved.saved_at else None,
        "groups": len(set(grouping.mapping.values())) if grouping else None,
        "categories": len(grouping.mapping) if grouping else None,
        "partition": grouping.partition_hash() if grouping else None,
        "moved": saved.moved,
        "same_as": list(saved.same_as),
        "note": grouping.note if grouping else "",
        "error": saved.error,
    }


def document(grouping: Grouping) -> dict[str, Any]:
    """Return what ``grouping show`` prints."""
    members: dict[str, list[str]] = {}
    for category, group in grouping.mapping.items():
        members.setdefault(group, []).append(category)
    return {
        "grouping": grouping.name,
        "version": grouping.version,
        "built_in": grouping.version is None,
        "note": grouping.note,
        "groups": len(members),
        "categories": len(grouping.mapping),
        "partition": grouping.partition_hash(),
        "members": dict(sorted(members.items())),
        "mapping": dict(grouping.mapping),
    }


grouping_advice.register(app)
