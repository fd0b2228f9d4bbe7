"""Evaluate: how good, on which classes, why wrong?"""

import streamlit as st

from core.data import datasets
from core.ui import cache, charts, components, evaluation_view, shell
from core.ui.selection import pick, remember, value

PAGE = "evaluate"
OWN = "its own test rows"
VIEWS = {"counts": "Counts", "by row": "By row", "errors": "Errors only"}

st.title("Evaluate")
run = shell.require_run()
grouping, palette = shell.chosen().grouping, shell.palette()
others = [one.name for one in datasets.list_all() if one.fingerprint != run.spec.fingerprint]
controls = st.container(horizontal=True, vertical_alignment="bottom")
view = pick(
    controls.segmented_control, "Matrix", list(VIEWS), page=PAGE, name="view", required=True, format_func=VIEWS.get
)
order = pick(controls.segmented_control, "Order", list(evaluation_view.ORDERS), page=PAGE, name="order", required=True)
on = pick(
    controls.selectbox,
    "Rows",
    [OWN, *others],
    page=PAGE,
    name="on",
    help="The test rows that training never saw, or all rows of another dataset.",
)
with shell.told():
    judged = cache.judged(run, grouping, None if on == OWN else datasets.load(on))

st.caption(
    f"Run **{run.id}** under **{components.escaped(grouping.name)}** on {components.escaped(judged.dataset)}: "
    f"{judged.metrics.rows:,} rows that training never saw."
)
if not judged.same_partition:
    st.warning(
        f"Started under grouping {components.escaped(run.spec.grouping.name)}, another partition than the one on "
        "screen. " + evaluation_view.why_still_right(run),
        icon=":material/difference:",
    )
evaluation_view.figures(judged.metrics)

left, right = st.columns([3, 2], gap="large")
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
    )
    event = st.altair_chart(chart, theme=None, on_select="rerun", key=f"evaluate_matrix_{view}_{order}")
    clicked = components.clicked(event, "cell")
    if clicked:
        pair = (clicked["true"], clicked["predicted"])
        remember(PAGE, "true", pair[0])
        remember(PAGE, "predicted", pair[1])
with right:
    st.subheader("Most confused", anchor=False)
    ticked = evaluation_view.confused_pairs(judged.metrics)
    if ticked and not clicked:
        pair = ticked
        remember(PAGE, "true", pair[0])
        remember(PAGE, "predicted", pair[1])
    st.subheader("Classes", anchor=False)
    evaluation_view.class_table(judged.metrics)

evaluation_view.headlines(judged, pair)
