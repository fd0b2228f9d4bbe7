"""Explore: what is in the data, and what is wrong with it?"""

import streamlit as st

from core.ui import cache, charts, components, explore_view, shell
from core.ui.selection import pick, remember, value

PAGE = "explore"
HEAD = 200

shell.title("Explore")
dataset = shell.require_dataset()
grouping = shell.chosen().grouping
palette = shell.palette()
with shell.told():
    frame, tables = cache.frame(dataset), cache.tables(dataset)

components.dataset_facts(dataset)

selected = explore_view.asked(value(PAGE, "category"), value(PAGE, "group"))
if not explore_view.is_known(selected, dataset.category_counts, grouping):
    selected = explore_view.Selected()
left, right = st.columns(2, gap="medium")
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
    chart = explore_view.spread_chart(frame, grouping, view, selected, log=log, palette=palette)
    alt = f"Rows by category, {view}: bars, the largest first."
    event = st.altair_chart(chart, theme=None, on_select="rerun", key=explore_view.chart_key(view), alt=alt)
    if clicked := components.clicked(event, explore_view.BAR):
        selected = explore_view.clicked_label(clicked, view)
        remember(PAGE, "category", selected.category)
        remember(PAGE, "group", selected.group)

with right:
    records = explore_view.records_of(frame, selected, grouping)
    title, clear = st.columns([3, 1], vertical_alignment="center")
    title.subheader(components.escaped(selected.name or "All records"), anchor=False)
    if selected.name and clear.button("Show all", key="explore_clear"):
        explore_view.forget_click()
        remember(PAGE, "category", None)
        remember(PAGE, "group", None)
        st.rerun()
    shown_rows = min(HEAD, len(records))
    st.caption(f"{len(records):,} of {len(frame):,} rows; the first {shown_rows:,} are listed.")
    st.dataframe(
        records[["headline", "short_description", "category", "date"]].head(HEAD),
        hide_index=True,
        height=640,
        column_order=["category", "headline", "date", "short_description"],
        column_config={
            "headline": st.column_config.TextColumn("Headline", width=330),
            "short_description": "Description",
            "category": "Category",
            "date": st.column_config.DateColumn("Date", format="YYYY-MM-DD"),
        },
    )

missing, columns, lengths, head, rejected = st.tabs(["Missing", "Columns", "Describe", "Head", "Rejected lines"])
with missing:
    st.caption("Missing: no value at all. Empty: a text without a character. Neither keeps a record from training.")
    st.altair_chart(charts.share_bars(tables.missing, palette=palette), theme=None)
with columns:
    explore_view.columns_table(tables.columns)
with lengths:
    explore_view.lengths_table(tables.lengths, tables.dates)
with head:
    st.dataframe(frame.head(20), hide_index=True)
with rejected:
    explore_view.rejected_lines(dataset)
