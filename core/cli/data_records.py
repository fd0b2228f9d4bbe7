"""``data records``: the records of a dataset, searched, narrowed down, sorted and written to a file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli import status_line
from core.cli.files import Overwrite, check_free
from core.cli.printing import Json, emit, table
from core.cli.row_filters import (
    Categories,
    Dated,
    Described,
    DescriptionLength,
    First,
    GroupingName,
    Groups,
    HeadlineLength,
    Lacking,
    Last,
    Name,
    Search,
    rows_left,
)

SHOWN = ("row", "category", "date", "headline")


def records(
    name: Name,
    search: Search = "",
    category: Categories = None,
    group: Groups = None,
    grouping: GroupingName = None,
    first: First = None,
    last: Last = None,
    headline_length: HeadlineLength = None,
    description_length: DescriptionLength = None,
    described: Described = None,
    dated: Dated = None,
    lacking: Lacking = None,
    sort: Annotated[
        str, typer.Option(metavar="ORDER", help="row, newest, oldest, headline, longest, shortest or category.")
    ] = "row",
    top: Annotated[int, typer.Option("--top", "--limit", metavar="N", min=0, help="Print the first N.")] = 20,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all of them there: FILE.csv or FILE.jsonl.")
    ] = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """List the records of a dataset that the filters leave; several values of one are joined by or, filters by and."""
    from core.data.records_file import documents, write

    start = time.perf_counter()
    check_free(output, overwrite)
    status_line.working("searching")
    left = rows_left(
        name,
        grouping,
        search=search,
        category=category,
        group=group,
        first=first,
        last=last,
        headline_length=headline_length,
        description_length=description_length,
        described=described,
        dated=dated,
        lacking=lacking,
    )
    opened = left.table
    rows = opened.positions(left.mask, 0, top, sort)
    written = write(opened, opened.positions(left.mask, order=sort), output) if output is not None else None
    document = {
        "dataset": left.dataset.name,
        "grouping": left.grouping.name,
        "rows": int(left.mask.sum()),
        "of": opened.rows,
        "records": documents(opened.records(rows)),
        "file": str(output) if output is not None else None,
        "bytes": written,
        "seconds": time.perf_counter() - start,
    }
    emit(document, _text(document), json)


def _text(document: dict[str, Any]) -> str:
    """Return the rows for people, a line each."""
    rows = document["records"]
    parts = [f"{document['rows']:,} of {document['of']:,} rows"] + ([table(rows, SHOWN)] if rows else [])
    if len(rows) < document["rows"] and not document["file"]:
        listed = f"the first {len(rows):,} are listed" if rows else "none is listed"
        parts.append(f"{listed}; --top N lists more, --output FILE writes all")
    if document["file"]:
        parts.append(f"wrote {document['file']} ({document['bytes']:,} bytes)")
    return "\n\n".join(parts)


def register(app: typer.Typer) -> None:
    """Add the command to ``data``."""
    app.command(epilog='Example: python -m core data records sample --search "storm -sports" --output storms.csv')(
        records
    )
