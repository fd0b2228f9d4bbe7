"""Models: what do I have, what do I hand on?"""

import importlib

import streamlit as st

from core.runs import local
from core.ui import models_import, models_view, shell
from core.ui.models_view import PAGE
from core.ui.selection import pick

# Each part is a module of core.ui with draw(model), imported when it is opened.
PARTS = {
    "Card": "models_card",
    "Where from": "models_origin",
    "Files": "models_files",
    "Hand on": "models_export",
    "Score a file": "score_view",
}

shell.title("Models")
local.look()
found, kept = models_view.survey()
with st.container(horizontal=True, vertical_alignment="bottom"):
    show_retired = models_view.summary(found)
    models_import.button()
models_import.outcome()
listed = [one for one in found if show_retired or not one.retired]
if not listed:
    models_view.nothing(found)
    st.stop()
model = models_view.table(listed)
models_view.head(model, found, writable=kept)
part = pick(
    st.segmented_control, "More", list(PARTS), page=PAGE, name="part", required=True, label_visibility="collapsed"
)
with shell.told():
    importlib.import_module(f"core.ui.{PARTS[part]}").draw(model)
