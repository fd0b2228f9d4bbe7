"""Which edit in progress this visit works on, and what it does to it: each step is on disk before it is drawn.

The draft's id is in the URL, so a reload, a colleague's browser or a new server finds the same edit.
The session holds only the draft as it was drawn last, to which the next step is done.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.data.datasets import Dataset
from core.errors import CopydeskError, InputError
from core.grouping import drafts, versions
from core.grouping.builtin import BUILTIN
from core.grouping.drafts import Draft
from core.grouping.grouping import Grouping
from core.ui.components import escaped
from core.ui.selection import SHARED, choose, remember, value

PAGE = "grouping"
DRAFT, OF, MESSAGES = "grouping_edit", "grouping_edit_of", "grouping_messages"


def current(newest: Grouping, dataset: Dataset) -> Draft:
    """Return the draft that this visit edits: that of the URL, else one of ``newest`` that begins with its first step.

    A draft from a link or the list chooses its own grouping in the sidebar; another grouping
    chosen there sets the draft aside, among the unsaved ones.
    """
    draft = _of_the_url()
    if draft is not None and st.session_state.get(OF) != (draft.id, newest.name):
        draft = _arrived_or_set_aside(draft, newest)
    if draft is None:
        draft = _begun(newest, dataset)
    st.session_state[DRAFT], st.session_state[OF] = draft, (draft.id, newest.name)
    return draft


def _of_the_url() -> Draft | None:
    """Return the draft that the URL names, as it is on disk by now; None when there is none (any more)."""
    draft_id = value(PAGE, "draft")
    if draft_id is None:
        return None
    try:
        return drafts.load(draft_id)
    except CopydeskError as error:
        remember(PAGE, "draft", None)
        _say(str(error), ":material/warning:")
        return None


def _arrived_or_set_aside(draft: Draft, newest: Grouping) -> Draft | None:
    """Return the draft if it is to be edited now, None if another grouping was chosen instead of it."""
    drawn_before = st.session_state.get(OF, ("", ""))[0] == draft.id
    if draft.base.name == newest.name:
        return draft
    if not drawn_before:
        if draft.base.name in BUILTIN or draft.base.name in versions.saved_names():
            choose(SHARED, "grouping", draft.base.name)
            st.session_state.pop(OF, None)
            st.rerun()
        return draft
    remember(PAGE, "draft", None)
    if draft.changed:
        _say(f"The edit of {draft.base.name} is kept under 'Drafts'.", ":material/inventory_2:")
    return None


def _begun(newest: Grouping, dataset: Dataset) -> Draft:
    """Return the draft without a step that was drawn last if it is of ``newest``, else a new one."""
    drawn = st.session_state.get(DRAFT)
    if drawn is not None and drawn.revision == 0 and drawn.base == newest and drawn.fingerprint == dataset.fingerprint:
        return drawn
    return drafts.begin(newest, dataset.fingerprint)


def drawn() -> Draft:
    """Return the draft that was drawn last, for what is done to it between two runs of the page."""
    return st.session_state[DRAFT]


def apply(draft: Draft, grouping: Grouping, what: str) -> Draft:
    """Do one step and keep it; the draft as it is when the step changes nothing."""
    after = draft.do(grouping, what)
    return draft if after is draft else _kept(after)


def undo(draft: Draft) -> Draft:
    """Take the last step back and keep that."""
    return _kept(draft.undo()) if draft.can_undo else draft


def redo(draft: Draft) -> Draft:
    """Do again what was undone last and keep that."""
    return _kept(draft.redo()) if draft.can_redo else draft


def _kept(draft: Draft) -> Draft:
    stored = drafts.store(draft)
    if stored.id != draft.id:
        _say(
            "This draft was edited elsewhere meanwhile. Yours goes on as a draft of its own; the other is kept under "
            "'Drafts'.",
            ":material/group:",
        )
    _edit(stored)
    return stored


def _edit(draft: Draft) -> None:
    """Go on with ``draft``, under the grouping that is chosen now."""
    remember(PAGE, "draft", draft.id)
    st.session_state[OF] = (draft.id, st.session_state.get(OF, ("", draft.base.name))[1])
    st.session_state[DRAFT] = draft


def resume(draft: Draft) -> None:
    """Edit ``draft`` from the next run on; what is edited now is kept."""
    st.session_state.pop(OF, None)
    remember(PAGE, "draft", draft.id)


def leave() -> None:
    """Edit the newest version of the chosen grouping from the next run on; the draft is kept among the unsaved."""
    remember(PAGE, "draft", None)
    st.session_state.pop(DRAFT, None)


def discard(draft: Draft) -> None:
    """Remove a draft for good; if it is the one that is edited, what is saved is shown in the next run."""
    drafts.discard(draft)
    if draft.id == drawn().id:
        leave()


def unsaved(draft: Draft) -> list[Draft]:
    """Return the other drafts that hold changes, the one that was edited last first."""
    return [other for other in drafts.list_all() if other.id != draft.id and other.changed]


def is_behind(draft: Draft, newest: Grouping) -> bool:
    """Tell whether somebody has saved another version of the draft's base since the edit began."""
    return draft.base.name == newest.name and draft.base != newest


def save(draft: Draft, name: str, note: str) -> Grouping:
    """Save ``draft`` as ``name``, choose it, and end the draft.

    Raises InputError when the name cannot be used, or somebody saved it since the draft began; the
    draft then stays as it is.
    """
    if not name:
        raise InputError("the grouping has no name; type one")
    expected = draft.base.version if name == draft.base.name and name not in BUILTIN else None
    if expected is None and name not in BUILTIN and versions.versions(name):
        raise InputError(f"grouping {name!r} exists already; choose it in the sidebar to edit it, or another name")
    grouping = replace(draft.grouping, name=name, version=None, note=note or draft.base.note)
    saved = versions.save(grouping, expected_version=expected or 0)
    drafts.discard(draft)
    leave()
    st.session_state.pop(OF, None)
    choose(SHARED, "grouping", saved.name)
    _say(f"Saved {saved.name} as version {saved.version}.", ":material/check:")
    return saved


def messages() -> None:
    """Say once what happened between the last run of the page and this one."""
    for text, icon in st.session_state.pop(MESSAGES, []):
        st.toast(escaped(text), icon=icon)


def _say(text: str, icon: str) -> None:
    st.session_state[MESSAGES] = [*st.session_state.get(MESSAGES, []), (text, icon)]
