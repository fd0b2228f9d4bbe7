"""How rows spread over categories beside those of another dataset, or on both sides of a split."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.data import datasets, overview
from core.runs.sides import sides
from core.ui import cache, charts, components, shell
from core.ui.components import escaped
from core.ui.explored import PAGE, Explored, chart_key, explored, toggled
from core.ui.selection import pick

LABEL = "label"
# Names of datasets hold no space, so these are none.
ALONE, SPLIT = "no other", "its split"
MOST = 42
# px beside the rows: axis and legend.
AXIS = 76


@dataclass(frozen=True)
class Side:
    """One of two sets of rows: what it is called, its categories, and the rows of each."""

    name: str
    categories: list[str]
    counts: np.ndarray

    @property
    def words(self) -> str:
        """How many rows of what."""
        rows = f"{int(self.counts.sum()):,}"
        return f"{rows} {self.name}" if " " in self.name else f"{rows} rows of {escaped(self.name)}"


def choose(shown: Explored) -> str | None:
    """Draw the choice of what stands beside the dataset; return its name, None where nothing does."""
    others = [one.name for one in datasets.list_all() if one.fingerprint != shown.dataset.fingerprint]
    options = [ALONE, *([SPLIT] if _run_of(shown) else []), *others]
    if len(options) == 1:
        return None
    choice = pick(
        st.selectbox,
        "Beside it",
        options,
        page=PAGE,
        name="beside",
        width=170,
        label_visibility="collapsed",
        format_func=lambda name: {ALONE: "Beside: no other", SPLIT: "Training and test"}.get(name, name),
        help="Another dataset, or the training and the test rows of the run in use, share by share.",
    )
    return None if choice == ALONE else choice


def _run_of(shown: Explored) -> object:
    """Return the run in use where it is one of this dataset."""
    run = shell.chosen().run
    return run if run is not None and run.spec.fingerprint == shown.dataset.fingerprint else None


def against(shown: Explored, name: str | None) -> Explored | None:
    """Return the dataset called ``name`` under the same filters; None where that is no dataset."""
    if name in (None, SPLIT):
        return None
    return explored(datasets.load(name), shown.grouping, shown.filters, shown.palette)


def draw(shown: Explored, name: str, view: str, *, height: int) -> None:
    """Draw the share of each label on both sides, under the filters in force but for those of labels."""
    one, other = _split(shown) if name == SPLIT else _datasets(shown)
    grouped = view == "grouped"
    table = overview.side_by_side(
        (one.categories, one.counts), (other.categories, other.counts), shown.grouping.group_of if grouped else None
    )
    if not one.counts.sum() or not other.counts.sum():
        st.caption(f"{one.words}, {other.words}: under these filters there is nothing to compare.")
        return
    drawn = table.head(MOST)
    filters = shown.filters
    row = charts.fitting_row(len(drawn), height - AXIS)
    chart = charts.share_dumbbells(
        drawn,
        palette=shown.palette,
        names=(one.name, other.name),
        selection=LABEL,
        selected=filters.groups if grouped else filters.categories,
        row=row,
    )
    needed = round(charts.drawn_row(drawn["label"], row) * len(drawn)) + AXIS + 6
    with st.container(height=min(height, needed), border=False):
        event = st.altair_chart(
            chart,
            theme=None,
            on_select="rerun",
            key=chart_key(f"beside_{'groups' if grouped else 'categories'}"),
            alt=f"Share of each label in {one.name} and in {other.name}.",
        )
    st.caption(said(table, one, other, len(table) - len(drawn)))
    if clicked := components.clicked(event, LABEL):
        field, rest = ("groups", "categories") if grouped else ("categories", "groups")
        shown.narrow(**{field: toggled(getattr(filters, field), clicked["label"]), rest: ()})


def said(table: object, one: Side, other: Side, left_out: int) -> str:
    """Return in words how many rows stand beside how many, and which labels only one side has."""
    rows, other_rows = table["rows"], table["other_rows"]  # type: ignore[index]
    parts = [f"{one.words}, {other.words}"]
    for here, there, side in ((rows, other_rows, one), (other_rows, rows, other)):
        alone = int(((here > 0) & (there == 0)).sum())
        if alone:
            parts.append(f"{alone:,} {'label' if alone == 1 else 'labels'} only in {escaped(side.name)}")
    if left_out:
        parts.append(f"{left_out:,} smaller labels are not drawn")
    apart = float(table["difference"].abs().sum()) / 2  # type: ignore[index]
    parts.append(f"{apart:.1%} of the rows would have to change their label for equal shares")
    return "; ".join(parts) + "."


def _datasets(shown: Explored) -> tuple[Side, Side]:
    other = shown.against
    assert other is not None
    return _side(shown, shown.dataset.name), _side(other, other.dataset.name)


def _side(shown: Explored, name: str, rows: np.ndarray | None = None) -> Side:
    table = shown.table
    mask = shown.without("categories", "groups")
    mask = mask if rows is None else mask & rows
    return Side(name, table.categories, overview.counts_by_category(table.category, mask, len(table.categories)))


def _split(shown: Explored) -> tuple[Side, Side]:
    run = _run_of(shown)
    training, test = sides(run.spec, cache.predictions(run).rows, shown.table.day)
    return _side(shown, "training rows", training), _side(shown, "test rows", test)
