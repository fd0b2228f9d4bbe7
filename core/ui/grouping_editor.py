"""The editor of a grouping: its bar with undo, redo and save, and the board or the table, both of the same draft."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from core.data.datasets import Dataset
from core.errors import CopydeskError, InputError, shorten
from core.grouping import edits
from core.grouping.builtin import BUILTIN
from core.grouping.drafts import Draft
from core.grouping.edits import Edit
from core.grouping.grouping import Grouping
from core.ui import board, studio
from core.ui.components import escaped, table_key
from core.ui.selection import pick

PAGE = "grouping"
BOARD = "grouping_board"
NAMED = "grouping_save_of"
# A browser repeats those that were not yet confirmed; nobody makes more edits than this in one go.
REMEMBERED = 200
VIEWS = ["Board", "Table"]
SHOWN, SAVE_WIDTH = 40, 280


def draw(draft: Draft, newest: Grouping, dataset: Dataset, examples: Mapping[str, Sequence[str]]) -> None:
    """Draw the editor of ``draft``; an edit reruns the page, which then has it from `studio.current`.

    Parameters
    ----------
    newest: the grouping that is chosen in the sidebar, as it is saved by now.
    examples: category -> a few of its headlines.
    """
    _newer_version(draft, newest)
    view = _bar(draft)
    here = studio.desk()
    reply = here.reply if here.reply.get("of") == (draft.id, draft.revision) else {}
    if reply.get("error"):
        st.warning(escaped(str(reply["text"])), icon=":material/edit_note:")
    if view == "Table":
        _table(draft, dataset)
    else:
        answer = {"taken": list(here.taken), "text": reply.get("text", ""), "error": reply.get("error", False)}
        data = board.board_data(draft, dataset.category_counts, examples, answer)
        board.mount(data, key=BOARD, on_edits=lambda: take_edits(st.session_state[BOARD].get("edits"), dataset))
    _beyond(draft, dataset)


def _newer_version(draft: Draft, newest: Grouping) -> None:
    """Say that somebody has saved the same grouping meanwhile, with the way to that version."""
    if not studio.is_behind(draft, newest):
        return
    told, take = st.columns([4, 1], vertical_alignment="center")
    told.warning(
        f"Somebody saved version {newest.version} while you edit version {draft.base.version}. Save under another "
        "name, or take the newest; this edit is then kept under 'Drafts'.",
        icon=":material/group:",
    )
    take.button("Take the newest", on_click=studio.leave)


def _bar(draft: Draft) -> str:
    """Draw view, undo, redo, what is unsaved, and save in one row; return the view."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        view = pick(
            st.segmented_control, "View", VIEWS, page=PAGE, name="editor", default=VIEWS[0], required=True,
            label_visibility="collapsed",
        )  # fmt: skip
        st.button(
            "Undo",
            key="grouping_undo",
            disabled=not draft.can_undo,
            help=f"Take back: {escaped(draft.undoes)}" if draft.can_undo else None,
            on_click=_undo,
        )
        st.button(
            "Redo",
            key="grouping_redo",
            disabled=not draft.can_redo,
            help=f"Do again: {escaped(draft.redoes)}" if draft.can_redo else None,
            on_click=_redo,
        )
        _changes(draft)
        _save_form(draft)
        _unsaved_drafts(draft)
    return view


def unsaved_words(count: int) -> str:
    """Return how many categories are in another group than in the saved version, in words."""
    if not count:
        return "No unsaved changes"
    return f"{count:,} unsaved change{'s' if count > 1 else ''}"


def _changes(draft: Draft) -> None:
    """Draw how many categories are in another group than in the saved version; a click tells which."""
    if not draft.changed:
        st.caption(unsaved_words(0), width="content")
        return
    with st.popover(unsaved_words(len(draft.changes))):
        rows = [{"category": category, "from": old, "to": new} for category, (old, new) in draft.changes.items()]
        st.dataframe(pd.DataFrame(rows), hide_index=True, height=min(38 + 35 * len(rows), 360))
        st.caption("To discard them is for good: the steps cannot be undone then.")
        st.button("Discard the changes", icon=":material/delete:", on_click=studio.discard, args=[draft])


def _save_form(draft: Draft) -> None:
    base = (draft.base.name, draft.base.version)
    if st.session_state.get(NAMED) != base:
        st.session_state[NAMED] = base
        st.session_state["grouping_name"] = "" if draft.base.name in BUILTIN else draft.base.name
        st.session_state["grouping_note"] = ""
    kind = "primary" if draft.changed else "secondary"
    # By the draft's id another draft has another popover, so that of a saved one does not stay open.
    with st.popover("Save as", icon=":material/save:", type=kind, key=f"grouping_save_as_{draft.id}"):
        with st.form("grouping_save", border=False, width=SAVE_WIDTH):
            name = st.text_input("Name", placeholder="name of the grouping", key="grouping_name")
            note = st.text_input("Note", placeholder="what it is for (optional)", key="grouping_note")
            if st.form_submit_button("Save", type="primary", icon=":material/save:"):
                try:
                    studio.save(draft, name.strip(), note.strip())
                except CopydeskError as error:
                    st.warning(escaped(str(error)), icon=":material/edit_note:")
                else:
                    st.rerun()


def _unsaved_drafts(draft: Draft) -> None:
    """Draw the list of edits that wait to be gone on with, if there are any."""
    others = studio.unsaved(draft)
    if not others:
        return
    with st.popover(f"Drafts ({len(others):,})", help="Other edits that nobody saved yet."):
        for other in others:
            version = f" version {other.base.version}" if other.base.version else ""
            told, resume, remove = st.columns([4, 2, 2], vertical_alignment="center")
            told.markdown(
                f"**{escaped(other.base.name)}**{version}  \n{unsaved_words(len(other.changes))}, "
                f"{age(other.changed_at, datetime.now(UTC))}"
            )
            resume.button("Resume", key=f"grouping_resume_{other.id}", on_click=studio.resume, args=[other])
            remove.button("Discard", key=f"grouping_remove_{other.id}", on_click=studio.discard, args=[other])


def age(then: str, now: datetime) -> str:
    """Return how long ago an ISO time was, in words."""
    seconds = (now - datetime.fromisoformat(then)).total_seconds()
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            count = int(seconds // length)
            return f"{count:,} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def _beyond(draft: Draft, dataset: Dataset) -> None:
    """Say how many categories the grouping names that this dataset lacks."""
    beyond = sorted(set(draft.grouping.mapping) - set(dataset.category_counts))
    if beyond:
        names = ", ".join(name if len(name) <= SHOWN else name[: SHOWN - 1] + "…" for name in beyond[:3])
        st.caption(f"Kept, though this dataset has none of it: {escaped(names)}{', …' if len(beyond) > 3 else '.'}")


# The board


def take_edits(sent: Any, dataset: Dataset) -> None:
    """Do what the board reports, each edit once, however often the browser sends it.

    ``sent`` is whatever came from the browser; what is not a list of reports with an id is passed over.
    """
    here, errors = studio.desk(), []
    with here.lock:
        for report in sent if isinstance(sent, list) else []:
            report_id = report.get("id") if isinstance(report, dict) else None
            if not isinstance(report_id, str) or report_id in here.taken:
                continue
            here.taken = [*here.taken[1 - REMEMBERED :], report_id]
            _answer(here, lambda draft, report=report: _after(report, draft, dataset))
            errors += [here.reply] if here.reply.get("error") else []
        # Of several that came together the one that was refused is told.
        if errors:
            here.reply = {**errors[0], "of": here.reply["of"]}


def _after(report: Mapping[str, Any], draft: Draft, dataset: Dataset) -> tuple[Draft, str]:
    """Return the draft as a report asks for it, and what that did."""
    if report.get("op") == "undo":
        return draft.undo(), f"Undone: {draft.undoes}" if draft.can_undo else "There is nothing to undo"
    if report.get("op") == "redo":
        return draft.redo(), f"Done again: {draft.redoes}" if draft.can_redo else "There is nothing to do again"
    edit = edit_of(report, draft.grouping, dataset.category_counts)
    return draft.do(edit.grouping, edit.what), edit.what


def _answer(here: studio.Desk, step: Callable[[Draft], tuple[Draft, str]]) -> None:
    """Take a step, keep it, and leave what came of it: what it did, or why it was refused."""
    with here.lock:
        before = here.draft
        if before is None:
            return
        try:
            after, text = step(before)
            draft, error = studio.keep(here, before, after), False
        except CopydeskError as refused:
            draft, text, error = before, str(refused), True
        here.reply = {"text": text, "error": error, "of": (draft.id, draft.revision)}


def take(grouping: Grouping, what: str) -> None:
    """Put a grouping that comes from elsewhere into the editor, as a step that can be undone (`studio.Take`)."""
    _answer(studio.desk(), lambda draft: (draft.do(grouping, what), what))


def _undo() -> None:
    _answer(studio.desk(), lambda draft: (draft.undo(), f"Undone: {draft.undoes}"))


def _redo() -> None:
    _answer(studio.desk(), lambda draft: (draft.redo(), f"Done again: {draft.redoes}"))


def edit_of(payload: Mapping[str, Any], grouping: Grouping, categories: Collection[str]) -> Edit:
    """Return the edit that a report of the board asks for; InputError for one that asks for nothing known.

    A report is {op: move, categories, to}, {op: reset, categories}, {op: merge, groups, to},
    {op: split, group} or {op: rename, group, to}.
    """
    match payload:
        case {"op": "move", "categories": list(names), "to": str(to)} if _are_texts(names):
            return edits.move(grouping, names, to, categories)
        case {"op": "reset", "categories": list(names)} if _are_texts(names):
            return edits.reset(grouping, names, categories)
        case {"op": "merge", "groups": list(names), "to": str(to)} if _are_texts(names):
            return edits.merge(grouping, names, to, categories)
        case {"op": "split", "group": str(group)}:
            return edits.split(grouping, group, categories)
        case {"op": "rename", "group": str(group), "to": str(to)}:
            return edits.rename(grouping, group, to, categories)
    raise InputError(f"the board asked for something unknown ({shorten(payload)}); reload the page")


def _are_texts(names: list[Any]) -> bool:
    return all(isinstance(name, str) for name in names)


# The table


def _table(draft: Draft, dataset: Dataset) -> None:
    """Draw the draft as rows; what is typed is a step, after which the table is one of the new state."""
    base = base_frame(draft.grouping, dataset.category_counts)
    key = editor_key(draft.grouping, dataset.category_counts)
    st.data_editor(
        base,
        key=key,
        hide_index=True,
        height=min(38 + 35 * len(base), 640),
        disabled=["category", "rows", "share"],
        column_config={
            "category": st.column_config.TextColumn("Category", width="medium"),
            "group": st.column_config.TextColumn(
                "Group", width="medium", help="Type a new name or one that exists; empty is the category's own name."
            ),
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "share": st.column_config.NumberColumn("Share", format="%.1f %%"),
        },
    )
    typed = {
        str(base["category"].iloc[int(row)]): values["group"]
        for row, values in st.session_state[key]["edited_rows"].items()
        if "group" in values
    }
    try:
        edit = edit_of_table(typed, draft.grouping, dataset.category_counts)
        after = studio.apply(draft, edit.grouping, edit.what)
    except CopydeskError as error:
        st.warning(escaped(str(error)), icon=":material/edit_note:")
        return
    if after is not draft:
        st.rerun()


def base_frame(grouping: Grouping, counts: Mapping[str, int]) -> pd.DataFrame:
    """Return one row a category: category, group, rows, share in percent; by group, then by rows.

    It depends on the draft's state alone: an editor that is fed its own output loses edits.
    """
    total = max(sum(counts.values()), 1)
    rows = [
        {"category": category, "group": grouping.group_of(category), "rows": count, "share": 100 * count / total}
        for category, count in counts.items()
    ]
    frame = pd.DataFrame(rows, columns=["category", "group", "rows", "share"])
    size = frame.groupby("group")["rows"].transform("sum")
    order = frame.assign(size=size).sort_values(["size", "group", "rows"], ascending=[False, True, False])
    return order.drop(columns="size").reset_index(drop=True)


def editor_key(grouping: Grouping, counts: Mapping[str, int]) -> str:
    """Return a key that is another whenever the base of the editor is."""
    return table_key(f"{PAGE}_editor", [(category, grouping.group_of(category)) for category in counts])


def edit_of_table(typed: Mapping[str, str | None], grouping: Grouping, categories: Collection[str]) -> Edit:
    """Return what was typed in the table's group column as one edit: category -> group, none for its own name.

    Raises InputError when one of the names cannot be used; then nothing of it is done.
    """
    whats = []
    for category, group in typed.items():
        text = "" if group is None else str(group)
        edit = (
            edits.move(grouping, [category], text, categories)
            if text
            else edits.reset(grouping, [category], categories)
        )
        if edit.grouping != grouping:
            whats.append(edit.what)
        grouping = edit.grouping
    return Edit(grouping, "; ".join(whats[:2]) + (f"; {len(whats) - 2:,} more" if len(whats) > 2 else ""))
