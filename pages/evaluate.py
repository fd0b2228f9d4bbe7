"""Evaluate: how good, on which classes, why wrong?"""

import streamlit as st

from core.data import datasets
from core.ui import (
    cache,
    compare_view,
    confidence_view,
    confusion_view,
    errors_view,
    evaluation_view,
    labels_view,
    report_view,
    shell,
    slices_view,
    why_view,
)
from core.ui.selection import coming, pick

PAGE = "evaluate"
OWN = "its own test rows"
PARTS = ("Errors", "Why wrong", "Labels", "Confidence", "Slices", "Compare", "Report")

st.html(evaluation_view.STYLE)
head = st.container(horizontal=True, vertical_alignment="bottom", key=evaluation_view.HEAD)
with head.container(width="content"):
    shell.title("Evaluate")
run = shell.require_run()
grouping, palette = shell.chosen().grouping, shell.palette()
others = [one.name for one in datasets.list_all() if one.fingerprint != run.spec.fingerprint]
with head:
    on = pick(
        st.selectbox,
        "Judged on",
        [OWN, *others],
        page=PAGE,
        name="on",
        width=172,
        format_func=lambda name: f"on {name}",
        label_visibility="collapsed",
    )
with shell.told():
    # Judged whole if it is another one than the run was trained on.
    whole = None if on == OWN else datasets.load(on)
fingerprint = whole.fingerprint if whole else run.spec.fingerprint
with head:
    other = compare_view.chosen_run(run, fingerprint, optional=coming(PAGE, "part") != "Compare")
    shown = evaluation_view.shown_grouping(run, grouping)
    folded = st.container(width="content")
with shell.told():
    judged = cache.judged(run, shown, whole)
dataset = datasets.by_fingerprint(judged.fingerprint)
compared = evaluation_view.beside(other, shown, whole)
frame = evaluation_view.figures_frame(run, judged, compared)
evaluation_view.provenance(run, judged, grouping)
evaluation_view.figures(run, judged, frame, other if compared else None)
with folded:
    evaluation_view.all_figures(judged, frame, compared=compared is not None)

part = pick(
    st.segmented_control,
    "Part",
    PARTS,
    page=PAGE,
    name="part",
    required=True,
    label_visibility="collapsed",
    format_func=lambda name: "Matrix and errors" if name == "Errors" else name,
)
if part == "Errors":
    confusion_view.draw(run, judged, dataset, grouping, palette)
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
    compare_view.draw(run, other, shown, whole, palette)
elif part == "Report":
    report_view.draw(run, judged, other, shown, whole)
