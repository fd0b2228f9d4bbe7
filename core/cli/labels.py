"""``labels``: find labels that are likely wrong, decide about them, hand the decisions on."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import status_line
from core.cli.files import Overwrite, check_free
from core.cli.printing import Json, Stopped, confirm, emit, pairs, say, table

if TYPE_CHECKING:
    from core.data.corrections import Verdict
    from core.data.datasets import Dataset
    from core.evaluation.label_search import Search

app = typer.Typer(
    help="Find labels that are likely wrong; confirm, correct or dismiss them. The dataset itself never changes.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Option("--dataset", metavar="NAME", help="A dataset.")]
Row = Annotated[int, typer.Argument(metavar="ROW", min=0, help="A row's position, as `labels list` prints it.")]


@app.command(epilog="Example: python -m core labels find --dataset huffpost --wait")
def find(
    dataset: Name,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the end; exit with 1 if it is not a success.")] = False,
    json: Json = False,
) -> None:
    """Search a dataset for labels that are likely wrong. It goes on in the background when this command ends."""
    from core.data import datasets
    from core.evaluation import label_search
    from core.runs.wording import duration

    found = datasets.load(dataset)
    if not json:
        say(f"takes about {duration(label_search.expected_seconds(found))}")
    search = label_search.start(found)
    if wait:
        search = _wait(found)
    document = {"dataset": found.name, **search.document(), **_result(found, search)}
    emit(document, _search_text(found, search, document), json)
    if wait and search.state != label_search.SUCCEEDED:
        raise typer.Exit(1)


def _wait(dataset: Dataset) -> Search:
    """Wait for the end, telling a person at a terminal how far it is; Ctrl-C leaves the search alone."""
    from core.evaluation import label_search

    try:
        return label_search.wait(dataset, lambda search: status_line.show(label_search.how_far(search)))
    except KeyboardInterrupt as stopped:
        raise Stopped(
            "waiting alone; the search goes on in the background, and "
            f"`python -m core labels cancel --dataset {dataset.name}` would end it"
        ) from stopped


def _result(dataset: Dataset, search: Search) -> dict[str, Any]:
    from core.evaluation import label_search

    if search.state != label_search.SUCCEEDED:
        return {}
    found = label_search.load(dataset)
    return {
        "rows": dataset.rows,
        "judged": len(found.table),
        "flagged": found.flagged,
        "noise": found.noise,
        "accuracy": found.accuracy,
        "left_out": dict(found.left_out),
    }


def _search_text(dataset: Dataset, search: Search, document: dict[str, Any]) -> str:
    from core.evaluation import label_search

    if search.running:
        return f"{label_search.how_far(search)}; `python -m core labels list --dataset {dataset.name}` shows the result"
    if search.state == label_search.SUCCEEDED:
        told = {key: value for key, value in document.items() if key not in ("phase", "share", "seconds_left", "error")}
        return pairs(told | {"left_out": len(document["left_out"])})
    return f"the search ended without a result: {search.state}" + (f" ({search.error})" if search.error else "")


@app.command(epilog="Example: python -m core labels cancel --dataset huffpost")
def cancel(dataset: Name, json: Json = False) -> None:
    """End a search that is at work; what an earlier one found stays."""
    from core.data import datasets
    from core.evaluation import label_search

    found = datasets.load(dataset)
    label_search.cancel(found)
    ended = label_search.wait(found)
    emit({"dataset": found.name, "state": ended.state}, f"the search is {ended.state}", json)


@app.command("list", epilog="Example: python -m core labels list --dataset huffpost --top 20 --category CRIME")
def list_(
    dataset: Name,
    top: Annotated[
        int, typer.Option("--top", "--limit", metavar="N", min=1, help="How many, the likeliest wrong first.")
    ] = 20,
    skip: Annotated[int, typer.Option(metavar="N", min=0, help="Leave out the first N.")] = 0,
    category: Annotated[
        str | None, typer.Option(metavar="C", help="Only rows that have this category, or that it is suggested for.")
    ] = None,
    words: Annotated[
        str, typer.Option("--words", "--search", metavar="WORDS", help="Only rows whose text has all of these words.")
    ] = "",
    grouping: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="Leave out rows whose suggestion is in the group of their category."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Also those that were decided about.")] = False,
    json: Json = False,
) -> None:
    """List the labels that are likely wrong, with what speaks against each."""
    from core.data import corrections, datasets
    from core.evaluation import label_search
    from core.evaluation.label_candidates import chosen, described
    from core.grouping import versions

    found = datasets.load(dataset)
    if category is not None:
        corrections.check_category(found, category)
    noise = label_search.load(found)
    verdicts = corrections.overlay(found.fingerprint).verdicts
    frame = datasets.frame(found, ["headline", "short_description"])
    listed = chosen(
        noise,
        frame,
        category=category,
        words=words,
        grouping=versions.load_or_read(grouping) if grouping is not None else None,
        verdicts={} if all_ else verdicts,
    )
    shown = described(listed.iloc[skip : skip + top], frame, verdicts, len(noise.table))
    document = {"dataset": found.name, "judged": len(noise.table), "total": len(listed), "candidates": shown}
    lines = [f"{one['row']:>9,}  {one['headline']}\n{'':11}{one['sentence']}" for one in shown]
    emit(document, "\n".join([*lines, f"{len(shown):,} of {len(listed):,} candidates"]), json)


@app.command(epilog="Example: python -m core labels correct --dataset huffpost 1234 'WORLD NEWS'")
def correct(
    dataset: Name,
    row: Row,
    category: Annotated[str, typer.Argument(metavar="CATEGORY", help="The right one of the dataset's categories.")],
    json: Json = False,
) -> None:
    """Decide that another category is the right one for a row. `train --corrections` then learns it."""
    from core.data import corrections, datasets

    made = corrections.correct(datasets.load(dataset), row, category)
    _say(made, f"row {row:,} is to be {category} instead of {made.category}", json)


@app.command("confirm", epilog="Example: python -m core labels confirm --dataset huffpost 1234")
def confirm_(dataset: Name, row: Row, json: Json = False) -> None:
    """Decide that a row's category is right, so that it is not listed any more."""
    from core.data import corrections, datasets

    made = corrections.confirm(datasets.load(dataset), row)
    _say(made, f"row {row:,} is rightly {made.category}", json)


@app.command(epilog="Example: python -m core labels dismiss --dataset huffpost 1234")
def dismiss(dataset: Name, row: Row, json: Json = False) -> None:
    """Put a row aside without deciding, so that it is not listed any more."""
    from core.data import corrections, datasets

    made = corrections.dismiss(datasets.load(dataset), row)
    _say(made, f"row {row:,} is put aside", json)


def _say(made: Verdict, text: str, json: bool) -> None:
    emit(asdict(made), text, json)


@app.command(epilog="Example: python -m core labels undo --dataset huffpost 1234")
def undo(
    dataset: Name,
    row: Annotated[int | None, typer.Argument(metavar="ROW", min=0, help="A row that was decided about.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Take back everything that was decided.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Take back what was decided about a row, or everything."""
    from core.data import corrections, datasets
    from core.errors import InputError

    found = datasets.load(dataset)
    if (row is None) == (not all_):
        raise InputError("give either a ROW or --all, one of the two")
    if row is not None:
        _say(corrections.undo(found, row), f"row {row:,} has no verdict any more", json)
        return
    count = len(corrections.overlay(found.fingerprint).verdicts)
    confirm(f"Take back all {count:,} verdicts on dataset {found.name}?", yes, json)
    count = corrections.undo_all(found)
    emit({"dataset": found.name, "undone": count}, f"took back {count:,} verdicts", json)


@app.command(epilog="Example: python -m core labels verdicts --dataset huffpost --json")
def verdicts(dataset: Name, json: Json = False) -> None:
    """List what was decided, oldest first."""
    from core.data import corrections, datasets

    found = datasets.load(dataset)
    overlay = corrections.overlay(found.fingerprint)
    rows = [asdict(one) for one in overlay.verdicts.values()]
    if overlay.unreadable:
        say(f"warning: {overlay.unreadable:,} lines of {corrections.path_of(found.fingerprint)} tell nothing")
    document = {"dataset": found.name, **overlay.counts, "verdicts": rows}
    text = table(rows, ["row", "verdict", "category", "to", "at"]) if rows else "Nothing was decided yet."
    emit(document, text, json)


@app.command(epilog="Example: python -m core labels export --dataset huffpost corrections.csv")
def export(
    dataset: Name,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv|FILE.jsonl", help="Where to write it.")],
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Write what was decided into a file: JSON lines, or CSV that is safe to open in a spreadsheet."""
    from core.data import datasets
    from core.data.corrections_file import export_to

    check_free(file, overwrite)
    count, beyond = export_to(datasets.load(dataset), file)
    if beyond:
        say(f"warning: {beyond:,} {'verdict' if beyond == 1 else 'verdicts'} left out: the dataset has no such row")
    document = {"file": str(file), "verdicts": count, "left_out": beyond}
    emit(document, f"wrote {count:,} verdicts to {file}", json)


@app.command("import", epilog="Example: python -m core labels import --dataset huffpost corrections.csv")
def import_(
    dataset: Name,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv|FILE.jsonl", help="What `labels export` wrote.")],
    json: Json = False,
) -> None:
    """Take over what was decided elsewhere: by row for the same content, else by text and category."""
    from core.data import datasets
    from core.data.corrections_file import import_from

    found = import_from(datasets.load(dataset), file)
    for reason, lines in found.refused.items():
        say(f"warning: {lines:,} {'line' if lines == 1 else 'lines'} left out: {reason}")
    emit(asdict(found), f"took over {found.taken:,} verdicts; {found.known:,} were known", json)
