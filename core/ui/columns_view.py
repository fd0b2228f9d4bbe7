"""Columns in Explore: the first rows, info and describe, what is missing by column and by category, rejected lines."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from core.data import datasets
from core.data import filters as filtering
from core.data.column_facts import describe_dates
from core.data.gaps import gaps, gaps_by_label
from core.runs.wording import size
from core.ui import cache_explore, charts, components
from core.ui.explored import PAGE, Explored, chart_key
from core.ui.selection import pick

GAP = "gap"
HEAD = 20
# Of more rows, texts are compared when somebody asks for it.
AT_ONCE = 1_000_000
SLOW = "Reads every text: some seconds at millions of rows, the first time."
MOST = 60
NAMES = {
    "headline": "Headline",
    "short_description": "Description",
    "category": "Category",
    "date": "Date",
    "link": "Link",
    "authors": "Authors",
}


def draw(explored: Explored) -> None:
    """Draw the part that the person chose."""
    parts = tuple(PARTS)
    part = pick(
        st.segmented_control,
        "Of the columns",
        parts,
        page=PAGE,
        name="table",
        required=True,
        label_visibility="collapsed",
    )
    PARTS[part](explored)


def _head(explored: Explored) -> None:
    rows = explored.table.positions(explored.mask, 0, HEAD, "row")
    st.caption(f"The first {len(rows):,} of {explored.rows:,} rows, all columns.")
    st.dataframe(
        explored.table.records(rows),
        column_config={
            "_index": st.column_config.NumberColumn("Row", format="localized"),
            **NAMES,
            "date": st.column_config.DateColumn("Date", format="YYYY-MM-DD"),
        },
    )


def _info(explored: Explored) -> None:
    table = cache_explore.info(explored.dataset)
    count = st.column_config.NumberColumn
    disk, memory = int(table["disk_bytes"].sum()), int(table["memory_bytes"].sum())
    unit, factor = ("MB", 1e6) if disk >= 1e7 else ("kB", 1e3)
    st.dataframe(
        table.assign(disk_bytes=table["disk_bytes"] / factor, memory_bytes=table["memory_bytes"] / factor),
        hide_index=True,
        column_config={
            "column": "Column",
            "type": "Type",
            "non_null": count("Non-null", format="localized"),
            "missing": count("Missing", format="localized"),
            "disk_bytes": count(f"On disk, {unit}", format="%.1f"),
            "memory_bytes": count(f"In memory, {unit}", format="%.1f"),
        },
    )
    st.caption(
        f"Of all {explored.dataset.rows:,} rows, whatever is filtered. In memory: {size(memory)} uncompressed, with "
        f"texts that repeat stored once; {size(disk)} on disk. A pandas frame of Python texts takes several times "
        "as much."
    )


def _describe(explored: Explored) -> None:
    days = describe_dates(explored.table.day[explored.mask])
    st.caption(f"Dates of the {explored.rows:,} rows shown.")
    spread = {
        name: f"{one:,}" if isinstance(one, int) else one if one is not None else "none" for name, one in days.items()
    }
    st.dataframe(pd.DataFrame([spread]), hide_index=True)
    st.caption("Texts of all rows: how many there are, how many differ, and the commonest with its rows.")
    if explored.dataset.rows > AT_ONCE and not st.button("Compare all texts", key=f"{PAGE}_compare", help=SLOW):
        return
    count = st.column_config.NumberColumn
    st.dataframe(
        cache_explore.described(explored.dataset).replace({"top": {"": "(empty)"}}),
        hide_index=True,
        column_config={
            "column": "Column",
            "count": count("Count", format="localized"),
            "unique": count("Unique", format="localized"),
            "top": st.column_config.TextColumn("Top", width="large"),
            "freq": count("Freq", format="localized"),
        },
    )


def _missing(explored: Explored) -> None:
    filters, group_of = explored.filters, explored.grouping.group_of
    own = explored.without("lacking")
    found = gaps(explored.table, own)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.subheader("By column", anchor=False)
        chart = charts.share_bars(found.replace({"column": NAMES}), palette=explored.palette, selection=GAP)
        event = st.altair_chart(chart, theme=None, on_select="rerun", key=chart_key("gaps"), alt="Gaps by column.")
        st.caption(
            "Missing: no value at all. Empty: a text of nothing but white space. Neither keeps a record from training."
        )
    if clicked := components.clicked(event, GAP):
        column = next(field for field, name in NAMES.items() if name == clicked["column"])
        lacking = (f"{column}:{clicked['kind']}",)
        if lacking[0] in filtering.LACKING:
            explored.narrow(lacking=() if filters.lacking == lacking else lacking)
    with right:
        by = pick(
            st.segmented_control,
            "By",
            ("category", "group"),
            page=PAGE,
            name="by",
            required=True,
            label_visibility="collapsed",
        )
        cells = gaps_by_label(
            explored.table,
            explored.without("lacking", "categories", "groups"),
            group_of if by == "group" else (lambda category: category),
        )
        if cells.empty:
            st.write("No row lacks anything.")
            return
        labels = list(dict.fromkeys(cells["label"]))
        drawn = cells[cells["label"].isin(labels[:MOST])]
        field, other = ("groups", "categories") if by == "group" else ("categories", "groups")
        chart = charts.gap_heat(
            drawn.assign(gap=drawn["column"].map(NAMES) + " " + drawn["kind"]),
            palette=explored.palette,
            selection=GAP,
            chosen=(getattr(filters, field), filters.lacking),
        )
        event = st.altair_chart(chart, theme=None, on_select="rerun", key=chart_key(f"gaps_{by}"), alt="Gaps by label.")
        if len(labels) > MOST:
            st.caption(f"The {MOST:,} largest of {len(labels):,} are drawn.")
        if clicked := components.clicked(event, GAP):
            lacking = (f"{clicked['column']}:{clicked['kind']}",)
            same = getattr(filters, field) == (clicked["label"],) and filters.lacking == lacking
            explored.narrow(
                **{field: () if same else (clicked["label"],), other: (), "lacking": () if same else lacking}
            )


def _rejected(explored: Explored) -> None:
    """List the lines of the file that could not be used, with the reason."""
    dataset = explored.dataset
    if not dataset.rejected:
        st.write("Every line of the file was used.")
        return
    lines = datasets.rejected(dataset, 1000)
    reasons = "; ".join(f"{count:,} × {reason}" for reason, count in dataset.rejected_reasons.items())
    st.caption(
        f"{dataset.rejected:,} lines could not be used: {components.escaped(reasons)}. "
        f"The first {len(lines):,} are listed."
    )
    st.dataframe(
        pd.DataFrame(lines), hide_index=True, column_config={"line": "Line", "reason": "Reason", "text": "Text"}
    )


PARTS: dict[str, Callable[[Explored], None]] = {
    "Head": _head,
    "Info": _info,
    "Describe": _describe,
    "Missing": _missing,
    "Rejected lines": _rejected,
}
