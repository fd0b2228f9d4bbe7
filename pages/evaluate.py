"""Evaluate: how good, on which classes, why wrong?"""

import streamlit as st

from core.data import datasets
from core.ui import (
    cache,
    compare_view,
    confidence_view,
    errors_view,
    evaluation_view,
    labels_view,
    report_view,
    shell,
    slices_view,
    why_view,
)
from core.ui.selection import pick

PAGE = "evaluate"
OWN = "its own test rows"
PARTS = ("Errors", "Why wrong", "Labels", "Confidence", "Slices", "Compare", "Report")

shell.title("Evaluate")
run = shell.require_run()
grouping, palette = shell.chosen().grouping, shell.palette()
others = [one.name for one in datasets.list_all() if one.fingerprint != run.spec.fingerprint]
with st.container(horizontal=True, vertical_alignment="bottom"):
    on = pick(
        st.selectbox,
        "Judged on",
        [OWN, *others],
        page=PAGE,
        name="on",
        width=260,
        help="The test rows that training never saw, or all rows of another dataset.",
    )
    shown = evaluation_view.shown_grouping(run, grouping)
    folded = st.container(width="content")
with shell.told():
    # Judged whole if it is another one than the run was trained on.
    whole = None if on == OWN else datasets.load(on)
    judged = cache.judged(run, shown, whole)
dataset = datasets.by_fingerprint(judged.fingerprint)
compared = evaluation_view.against(run, judged, shown, whole)
evaluation_view.provenance(run, judged, grouping)
evaluation_view.figures(run, judged, compared)
with folded:
    evaluation_view.all_figures(run, judged, compared)

evaluation_view.drop_unknown(judged)
# A matrix of many labels needs the whole width and the height of a screen: what a click asks for then
# stands above it, and the tables below, side by side. Else all of them stand beside it.
wide = len(judged.metrics.labels) > evaluation_view.MANY
above = st.container()
left, right = (st.container(), st.container()) if wide else st.columns([5, 4], gap="medium")
with left:
    cell = evaluation_view.matrix(run, judged, grouping, palette)
with right:
    found = above if wide else st.container()
    pairs, classes = st.columns(2, gap="medium") if wide else (st.container(), st.container())
with pairs:
    st.subheader("Most confused", anchor=False)
    pair = evaluation_view.confused_pairs(judged.metrics)
with classes:
    st.subheader("Classes", anchor=False)
    label = evaluation_view.class_table(judged.metrics)
evaluation_view.choose_newest(cell, pair, label)
with found:
    evaluation_view.glance(run, judged, dataset, wide=wide)

part = pick(st.segmented_control, "More", PARTS, page=PAGE, name="part", required=True, label_visibility="collapsed")
if part == "Errors":
    errors_view.draw(run, judged, dataset, palette)
elif part == "Why wrong":
    why_view.draw(run, judged, whole, palette=palette)
elif part == "Labels":
    labels_view.draw(run, judged, dataset, palette)
elif part == "Confidence":
    confidence_view.draw(run, judged, whole, palette)
elif part == "Slices":
    slices_view.draw(run, judged, whole, palette)
elif part == "Compare":
    compare_view.draw(run, judged, shown, whole, palette)
elif part == "Report":
    report_view.draw(run, judged, shown, whole, palette)
