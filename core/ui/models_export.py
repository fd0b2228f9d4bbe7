"""A model handed on: packed when somebody asks, listed, then downloaded from disk."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from core.errors import CopydeskError
from core.inference import handed_on
from core.inference.export_forms import Form, forms_for, load_lines
from core.inference.handed_on import Packed
from core.runs.models import ListedModel
from core.runs.store import Run
from core.runs.wording import size
from core.ui import cache, models_files
from core.ui.components import escaped
from core.ui.models_view import PAGE
from core.ui.selection import pick
from core.ui.work_words import sentence

PACKED = "models_packed"


def draw(model: ListedModel) -> None:
    """Draw the forms that fit the model; the one that is chosen is packed by a click."""
    run = model.run
    forms = {form.title: form for form in forms_for(run)}
    title = pick(
        st.segmented_control, "Form", list(forms), page=PAGE, name="form", required=True, label_visibility="collapsed"
    )
    form = forms[title]
    st.caption(form.what)
    packed = _packed(run, form)
    if packed is None:
        if st.button("Pack it", type="primary", icon=":material/package_2:", key="models_pack"):
            _pack(run, form)
    else:
        _download(packed)
    st.caption("Where it arrives:")
    st.code(load_lines(run, form), language="python")


def _key(run: Run, form: Form) -> tuple[str, str, str | None]:
    return cache.ended(run), form.key, run.name


def _packed(run: Run, form: Form) -> Packed | None:
    """Return what this visit has packed of the run in this form, as long as it is there."""
    key, packed = st.session_state.get(PACKED, (None, None))
    return packed if key == _key(run, form) and packed.path.exists() else None


def _pack(run: Run, form: Form) -> None:
    try:
        with st.spinner("Packing", show_time=True):
            packed = handed_on.pack(run, form)
    except (CopydeskError, OSError) as error:
        told = str(error).replace(f"{handed_on.root()}/", "")
        st.error(escaped(sentence(told)), icon=":material/error:")
        return
    if earlier := st.session_state.get(PACKED):
        handed_on.remove(earlier[1])
    st.session_state[PACKED] = (_key(run, form), packed)
    st.rerun()


def _download(packed: Packed) -> None:
    """Draw the download and what is in the file; it is read when it is asked for."""
    count = len(packed.entries)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            f"Download {size(packed.path.stat().st_size)}",
            partial(Path.read_bytes, packed.path),
            file_name=packed.path.name,
            type="primary",
            icon=":material/download:",
            key="models_download",
            on_click="ignore",
        )
        st.caption(escaped(f"{packed.path.name}, {count:,} {'entry' if count == 1 else 'entries'}. {packed.told}"))
    models_files.table([entry.document() for entry in packed.entries])
