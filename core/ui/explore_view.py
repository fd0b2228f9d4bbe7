"""The parts of Explore: the bars, the records of one bar, and the tables about columns and lengths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import altair as alt
import pandas as pd
import streamlit as st

from core.data import datasets, overview
from core.grouping.grouping import Grouping
from core.ui import cache, charts
from core.ui.shell import palette
from core.ui.theme import Palette

BAR = "bar"
NONCE = "explore_nonce"


@dataclass(frozen=True)
class Selected:
    """The bar that was clicked: a category, or a group with all of its categories; or none."""

    category: str | None = None
    group: str | None = None

    @property
    def name(self) -> str | None:
        """What the bar is called."""
        return self.category or self.group


def asked(category: str | None, group: str | None) -> Selected:
    """Return what the URL or this visit asks for; a category goes before a group."""
    return Selected(category=category) if category else Selected(group=group)


def is_known(selected: Selected, categories: Iterable[str], grouping: Grouping) -> bool:
    """Tell whether the dataset has the bar that a link asks for; true when it asks for none."""
    names = list(categories)
    return (selected.category is None or selected.category in names) and (
        selected.group is None or selected.group in grouping.labels(names)
    )


def clicked_label(clicked: Mapping[str, str], view: str) -> Selected:
    """Return what a click on a bar of ``view`` selects; the nested view has both kinds of bars."""
    if view == "nested":
        return asked(clicked.get("category") or None, clicked.get("group"))
    return Selected(group=clicked["label"]) if view == "grouped" else Selected(category=clicked["label"])


def spread_chart(
    frame: pd.DataFrame, grouping: Grouping, view: str, selected: Selected, *, log: bool, palette: Palette
) -> alt.TopLevelMixin:
    """Return the bars of the view: raw categories, groups, or the one inside the other."""
    if view == "nested":
        shown = overview.nested_distribution(frame, grouping.group_of)
        return charts.nested_bars(shown, palette=palette, selection=BAR, selected=selected.category)
    grouped = view == "grouped"
    shown = overview.distribution(frame, grouping.group_of if grouped else None)
    mark = selected.group if grouped else selected.category
    title = "group" if grouped else "category"
    return charts.distribution_bars(shown, palette=palette, selection=BAR, selected=mark, log=log, label_title=title)


def records_of(frame: pd.DataFrame, selected: Selected, grouping: Grouping) -> pd.DataFrame:
    """Return the records behind the bar, all of them when there is none."""
    if selected.name is None:
        return frame
    wanted = [
        category
        for category in frame["category"].cat.categories
        if (category == selected.category if selected.category else grouping.group_of(category) == selected.group)
    ]
    return frame[frame["category"].isin(wanted)]


def chart_key(view: str) -> str:
    """Return the chart's key; a new one after `forget_click`, since a chart keeps its click under a key."""
    return f"explore_chart_{view}_{st.session_state.get(NONCE, 0)}"


def forget_click() -> None:
    """Let the chart start again without a click."""
    st.session_state[NONCE] = st.session_state.get(NONCE, 0) + 1


def _missing(dataset: datasets.Dataset, frame: pd.DataFrame) -> None:
    """Draw how much is missing or empty in each column."""
    st.caption("Missing: no value at all. Empty: a text without a character. Neither keeps a record from training.")
    st.altair_chart(charts.share_bars(overview.missing(frame), palette=palette()), theme=None)


def _columns(dataset: datasets.Dataset, frame: pd.DataFrame) -> None:
    """Draw what pandas' info says, a row a column."""
    table = cache.columns_overview(dataset)
    count = st.column_config.NumberColumn
    st.dataframe(
        table.assign(memory_bytes=table["memory_bytes"] / 1e6),
        hide_index=True,
        column_config={
            "column": "Column",
            "type": "Type",
            "non_null": count("Non-null", format="localized"),
            "missing": count("Missing", format="localized"),
            "empty": count("Empty", format="localized"),
            "memory_bytes": count("Memory, MB", format="%.1f"),
            "distinct": count("Distinct", format="localized"),
        },
    )


def _describe(dataset: datasets.Dataset, frame: pd.DataFrame) -> None:
    """Draw how long the texts are and how the dates spread."""
    st.caption("Lengths of headline and description.")
    number = st.column_config.NumberColumn
    columns = {name: number(name, format="%.1f") for name in ("mean", "std", "min", "25%", "50%", "75%", "max")}
    st.dataframe(
        cache.describe(dataset),
        hide_index=True,
        column_config={"text": "Text", "unit": "Unit", "count": number("Count", format="localized"), **columns},
    )
    spread = {
        name: f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else f"{value:,}" if value is not None else "none"
        for name, value in overview.describe_dates(frame).items()
    }
    st.caption("Dates")
    st.dataframe(pd.DataFrame([spread]), hide_index=True)


def _head(dataset: datasets.Dataset, frame: pd.DataFrame) -> None:
    """Draw the first rows with all columns."""
    st.dataframe(frame.head(20), hide_index=True)


def _rejected(dataset: datasets.Dataset, frame: pd.DataFrame) -> None:
    """List the lines of the file that could not be used, with the reason."""
    if not dataset.rejected:
        st.write("Every line of the file was used.")
        return
    lines = datasets.rejected(dataset, 1000)
    st.caption(f"{dataset.rejected:,} lines could not be used; the first {len(lines):,} are listed.")
    st.dataframe(
        pd.DataFrame(lines),
        hide_index=True,
        column_config={"line": "Line", "reason": "Reason", "text": "Text"},
    )


TABS = {"Missing": _missing, "Columns": _columns, "Describe": _describe, "Head": _head, "Rejected lines": _rejected}
