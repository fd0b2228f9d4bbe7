"""Many texts on Classify, pasted or from a file: a table of answers, a row of which opens as one."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.errors import CopydeskError, InputError
from core.grouping.grouping import Grouping
from core.inference.items import MOST, Listed, listed
from core.inference.pasted_table import pasted
from core.runs.store import Run
from core.ui import classify_table, components, visit_uploads
from core.ui.classify_asked import PAGE, Asked, pick_how, pick_runs
from core.ui.classify_table import warn
from core.ui.components import escaped

TEXT, KEPT, UPLOADED = (f"{PAGE}_{name}" for name in ("many", "many_kept", "uploaded"))
REJECTED_SHOWN = 200
MOST_BYTES = 100_000_000
KINDS = ["txt", "csv", "tsv", "json", "jsonl", "ndjson", "parquet", "gz", "zip"]


def draw_pasted(default: Run | None, grouping: Grouping) -> None:
    """Draw the field for many texts, and their answers."""
    left, right = st.columns([1, 2], gap="large")
    with left:
        runs = pick_runs(default)
        if TEXT not in st.session_state:
            st.session_state[TEXT] = st.session_state.get(KEPT, "")
        text = st.text_area(
            "One a line, or a table",
            key=TEXT,
            height=220,
            placeholder="Paste lines, or cells of a spreadsheet: with a header or without",
        )
        st.session_state[KEPT] = text
        pressed = st.button("Classify", type="primary", icon=":material/label:", key=f"{PAGE}_many_go")
        asked = pick_how(runs, grouping, narrow=True)
        st.caption("What is pasted here is not in the URL, and never leaves this machine.")
    with right:
        if not text:
            _said(pressed, "What are these about?", "Paste headlines on the left; a table of answers appears here.")
            return
        try:
            found = pasted(text)
        except InputError as error:
            warn(str(error))
            return
        _draw(asked, runs, found, pressed)


def draw_file(default: Run | None, grouping: Grouping) -> None:
    """Draw the field for a file, and the answers to what is in it."""
    left, right = st.columns([1, 2], gap="large")
    with left:
        runs = pick_runs(default)
        number = st.session_state.setdefault(f"{UPLOADED}_number", 0)
        file = st.file_uploader(
            "A file of headlines", KINDS, key=f"{PAGE}_file_{number}", max_upload_size=MOST_BYTES // 1_000_000
        )
        if file is not None:
            _read(file)
        asked = pick_how(runs, grouping, narrow=True)
        st.caption(
            f"Text with a headline a line, or JSON lines, CSV, TSV or Parquet, of up to {MOST:,} headlines. A larger "
            "one is scored in the background, with all of its columns:"
        )
        components.link("pages/models.py", "Score a file of any size", part="Score a file")
    with right:
        name, found = st.session_state.get(UPLOADED, (None, None))
        if found is None:
            _said(False, "What are these about?", "Give a file on the left; a table of answers appears here.")
            return
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(f"File {escaped(name)}")
            st.button("Forget it", type="tertiary", icon=":material/close:", key=f"{PAGE}_forget", on_click=_forget)
        if isinstance(found, str):
            warn(found)
            return
        _draw(asked, runs, found, False)


def _read(file: UploadedFile) -> None:
    """Read an upload, and let Streamlit drop it: what was in it, or what is wrong with it, stays until the next one."""
    seen = f"{UPLOADED}_id"
    if st.session_state.get(seen) == file.file_id:
        return
    st.session_state[seen] = file.file_id
    with tempfile.TemporaryDirectory() as folder:
        # The name is a person's: only its ending is used.
        path = Path(folder) / f"upload{''.join(Path(file.name).suffixes[-2:])}"
        path.write_bytes(file.getbuffer())
        try:
            found = listed(path)
        except CopydeskError as error:
            found = str(error).replace(str(path), file.name)
    st.session_state[UPLOADED] = (file.name, found)
    visit_uploads.free(file.file_id)


def _forget() -> None:
    """Let go of the file, and of what the uploader shows of it."""
    for name in (UPLOADED, f"{UPLOADED}_id"):
        st.session_state.pop(name, None)
    st.session_state[f"{UPLOADED}_number"] += 1


def _said(pressed: bool, title: str, text: str) -> None:
    if pressed:
        warn("there is nothing to classify; paste at least one headline")
        return
    st.subheader(title, anchor=False)
    st.write(text)


def _draw(asked: Asked, runs: Sequence[Run], found: Listed, pressed: bool) -> None:
    if not asked.models:
        st.info("Choose at least one model on the left.", icon=":material/arrow_back:")
        return
    if found.items:
        answered = classify_table.answered(asked, runs, found, pressed)
        if answered is not None:
            classify_table.draw(asked, found, answered)
    else:
        warn("there is nothing to classify here; give texts with at least one word")
    if found.rejected:
        with st.expander(f"{len(found.rejected):,} left out"):
            frame = pd.DataFrame(found.rejected[:REJECTED_SHOWN], columns=["line", "why"])
            st.dataframe(frame, hide_index=True, column_config={"line": "Line", "why": "Why"})
