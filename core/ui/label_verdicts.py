"""What was decided about labels: counts, the list with undo, files in and out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import streamlit as st

from core.data import corrections
from core.data.corrections import CONFIRMED, CORRECTED, DISMISSED, Overlay
from core.data.corrections_file import FORMATS, exported, kind_of, taken_over
from core.data.datasets import Dataset
from core.errors import CopydeskError, InputError
from core.ui.components import escaped, link, table_key
from core.ui.correct_form import LATER

TOLD = "evaluate_verdicts_told"
HEIGHT = 260  # px
MIME = {"csv": "text/csv", "jsonl": "application/jsonl"}


def draw(dataset: Dataset, headlines: pd.Series) -> None:
    """Draw the decisions about ``dataset``; ``headlines`` are those of all of its rows."""
    overlay = corrections.overlay(dataset.fingerprint)
    st.subheader("Decided", anchor=False)
    if told := st.session_state.pop(TOLD, None):
        st.caption(f":material/info: {escaped(told)}")
    if overlay.unreadable:
        st.caption(f":material/warning: {overlay.unreadable:,} lines of the file of verdicts tell nothing.")
    if not overlay.verdicts:
        st.caption("Nothing yet. What you decide is kept beside the dataset, which itself never changes.")
        _import(dataset)
        return
    st.caption(counts_text(overlay))
    ticked = _table(overlay, headlines)
    with st.container(horizontal=True, gap="small"):
        st.button(
            f"Undo {len(ticked):,} ticked" if ticked else "Undo ticked",
            icon=":material/undo:",
            key="evaluate_verdicts_undo",
            disabled=not ticked,
            on_click=_attempt,
            args=(lambda: _undo(dataset, ticked),),
        )
        with st.popover("Undo all", key="evaluate_verdicts_all"):
            st.write(f"Take back all {len(overlay.verdicts):,} verdicts on **{escaped(dataset.name)}**?")
            st.button(
                "Undo them all",
                key="evaluate_verdicts_all_sure",
                on_click=_attempt,
                args=(lambda: f"{corrections.undo_all(dataset):,} verdicts taken back.",),
            )
        for kind in FORMATS:
            st.download_button(
                f"Download {kind.upper()}",
                lambda kind=kind: exported(dataset, kind),
                file_name=f"{dataset.name}.corrections.{kind}",
                mime=MIME[kind],
                key=f"evaluate_verdicts_{kind}",
                icon=":material/download:",
                on_click="ignore",
            )
        _import(dataset)
    if overlay.counts[CORRECTED]:
        st.caption(LATER)
        link("pages/train.py", "Train with the corrected labels")


def counts_text(overlay: Overlay) -> str:
    """Return how many rows were corrected, confirmed and put aside."""
    counts = overlay.counts
    return f"{counts[CORRECTED]:,} corrected · {counts[CONFIRMED]:,} confirmed · {counts[DISMISSED]:,} put aside"


def _table(overlay: Overlay, headlines: pd.Series) -> list[int]:
    """Draw the decisions, the newest first; return the rows that are ticked."""
    made = list(reversed(overlay.verdicts.values()))
    rows = [one.row for one in made if one.row < len(headlines)]
    frame = pd.DataFrame(
        {
            "row": rows,
            "headline": headlines.iloc[rows].to_numpy(),
            "verdict": [overlay.verdicts[row].verdict for row in rows],
            "category": [overlay.verdicts[row].category for row in rows],
            "to": [overlay.verdicts[row].to or "" for row in rows],
            "at": pd.to_datetime([overlay.verdicts[row].at for row in rows], format="ISO8601", errors="coerce"),
        }
    )
    event = st.dataframe(
        frame,
        key=table_key("evaluate_verdicts", rows),
        hide_index=True,
        height=min(HEIGHT, 38 + 35 * len(rows)),
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "row": st.column_config.NumberColumn("Row", format="localized", width=80),
            "headline": st.column_config.TextColumn("Headline", width="large"),
            "verdict": "Verdict",
            "category": "Given",
            "to": "Right",
            "at": st.column_config.DatetimeColumn("When", format="YYYY-MM-DD HH:mm"),
        },
    )
    return [rows[place] for place in event["selection"]["rows"] if place < len(rows)]


def _undo(dataset: Dataset, rows: list[int]) -> str:
    for row in rows:
        corrections.undo(dataset, row)
    return f"{len(rows):,} {'verdict' if len(rows) == 1 else 'verdicts'} taken back."


def _import(dataset: Dataset) -> None:
    """Draw the way in for a file of verdicts."""
    with st.popover("Import", key="evaluate_verdicts_import", icon=":material/upload:"):
        file = st.file_uploader("Verdicts of this or a similar dataset", type=list(FORMATS), key="evaluate_verdicts_in")
        st.button(
            "Take over",
            key="evaluate_verdicts_take",
            disabled=file is None,
            on_click=_attempt,
            args=(lambda: _take_over(dataset, file.name, file.getvalue()),),
        )


def _take_over(dataset: Dataset, name: str, content: bytes) -> str:
    try:
        found = taken_over(dataset, content.decode("utf-8-sig"), kind_of(Path(name)))
    except UnicodeDecodeError as error:
        raise InputError(f"file {name} is not UTF-8 text; save it as UTF-8") from error
    refused = "".join(f" {lines:,} left out: {reason}." for reason, lines in found.refused.items())
    return f"{found.taken:,} verdicts taken over, {found.known:,} known.{refused}"


def _attempt(what: Callable[[], str]) -> None:
    """Do it, for a click, and keep what is to be said of it."""
    try:
        st.session_state[TOLD] = what()
    except (CopydeskError, OSError) as error:
        st.session_state[TOLD] = str(error)
