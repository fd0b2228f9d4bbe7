"""What can be done with a run: cancel it, move it up, take it up, try again, name it, delete it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.data import datasets
from core.errors import CopydeskError
from core.grouping import versions
from core.runs import about, local, states, store
from core.ui.components import escaped
from core.ui.selection import SHARED, choose, remember

PAGE = "train"
WATCH, FROM = "watch", "from"
PROBLEM, REDRAW = "train_problem", "train_redraw"
SEED, SHARE, SPLIT = "train_seed", "train_share", "split"


def attempt(action: Callable[..., store.Run | None], *arguments: object) -> None:
    """Do it, for a click; a run that comes of it is the one to watch, what goes wrong is told in one line.

    As a callback of a button: one in a part that refreshes itself must not miss its click when, at that
    very moment, the part gives way to the whole page.
    """
    st.session_state.pop(PROBLEM, None)
    st.session_state[REDRAW] = True
    try:
        run = action(*arguments)
    except (CopydeskError, OSError) as error:
        st.session_state[PROBLEM] = str(error)
    else:
        if run is not None:
            remember(PAGE, WATCH, run.id)


def redraw_asked() -> bool:
    """Tell, once, whether something was done since the whole page was drawn."""
    return st.session_state.pop(REDRAW, False)


def problem() -> None:
    """Tell what went wrong with the last thing that was tried."""
    if told := st.session_state.get(PROBLEM):
        st.warning(escaped(f"{told[:1].upper()}{told[1:]}."), icon=":material/edit_note:")


def _quietly(what: Callable[[store.Run], object], run: store.Run) -> None:
    """Do it without turning the page to that run."""
    what(run)


def cancel_button(run: store.Run, *, key: str) -> None:
    """Draw the button that cancels a living run."""
    st.button("Cancel", key=key, disabled=run.cancel_requested, on_click=attempt, args=(_quietly, local.cancel, run))


def cancel_damaged_button(run_id: str, *, key: str) -> None:
    """Draw the button that cancels a run at work whose spec cannot be read any more."""
    st.button("Cancel", key=key, on_click=attempt, args=(local.cancel_by_id, run_id))


def next_button(run: store.Run, *, key: str) -> None:
    """Draw the button that lets a waiting run start before the others."""
    st.button(
        "Start next",
        key=key,
        help="Let it start before all others that wait.",
        on_click=attempt,
        args=(_quietly, local.put_first, run),
    )


def show_button(run: store.Run, *, key: str) -> None:
    """Draw the button that turns the page to a run."""
    st.button("Show", key=key, help="Show it below.", on_click=attempt, args=(lambda: run,))


def draw(run: store.Run) -> None:
    """Draw what can be done with the run as it is now."""
    with st.container(horizontal=True, gap="small"):
        if run.state == states.INTERRUPTED:
            st.button(
                "Resume",
                type="primary",
                icon=":material/play_arrow:",
                key=f"train_resume_{run.id}",
                on_click=attempt,
                args=(local.resume, run),
            )
        if not run.alive:
            _again(run)
        _name_and_note(run)
        _delete(run)


def _again(run: store.Run) -> None:
    st.button(
        "Retry",
        key=f"train_retry_{run.id}",
        help="A new run with the same spec.",
        on_click=attempt,
        args=(local.retry, run),
    )
    st.button(
        "Edit and retry",
        key=f"train_edit_{run.id}",
        help="Fills the form with the settings of this run.",
        on_click=attempt,
        args=(fill_form, run),
    )


def fill_form(run: store.Run) -> None:
    """Put the settings of a run into the form, and its dataset and grouping into the sidebar where they still are."""
    spec = run.spec
    chosen = {"model": spec.model, "target": spec.target, "preset": spec.preset, SPLIT: spec.split.kind}
    for name, choice in chosen.items():
        choose(PAGE, name, choice)
    if any(one.name == spec.dataset for one in datasets.list_all()):
        choose(SHARED, "dataset", spec.dataset)
    if any(one.name == spec.grouping.name for one in versions.list_all()):
        choose(SHARED, "grouping", spec.grouping.name)
    remember(PAGE, FROM, run.id)
    st.session_state[f"{SEED}_wish"], st.session_state[f"{SHARE}_wish"] = spec.seed, spec.split.test_share


def _name_and_note(run: store.Run) -> None:
    name, note = f"train_name_{run.id}", f"train_note_{run.id}"
    with (
        st.popover("Name and note", key=f"train_about_{run.id}"),
        st.form(f"train_about_form_{run.id}", border=False),
    ):
        st.text_input("Name", value=run.name or "", max_chars=about.LONGEST_NAME, placeholder=run.id, key=name)
        st.text_area("Note", value=run.note, max_chars=about.LONGEST_NOTE, height=110, key=note)
        st.form_submit_button("Save", type="primary", on_click=attempt, args=(_say, run, name, note))


def _say(run: store.Run, name_key: str, note_key: str) -> None:
    store.rename(run, st.session_state[name_key])
    store.annotate(run, st.session_state[note_key])


def _delete(run: store.Run) -> None:
    hint = "Cancel it first: a run that is alive cannot be deleted." if run.alive else None
    with st.popover("Delete", key=f"train_delete_{run.id}", disabled=run.alive, help=hint):
        model = " and its model" if run.state == states.SUCCEEDED else ""
        st.write(f"Delete run **{escaped(run.title)}**{model}? This cannot be undone.")
        delete_button(run.id, key=f"train_delete_{run.id}_sure")


def delete_button(run_id: str, *, key: str) -> None:
    """Draw the button that deletes a run, for the one who was asked."""
    st.button("Delete it", key=key, on_click=attempt, args=(store.delete, run_id))
