"""``data words`` and ``data shortcuts``: which words tell rows apart, and which give a class away in their own time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import status_line
from core.cli.answers import found_grouping
from core.cli.printing import Json, emit, table
from core.cli.row_filters import Categories, First, GroupingName, Groups, Last, Name, Search, rows_left
from core.errors import InputError, shorten

if TYPE_CHECKING:
    import pandas as pd

    from core.data.datasets import Dataset
    from core.grouping.grouping import Grouping

REST = "all other rows"
ByGroup = Annotated[bool, typer.Option("--by-group", help="Groups in place of categories.")]
Top = Annotated[int, typer.Option("--top", "--limit", metavar="N", min=1, help="List N.")]


def words(
    name: Name,
    category: Categories = None,
    group: Groups = None,
    against: Annotated[
        str | None, typer.Option(metavar="CLASS", help="A category or group to compare with.", show_default=REST)
    ] = None,
    grouping: GroupingName = None,
    search: Search = "",
    first: First = None,
    last: Last = None,
    field: Annotated[str, typer.Option("--in", metavar="FIELD", help="both, headline or description.")] = "both",
    length: Annotated[
        list[int] | None, typer.Option(metavar="N", min=1, max=3, help="N-grams of N words; may be repeated.")
    ] = None,
    frequent: Annotated[bool, typer.Option("--frequent", help="The most frequent, not the most distinctive.")] = False,
    top: Top = 20,
    json: Json = False,
) -> None:
    """List the n-grams that tell rows from all others, or from another category: log-odds with an informative prior.

    Monroe, Colaresi & Quinn, "Fightin' Words", 2008. With a category to compare with, search and months hold on both
    sides; else all other rows are those of the whole dataset.
    """
    from dataclasses import replace

    from core.evaluation import distinctive as finding
    from core.evaluation.counted_words import counted_words
    from core.evaluation.ngrams import FIELDS

    start = time.perf_counter()
    if field not in FIELDS:
        raise InputError(f"--in {shorten(field)} is no field; use {', '.join(FIELDS)}")
    status_line.working("counting words")
    left = rows_left(name, grouping, search=search, category=category, group=group, first=first, last=last)
    opened, ours = left.table, left.mask
    theirs = ~ours
    if against is not None:
        everywhere = replace(left.filters, categories=(), groups=())
        other = replace(everywhere, **_class(against, left.dataset, left.grouping))
        theirs = opened.mask(other, left.grouping) & ~ours
    counted = counted_words(opened)
    how: dict[str, Any] = {"field": field, "lengths": length or (1, 2, 3), "most": top}
    sides = ours[counted.rows], theirs[counted.rows]
    found = (finding.frequent if frequent else finding.distinctive)(counted.ngrams, *sides, **how)
    document = {
        "dataset": left.dataset.name,
        "grouping": left.grouping.name,
        "rows": int(sides[0].sum()),
        "against": against if against is not None else REST,
        "against_rows": int(sides[1].sum()),
        "read": len(counted.rows),
        "of": counted.total,
        "ngrams": _documents(found),
        "seconds": time.perf_counter() - start,
    }
    emit(document, _words_text(document, counted.note), json)


def shortcuts(
    name: Name,
    by_group: ByGroup = False,
    grouping: GroupingName = None,
    months: Annotated[int, typer.Option(metavar="N", min=1, help="How long the period is.")] = 24,
    rows: Annotated[int, typer.Option(metavar="N", min=1, help="The fewest rows that have it.")] = 20,
    precision: Annotated[
        float, typer.Option(metavar="P", min=0, max=1, help="The least P(class), by the low end of its interval.")
    ] = 0.3,
    top: Top = 20,
    json: Json = False,
) -> None:
    """List shortcuts to distrust: n-grams and marks that give a class away and are bound to a period.

    The most harmful are first: those that get the most rows right beyond chance, in their own time alone.
    """
    from core.data import datasets
    from core.data.columns import NO_MONTH
    from core.data.engine import open_table
    from core.evaluation import shortcuts as finding
    from core.evaluation.counted_words import classes, counted_words
    from core.evaluation.shortcut_words import evidence
    from core.evaluation.word_search import search_for

    start = time.perf_counter()
    dataset = datasets.load(name)
    chosen = grouping_of(dataset, grouping, by_group)
    status_line.working("counting words")
    opened = open_table(dataset)
    counted = counted_words(opened)
    codes, names = classes(opened, chosen)
    when = opened.month[counted.rows].astype("int64")
    when[when == NO_MONTH] = -1
    limits = finding.Limits(rows=rows, precision=precision, months=months)
    found = finding.shortcuts(counted.ngrams, codes[counted.rows], names, when, limits)
    listed = [
        {**one, "search": search_for(one["shown"], one["kind"]), "evidence": evidence(one)}
        for one in _documents(found.head(top))
    ]
    document = {
        "dataset": dataset.name,
        "classes": chosen.name if chosen is not None else "categories",
        "read": len(counted.rows),
        "of": counted.total,
        "found": len(found),
        "shortcuts": listed,
        "seconds": time.perf_counter() - start,
    }
    emit(document, _shortcuts_text(document, counted.note), json)


def grouping_of(dataset: Dataset, grouping: str | None, by_group: bool) -> Grouping | None:
    """Return the grouping whose groups are the classes; None where they are the categories."""
    from core.grouping.builtin import default_for

    if not by_group and grouping is None:
        return None
    return found_grouping(grouping) or default_for(dataset.categories)


def _class(label: str, dataset: Dataset, grouping: Grouping) -> dict[str, tuple[str, ...]]:
    """Return the filter for a category, or else a group, of that name."""
    from core.cli.meant import choices

    if label in dataset.category_counts:
        return {"categories": (label,)}
    groups = grouping.labels(dataset.categories)
    if label not in groups:
        there = [*groups, *(one for one in dataset.categories if one not in groups)]
        raise InputError(
            f"--against {shorten(label)} is neither a category nor a group of {shorten(grouping.name)}; "
            f"{choices(label, there)}"
        )
    return {"groups": (label,)}


def _documents(found: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as plain values, for JSON."""
    columns = [found[name].tolist() for name in found]
    return [dict(zip(map(str, found), values, strict=True)) for values in zip(*columns, strict=True)]


def _words_text(document: dict[str, Any], note: str) -> str:
    head = f"{document['rows']:,} rows against {document['against_rows']:,} of {document['against']}"
    if not document["ngrams"]:
        return f"{head}: no n-gram is clearly more frequent on either side"
    return "\n\n".join(
        part for part in (head, table(document["ngrams"], ["shown", "ours", "theirs", "log_odds", "z"]), note) if part
    )


def _shortcuts_text(document: dict[str, Any], note: str) -> str:
    listed = document["shortcuts"]
    if not listed:
        return f"no shortcut is found in {document['dataset']}"
    columns = ["shown", "class", "rows", "precision", "lift", "begin", "end", "use_inside", "use_outside", "harm"]
    count = document["found"]
    head = f"{count:,} {'shortcut' if count == 1 else 'shortcuts'} to {document['classes']}, the most harmful first"
    sentences = "\n".join(one["evidence"] for one in listed[:5])
    return "\n\n".join(part for part in (head, table(listed, columns), sentences, note) if part)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command(epilog="Example: python -m core data words huffpost --category WELLNESS --against 'HEALTHY LIVING'")(
        words
    )
    app.command(epilog="Example: python -m core data shortcuts huffpost --top 40")(shortcuts)
