"""Two runs side by side: how they were set up and what came of them, with what differs marked."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.runs import compare, store
from core.ui import run_facts, shell, stale
from core.ui.components import escaped

MARK = "≠"
PARTS = {"spec": "Setting", "figures": "Figure"}


def frame(one: store.Run, other: store.Run, *, everything: bool) -> pd.DataFrame:
    """Return a row a fact: mark, part, field, its value in either run; without ``everything`` only what differs."""
    lines = [line for line in compare.compare(one, other) if everything or line.differs]
    return pd.DataFrame(
        [
            {
                "differs": MARK if line.differs else "",
                "part": PARTS[line.part],
                "field": _field(line),
                "one": _shown(line, line.one),
                "other": _shown(line, line.other),
            }
            for line in lines
        ],
        columns=["differs", "part", "field", "one", "other"],
    )


def _field(line: compare.Line) -> str:
    return run_facts.named(line.field) if line.part == "figures" else line.field


def _shown(line: compare.Line, value: object) -> str:
    return run_facts.shown(line.field, value)


def draw(one: store.Run, other: store.Run) -> None:
    """Draw the two runs side by side."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Side by side", anchor=False, width="content")
        everything = st.toggle("Show what is the same too", key="train_compare_all")
    facts = frame(one, other, everything=everything)
    grouping = shell.chosen().grouping
    st.dataframe(
        facts,
        key="train_compare",
        hide_index=True,
        height="content",
        column_order=["differs", "part", "field", "one", "other"] if everything else ["part", "field", "one", "other"],
        column_config={
            "differs": st.column_config.TextColumn(MARK, width=40, help=f"{MARK} marks what differs."),
            "part": st.column_config.TextColumn("Part", width=80),
            "field": st.column_config.TextColumn("What", width=150),
            "one": st.column_config.TextColumn(stale.marked(one.title, one, grouping), width=280),
            "other": st.column_config.TextColumn(stale.marked(other.title, other, grouping), width=280),
        },
    )
    for run in (one, other):
        if text := stale.sentence(run, grouping):
            st.caption(escaped(f"{run.title}: {text}"))
