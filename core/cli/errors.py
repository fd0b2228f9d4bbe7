"""``errors``: the records behind the figures, searched, narrowed down and written as CSV."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli import status_line
from core.cli.answers import GroupingName, RunId, found_run, grouping_for
from core.cli.files import Overwrite, check_free
from core.cli.printing import Json, emit, table
from core.errors import InputError, shorten
from core.storage import write_atomic


def errors(
    run: RunId,
    grouping: GroupingName = None,
    dataset: Annotated[
        str | None, typer.Option(help="Rows of this dataset.", show_default="the run's test rows")
    ] = None,
    kind: Annotated[str, typer.Option(metavar="KIND", help="wrong, right or all.")] = "wrong",
    true: Annotated[str | None, typer.Option(metavar="LABEL", help="Only of this true label.")] = None,
    predicted: Annotated[str | None, typer.Option(metavar="LABEL", help="Only taken for this one.")] = None,
    category: Annotated[str | None, typer.Option(help="Only of this raw category.")] = None,
    search: Annotated[
        str, typer.Option(metavar="WORDS", help="Only with each of these words, or one beginning with it.")
    ] = "",
    least: Annotated[float, typer.Option(help="Confidence from, 0 to 1.")] = 0.0,
    most: Annotated[float, typer.Option(help="Confidence to, 0 to 1.")] = 1.0,
    since: Annotated[str | None, typer.Option(metavar="DAY", help="From this day on, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="Up to this day.")] = None,
    described: Annotated[
        bool | None, typer.Option("--described/--undescribed", help="Only with, or without, a description.")
    ] = None,
    order: Annotated[
        str, typer.Option("--order", "--sort", metavar="ORDER", help="surest, unsure, margin, newest, oldest or row.")
    ] = "surest",
    top: Annotated[int, typer.Option("--top", "--limit", metavar="N", min=0, help="Print the first N.")] = 20,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", "--output", metavar="FILE", help="Write all of them there, safe for spreadsheets."),
    ] = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """List the records that a run gets wrong (or right), with what was true, what it said and how sure it was."""
    from core.data import datasets
    from core.data.safe_csv import frame_to_csv
    from core.evaluation import errors as browser
    from core.evaluation.evaluate import evaluate as judge_run

    start = time.perf_counter()
    query = browser.Query(
        kind=_one_of("kind", kind, browser.KINDS),
        true=true,
        predicted=predicted,
        category=category,
        search=search,
        least=least,
        most=most,
        since=_day("--since", since),
        until=_day("--until", until),
        described=described,
        order=_one_of("order", order, browser.ORDERS),
    )
    check_free(csv, overwrite)
    status_line.working("judging the rows")
    found = found_run(run)
    other = datasets.load(dataset) if dataset is not None else None
    judged = judge_run(found, grouping=grouping_for(found, grouping), dataset=other)
    listing = browser.listing(judged, datasets.frame(_records_of(judged.fingerprint), browser.RECORD_COLUMNS))
    places = browser.chosen(listing, query)
    if csv is not None:
        _write(csv, frame_to_csv(browser.rows_at(listing, places)))
    rows = browser.documents(browser.rows_at(listing, places[:top]))
    document = {
        "run": found.id,
        "dataset": judged.dataset,
        "grouping": judged.grouping.name,
        "kind": query.kind,
        "rows": len(places),
        "of": len(listing),
        "errors": rows,
        "file": str(csv) if csv is not None else None,
        "seconds": time.perf_counter() - start,
    }
    emit(document, _text(document), json)


def _one_of(what: str, value: str, there: tuple[Any, ...]) -> Any:
    if value not in there:
        raise InputError(f"{what} {shorten(value)} is unknown; choose one of: {', '.join(there)}")
    return value


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{option} {shorten(text)} is no day; write it as YYYY-MM-DD") from error


def _records_of(fingerprint: str) -> Any:
    """Return the dataset with this content; InputError when it is not here any more."""
    from core.data import datasets

    dataset = datasets.by_fingerprint(fingerprint)
    if dataset is None:
        raise InputError("the dataset of this run is not here; import its file to see the headlines")
    return dataset


def _write(file: Path, text: str) -> None:
    if not file.parent.is_dir():
        raise InputError(f"folder {shorten(str(file.parent))} does not exist; make it first")
    write_atomic(file, text)


def _text(document: dict[str, Any]) -> str:
    """Return the rows for people: what was true, what was said, how sure, and the headline."""
    columns = ["row", "true", "predicted", "category", "confidence", "margin", "date", "headline"]
    kind = "" if document["kind"] == "all" else f" {document['kind']}"
    head = f"{document['rows']:,}{kind} of {document['of']:,} rows"
    rows = document["errors"]
    parts = [head] + ([table(rows, columns)] if rows else [])
    if len(rows) < document["rows"]:
        parts.append(f"the first {len(rows):,} are listed; --top N lists more, --csv FILE writes all")
    if document["file"]:
        parts.append(f"wrote {document['file']}")
    return "\n\n".join(parts)


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog="Example: python -m core errors RUN --true EDUCATION --predicted LIFESTYLE --csv errors.csv")(
        errors
    )
