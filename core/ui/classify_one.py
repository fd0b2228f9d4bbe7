"""One text on Classify: typed, answered with its reasons, pinned and compared, corrected."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import CopydeskError
from core.grouping.grouping import Grouping
from core.inference.items import check_headline
from core.runs.store import Run
from core.ui import (
    classify_bars,
    classify_history,
    classify_pinned,
    classify_view,
    classify_why,
    classify_wrong,
    shell,
)
from core.ui.classify_asked import (
    DESCRIPTION,
    HEADLINE,
    PAGE,
    PAUSE,
    Asked,
    is_fast,
    keep_text,
    open_text,
    pick_how,
    pick_runs,
)
from core.ui.components import escaped
from core.ui.selection import value

# Fiction, to click on where nobody has typed yet: three plain ones, and one that no section has to itself.
EXAMPLES = (
    "Senate Passes Budget After Long Night",
    "Ten Slow Breads To Bake On A Rainy Sunday",
    "Rookie Goalkeeper Saves Three Penalties In Cup Final",
    "Why Our Teenagers Leave Their Phones At Home",
)


@st.fragment
def draw(default: Run | None, grouping: Grouping) -> None:
    """Draw inputs and answer. A fragment: typing draws nothing else again."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        runs = pick_runs(default)
        headline, description = _inputs(runs)
        buttons = st.container(horizontal=True, gap="small")
        with buttons:
            pressed = st.button("Classify", type="primary", icon=":material/label:", key=f"{PAGE}_go")
        asked = pick_how(runs, grouping)
    with right:
        found = _answer(asked, headline, description, pressed)
        if found:
            classify_why.nearest(asked.models[0], found[0])
    if found:
        with buttons:
            classify_pinned.button(found[0])
        with left:
            classify_wrong.draw(asked, found[0])
        classify_history.keep(found[0], asked)
    with left:
        classify_history.draw()


def _inputs(runs: Sequence[Run]) -> tuple[str, str]:
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
    return headline, description


def _answer(asked: Asked, headline: str, description: str, pressed: bool) -> list:
    """Draw the answers and return them; none where there is nothing to answer, which is said."""
    if not asked.models:
        st.info("Choose at least one model on the left.", icon=":material/arrow_back:")
        return []
    if not (headline or description or pressed):
        _nothing_yet()
        return []
    try:
        check_headline(headline)
        found = classify_view.answers(asked, headline, description)
    except CopydeskError as error:
        st.warning(escaped(f"{str(error)[:1].upper()}{str(error)[1:]}."), icon=":material/edit_note:")
        return []
    classify_view.verdicts(asked, found)
    called = classify_view.names(asked.models)
    if not classify_pinned.compared(asked, found[0]):
        classify_bars.draw(called, found)
    with shell.told():
        classify_why.draw(asked, found, called)
    return found


def _nothing_yet() -> None:
    """Say what appears here, and offer texts to try."""
    st.subheader("What is this about?", anchor=False)
    st.write("Type or paste a headline on the left; the answer appears here, with its reasons. Or try one:")
    with st.container(gap="xxsmall"):
        for place, text in enumerate(EXAMPLES):
            st.button(text, type="tertiary", key=f"{PAGE}_example_{place}", on_click=open_text, args=(text, ""))
    st.caption("Nothing that is typed here leaves this machine.")
