"""Grouping: what if I merge these? Edit on the board, see at once what it does to the classifier."""

import streamlit as st

from core.ui import (
    cache,
    components,
    diff_view,
    frontier_view,
    grouping_editor,
    retrain,
    shell,
    studio,
    suggestions_view,
    versions_view,
    whatif_view,
)
from core.ui.selection import pick

PAGE = "grouping"
VIEWS = ["Suggestions", "Frontier", "Diff", "Rows that flip", "Foretold and reached", "Versions and files"]

shell.title("Grouping")
dataset = shell.require_dataset()
chosen = shell.chosen()
draft = studio.current(chosen.grouping, dataset)
edited, saved = draft.grouping, draft.base
components.notice(dataset)

left, right = st.columns([2, 1], gap="medium")
with left:
    grouping_editor.draw(draft, chosen.grouping, dataset, cache.examples(dataset))
with right:
    st.subheader("What if", anchor=False)
    figures, below = st.container(), st.container()
    run = whatif_view.choose_run(dataset, chosen.run)
    found = None
    if run is None:
        st.write("No finished run of this dataset yet. Train one: then each edit shows here what it does.")
        components.link("pages/train.py", "Go to Train")
    else:
        baseline = whatif_view.choose_baseline(saved)
        with figures:
            found = whatif_view.panel(run, edited, saved, baseline)
        whatif_view.trust(run)
    with below:
        retrain.draw(draft, run)

take = grouping_editor.take
view = pick(st.segmented_control, "Below", VIEWS, page=PAGE, name="view", required=True, label_visibility="collapsed")
if view == "Versions and files":
    versions_view.draw(edited, dataset, take=take)
elif view == "Diff":
    diff_view.draw_chosen(edited, dataset, run, palette=shell.palette())
elif run is None:
    st.write("This needs a finished run of target category.")
elif view == "Suggestions":
    suggestions_view.draw(run, dataset, edited, palette=shell.palette(), take=take)
elif view == "Frontier":
    frontier_view.draw(run, dataset, edited, palette=shell.palette(), take=take)
elif view == "Foretold and reached":
    whatif_view.retrained(run, edited)
elif found is not None:
    whatif_view.flips(run, found)
else:
    st.write("The run cannot answer both the saved and the edited grouping, so nobody can tell which rows flip.")
studio.messages()
