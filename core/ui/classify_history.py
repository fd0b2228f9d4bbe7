"""What was classified in this visit: kept in the session alone, to be gone back to, and downloaded."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import pandas as pd
import streamlit as st

from core.data.safe_csv import frame_to_csv
from core.inference.classify import Answer
from core.inference.sureness import level_of
from core.ui.classify_asked import PAGE, Asked, open_text
from core.ui.components import table_key

KEY = f"{PAGE}_history"
MOST = 500
SHOWN = ("headline", "answer", "confidence")


@dataclass(frozen=True)
class Entry:
    """A text and what the first model said of it."""

    at: str
    headline: str
    description: str
    answer: str
    confidence: float
    category: str
    sure: str
    run: str


def entry_of(answer: Answer, asked: Asked) -> Entry:
    """Return what is kept of an answer."""
    model = asked.models[0]
    return Entry(
        datetime.now().astimezone().isoformat(timespec="seconds"),
        answer.headline,
        answer.description,
        answer.label,
        round(answer.confidence, 4),
        answer.category or "",
        level_of(model, answer, asked.grouping, asked.threshold),
        model.run.id,
    )


def added(entries: list[Entry], made: Entry) -> list[Entry]:
    """Return ``entries``, the latest first, with ``made``: in place of what it was typed on from, or back to."""
    if entries and _goes_on(entries[0], made):
        return [made, *entries[1:]]
    return [made, *entries][:MOST]


def _goes_on(before: Entry, now: Entry) -> bool:
    one, other = before.headline, now.headline
    same = (before.description, before.run) == (now.description, now.run)
    return same and (one.startswith(other) or other.startswith(one))


def keep(answer: Answer, asked: Asked) -> None:
    """Put an answer into the history of this visit."""
    st.session_state[KEY] = added(st.session_state.get(KEY, []), entry_of(answer, asked))


def draw() -> None:
    """Draw the history, folded; a click on a row opens its text again."""
    entries: list[Entry] = st.session_state.get(KEY, [])
    if not entries:
        return
    # Its key stays while its label counts on, so that it stays open; folded, nothing of it is sent at each answer.
    opened = st.expander(f"This visit ({len(entries):,})", key=f"{PAGE}_visit_opened", on_change="rerun")
    if not opened.open:
        return
    with opened:
        frame = pd.DataFrame([asdict(one) for one in entries])
        key = table_key(f"{PAGE}_visit", [(one.at, one.headline) for one in entries])
        st.dataframe(
            frame,
            hide_index=True,
            key=key,
            column_order=list(SHOWN),
            on_select=lambda: _opened(key, entries),
            selection_mode="single-row",
            column_config={
                "headline": st.column_config.TextColumn("Text", width=220),
                "answer": st.column_config.TextColumn("Answer", width=120),
                "confidence": st.column_config.NumberColumn("Confidence", format="%.3f", width=75),
            },
        )
        st.download_button(
            "CSV",
            data=lambda: frame_to_csv(frame).encode("utf-8"),
            file_name="classified.csv",
            mime="text/csv",
            icon=":material/download:",
            key=f"{PAGE}_visit_csv",
            on_click="ignore",
            help="All texts of this visit. They are kept nowhere else, and go when the page is closed.",
        )


def _opened(key: str, entries: list[Entry]) -> None:
    if rows := st.session_state[key]["selection"]["rows"]:
        open_text(entries[rows[0]].headline, entries[rows[0]].description)
