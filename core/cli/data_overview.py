"""``data overview``: how rows spread over categories, groups and months, how long they are, what they lack."""

from __future__ import annotations

import dataclasses
import math
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import status_line
from core.cli.printing import Json, emit, pairs, table
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

if TYPE_CHECKING:
    import numpy as np

    from core.data.engine import Table
    from core.grouping.grouping import Grouping

TEXTS = {"headline": "headline_length", "description": "description_length"}


def overview(
    name: Name,
    grouping: GroupingName = None,
    against: Annotated[str | None, typer.Option(metavar="NAME", help="Another dataset to stand beside it.")] = None,
    search: Search = "",
    category: Categories = None,
    group: Groups = None,
    first: First = None,
    last: Last = None,
    headline_length: HeadlineLength = None,
    description_length: DescriptionLength = None,
    described: Described = None,
    dated: Dated = None,
    lacking: Lacking = None,
    json: Json = False,
) -> None:
    """Count the rows that the filters leave: by category, group and month, how uneven, how long, what is missing."""
    from core.data import datasets
    from core.data.column_facts import info
    from core.data.engine import open_table

    start = time.perf_counter()
    status_line.working("counting")
    other = datasets.load(against) if against is not None else None
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
    dataset, chosen, opened, mask = left.dataset, left.grouping, left.table, left.mask
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
        document["against"] = compared(opened, mask, beside, beside.mask(left.filters, chosen), chosen)
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
