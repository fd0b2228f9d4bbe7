"""The first screen of Explore: the filters in force, how rows spread over categories, and how that went over time."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data import filters as filtering
from core.data import overview
from core.data.filters import Filters
from core.data.imbalance import Imbalance, imbalance
from core.errors import shorten
from core.ui import beside, charts, components, over_time
from core.ui.components import escaped
from core.ui.explored import PAGE, Explored, chart_key, go_to, toggled
from core.ui.selection import pick, remember, value

BAR, ALSO = "bar", "also"
VIEWS = ("raw", "grouped", "nested")
HEIGHT = 500  # px of either picture of the first screen
AXIS = 46  # px below the last bar
# Of more labels the largest are drawn and the others said: a bar must be readable and met by a click.
MOST = 42
CHIP = 60  # characters of a filter that its chip shows


def chips(explored: Explored) -> None:
    """Draw the filters in force, each with a click to take it away, and how many rows they leave."""
    found = filtering.chips(explored.filters)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(_rows_shown(explored), width="content")
        for place, chip in enumerate(found):
            text = shorten(chip.text, CHIP) if len(chip.text) > CHIP else chip.text
            if st.button(escaped(text), icon=":material/close:", key=f"{PAGE}_chip_{place}", help="Take it away."):
                go_to(chip.rest)
        if found and st.button("Clear all", key=f"{PAGE}_clear", type="tertiary"):
            go_to(Filters())


def _rows_shown(explored: Explored) -> str:
    dataset = explored.dataset
    labels = len(dataset.category_counts)
    parts = [
        f"**{explored.rows:,}** of {dataset.rows:,} rows",
        f"{labels:,} {'category' if labels == 1 else 'categories'}",
        escaped(f"{dataset.first_date} to {dataset.last_date}") if dataset.first_date else "no dates",
    ]
    if dataset.rejected:
        parts.append(f"{dataset.rejected:,} {'line' if dataset.rejected == 1 else 'lines'} rejected")
    return " · ".join(parts)


def first_screen(explored: Explored) -> Explored:
    """Draw the two pictures beside each other; a click in one filters everything else.

    Returns ``explored`` with the dataset that was chosen to stand beside it.
    """
    left, right = st.columns([11, 13], gap="medium")
    bar, times = (column.container(horizontal=True, vertical_alignment="center") for column in (left, right))
    with bar:
        view = pick(
            st.segmented_control,
            "Categories",
            VIEWS,
            page=PAGE,
            name="view",
            required=True,
            label_visibility="collapsed",
            help="The raw categories, the groups of the chosen grouping, or the categories inside their groups.",
        )
    with times:
        how = over_time.choose()
        compared = beside.choose(explored)
    explored = replace(explored, against=beside.against(explored, compared))
    with left:
        if compared is None:
            spread(explored, view, log=_log_scale(bar, view))
        else:
            beside.draw(explored, compared, view, height=HEIGHT)
    with right:
        over_time.draw(explored, how, grouped=view == "grouped", height=HEIGHT)
    return explored


def _log_scale(bar: DeltaGenerator, view: str) -> bool:
    """Draw the choice of a logarithmic scale, which the URL holds too; nested bars add up, so they have none."""
    key = f"{PAGE}_log_scale"
    if key not in st.session_state:
        st.session_state[key] = value(PAGE, "log") == "on"
    log = bar.toggle("Log scale", key=key, disabled=view == "nested")
    remember(PAGE, "log", "on" if log else None)
    return log


def spread(explored: Explored, view: str, *, log: bool) -> None:
    """Draw how rows spread over the labels of ``view``: bars whose click puts a filter in force, or lifts it."""
    names = explored.table.categories
    counts = overview.counts_by_category(explored.table.category, explored.without("categories", "groups"), len(names))
    filters, group_of = explored.filters, explored.grouping.group_of
    options = {"palette": explored.palette, "selection": BAR, "also": ALSO}
    if view == "nested":
        shown, lines, left_out, of = _largest_within(overview.nested_distribution(names, counts, group_of))
        row = charts.fitting_row(lines, HEIGHT - AXIS)
        labels = [*shown["group"], *shown["category"]]
        chart = charts.nested_bars(shown, selected=filters.categories, groups=filters.groups, row=row, **options)
    else:
        grouped = view == "grouped"
        table = overview.distribution(names, counts, group_of if grouped else None)
        shown, left_out, of = overview.largest(table, MOST)
        labels = shown["label"].tolist()
        lines, row = len(shown), charts.fitting_row(len(shown), HEIGHT - AXIS)
        marked, title = (filters.groups, "group") if grouped else (filters.categories, "category")
        chart = charts.distribution_bars(shown, selected=marked, log=log, label_title=title, row=row, **options)
    drawn = lines * charts.drawn_row(labels, row)
    with st.container(height=min(HEIGHT, round(drawn) + AXIS + 6), border=False):
        event = st.altair_chart(
            chart,
            theme=None,
            on_select="rerun",
            key=chart_key(f"bars_{view}"),
            alt=f"Rows by category, {view}: bars, the largest first.",
        )
    figures(imbalance(overview.distribution(names, counts, group_of if view == "grouped" else None)["rows"]))
    others(left_out, of)
    for name, also in ((BAR, False), (ALSO, True)):
        if clicked := components.clicked(event, name):
            explored.narrow(**chosen(filters, clicked, view, also=also))


def _largest_within(table: pd.DataFrame) -> tuple[pd.DataFrame, int, int, int]:
    """Return the largest categories within their groups, the lines they take, and how many others have which rows."""
    small = table.sort_values("rows", ascending=False, kind="stable").index[MOST:]
    shown = table.drop(small)
    # A group of one category is one line.
    lines = len(shown) + int((shown["group"].value_counts() > 1).sum())
    return shown, lines, len(small), int(table.loc[small, "rows"].sum())


def chosen(filters: Filters, clicked: dict[str, str], view: str, *, also: bool) -> dict[str, tuple[str, ...]]:
    """Return the changes that a click on a bar of ``view`` makes; a category takes the place of groups, or they its."""
    category = clicked.get("category") if view == "nested" else clicked.get("label")
    if view == "grouped" or not category:
        group = clicked["label"] if view == "grouped" else clicked["group"]
        return {"groups": toggled(filters.groups, group, also=also), "categories": ()}
    return {"categories": toggled(filters.categories, category, also=also), "groups": ()}


def figures(found: Imbalance) -> None:
    """Say how unevenly the rows spread, with what each figure means beside the pointer."""
    if not found.labels:
        return
    # Of two that are nearly as large, "1 to 1" would say that they are.
    ratio = f"{found.ratio:,.0f}" if found.ratio >= 10 or found.ratio == 1 else f"{found.ratio:.1f}"
    evenness = f"{found.evenness:.3f}" if found.evenness is not None else "–"
    st.caption(
        f"Entropy {found.entropy:.2f} bits ({evenness}) · Gini {found.gini:.3f} · {ratio} to 1 · "
        f"effective {found.effective:.1f} of {found.labels:,}",
        help=(
            "**Entropy**: what is still to be told of a row's label when only the shares are known; in brackets as a "
            "share of its most, 1 where labels are equally large. **Gini**: 0 where labels are equally large, towards "
            "1 where one has nearly all rows. **To 1**: rows of the largest label to one of the smallest. "
            "**Effective**: so many equally large labels would have the same entropy."
        ),
    )


def others(labels: int, rows: int) -> None:
    """Say what is too small to be drawn."""
    if labels:
        st.caption(f"{labels:,} smaller ones with {rows:,} rows together are not drawn; filter by them in Records.")
