"""A bundle taken in by an upload: written to disk in pieces, checked whole, and gone again."""

from __future__ import annotations

import streamlit as st

from core.data import import_folders
from core.errors import CopydeskError
from core.inference.bundle_import import import_bundle
from core.runs.wording import size
from core.ui import visit_uploads
from core.ui.components import escaped
from core.ui.models_view import MODEL, PAGE
from core.ui.selection import remember
from core.ui.work_words import sentence

ROUND, REFUSED, TAKEN = "models_import_round", "models_import_refused", "models_import_taken"


def button() -> None:
    """Draw the button that opens the dialog."""
    if st.button("Import a bundle", icon=":material/upload_file:", key="models_import"):
        st.session_state.pop(REFUSED, None)
        _dialog()


def outcome() -> None:
    """Say, once, which model was taken in."""
    if name := st.session_state.pop(TAKEN, None):
        st.toast(f"Imported {escaped(name)}.", icon=":material/check:")


@st.dialog("Import a bundle")
def _dialog() -> None:
    draw()


def draw() -> None:
    """Draw the upload; a bundle that is in order becomes the model that is shown."""
    if told := st.session_state.get(REFUSED):
        st.error(escaped(told), icon=":material/error:")
    number = st.session_state.get(ROUND, 0)
    upload = st.file_uploader("Bundle", type=["zip"], key=f"models_bundle_{number}")
    st.caption(
        "A .zip that Hand on, or `python -m core export RUN FILE.zip`, has written. Everything in it is checked before "
        "the model appears, and nothing in it is run."
    )
    if upload is None:
        return
    bar = st.progress(0.0, "Writing to disk")
    st.session_state[ROUND] = number + 1
    try:
        path = import_folders.stage(
            upload.name,
            upload.size,
            upload.read,
            lambda done: bar.progress(
                min(done / max(upload.size, 1), 1.0), f"Writing to disk · {size(done)} of {size(upload.size)}"
            ),
        )
        visit_uploads.free(upload.file_id)
        bar.progress(1.0, "Checking every file in it")
        try:
            run = import_bundle(path)
        except CopydeskError as error:
            # Nobody knows the folder in which an upload waits.
            raise CopydeskError(str(error).replace(f"{path.parent}/", "")) from error
        finally:
            import_folders.forget(path.parent.parent)
    except (CopydeskError, OSError) as error:
        st.session_state[REFUSED] = sentence(str(error))
        st.rerun(scope="fragment")
    st.session_state.pop(REFUSED, None)
    st.session_state[TAKEN] = run.title
    remember(PAGE, MODEL, run.id)
    st.rerun()
