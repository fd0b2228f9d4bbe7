"""Which edit in progress this visit works on, and what it does to it: each step is on disk before it is drawn.

The draft's id is in the URL, so a reload, a colleague's browser or a new server finds the same edit.

When the next click is there already, Streamlit breaks off a run, or a callback, at any touch of its
session or its URL, and until then lets it go on beside the next one, in a thread of its own. So what
belongs together is changed under the lock of one `Desk`, which the session holds and which is touched
like any other object; the URL and the sidebar follow in the next run.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

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
DESK = "grouping_desk"


class Take(Protocol):
    """Puts a grouping into the editor, as a step that can be undone."""

    def __call__(self, grouping: Grouping, what: str, *, named: bool = False) -> None:
        """Take ``grouping`` in; ``what`` says in a few words where it is from.

        ``named``: it is somebody's, with a name and a note to be saved with, and not just made.
        """


@dataclass
class Sheet:
    """The table as the browser has it: it stays the same one while what is typed into it is all that changes.

    Attributes
    ----------
    key: of its widget; another one for another table.
    base: the grouping by which its rows are in order.
    counts: category -> rows, when it was drawn first.
    rows: its categories, in order.
    start: the groups that it was sent with.
    now: the mapping that start and what was typed come to.
    typed: category -> text, of all that was dealt with.
    refused: category -> why, for what stands in the table and not in the draft.
    """

    key: str
    base: Grouping
    counts: Mapping[str, int]
    rows: list[str]
    start: Grouping
    now: Mapping[str, str]
    typed: dict[str, str | None] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


@dataclass
class Desk:
    """What one visit edits.

    Attributes
    ----------
    draft: as it was drawn or stored last; None before the first run, and after the end of an edit.
    chosen: name of the grouping in the sidebar when the draft was drawn; None for one that just came here.
    address: the draft's id that the URL is to have by the next run, in a tuple; None when it has it.
    choice: the grouping that the sidebar is to show by the next run; None when it does.
    messages: (text, icon) of what is to be told.
    taken: ids of the board's reports that were done.
    reply: what came of the last of them.
    sheet: the table, once it was drawn.
    asked: id of the draft of which somebody is asked whether it is to be discarded all the same.
    lock: held while a draft is read, gone on with and stored, so that no run takes an older one for the newest.
    """

    draft: Draft | None = None
    chosen: str | None = None
    address: tuple[str | None] | None = None
    choice: str | None = None
    messages: list[tuple[str, str]] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    reply: dict[str, object] = field(default_factory=dict)
    sheet: Sheet | None = None
    asked: str | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)


def desk() -> Desk:
    """Return this visit's desk."""
    if DESK not in st.session_state:
        st.session_state[DESK] = Desk()
    return st.session_state[DESK]


def current(newest: Grouping, dataset: Dataset) -> Draft:
    """Return the draft that this visit edits: that of the URL, else one of ``newest`` that begins with its first step.

    A draft from a link or the list chooses its own grouping in the sidebar; another grouping
    chosen there sets the draft aside, among the unsaved ones.
    """
    here = desk()
    with here.lock:
        if _follow(here):
            st.rerun()
        draft = _of_the_url(here)
        if draft is not None and draft.base.name != newest.name:
            draft = _arrived_or_set_aside(here, draft, newest)
        if draft is None:
            draft = _begun(here, newest, dataset)
        here.draft, here.chosen = draft, newest.name
        return draft


def _follow(here: Desk) -> bool:
    """Bring URL and sidebar to where the edit is by now; tell whether the sidebar has to be drawn again."""
    if here.address is not None:
        remember(PAGE, "draft", here.address[0])
        here.address = None
    if here.choice is None:
        return False
    choose(SHARED, "grouping", here.choice)
    here.choice = None
    return True


def _of_the_url(here: Desk) -> Draft | None:
    """Return the draft that the URL names, as it is on disk by now; None when there is none (any more)."""
    draft_id = value(PAGE, "draft")
    if draft_id is None:
        return None
    try:
        draft = drafts.load(draft_id)
    except CopydeskError as error:
        remember(PAGE, "draft", None)
        here.messages.append((str(error), ":material/warning:"))
        return None
    # Streamlit empties the URL when another page is visited; a reload then needs it there again.
    remember(PAGE, "draft", draft_id)
    return draft


def _arrived_or_set_aside(here: Desk, draft: Draft, newest: Grouping) -> Draft | None:
    """Return the draft if it is edited on under a grouping of another name, None if that was chosen instead."""
    known = here.draft is not None and here.draft.id == draft.id and here.chosen is not None
    if known and here.chosen == newest.name:
        return draft
    if not known:
        if draft.base.name in BUILTIN or draft.base.name in versions.saved_names():
            choose(SHARED, "grouping", draft.base.name)
            st.rerun()
        return draft
    remember(PAGE, "draft", None)
    if not _left(draft):
        text = f"The edit of {draft.base.name} is kept under 'Drafts'."
        here.messages.append((text, ":material/inventory_2:"))
    return None


def _left(draft: Draft) -> bool:
    """Remove a draft that is edited no longer if it holds no changes; tell whether it is gone."""
    if not draft.changed:
        drafts.remove(draft)
    return not draft.changed


def _begun(here: Desk, newest: Grouping, dataset: Dataset) -> Draft:
    """Return the draft without a step that was drawn last if it is of ``newest``, else a new one."""
    draft = here.draft
    if draft is not None and (draft.revision, draft.base, draft.fingerprint) == (0, newest, dataset.fingerprint):
        return draft
    return drafts.begin(newest, dataset.fingerprint)


def keep(here: Desk, before: Draft, after: Draft) -> Draft:
    """Store ``after``, if it is another than ``before``, and go on with it; return it as it is on disk."""
    if after is before:
        return before
    with here.lock:
        stored = drafts.store(after)
        here.draft, here.address = stored, (stored.id,)
    if stored.id != after.id:
        text = (
            "This draft was edited elsewhere meanwhile. Yours goes on as a draft of its own; the other is kept under "
            "'Drafts'."
        )
        here.messages.append((text, ":material/group:"))
    return stored


def resume(draft: Draft) -> None:
    """Edit ``draft`` from the next run on; what is edited now is kept if it has changes."""
    here = desk()
    with here.lock:
        if here.draft is not None and here.draft.id != draft.id:
            _left(here.draft)
        here.draft, here.chosen, here.address = None, None, (draft.id,)


def leave() -> None:
    """Edit the newest version of the chosen grouping from the next run on; a draft with changes is kept."""
    here = desk()
    with here.lock:
        if here.draft is not None:
            _left(here.draft)
        here.draft, here.address = None, (None,)


def discard(draft: Draft) -> None:
    """Put a draft among the discarded; if it is the one that is edited, what is saved is shown in the next run."""
    here = desk()
    with here.lock:
        here.asked = None
        gone = drafts.discard(draft)
        if here.draft is not None and here.draft.id == draft.id:
            here.draft, here.address = None, (None if gone else draft.id,)
    text = (
        f"Discarded the edit of {draft.base.name}. 'Drafts' can bring it back for {drafts.KEPT_DAYS} days."
        if gone
        else f"The edit of {draft.base.name} was gone on with meanwhile, so it is kept."
    )
    here.messages.append((text, ":material/delete:" if gone else ":material/group:"))


def bring_back(draft: Draft) -> None:
    """Edit a discarded draft from the next run on."""
    try:
        resume(drafts.restore(draft.id))
    except CopydeskError as error:
        desk().messages.append((str(error), ":material/warning:"))


def unsaved(draft: Draft) -> list[Draft]:
    """Return the other drafts that hold changes, the one that was edited last first."""
    return [other for other in drafts.list_all() if other.id != draft.id and other.changed]


def is_behind(draft: Draft, newest: Grouping) -> bool:
    """Tell whether somebody has saved another version of the draft's base since the edit began."""
    return draft.base.name == newest.name and draft.base != newest


def save(draft: Draft, name: str, note: str) -> Grouping:
    """Save ``draft`` as ``name`` with this ``note``, end it, and choose the grouping by the next run.

    Raises InputError when the name cannot be used, or somebody saved it since the draft began; the
    draft then stays as it is.
    """
    if not name:
        raise InputError("the grouping has no name; type one")
    expected = draft.base.version if name == draft.base.name and name not in BUILTIN else None
    if expected is None and name not in BUILTIN and versions.versions(name):
        raise InputError(f"grouping {name!r} exists already; choose it in the sidebar to edit it, or another name")
    here = desk()
    grouping = replace(draft.grouping, name=name, version=None, note=note)
    with here.lock:
        saved = versions.save(grouping, expected_version=expected or 0)
        drafts.remove(draft)
        here.draft, here.address, here.choice = None, (None,), saved.name
    if saved.version == expected:
        text = f"Nothing new to save: version {saved.version} of {saved.name} is the same, its note too."
    else:
        text = f"Saved {saved.name} as version {saved.version}."
    here.messages.append((text, ":material/check:"))
    return saved


def messages() -> None:
    """Say once what happened since the last run of the page, at its end."""
    here = desk()
    with here.lock:
        _follow(here)
    while here.messages:
        text, icon = here.messages[0]
        st.toast(escaped(text), icon=icon)
        here.messages.pop(0)
