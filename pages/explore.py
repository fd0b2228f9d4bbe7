"""Explore: what is in the data, and what is wrong with it?"""

import streamlit as st

from core.data import overview
from core.ui import cache, charts, components, explore_view, shell
from core.ui.selection import pick, remember, value

PAGE = "explore"
HEAD = 200

st.title("Explore")
dataset = shell.require_dataset()
grouping = shell.chosen().grouping
palette = shell.palette()
with shell.told():
    frame = cache.frame(dataset)

facts = st.columns(4)
facts[0].metric("Rows", f"{dataset.rows:,}")
facts[1].metric("Categories", f"{len(dataset.category_counts):,}")
facts[2].metric("Rejected lines", f"{dataset.rejected:,}")
facts[3].metric("Dates", components.years(dataset))
components.flaws(dataset)
shell.notice(dataset)

selected = value(PAGE, "label")
left, right = st.columns([3, 2], gap="large")
with left:
    controls = st.container(horizontal=True, vertical_alignment="bottom")
    view = pick(
        controls.segmented_control,
        "Categories",
        ["raw", "grouped", "nested"],
        page=PAGE,
        name="view",
        required=True,
        help="The raw categories, the groups of the chosen grouping, or the categories inside their groups.",
    )
    log = controls.toggle("Log scale", key="explore_log", disabled=view == "nested")
    if view == "nested":
        shown = overview.nested_distribution(frame, grouping.group_of)
        chart = charts.nested_bars(shown, palette=palette, selection="bar", selected=selected)
    else:
        shown = overview.distribution(frame, grouping.group_of if view == "grouped" else None)
        chart = charts.distribution_bars(shown, palette=palette, selection="bar", selected=selected, log=log)
    event = st.altair_chart(chart, theme=None, on_select="rerun", key=f"explore_chart_{view}")
    clicked = components.clicked(event, "bar")

with right:
    if clicked:
        selected = clicked.get("label") or clicked.get("category") or clicked.get("group")
        remember(PAGE, "label", selected)
    records = explore_view.with_label(frame, selected, grouping) if selected else frame
    title, clear = st.columns([3, 1], vertical_alignment="center")
    title.subheader(selected if selected else "All records", anchor=False)
    if selected and clear.button("Show all", key="explore_clear"):
        remember(PAGE, "label", None)
        st.rerun()
    shown_rows = min(HEAD, len(records))
    st.caption(f"{len(records):,} of {len(frame):,} rows; the first {shown_rows:,} are listed.")
    st.dataframe(
        records[["headline", "short_description", "category", "date"]].head(HEAD),
        hide_index=True,
        height=460,
        column_config={
            "headline": st.column_config.TextColumn("Headline", width="large"),
            "short_description": "Description",
            "category": "Category",
            "date": st.column_config.DateColumn("Date", format="YYYY-MM-DD"),
        },
    )

missing, columns, lengths, head, rejected = st.tabs(["Missing", "Columns", "Describe", "Head", "Rejected lines"])
with missing:
    st.caption("Missing: no value at all. Empty: a text without a character. Neither keeps a record from training.")
    absences = explore_view.absences(overview.missing(frame))
    st.altair_chart(charts.share_bars(absences, palette=palette), theme=None)
with columns:
    explore_view.columns_table(overview.columns_overview(frame))
with lengths:
    explore_view.lengths_table(overview.describe(frame), overview.describe_dates(frame))
with head:
    st.dataframe(frame.head(20), hide_index=True)
with rejected:
    explore_view.rejected_lines(dataset)
