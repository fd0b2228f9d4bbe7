"""The first time: open on the sample, so that there is something to see; and the ways to get data in."""

from __future__ import annotations

import contextlib

import streamlit as st

from core.data import datasets, hub
from core.data.sample import import_sample
from core.data.sources import HUFFPOST
from core.errors import InputError
from core.storage import data_root, models_root
from core.ui import import_dialog
from core.ui.components import escaped

MARKER = ".opened"


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
        st.subheader("The sample", anchor=False)
        st.write("Fictional headlines in 42 categories, written for Copydesk. Ready at once.")
        if st.button("Use the sample", type="primary", icon=":material/draft:", key="welcome_sample"):
            import_dialog.use_sample()
    with huffpost:
        st.subheader("The HuffPost set", anchor=False)
        st.write(f"{HUFFPOST.rows:,} real headlines from 2012 to 2022 in {HUFFPOST.categories} categories.")
        import_dialog.huffpost(key="welcome_huffpost")
        reason = hub.unreachable()
        st.caption(
            f"{f':material/cloud_off: {escaped(reason)}; bring it' if reason else 'Or bring it'} as a file: "
            "`News_Category_Dataset_v3.json` from [Kaggle](https://www.kaggle.com/datasets/rmisra/"
            "news-category-dataset), bare or zipped."
        )
    with own:
        st.subheader("Your own file", anchor=False)
        st.write("JSON lines, JSON, CSV, TSV or Parquet; .gz and .zip too. It stays on this server.")
        import_button()


def import_button() -> None:
    """Draw the button that opens the import."""
    if st.button("Import headlines", icon=":material/upload_file:", key="welcome_import"):
        import_dialog.open_()
