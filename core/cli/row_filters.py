"""The filters of rows as options, the same for every command that has them, and what they leave of a dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.answers import found_grouping
from core.errors import InputError, shorten

if TYPE_CHECKING:
    import numpy as np

    from core.data.datasets import Dataset
    from core.data.engine import Table
    from core.data.filters import Filters
    from core.grouping.grouping import Grouping

Name = Annotated[str, typer.Argument(metavar="NAME", help="A dataset.")]
GroupingName = Annotated[
    str | None,
    typer.Option("--grouping", metavar="NAME|FILE", help="What groups there are.", show_default="the one that fits"),
]
Search = Annotated[
    str, typer.Option(metavar="QUERY", help='Words, "a phrase", -without, headline:word, /regular expression/.')
]
Categories = Annotated[
    list[str] | None, typer.Option("--category", metavar="CATEGORY", help="Only of this category; may be repeated.")
]
Groups = Annotated[list[str] | None, typer.Option("--group", metavar="GROUP", help="Only of this; may be repeated.")]
First = Annotated[str | None, typer.Option("--from", metavar="MONTH", help="From this month on, 2014-01.")]
Last = Annotated[str | None, typer.Option("--to", metavar="MONTH", help="Up to this month.")]
HeadlineLength = Annotated[
    str | None, typer.Option(metavar="RANGE", help="Characters of the headline, 20-80, -20 or 80-.")
]
DescriptionLength = Annotated[str | None, typer.Option(metavar="RANGE", help="Characters of the description.")]
Described = Annotated[
    bool | None, typer.Option("--described/--undescribed", help="Only with, or without, a description.")
]
Dated = Annotated[bool | None, typer.Option("--dated/--undated", help="Only with, or without, a date.")]
Lacking = Annotated[
    list[str] | None,
    typer.Option(metavar="WHAT", help="Only those that lack it, link:missing or authors:empty; may be repeated."),
]


@dataclass(frozen=True)
class Left:
    """What the filters leave.

    Attributes
    ----------
    mask: of the rows of ``table``, bool, shape (rows,).
    """

    dataset: Dataset
    grouping: Grouping
    filters: Filters
    table: Table
    mask: np.ndarray


def rows_left(
    name: str,
    grouping: str | None,
    *,
    search: str = "",
    category: list[str] | None = None,
    group: list[str] | None = None,
    first: str | None = None,
    last: str | None = None,
    headline_length: str | None = None,
    description_length: str | None = None,
    described: bool | None = None,
    dated: bool | None = None,
    lacking: list[str] | None = None,
) -> Left:
    """Return what the filters, as they were typed, leave of dataset ``name``.

    Several values of one filter are joined by or, filters by and. InputError for a value that means nothing there.
    """
    from core.data import datasets
    from core.data.engine import open_table
    from core.data.filters import Filters, length_range, months_of
    from core.grouping.builtin import default_for

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
    _check(filters, dataset.categories, chosen)
    table = open_table(dataset)
    return Left(dataset, chosen, filters, table, table.mask(filters, chosen))


def _check(filters: Filters, categories: list[str], grouping: Grouping) -> None:
    """Raise InputError for a category, group or lack that no dataset with ``categories`` can have."""
    from core.data.filters import LACKING

    check_known("category", filters.categories, categories)
    where = f" under grouping {shorten(grouping.name)}"
    check_known("group", filters.groups, grouping.labels(categories), where)
    check_known("--lacking", filters.lacking, list(LACKING))


def check_known(what: str, asked: tuple[str, ...], there: list[str], where: str = "") -> None:
    """Raise InputError for the first of ``asked`` that is not ``there``, with what it may be meant for."""
    from core.cli.meant import choices

    for value in asked:
        if value not in there:
            raise InputError(f"{what} {shorten(value)} is none of the {len(there):,}{where}; {choices(value, there)}")
