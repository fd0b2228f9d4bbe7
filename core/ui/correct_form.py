"""One record's label, wherever a record is shown: what was decided about it, and how to decide."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.data import corrections
from core.data.corrections import CONFIRMED, CORRECTED, Verdict
from core.data.datasets import Dataset
from core.errors import CopydeskError
from core.ui.components import escaped

LATER = "Figures keep the dataset's own labels until a run is trained with the corrections."


def correct_form(
    dataset: Dataset,
    row: int,
    category: str,
    categories: Sequence[str],
    key: str,
    *,
    suggested: str | None = None,
    decided: Callable[[], None] | None = None,
) -> None:
    """Draw what was decided about the label of a row, and the buttons that decide; it goes to the overlay.

    Parameters
    ----------
    row: position in ``dataset``; category: what the dataset has there.
    categories: those to choose from, the dataset's.
    key: goes in front of the keys of the widgets, one for each place where a form is drawn.
    suggested: category that is chosen to begin with.
    decided: called after a verdict was kept, before the page is drawn again.
    """
    try:
        made = corrections.overlay(dataset.fingerprint).verdicts.get(row)
    except CopydeskError as error:
        st.warning(escaped(str(error)), icon=":material/edit_note:")
        return
    others = [one for one in categories if one != category]
    place, problem = f"{key}_{row}", f"{key}_problem"
    if made is not None:
        later = f" {LATER}" if made.verdict == CORRECTED else ""
        st.caption(f":material/check: {verdict_text(made)}{later}")
    if others:
        _begin_with(f"{place}_to", (made.to if made else None, suggested, others[0]), others)
        st.selectbox("Right category", others, key=f"{place}_to")
    with st.container(horizontal=True, gap="small"):
        if others:
            st.button(
                "Correct",
                type="primary",
                icon=":material/edit:",
                key=f"{place}_correct",
                help="Keep this category as the right one. The dataset itself does not change.",
                on_click=_decide,
                args=(lambda: corrections.correct(dataset, row, st.session_state[f"{place}_to"]), problem, decided),
            )
        st.button(
            "Confirm",
            icon=":material/check:",
            key=f"{place}_confirm",
            help=f"The label is right: {escaped(category)}.",
            on_click=_decide,
            args=(lambda: corrections.confirm(dataset, row), problem, decided),
        )
        st.button(
            "Dismiss",
            key=f"{place}_dismiss",
            help="Put it aside without deciding.",
            on_click=_decide,
            args=(lambda: corrections.dismiss(dataset, row), problem, decided),
        )
        if made is not None:
            st.button(
                "Undo",
                icon=":material/undo:",
                key=f"{place}_undo",
                on_click=_decide,
                args=(lambda: corrections.undo(dataset, row), problem, None),
            )
    if told := st.session_state.pop(problem, None):
        st.warning(escaped(f"{told[:1].upper()}{told[1:]}."), icon=":material/edit_note:")


def _begin_with(key: str, wishes: Sequence[str | None], options: Sequence[str]) -> None:
    """Let a widget that has no choice yet begin with the first wish that is an option."""
    if st.session_state.get(key) not in options:
        st.session_state[key] = next(wish for wish in wishes if wish in options)


def _decide(what: Callable[[], Verdict], problem: str, decided: Callable[[], None] | None) -> None:
    """Keep a verdict, for a click; what goes wrong is told in one line."""
    try:
        what()
    except (CopydeskError, OSError) as error:
        st.session_state[problem] = str(error)
        return
    if decided is not None:
        decided()


def verdict_text(made: Verdict) -> str:
    """Return a verdict for people, as Markdown."""
    day = made.at[:10]
    if made.verdict == CORRECTED:
        return f"Corrected to **{escaped(str(made.to))}** instead of {escaped(made.category)}, {day}."
    if made.verdict == CONFIRMED:
        return f"Confirmed as {escaped(made.category)}, {day}."
    return f"Put aside without a decision, {day}."
