"""Classify: what is this, and why?"""

import streamlit as st

from core.ui import cache, charts, classify_view, shell
from core.ui.selection import remember, value

PAGE = "classify"

shell.title("Classify")
shell.require_run()
chosen = shell.chosen()
runs = {run.id: run for run in shell.finished_runs()}

left, right = st.columns([2, 3], gap="large")
with left:
    selected = st.multiselect(
        "Models",
        list(runs),
        default=classify_view.asked_runs(value(PAGE, "models"), runs, chosen.run),
        format_func=lambda run_id: shell.run_label(runs[run_id]),
        key="classify_models",
        help="Several models answer side by side.",
    )
    remember(PAGE, "models", ",".join(selected) or None)
    with st.form("classify_form", border=False):
        headline = st.text_input("Headline", value=value(PAGE, "headline") or "", key="classify_headline")
        description = st.text_area(
            "Description (optional)", value=value(PAGE, "description") or "", key="classify_description", height=90
        )
        st.form_submit_button("Classify", type="primary", icon=":material/label:")

remember(PAGE, "headline", headline or None)
remember(PAGE, "description", description or None)
with right:
    if not selected:
        st.info("Choose at least one model on the left.", icon=":material/arrow_back:")
        st.stop()
    if not headline.strip():
        st.subheader("What is this about?", anchor=False)
        st.write("Paste a headline on the left; the answer appears here with all probabilities and the time it took.")
        st.stop()
    with shell.told():
        models = [cache.model(runs[run_id]) for run_id in selected]
        answers = classify_view.answers(models, headline, description, chosen.grouping)
    classify_view.verdicts(models, answers)
    chart = charts.probability_bars(classify_view.bars_frame(models, answers), palette=shell.palette())
    st.altair_chart(chart, theme=None, key="classify_chart", alt="Probability of each label, as bars.")
    classify_view.reasons(models, answers)
