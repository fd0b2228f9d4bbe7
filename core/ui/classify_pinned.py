"""An answer that is pinned on Classify, beside the one to the text as it is now; the pinned text is in the URL."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

import streamlit as st

from core.data.records import text_from
from core.errors import CopydeskError
from core.inference.classify import Answer, classify
from core.inference.wordplaces import words_of
from core.ui import classify_bars
from core.ui.classify_asked import MOST_IN_URL, PAGE, Asked
from core.ui.components import escaped
from core.ui.selection import remember, value

PIN, PIN_DESCRIPTION = "pin", "pin_description"
NAMES = ("Pinned", "Now")


def button(answer: Answer) -> None:
    """Draw what pins the answer, or lets go of the pinned one."""
    pinned = value(PAGE, PIN)
    if pinned != answer.headline or (value(PAGE, PIN_DESCRIPTION) or "") != answer.description:
        st.button(
            "Pin this answer",
            icon=":material/keep:",
            key=f"{PAGE}_pin",
            disabled=max(len(answer.headline), len(answer.description)) > MOST_IN_URL,
            help="Keep it beside what follows: change the text and see what that does. A pinned text is in the "
            f"URL, so it may have {MOST_IN_URL:,} characters.",
            on_click=_pin,
            args=(answer.headline, answer.description),
        )
    if pinned:
        st.button("Unpin", icon=":material/keep_off:", key=f"{PAGE}_unpin", on_click=_pin, args=(None, None))


def _pin(headline: str | None, description: str | None) -> None:
    remember(PAGE, PIN, headline)
    remember(PAGE, PIN_DESCRIPTION, description or None)


def compared(asked: Asked, now: Answer) -> bool:
    """Draw the pinned answer beside ``now``, of the first model, and what changed; tell whether there was one."""
    headline, description = value(PAGE, PIN), value(PAGE, PIN_DESCRIPTION) or ""
    if not headline or (headline, description) == (now.headline, now.description):
        return False
    try:
        pinned = classify(asked.models[0], [(headline, description)], asked.grouping, calibrated=asked.calibrated)[0]
    except CopydeskError as error:
        st.caption(escaped(f"The pinned text cannot be classified: {error}."))
        return False
    st.caption(f":material/keep: Pinned: {escaped(text_from(headline, description))}")
    st.markdown(change(pinned, now))
    classify_bars.draw(NAMES, [pinned, now])
    return True


def change(pinned: Answer, now: Answer) -> str:
    """Return what became of the answer and which words changed, as Markdown."""
    before = text_from(pinned.headline, pinned.description)
    gone, come = changed_words(before, text_from(now.headline, now.description))
    words = [f"without {_quoted(gone)}"] * bool(gone) + [f"with {_quoted(come)}"] * bool(come)
    told = f" {escaped(' and '.join(words))}" if words else ""
    if pinned.label != now.label:
        return f"**{escaped(pinned.label)}** has become **{escaped(now.label)}**{told}."
    gap = now.confidence - pinned.confidence
    return f"Still **{escaped(now.label)}**, {escaped(f'{gap:+.3f}')}{told}."


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def changed_words(before: str, after: str) -> tuple[list[str], list[str]]:
    """Return the words that went and those that came, in their order.

    >>> changed_words("Senate passes budget", "House passes budget")
    (['Senate'], ['House'])
    """
    one, other = ([word.text for word in words_of(text)] for text in (before, after))
    gone, come = [], []
    for kind, begin, end, first, last in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind != "equal":
            gone += one[begin:end]
            come += other[first:last]
    return gone, come
