"""The mark of a run that was trained under another partition than the grouping on screen, and what it means."""

from __future__ import annotations

import streamlit as st

from core.grouping.grouping import Grouping
from core.runs import staleness
from core.runs.store import Run
from core.ui.components import escaped

MARK = "stale"
HELP = (
    "stale: the run was trained under another partition than the grouping in the sidebar, so its stored figures are "
    "not of your groups. A run of target category still answers them: see Evaluate."
)
COLUMN = st.column_config.TextColumn("Stale", width=48, help=HELP)


def mark(run: Run, grouping: Grouping) -> str:
    """Return the mark of a run, "" for one of the same partition as ``grouping``."""
    return MARK if staleness.is_stale(run.spec, grouping) else ""


def marked(label: str, run: Run, grouping: Grouping) -> str:
    """Return a run's label with its mark where it has one."""
    return " · ".join(filter(None, [label, mark(run, grouping)]))


def sentence(run: Run, grouping: Grouping) -> str:
    """Return what the mark means for this run, "" where there is none."""
    own = run.spec.grouping
    version = f" version {own.version}" if own.version else ""
    what = "its stored figures are of" if run.status.get("metrics") else "it was started under"
    screen = f"version {grouping.version}" if own.name == grouping.name and grouping.version else grouping.name
    figures = f"Stale: {what} {own.name}{version}, another partition than {screen} on screen."
    return {
        staleness.FRESH: "",
        staleness.ANSWERS: f"{figures} Target category answers yours too: see Evaluate.",
        staleness.ADDS_UP: f"{figures} It answers yours by adding up its groups; retrain it to learn them directly.",
        staleness.RETRAIN: f"{figures} It cannot tell your groups apart: retrain it, or take a run of target category.",
    }[staleness.staleness(run.spec, grouping)]


def caption(run: Run, grouping: Grouping) -> None:
    """Say in one quiet line that a run is stale and what that means; nothing for one that is not."""
    if text := sentence(run, grouping):
        st.caption(f":material/history: {escaped(text)}")
