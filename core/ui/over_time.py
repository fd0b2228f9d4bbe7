"""Labels over time on Explore's first screen: stacked shares, a heat map, and when each began and ended."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from core.data import timeline
from core.data.columns import month_number, month_text
from core.data.filters import FIRST_MONTH, LAST_MONTH, Filters, Months
from core.data.timeline import Timeline
from core.ui import charts, components
from core.ui.explored import PAGE, Explored, chart_key, go_to, toggled
from core.ui.selection import pick

CELL, SPAN, LABEL = "cell", "span", "label"
SHARE, HEAT, SPANS = "share", "heat map", "first and last"
# Colours that can be told apart.
COLOURS = 12
MOST = 42
LEAST_DRAG = 0.3  # months
# px below the pictures: axis and legend.
AXIS, LEGEND = 46, 46


def choose() -> str:
    """Draw the choice between the three pictures and return it."""
    return pick(
        st.segmented_control,
        "Over time",
        (HEAT, SHARE, SPANS),
        page=PAGE,
        name="time",
        required=True,
        label_visibility="collapsed",
        help="A heat map of the shares of each month; the same stacked; or the first and the last month of each.",
    )


def draw(explored: Explored, how: str, *, grouped: bool, height: int) -> None:
    """Draw the labels over time; a click or a drag filters everything else."""
    mask = explored.without("categories", "groups", "months")
    times = timeline.timeline(explored.table.category, explored.table.month, mask, explored.table.categories)
    if grouped:
        times = timeline.grouped(times, explored.grouping.group_of)
    if how == SPANS:
        _lifespans(explored, times, grouped=grouped, height=height)
    else:
        _months(explored, times, how, grouped=grouped, height=height)


def _months(explored: Explored, times: Timeline, how: str, *, grouped: bool, height: int) -> None:
    largest = largest_labels(times, COLOURS if how == SHARE else MOST)
    step = timeline.step_of(times.months)
    rest = int((times.counts.sum(axis=1) > 0).sum()) - len(largest)
    others = f"{rest:,} {'other' if rest == 1 else 'others'}"
    shown = timeline.bins(_with_others(times, largest, others) if how == SHARE else _only(times, largest), step)
    key = chart_key(f"time_{how.replace(' ', '_')}_{'groups' if grouped else 'categories'}")
    shown = _marked(shown, explored.filters, before(key, explored.filters), grouped=grouped)
    options = {"palette": explored.palette, "selection": CELL, "span": SPAN}
    if how == SHARE:
        chart = charts.stacked_shares(shown, largest, height=height - AXIS - 20, others=others, **options)
    else:
        row = charts.fitting_row(len(largest), height - AXIS - LEGEND)
        chart = charts.month_heat(shown, largest, row=row, **options)
        height = min(height, round(charts.drawn_row(largest, row) * len(largest)) + AXIS + LEGEND + 6)
    with st.container(height=height, border=False):
        event = st.altair_chart(chart, theme=None, on_select="rerun", key=key, alt=f"{how} of the rows by month.")
    st.caption(_said(times, step, len(largest) if how == HEAT else None))
    _follow(explored, event, key, others, grouped=grouped)


def before(key: str, filters: Filters) -> Months | None:
    """Return the months that were in force when the chart ``key`` was first drawn.

    A drag puts further months in force while its chart stays: drawn anew, it would end the drag.
    """
    return st.session_state.setdefault(f"{key}_before", (filters.months,))[0]


def _follow(explored: Explored, event: object, key: str, others: str, *, grouped: bool) -> None:
    """Put in force what was clicked or dragged over in the chart ``key``."""
    dragged, held = span(event), f"{key}_dragged"
    if dragged is not None:
        st.session_state[held] = True
        if dragged != explored.filters.months:
            go_to(replace(explored.filters, months=dragged), drawn_again=False)
    elif clicked := components.clicked(event, CELL):
        explored.narrow(**clicked_cell(explored.filters, clicked, others, grouped=grouped))
    elif st.session_state.pop(held, False):
        # The mark of the drag was taken away by a click beside it.
        explored.narrow(months=None)


def clicked_cell(filters: Filters, clicked: dict[str, str], others: str, *, grouped: bool) -> dict[str, object]:
    """Return the changes that a click on a cell makes: its label and its months, or neither when both are in force."""
    months, label = (clicked["first"], clicked["last"]), clicked["label"]
    field, other = ("groups", "categories") if grouped else ("categories", "groups")
    if label == others:
        return {"months": None if filters.months == months else months}
    if filters.months == months and getattr(filters, field) == (label,):
        return {"months": None, field: (), other: ()}
    return {"months": months, field: (label,), other: ()}


def span(event: object) -> Months | None:
    """Return the months that were dragged over, None where none are: those whose middle lies within the mark.

    A click leaves a mark without any width, which is no drag.
    """
    found = event["selection"].get(SPAN) if event else None  # type: ignore[index]
    if not found or not found.get("begin"):
        return None
    low, high = sorted(map(float, found["begin"]))
    if high - low < LEAST_DRAG:
        return None
    first, last = math.ceil(low - 0.5), math.floor(high - 0.5)
    if last < first:
        first = last = math.floor((low + high) / 2)
    return month_text(first), month_text(last)


def largest_labels(times: Timeline, count: int) -> list[str]:
    """Return the ``count`` labels with the most dated rows, the largest first."""
    totals = dict(zip(times.labels, times.counts.sum(axis=1).tolist(), strict=True))
    return sorted((label for label in totals if totals[label]), key=lambda label: (-totals[label], label))[:count]


def _only(times: Timeline, labels: Sequence[str]) -> Timeline:
    """Return ``times`` with the labels that are not drawn put together under a name that is not drawn either."""
    return _with_others(times, labels, "")


def _with_others(times: Timeline, labels: Sequence[str], others: str) -> Timeline:
    kept = set(labels)
    return timeline.grouped(times, lambda label: label if label in kept else others)


def _marked(shown: pd.DataFrame, filters: Filters, months: Months | None, *, grouped: bool) -> pd.DataFrame:
    """Return the bins as charts take them: with begin and end as numbers, when in words, and if they are marked."""
    labels = filters.groups if grouped else filters.categories
    first, last = months or (FIRST_MONTH, LAST_MONTH)
    inside = (shown["first"] >= first) & (shown["last"] <= last)
    if labels:
        inside &= shown["label"].isin(labels)
    same = shown["first"] == shown["last"]
    return shown[shown["label"] != ""].assign(
        begin=shown["first"].map(month_number),
        end=shown["last"].map(month_number) + 1,
        when=shown["first"].where(same, shown["first"] + " to " + shown["last"]),
        inside=inside,
    )


def _lifespans(explored: Explored, times: Timeline, *, grouped: bool, height: int) -> None:
    labels = set(largest_labels(times, MOST))
    found = timeline.lifespans(times)
    found = found[found["label"].isin(labels)].reset_index(drop=True)
    number = {name: found[name].map(month_number) for name in ("first", "last", "begins", "ends")}
    marks = [
        " and ".join(word for word, is_so in (("born", born), ("ended", ended)) if is_so)
        for born, ended in zip(found["born"], found["ended"], strict=True)
    ]
    found = found.assign(
        low=number["first"], high=number["last"] + 1, begin=number["begins"], end=number["ends"] + 1, mark=marks
    )
    filters = explored.filters
    row = charts.fitting_row(len(found), height - AXIS)
    chart = charts.lifespan_bars(
        found,
        palette=explored.palette,
        selection=LABEL,
        row=row,
        selected=filters.groups if grouped else filters.categories,
    )
    height = min(height, round(charts.drawn_row(found["label"], row) * len(found)) + AXIS + 6)
    key = chart_key(f"spans_{'groups' if grouped else 'categories'}")
    with st.container(height=height, border=False):
        event = st.altair_chart(chart, theme=None, on_select="rerun", key=key, alt="First and last month of each.")
    st.caption(
        f"Bar: all but 1 % of its rows at either end. Filled dot: born, {timeline.APART} months or more after the data "
        "begin; open dot: ended, as long before they end.",
        help=(
            "Both only where its share of the rows beyond is under a tenth of what it was: what goes on while all rows "
            f"get fewer has not ended. Labels of fewer than {timeline.FEWEST} rows are not marked."
        ),
    )
    if clicked := components.clicked(event, LABEL):
        field, other = ("groups", "categories") if grouped else ("categories", "groups")
        explored.narrow(**{field: toggled(getattr(filters, field), clicked["label"]), other: ()})


def _said(times: Timeline, step: int, drawn: int | None) -> str:
    """Return what the picture of the months leaves unsaid."""
    if not times.months:
        return f"{times.undated:,} rows, none with a date." if times.undated else "No row is in force."
    empty = int((times.counts.sum(axis=0) == 0).sum())
    parts = [f"By {timeline.NAMES[step]}; click a cell, or drag over a span"]
    if empty:
        parts.append(f"{empty:,} {'month' if empty == 1 else 'months'} without rows")
    if times.undated:
        parts.append(
            "1 row without a date is in none"
            if times.undated == 1
            else f"{times.undated:,} rows without a date are in none"
        )
    if drawn is not None and drawn < int((times.counts.sum(axis=1) > 0).sum()):
        parts.append(f"the {drawn:,} largest are drawn")
    return "; ".join(parts) + "."
