"""From the studio to Train: the grouping saved, the form filled in, the target chosen with open eyes."""

from __future__ import annotations

import contextlib

import streamlit as st

from core.errors import CopydeskError
from core.grouping.drafts import Draft
from core.runs import store
from core.ui import run_actions, studio
from core.ui.components import escaped, table_key
from core.ui.selection import SHARED, choose

TARGETS = {
    "group": "Learns the groups themselves: what the classifier reaches on exactly this grouping, to be held against "
    "the figures foretold here. A later edit needs another training.",
    "category": "Learns the raw categories and adds up: it answers this and every later grouping without training "
    "again, and feeds this page. On large data it is usually the more accurate of the two.",
}
TARGET = "grouping_retrain_target"
TROUBLE = "grouping_retrain_trouble"
GO = "grouping_retrain_go"


def draw(draft: Draft, run: store.Run | None) -> None:
    """Draw the button that leads to Train with this grouping and, but for the target, the settings of ``run``."""
    if st.session_state.pop(GO, False):
        with contextlib.suppress(st.errors.StreamlitAPIException, KeyError):
            st.switch_page("pages/train.py")
    with st.popover("Retrain with this grouping", icon=":material/model_training:", width="stretch"):
        st.radio("Target", list(TARGETS), captions=list(TARGETS.values()), key=TARGET)
        # A key that holds what is suggested: the field of another draft begins with its own.
        key = table_key("grouping_retrain_name", [draft.base.name, draft.base.version, draft.name])
        if draft.changed:
            st.text_input("Saved first as", value=draft.name, key=key)
        if told := st.session_state.get(TROUBLE):
            st.warning(escaped(told), icon=":material/edit_note:")
        label = "Save and go to Train" if draft.changed else "Go to Train"
        st.button(label, type="primary", key="grouping_retrain", on_click=_fill, args=(draft, key, run))


def _fill(draft: Draft, name_key: str, run: store.Run | None) -> None:
    """Save the draft if it has changes, fill the form of Train, and go there in the next run of the page."""
    st.session_state.pop(TROUBLE, None)
    # What was typed last may come together with the click, after the run that drew the button.
    name = st.session_state[name_key].strip() if draft.changed else draft.base.name
    try:
        note = draft.note if name == draft.name else ""
        saved = studio.save(draft, name, note) if draft.changed else draft.base
    except CopydeskError as error:
        st.session_state[TROUBLE] = str(error)
        return
    if run is not None:
        run_actions.fill_form(run)
    choose(SHARED, "grouping", saved.name)
    choose(run_actions.PAGE, "target", st.session_state[TARGET])
    st.session_state[GO] = True
