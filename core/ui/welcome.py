"""The first time: open on the sample, so that there is something to see; and the ways to get data in."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

import streamlit as st

from core.data import datasets
from core.data.importing import import_file
from core.data.records import Mapping
from core.data.sample import import_sample
from core.errors import CopydeskError, InputError
from core.storage import data_root, models_root
from core.ui.components import escaped
from core.ui.selection import SHARED, choose

MARKER = ".opened"
CHUNK = 1 << 20
TYPES = ["json", "jsonl", "ndjson", "csv", "tsv", "parquet", "gz", "zip", "txt"]


def open_on_the_sample() -> None:
    """Import the sample the very first time that the app is opened on a folder without datasets."""
    marker = data_root() / MARKER
    if marker.exists():
        return
    data_root().mkdir(parents=True, exist_ok=True)
    models_root().mkdir(parents=True, exist_ok=True)
    if not datasets.list_all():
        # Another visit may be importing it at this very moment.
        with contextlib.suppress(InputError, FileExistsError):
            import_sample()
    marker.touch()


def doors() -> None:
    """Draw the three ways to get data in: the sample, the HuffPost set, a file of one's own."""
    sample, huffpost, own = st.columns(3, gap="large")
    with sample:
        st.subheader("The sample")
        st.write("Fictional headlines in 42 categories, written for Copydesk. Ready at once.")
        if st.button("Use the sample", type="primary", icon=":material/draft:"):
            _import_sample()
    with huffpost:
        st.subheader("The HuffPost set")
        st.write(
            "209,527 real headlines from 2012 to 2022, CC BY 4.0. Download `News_Category_Dataset_v3.json` from "
            "[Kaggle](https://www.kaggle.com/datasets/rmisra/news-category-dataset), bare or zipped, and import it "
            "as a file."
        )
    with own:
        st.subheader("Your own file")
        st.write("JSON lines, a JSON array, CSV, TSV or Parquet; .gz and .zip too. It stays on this machine.")
        import_button()


def import_button() -> None:
    """Draw the button that opens the import."""
    if st.button("Import a file", icon=":material/upload_file:", key="welcome_import"):
        import_dialog()


@st.dialog("Import a file", width="large")
def import_dialog() -> None:
    """Ask for a file, a name and, where wanted, the columns; import it and choose it."""
    upload = st.file_uploader(
        "File of headlines",
        type=TYPES,
        key="welcome_file",
        help="JSON lines, JSON, CSV, TSV or Parquet; .gz, .zip",
        on_change=_suggest_name,
    )
    name = st.text_input("Name of the dataset", key="welcome_name")
    with st.expander("Columns with other names"):
        st.caption("Left empty, a column is found by its name: headline or title, category or label, and so on.")
        first, second = st.columns(2)
        headline = first.text_input("Headline column", key="welcome_headline")
        category = second.text_input("Category column", key="welcome_category")
        description = first.text_input("Description column", key="welcome_description")
        date = second.text_input("Date column", key="welcome_date")
    if st.button("Import", type="primary", disabled=upload is None, key="welcome_start"):
        columns = Mapping(
            headline=headline or None,
            short_description=description or None,
            category=category or None,
            date=date or None,
        )
        _import_upload(upload, name.strip(), columns)


def _suggest_name() -> None:
    """Fill in a dataset's name made from the file's, unless one was typed."""
    upload = st.session_state.get("welcome_file")
    if upload is None or st.session_state.get("welcome_name"):
        return
    stem = upload.name.split(".")[0].lower()
    name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in stem)
    st.session_state["welcome_name"] = name.strip("-")[:64]


def _import_upload(upload: object, name: str, columns: Mapping) -> None:
    """Write the upload to disk in pieces, import it, and show what came of it."""
    bar = st.progress(0.0, "Reading")
    try:
        with tempfile.TemporaryDirectory(prefix="copydesk-") as folder:
            path = Path(folder) / Path(upload.name).name
            with path.open("wb") as file:
                while piece := upload.read(CHUNK):
                    file.write(piece)
            dataset = import_file(
                path,
                name,
                mapping=columns,
                progress=lambda rows, done, total: bar.progress(min(done / max(total, 1), 1.0), f"{rows:,} rows"),
                source=upload.name,
            )
    except (CopydeskError, OSError) as error:
        bar.empty()
        st.error(escaped(str(error).replace(f"{folder}/", "")), icon=":material/error:")
        return
    choose(SHARED, "dataset", dataset.name)
    st.rerun()


def _import_sample() -> None:
    try:
        dataset = import_sample()
    except CopydeskError as error:
        st.error(escaped(str(error)), icon=":material/error:")
        return
    choose(SHARED, "dataset", dataset.name)
    st.rerun()
