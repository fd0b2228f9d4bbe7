"""Evaluate: how good, on which classes, why wrong?"""

import streamlit as st

from core.data import datasets
from core.ui import cache, charts, components, evaluation_view, shell
from core.ui.selection import pick, remember, value

PAGE = "evaluate"
OWN = "its own test rows"
VIEWS = {"counts": "Counts", "by row": "By row", "errors": "Errors only"}

shell.title("Evaluate")
run = shell.require_run()
grouping, palette = shell.chosen().grouping, shell.palette()
figures = st.container()
others = [one.name for one in datasets.list_all() if one.fingerprint != run.spec.fingerprint]
with st.container(horizontal=True, vertical_alignment="bottom"):
    view = pick(
        st.segmented_control, "Matrix", list(VIEWS), page=PAGE, name="view", required=True, format_func=VIEWS.get
    )
    order = pick(st.segmented_control, "Order", list(evaluation_view.ORDERS), page=PAGE, name="order", required=True)
    on = pick(
        st.selectbox,
        "Rows",
        [OWN, *others],
        page=PAGE,
        name="on",
        width=260,
        help="The test rows that training never saw, or all rows of another dataset.",
    )
with shell.told():
    judged = cache.judged(run, grouping, None if on == OWN else datasets.load(on))
with figures:
    evaluation_view.provenance(run, judged)
    evaluation_view.figures(judged.metrics)

# A matrix of many labels needs the whole width; the tables then stand below it, side by side.
wide = len(judged.metrics.labels) > evaluation_view.MANY
left, right = (st.container(), st.container()) if wide else st.columns([5, 4], gap="medium")
labels = evaluation_view.ordered(judged.metrics, order)
pair = evaluation_view.asked_pair(value(PAGE, "true"), value(PAGE, "predicted"), labels)
with left:
    chart = charts.confusion_matrix(
        evaluation_view.cells(judged.metrics),
        labels,
        value="row_share" if view == "by row" else "rows",
        kind="errors" if view == "errors" else "confusion",
        palette=palette,
        selection="cell",
        selected=pair,
        noun="category" if judged.grouping.name == "raw" else "group",
    )
    alt = f"Confusion matrix of {len(labels)} classes; its largest errors stand in the table Most confused."
    event = st.altair_chart(chart, theme=None, on_select="rerun", key=f"evaluate_matrix_{view}_{order}", alt=alt)
    cell = components.clicked(event, "cell")
with right:
    found = st.container()
    pairs, classes = st.columns(2, gap="medium") if wide else (st.container(), st.container())
with pairs:
    st.subheader("Most confused", anchor=False)
    ticked = evaluation_view.confused_pairs(judged.metrics)
pair = evaluation_view.newest_pair(cell, ticked, labels) or pair
if pair:
    remember(PAGE, "true", pair[0])
    remember(PAGE, "predicted", pair[1])
with classes:
    st.subheader("Classes", anchor=False)
    evaluation_view.class_table(judged.metrics)

# What a click asks for stands beside the matrix, in the first screen.
with found:
    evaluation_view.headlines(judged, pair)
