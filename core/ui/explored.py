"""What all parts of Explore draw from: one dataset under the filters in force, which the URL holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from core.data import filters as filtering
from core.data.datasets import Dataset
from core.data.engine import Table
from core.data.filters import Filters
from core.errors import InputError
from core.grouping.grouping import Grouping
from core.ui import cache_explore
from core.ui.selection import choose, remember, value
from core.ui.theme import Palette

PAGE = "explore"
RECORDS = "Records"  # the part that lists them
DRAWN = "explore_drawn"


@dataclass(frozen=True)
class Explored:
    """One dataset under the filters in force.

    Attributes
    ----------
    table: its counts and search; grouping: the one on screen.
    mask: which rows the filters leave; bool, shape (rows,), read-only.
    against: the dataset beside it under the same filters; None where there is none.
    """

    dataset: Dataset
    table: Table
    grouping: Grouping
    filters: Filters
    mask: np.ndarray
    palette: Palette
    against: Explored | None = None

    @property
    def rows(self) -> int:
        """How many rows the filters leave."""
        return int(np.count_nonzero(self.mask))

    def without(self, *fields: str) -> np.ndarray:
        """Return the rows that the filters leave when those of ``fields`` are not in force; bool, shape (rows,)."""
        return self.table.mask(replace(self.filters, **_emptied(*fields)), self.grouping)

    def narrow(self, **changes: Any) -> None:
        """Change the filters, write them to the URL and draw the page again."""
        go_to(replace(self.filters, **changes))

    def read(self, **changes: Any) -> None:
        """Change the filters and open the records that they leave."""
        choose(PAGE, "part", RECORDS)
        self.narrow(**changes)


def _emptied(*fields: str) -> dict[str, Any]:
    return {field: getattr(Filters(), field) for field in fields}


def explored(dataset: Dataset, grouping: Grouping, filters: Filters, palette: Palette) -> Explored:
    """Return ``dataset`` under ``filters``; InputError for a search that cannot be understood."""
    table = cache_explore.table(dataset)
    return Explored(dataset, table, grouping, filters, table.mask(filters, grouping), palette)


def asked() -> tuple[Filters, list[str]]:
    """Return the filters that the URL, or this visit, asks for, and what of them could not be understood."""
    found = {name: value(PAGE, name) for name in filtering.PARAMS}
    given = {name: text for name, text in found.items() if text is not None}
    return filtering.from_params(given), list(filtering.problems(given))


def known(filters: Filters, dataset: Dataset, grouping: Grouping) -> tuple[Filters, list[str]]:
    """Return ``filters`` without the categories and groups that ``dataset`` does not have, and those names."""
    names = set(dataset.category_counts)
    groups = set(grouping.labels(names))
    absent = [one for one in filters.categories if one not in names]
    absent += [one for one in filters.groups if one not in groups]
    kept = replace(
        filters,
        categories=tuple(one for one in filters.categories if one in names),
        groups=tuple(one for one in filters.groups if one in groups),
    )
    return kept, absent


def searchable(filters: Filters, dataset: Dataset, grouping: Grouping) -> tuple[Filters, list[str]]:
    """Return ``filters`` without a search that would take too long on ``dataset``, and why it is left out."""
    try:
        cache_explore.table(dataset).mask(filters, grouping)
    except InputError as error:
        return replace(filters, search=""), [f"{error}; the search is left out"]
    return filters, []


def keep(filters: Filters) -> None:
    """Write ``filters`` to the URL and to this visit."""
    written = filtering.to_params(filters)
    for name in filtering.PARAMS:
        remember(PAGE, name, written.get(name))


def go_to(filters: Filters, *, drawn_again: bool = True) -> None:
    """Put ``filters`` in force and draw the page again, charts without their last click.

    ``drawn_again`` False leaves the charts as they are, for one whose own mark is what was asked for.
    """
    keep(filters)
    if drawn_again:
        st.session_state[DRAWN] = st.session_state.get(DRAWN, 0) + 1
    st.rerun()


def chart_key(name: str) -> str:
    """Return a chart's key, another one after each change of the filters: a chart keeps its click under a key."""
    return f"{PAGE}_{name}_{st.session_state.get(DRAWN, 0)}"


def toggled(chosen: tuple[str, ...], name: str, *, also: bool = False) -> tuple[str, ...]:
    """Return what is chosen after a click on ``name``: it alone, or nothing where it was already.

    ``also``: it is added to what is chosen, or taken from it.
    """
    if also:
        return tuple(one for one in chosen if one != name) if name in chosen else (*chosen, name)
    return () if chosen == (name,) else (name,)
