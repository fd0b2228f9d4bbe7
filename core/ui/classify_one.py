"""One text on Classify: typed, answered with its reasons, pinned and compared, corrected."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import CopydeskError
from core.grouping.grouping import Grouping
from core.inference.items import check_headline
from core.runs.store import Run
from core.ui import classify_history, classify_pinned, classify_view, classify_why, classify_wrong, shell
from core.ui.classify_asked import DESCRIPTION, HEADLINE, PAGE, PAUSE, Asked, is_fast, keep_text, pick_how, pick_runs
from core.ui.components import escaped
from core.ui.selection import value


@st.fragment
def draw(default: Run | None, grouping: Grouping) -> None:
    """Draw inputs and answer. A fragment: typing draws nothing else again."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        runs = pick_runs(default)
        headline, description, pressed = _inputs(runs)
        asked = pick_how(runs, grouping)
    with right:
        found = _answer(asked, headline, description, pressed)
        if found:
            classify_why.nearest(asked.models[0], found[0])
    if not found:
        with left:
            classify_history.draw()
        return
    answer = found[0]
    with left:
        classify_pinned.button(answer)
        classify_wrong.draw(asked, answer)
        classify_history.keep(answer, asked)
        classify_history.draw()


def _inputs(runs: Sequence[Run]) -> tuple[str, str, bool]:
    fast = is_fast(runs)
    for key, name in ((HEADLINE, "headline"), (DESCRIPTION, "description")):
        if key not in st.session_state:
            st.session_state[key] = value(PAGE, name) or ""
    headline = st.text_input(
        "Headline",
        key=HEADLINE,
        live=PAUSE if fast else False,
        placeholder="Type or paste; the answer follows" if fast else "Type or paste, then Enter",
    )
    description = st.text_area("Description (optional)", key=DESCRIPTION, height=80)
    keep_text(headline, description)
    pressed = st.button("Classify", type="primary", icon=":material/label:", key=f"{PAGE}_go")
    return headline, description, pressed


def _answer(asked: Asked, headline: str, description: str, pressed: bool) -> list:
    """Draw the answers and return them; none where there is nothing to answer, which is said."""
    if not asked.models:
        st.info("Choose at least one model on the left.", icon=":material/arrow_back:")
        return []
    if not (headline or description or pressed):
        st.subheader("What is this about?", anchor=False)
        st.write("Type or paste a headline on the left; the answer appears here, with its reasons.")
        st.caption("Nothing that is typed here leaves this machine.")
        return []
    try:
        check_headline(headline)
        found = classify_view.answers(asked, headline, description)
    except CopydeskError as error:
        st.warning(escaped(f"{str(error)[:1].upper()}{str(error)[1:]}."), icon=":material/edit_note:")
        return []
    classify_view.verdicts(asked, found)
    called = classify_view.names(asked.models)
    pinned = classify_pinned.compared(asked, found[0])
    with shell.told():
        classify_why.draw(asked, found, called)
    if not pinned:
        classify_view.bars(called, found, f"{PAGE}_chart")
    return found
