"""The files of a model, with sizes, permissions and times."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.runs import run_files
from core.runs.models import ListedModel
from core.runs.wording import size
from core.ui.components import escaped

COLUMNS = {
    "name": st.column_config.TextColumn("Name", width=280),
    "bytes": st.column_config.NumberColumn("Bytes", format="localized", width=110),
    "permissions": st.column_config.TextColumn("Permissions", width=105),
    "time": st.column_config.TextColumn("Changed (UTC)", width=160),
}
TALLEST = 460  # px


def draw(model: ListedModel) -> None:
    """Draw the files of the run's folder."""
    found = run_files.files_of(model.run)
    st.caption(
        f"{len(found):,} files, {size(sum(one.bytes for one in found))}, in {escaped(str(model.run.path))}. Those in "
        "model and evaluation are checked by their SHA-256 each time before they are used."
    )
    table([one.document() for one in found])


def table(entries: list[dict[str, object]]) -> None:
    """Draw a listing of files: of a run, or of what it was packed into."""
    frame = pd.DataFrame(entries)
    st.dataframe(
        frame,
        hide_index=True,
        width="content",
        height=TALLEST if len(frame) > 12 else "content",
        column_order=list(COLUMNS),
        column_config=COLUMNS,
    )
