"""Explore: what is in the data, and what is wrong with it?"""

import streamlit as st

from core.ui import cache, components, explore_view, shell
from core.ui.selection import pick, remember, value

PAGE = "explore"
HEAD = 200

shell.title("Explore")
dataset = shell.require_dataset()
grouping = shell.chosen().grouping
palette = shell.palette()
with shell.told():
    frame = cache.frame(dataset)

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

# A tab is drawn when it is opened: the tables about 200,000 rows cost most of a second the first time.
tabs = st.tabs(list(explore_view.TABS), key="explore_tabs", on_change="rerun")
for tab, draw in zip(tabs, explore_view.TABS.values(), strict=True):
    if tab.open:
        with tab, shell.told():
            draw(dataset, frame)
