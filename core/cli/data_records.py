"""``data records``: the records of a dataset, searched, narrowed down, sorted and written to a file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.answers import found_grouping
from core.cli.printing import Json, emit, table
from core.errors import InputError, shorten

if TYPE_CHECKING:
    from core.data.filters import Filters
    from core.grouping.grouping import Grouping

SHOWN = ("row", "category", "date", "headline")


def records(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A dataset.")],
    search: Annotated[
        str,
        typer.Option(metavar="QUERY", help='Words, "a phrase", -without, headline:word, /regular expression/.'),
    ] = "",
    category: Annotated[list[str] | None, typer.Option(help="Only of this category; may be repeated.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="Only of this group; may be repeated.")] = None,
    grouping: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="What groups there are.", show_default="the one that fits the data"),
    ] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="MONTH", help="From this month on, 2014-01.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="MONTH", help="Up to this month.")] = None,
    headline_length: Annotated[
        str | None, typer.Option(metavar="RANGE", help="Characters of the headline, 20-80, -20 or 80-.")
    ] = None,
    description_length: Annotated[
        str | None, typer.Option(metavar="RANGE", help="Characters of the description.")
    ] = None,
    described: Annotated[
        bool | None, typer.Option("--described/--undescribed", help="Only with, or without, a description.")
    ] = None,
    dated: Annotated[bool | None, typer.Option("--dated/--undated", help="Only with, or without, a date.")] = None,
    lacking: Annotated[
        list[str] | None,
        typer.Option(metavar="WHAT", help="Only those that lack it, link:missing or authors:empty; may be repeated."),
    ] = None,
    sort: Annotated[
        str, typer.Option(metavar="ORDER", help="row, newest, oldest, headline, longest, shortest or category.")
    ] = "row",
    limit: Annotated[int, typer.Option(metavar="N", min=0, help="Print the first N.")] = 20,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all of them there: FILE.csv or FILE.jsonl.")
    ] = None,
    json: Json = False,
) -> None:
    """List the records of a dataset that the filters leave; several values of one are joined by or, filters by and."""
    from core.data import datasets
    from core.data.engine import open_table
    from core.data.filters import Filters, length_range, months_of
    from core.data.records_file import documents, write
    from core.grouping.builtin import default_for

    start = time.perf_counter()
    dataset = datasets.load(name)
    chosen = found_grouping(grouping) or default_for(dataset.categories)
    filters = Filters(
        categories=tuple(category or ()),
        groups=tuple(group or ()),
        months=months_of(first, last),
        search=search,
        headline_length=length_range(headline_length),
        description_length=length_range(description_length),
        has_description=described,
        has_date=dated,
        lacking=tuple(lacking or ()),
    )
    check(filters, dataset.categories, chosen)
    opened = open_table(dataset)
    mask = opened.mask(filters, chosen)
    rows = opened.positions(mask, 0, limit, sort)
    written = write(opened, opened.positions(mask, order=sort), output) if output is not None else None
    document = {
        "dataset": dataset.name,
        "grouping": chosen.name,
        "rows": int(mask.sum()),
        "of": opened.rows,
        "records": documents(opened.records(rows)),
        "file": str(output) if output is not None else None,
        "bytes": written,
        "seconds": time.perf_counter() - start,
    }
    emit(document, _text(document), json)


def check(filters: Filters, categories: list[str], grouping: Grouping) -> None:
    """Raise InputError for a category, group or lack that no dataset with ``categories`` can have."""
    from core.data.filters import LACKING

    groups = grouping.labels(categories)
    of = f" under grouping {shorten(grouping.name)}"
    for what, asked, there, where in (
        ("category", filters.categories, categories, ""),
        ("group", filters.groups, groups, of),
        ("--lacking", filters.lacking, list(LACKING), ""),
    ):
        for value in asked:
            if value not in there:
                some = ", ".join(there[:8]) + ", …" * (len(there) > 8)
                raise InputError(f"{what} {shorten(value)} is none of the {len(there):,}{where}; choose one of: {some}")


def _text(document: dict[str, Any]) -> str:
    """Return the rows for people, a line each."""
    rows = [{**row, "headline": " ".join(row["headline"].split())} for row in document["records"]]
    parts = [f"{document['rows']:,} of {document['of']:,} rows"] + ([table(rows, SHOWN)] if rows else [])
    if len(rows) < document["rows"] and not document["file"]:
        parts.append(f"the first {len(rows):,} are listed; --limit N lists more, --output FILE writes all")
    if document["file"]:
        parts.append(f"wrote {document['file']} ({document['bytes']:,} bytes)")
    return "\n\n".join(parts)


def register(app: typer.Typer) -> None:
    """Add the command to ``data``."""
    app.command(epilog='Example: python -m core data records sample --search "storm -sports" --output storms.csv')(
        records
    )
