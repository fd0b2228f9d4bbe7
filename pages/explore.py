"""Explore: what is in the data, and what is wrong with it?"""

import importlib

import streamlit as st

from core.ui import components, explore_view, shell
from core.ui.explored import asked, explored, keep, known, searchable
from core.ui.selection import pick

PAGE = "explore"
# Each part is a module of core.ui with draw(explored), imported when it is opened.
PARTS = {
    "Records": "records_view",
    "Words": "words_view",
    "Quality": "quality_view",
    "Drift": "drift_view",
    "Lengths": "lengths_view",
    "Columns": "columns_view",
}

shell.title("Explore")
dataset = shell.require_dataset()
grouping = shell.chosen().grouping
filters, problems = asked()
filters, absent = known(filters, dataset, grouping)
problems += [f"{name} is no label of {dataset.name} under {grouping.name}; it is left out" for name in absent]
with shell.told():
    filters, too_costly = searchable(filters, dataset, grouping)
    problems += too_costly
    if problems:
        # Said once: what is not in force does not stay in the URL.
        keep(filters)
        for problem in problems:
            st.warning(components.escaped(problem))
    shown = explored(dataset, grouping, filters, shell.palette())
    explore_view.chips(shown)
    shown = explore_view.first_screen(shown)

part = pick(
    st.segmented_control, "More", list(PARTS), page=PAGE, name="part", required=True, label_visibility="collapsed"
)
with shell.told():
    importlib.import_module(f"core.ui.{PARTS[part]}").draw(shown)
components.notice(dataset)
