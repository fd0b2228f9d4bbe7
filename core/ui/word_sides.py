"""The two sides whose words are compared: what is filtered, a category or a group, against the rest or another one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from core.data import overview
from core.data.filters import Filters
from core.ui.explored import PAGE, Explored
from core.ui.selection import pick

SHOWN, REST = "shown", "rest"
CATEGORY, GROUP = "c:", "g:"


@dataclass(frozen=True, eq=False)
class Sides:
    """Two sets of rows without a row in common.

    Attributes
    ----------
    ours, theirs: bool, shape (rows of the dataset,). name, other: what they are called.
    """

    ours: np.ndarray
    theirs: np.ndarray
    name: str
    other: str


def sides(explored: Explored) -> Sides:
    """Draw the choice of both sides and return them.

    The filters but those for categories and groups hold for categories and groups on either side; all other rows
    of what is filtered are those of the whole dataset.
    """
    base = explored.without("categories", "groups")
    counts = _counts(explored, base)
    shown = _filtered_name(explored)
    names = {SHOWN: shown or f"largest: {_name(_largest(counts))}", REST: "all other rows"} | {
        key: f"{_name(key)} · {rows:,}" for key, rows in counts.items()
    }
    side = pick(
        st.selectbox, "Of", [SHOWN, *counts], page=PAGE, name="side", format_func=names.get, width=240,
        help="What is filtered, a category, or a group of the grouping on screen; with its rows.",
    )  # fmt: skip
    versus = pick(
        st.selectbox, "Against", [REST, *(key for key in counts if key != side)], page=PAGE, name="versus",
        format_func=names.get, width=240,
    )  # fmt: skip
    if side == SHOWN and shown:
        ours, name, every = explored.mask, shown, np.ones(explored.table.rows, dtype=bool)
    else:
        side = _largest(counts) if side == SHOWN else side
        ours, name, every = base & _of(explored, side), _name(side), base
    if versus == REST:
        return Sides(ours, every & ~ours, name, "all other rows")
    return Sides(ours, base & _of(explored, versus) & ~ours, name, _name(versus))


def _filtered_name(explored: Explored) -> str:
    """Return what the filtered rows are called; "" where nothing is filtered."""
    filters = explored.filters
    if filters == Filters():
        return ""
    labels = filters.categories or filters.groups
    only = filters == replace(Filters(), categories=filters.categories, groups=filters.groups)
    return labels[0] if only and len(labels) == 1 else "the rows shown"


def _counts(explored: Explored, base: np.ndarray) -> dict[str, int]:
    """Return the rows of each category and then of each group of several, by key, the largest first."""
    names = explored.table.categories
    counts = overview.counts_by_category(explored.table.category, base, len(names))
    by_category = {f"{CATEGORY}{name}": int(rows) for name, rows in zip(names, counts, strict=True)}
    by_group: dict[str, int] = {}
    for group, members in explored.grouping.members(names).items():
        if len(members) > 1:
            by_group[f"{GROUP}{group}"] = sum(by_category[f"{CATEGORY}{name}"] for name in members)
    return {key: found[key] for found in (by_category, by_group) for key in sorted(found, key=lambda key: -found[key])}


def _largest(counts: dict[str, int]) -> str:
    return next(iter(counts))


def _name(key: str) -> str:
    return key[2:] if key.startswith(CATEGORY) else f"group {key[2:]}"


def _of(explored: Explored, key: str) -> np.ndarray:
    """Return the rows of a category or group, bool, shape (rows,)."""
    field = "categories" if key.startswith(CATEGORY) else "groups"
    return explored.table.mask(replace(Filters(), **{field: (key[2:],)}), explored.grouping)
