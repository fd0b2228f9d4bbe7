"""``data overview``: how rows spread over categories, groups and months, how long they are, what they lack."""

from __future__ import annotations

import dataclasses
import math
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.answers import found_grouping
from core.cli.data_records import check
from core.cli.printing import Json, emit, pairs, table

if TYPE_CHECKING:
    import numpy as np

    from core.data.engine import Table
    from core.grouping.grouping import Grouping

TEXTS = {"headline": "headline_length", "description": "description_length"}


def overview(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A dataset.")],
    grouping: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="What groups there are.", show_default="the one that fits the data"),
    ] = None,
    against: Annotated[str | None, typer.Option(metavar="NAME", help="Another dataset to stand beside it.")] = None,
    search: Annotated[str, typer.Option(metavar="QUERY", help="As in `data records`.")] = "",
    category: Annotated[list[str] | None, typer.Option(help="Only of this category; may be repeated.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="Only of this group; may be repeated.")] = None,
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
        list[str] | None, typer.Option(metavar="WHAT", help="Only those that lack it, link:missing or authors:empty.")
    ] = None,
    json: Json = False,
) -> None:
    """Count the rows that the filters leave: by category, group and month, how uneven, how long, what is missing."""
    from core.data import datasets
    from core.data.column_facts import info
    from core.data.engine import open_table
    from core.data.filters import Filters, length_range, months_of
    from core.grouping.builtin import default_for

    start = time.perf_counter()
    dataset = datasets.load(name)
    other = datasets.load(against) if against is not None else None
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
    document = {
        "dataset": dataset.name,
        "grouping": chosen.name,
        "rows": int(mask.sum()),
        "of": opened.rows,
        **spread(opened, mask, chosen),
        **over_time(opened, mask),
        "lengths": lengths(opened, mask),
        "missing": missing(opened, mask),
        "columns": info(dataset).to_dict("records"),
    }
    if other is not None:
        beside = open_table(other)
        document["against"] = compared(opened, mask, beside, beside.mask(filters, chosen), chosen)
    document["seconds"] = time.perf_counter() - start
    emit(document, _text(document), json)


def spread(opened: Table, mask: np.ndarray, grouping: Grouping) -> dict[str, Any]:
    """Return rows and shares of each category and group, and how uneven either is."""
    from core.data.imbalance import imbalance
    from core.data.overview import counts_by_category, distribution

    counts = counts_by_category(opened.category, mask, len(opened.categories))
    tables = {
        "categories": distribution(opened.categories, counts),
        "groups": distribution(opened.categories, counts, grouping.group_of),
    }
    return {
        **{name: one.to_dict("records") for name, one in tables.items()},
        "imbalance": {name: dataclasses.asdict(imbalance(one["rows"].to_numpy())) for name, one in tables.items()},
    }


def over_time(opened: Table, mask: np.ndarray) -> dict[str, Any]:
    """Return the rows of each month with any, the rows without a date, and when each category began and ended."""
    from core.data.timeline import bins, lifespans, timeline

    times = timeline(opened.category, opened.month, mask, opened.categories)
    months = bins(times).groupby("first")["rows"].sum() if times.months else {}
    return {
        "months": [{"month": month, "rows": int(rows)} for month, rows in dict(months).items()],
        "undated": times.undated,
        "lifespans": lifespans(times).to_dict("records"),
    }


def lengths(opened: Table, mask: np.ndarray) -> list[dict[str, Any]]:
    """Return how long headlines and descriptions are, in characters; None for what no row can tell."""
    from core.data.column_facts import describe_lengths

    shown = describe_lengths({(text, "characters"): getattr(opened, field)[mask] for text, field in TEXTS.items()})
    return [
        {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}
        for row in shown.to_dict("records")
    ]


def missing(opened: Table, mask: np.ndarray) -> list[dict[str, Any]]:
    """Return the kinds of gaps that there are, by column."""
    from core.data.gaps import gaps

    found = gaps(opened, mask)
    return found[found["rows"] > 0].to_dict("records")


def compared(
    opened: Table, mask: np.ndarray, other: Table, other_mask: np.ndarray, grouping: Grouping
) -> dict[str, Any]:
    """Return how rows spread over the labels of two datasets, aligned, with the difference of the shares."""
    from core.data.overview import counts_by_category, side_by_side

    one, two = (
        (table.categories, counts_by_category(table.category, rows, len(table.categories)))
        for table, rows in ((opened, mask), (other, other_mask))
    )
    return {
        "dataset": other.dataset.name,
        "rows": int(other_mask.sum()),
        "of": other.rows,
        "categories": side_by_side(one, two).to_dict("records"),
        "groups": side_by_side(one, two, grouping.group_of).to_dict("records"),
    }


def _text(document: dict[str, Any]) -> str:
    """Return the overview for people."""
    uneven = document["imbalance"]["categories"]
    facts = {
        "rows": f"{document['rows']:,} of {document['of']:,}",
        "entropy": f"{uneven['entropy']:.2f} bits",
        "normalised": uneven["evenness"],
        "Gini": uneven["gini"],
        "largest to smallest": uneven["ratio"],
        "effective categories": f"{uneven['effective']:.1f} of {uneven['labels']:,}",
        "without a date": document["undated"],
    }
    lives = {one["label"]: one for one in document["lifespans"]}
    rows = [
        {
            "category": one["label"],
            "rows": one["rows"],
            "share": one["share"],
            **{key: lives[one["label"]][key] for key in ("first", "last") if one["label"] in lives},
            "marked": _marks(lives.get(one["label"])),
        }
        for one in document["categories"]
    ]
    parts = [pairs(facts), table(rows, ["category", "rows", "share", "first", "last", "marked"])]
    parts.append(
        table(document["lengths"], ["text", "unit", "count", "mean", "std", "min", "25%", "50%", "75%", "max"])
    )
    if document["missing"]:
        parts.append(table(document["missing"], ["column", "kind", "rows", "share"]))
    parts.append(table(document["columns"], list(document["columns"][0])))
    if "against" in document:
        other = document["against"]
        parts.append(f"beside {other['dataset']}, {other['rows']:,} of {other['of']:,} rows")
        parts.append(table(other["categories"], ["label", "rows", "share", "other_rows", "other_share", "difference"]))
    return "\n\n".join(parts)


def _marks(life: dict[str, Any] | None) -> str:
    return ", ".join(word for word in ("born", "ended") if life and life[word])


def register(app: typer.Typer) -> None:
    """Add the command to ``data``."""
    app.command(epilog="Example: python -m core data overview sample --grouping huffpost-12 --from 2014-01")(overview)
