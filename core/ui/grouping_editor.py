"""The editor of a grouping: its bar with undo, redo and save, and the board or the table, both of the same draft."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from core.data.datasets import Dataset
from core.errors import CopydeskError, InputError, shorten
from core.grouping import drafts, edits
from core.grouping.builtin import BUILTIN
from core.grouping.drafts import Draft
from core.grouping.edits import Edit
from core.grouping.grouping import Grouping
from core.storage import NAME
from core.ui import board, studio
from core.ui.components import escaped, table_key
from core.ui.selection import pick

PAGE = "grouping"
BOARD = "grouping_board"
# A browser repeats those that were not yet confirmed; nobody makes more edits than this in one go.
REMEMBERED = 200
VIEWS = ["Board", "Table"]
SHOWN, SAVE_WIDTH, LIST_WIDTH = 40, 280, 440
LISTED, TOLD = 20, 5
# Who changed a draft within this time may well be at work on it.
RECENT_MINUTES = 10
NOTHING = "Nothing changed: it is so already"


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
        _drafts(draft)
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
        st.caption(f"What is discarded can be brought back under 'Drafts' for {drafts.KEPT_DAYS} days.")
        st.button("Discard the changes", icon=":material/delete:", on_click=studio.discard, args=[draft])


def _save_form(draft: Draft) -> None:
    suggested = [draft.base.name, draft.base.version, draft.name, draft.note]
    kind = "primary" if draft.changed else "secondary"
    # By the draft's id another draft has another popover, so that of a saved one does not stay open.
    with st.popover("Save as", type=kind, key=f"grouping_save_as_{draft.id}"):
        with st.form("grouping_save", border=False, width=SAVE_WIDTH):
            # A value of the session is lost on a field of a popover that is closed; one that it begins with is not.
            name = st.text_input(
                "Name",
                value=draft.name,
                placeholder="name of the grouping",
                key=table_key("grouping_name", suggested),
            )
            note = st.text_input(
                "Note",
                value=draft.note,
                placeholder="what it is for (optional)",
                key=table_key("grouping_note", suggested),
            )
            if st.form_submit_button("Save", type="primary", icon=":material/save:"):
                try:
                    studio.save(draft, name.strip(), note.strip())
                except CopydeskError as error:
                    st.warning(escaped(str(error)), icon=":material/edit_note:")
                else:
                    st.rerun()


def _drafts(draft: Draft) -> None:
    """Draw the list of edits that wait to be gone on with, and of those that were discarded, if there are any."""
    others, discarded = studio.unsaved(draft), drafts.list_discarded()
    if not others and not discarded:
        return
    popover = st.popover(f"Drafts ({len(others):,})", help="Other edits that nobody saved yet.")
    with popover, st.container(width=LIST_WIDTH):
        st.caption("Edits that nobody saved yet. All who use this server share them.")
        for other in others[:LISTED]:
            _draft_row(other)
        if len(others) > LISTED:
            st.caption(f"{len(others) - LISTED:,} more that were changed earlier.")
        if discarded:
            st.caption(f"Discarded, and kept for {drafts.KEPT_DAYS} days:")
        for other in discarded[:LISTED]:
            told, back = st.columns([4, 4], vertical_alignment="center")
            told.markdown(_draft_words(other))
            back.button("Bring back", key=f"grouping_back_{other.id}", on_click=studio.bring_back, args=[other])
        if len(discarded) > LISTED:
            st.caption(f"{len(discarded) - LISTED:,} more that were changed earlier.")


def _draft_row(other: Draft) -> None:
    """Draw one draft with what can be done to it; one that may be somebody's at this moment asks first."""
    here = studio.desk()
    told, left, right = st.columns([4, 2, 2], vertical_alignment="center")
    told.markdown(_draft_words(other))
    if here.asked != other.id:
        left.button("Resume", key=f"grouping_resume_{other.id}", on_click=studio.resume, args=[other])
        right.button("Discard", key=f"grouping_remove_{other.id}", on_click=_discard, args=[other])
        return
    told.warning("Somebody may be at work on it. Discard it all the same?", icon=":material/group:")
    # What discards is elsewhere than the button before, so that a double click does not answer.
    left.button("Discard it", key=f"grouping_sure_{other.id}", on_click=studio.discard, args=[other])
    right.button("Keep it", key=f"grouping_keep_{other.id}", on_click=_ask, args=[None])


def _draft_words(draft: Draft) -> str:
    version = f" version {draft.base.version}" if draft.base.version else ""
    changed = f"{unsaved_words(len(draft.changes))}, {age(draft.changed_at, datetime.now(UTC))}"
    return f"**{escaped(draft.base.name)}**{version}  \n{changed}"


def _discard(other: Draft) -> None:
    """Discard a draft that rests; ask first about one that was changed in the last minutes."""
    since = datetime.now(UTC) - datetime.fromisoformat(other.changed_at)
    if since < timedelta(minutes=RECENT_MINUTES):
        _ask(other.id)
    else:
        studio.discard(other)


def _ask(draft_id: str | None) -> None:
    studio.desk().asked = draft_id


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
        names = ", ".join(map(_short, beyond[:3]))
        st.caption(f"Kept, though this dataset has none of it: {escaped(names)}{', …' if len(beyond) > 3 else '.'}")


def _short(name: str) -> str:
    return name if len(name) <= SHOWN else name[: SHOWN - 1] + "…"


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
    after = draft.do(edit.grouping, edit.what)
    return after, NOTHING if after is draft else edit.what


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


def take(grouping: Grouping, what: str, *, named: bool = False) -> None:
    """Put a grouping that comes from elsewhere into the editor, as a step that can be undone (`studio.Take`)."""
    usable = NAME.fullmatch(grouping.name) and grouping.name not in BUILTIN
    brought = {"name": grouping.name if usable else "", "note": grouping.note} if named else {}

    def step(draft: Draft) -> tuple[Draft, str]:
        after = draft.do(grouping, what, **brought)
        return after, NOTHING if after is draft else what

    _answer(studio.desk(), step)


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
    """Draw the draft as rows that stay in their places; each cell that is typed is a step, or refused, by itself."""
    here = studio.desk()
    counts = dataset.category_counts
    with here.lock:
        sheet = here.sheet = _sheet(here.sheet, draft, counts)
    refused = st.container()
    base = base_frame(sheet.start, sheet.rows, counts)
    st.data_editor(
        base,
        key=sheet.key,
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
    cells = {
        sheet.rows[int(row)]: values["group"]
        for row, values in st.session_state[sheet.key]["edited_rows"].items()
        if "group" in values
    }
    try:
        changed = _take_cells(here, sheet, cells, draft)
    except CopydeskError as error:
        refused.warning(escaped(str(error)), icon=":material/edit_note:")
        return
    if changed:
        st.rerun()
    if sheet.refused:
        refused.warning(escaped(refused_words(sheet.refused)), icon=":material/edit_note:")


def _sheet(sheet: studio.Sheet | None, draft: Draft, counts: Mapping[str, int]) -> studio.Sheet:
    """Return the table that the browser has, or a new one where the draft became another by other means than typing."""
    # A table that was out of sight has lost what was typed into it.
    if (
        sheet is not None
        and (sheet.base, sheet.counts, sheet.now) == (draft.base, counts, draft.grouping.mapping)
        and (not sheet.typed or sheet.key in st.session_state)
    ):
        return sheet
    return _new_sheet(draft, counts)


def _new_sheet(draft: Draft, counts: Mapping[str, int]) -> studio.Sheet:
    key = f"{PAGE}_editor_{secrets.token_hex(4)}"
    return studio.Sheet(key, draft.base, counts, row_order(draft.base, counts), draft.grouping, draft.grouping.mapping)


def _take_cells(here: studio.Desk, sheet: studio.Sheet, cells: Mapping[str, str | None], draft: Draft) -> bool:
    """Make steps of the cells that were typed since the last time; tell whether the page has to be drawn again."""
    with here.lock:
        new = {name: text for name, text in cells.items() if name not in sheet.typed or sheet.typed[name] != text}
        if not new or here.sheet is not sheet:
            return False
        before = here.draft or draft
        after, refused = steps_of_cells(new, before, sheet.counts)
        stored = studio.keep(here, before, after)
        sheet.typed.update(new)
        sheet.refused = {name: why for name, why in sheet.refused.items() if name not in new} | refused
        sheet.now = stored.grouping.mapping
        # A cell that does not read as its group, such as an emptied one, is drawn anew.
        if any(stored.grouping.group_of(name) != text for name, text in new.items() if name not in refused):
            here.sheet = _new_sheet(stored, sheet.counts)
            here.sheet.refused = sheet.refused
            return True
        return stored is not before


def refused_words(refused: Mapping[str, str]) -> str:
    """Return which of the typed cells were refused and why, the first ones in full."""
    told = [f"{_short(category)}: {why}" for category, why in list(refused.items())[:TOLD]]
    more = [f"{len(refused) - TOLD:,} more were refused"] if len(refused) > TOLD else []
    return ". ".join([*told, *more]) + ". What else was typed is kept."


def base_frame(grouping: Grouping, rows: Sequence[str], counts: Mapping[str, int]) -> pd.DataFrame:
    """Return one row for each of the categories ``rows``: category, group, rows, share in percent."""
    total = max(sum(counts.values()), 1)
    return pd.DataFrame(
        [(name, grouping.group_of(name), counts[name], 100 * counts[name] / total) for name in rows],
        columns=["category", "group", "rows", "share"],
    )


def row_order(grouping: Grouping, counts: Mapping[str, int]) -> list[str]:
    """Return the categories by the rows of their group, then of themselves, the largest first."""
    members = grouping.members(counts)
    size = {group: sum(counts[name] for name in names) for group, names in members.items()}
    groups = sorted(members, key=lambda group: (-size[group], group))
    return [name for group in groups for name in sorted(members[group], key=lambda name: (-counts[name], name))]


def steps_of_cells(
    cells: Mapping[str, str | None], draft: Draft, categories: Collection[str]
) -> tuple[Draft, dict[str, str]]:
    """Return the draft after each cell of the table's group column as a step, and category -> why of those refused.

    Parameters
    ----------
    cells: category -> group as it was typed; none for its own name.
    """
    waiting, refused = dict(cells), {}
    # A category can be by itself once the others have left the group of its name, whichever is typed first.
    for _ in cells:
        before = len(waiting)
        for category, text in list(waiting.items()):
            try:
                draft = _typed(draft, category, text, categories)
            except InputError as error:
                refused[category] = str(error)
            else:
                del waiting[category]
        if len(waiting) in (0, before):
            break
    return draft, {category: refused[category] for category in waiting}


def _typed(draft: Draft, category: str, text: str | None, categories: Collection[str]) -> Draft:
    if text is None or text == "":
        edit = edits.reset(draft.grouping, [category], categories)
    else:
        edit = edits.move(draft.grouping, [category], text, categories)
    return draft.do(edit.grouping, edit.what)
