"""Train: start it, watch it, compare it."""

import streamlit as st

from core.runs import local, store
from core.ui import components, run_form, run_view, runs_list, shell
from core.ui.run_actions import PAGE, WATCH
from core.ui.selection import value

shell.title("Train")
local.look()
dataset = shell.require_dataset()
components.notice(dataset)

left, right = st.columns([2, 3], gap="large")
with left:
    run_form.draw(dataset, shell.chosen().grouping)
with right:
    watched = run_view.found(value(PAGE, WATCH)) or next(iter(store.list_all()), None)
    run_view.draw(watched, shell.palette())
runs_list.draw()
