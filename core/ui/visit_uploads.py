"""Uploads go with the visit that brought them: whoever closes the page leaves nothing behind."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.data import import_folders

# As long as Streamlit itself lets a visit come back whose line broke.
LOOK_SECONDS, LOOKS = 15.0, 8


def watch(folder: Path) -> None:
    """Remove the upload in ``folder`` once this visit is over, unless its import was started."""
    context = get_script_run_ctx()
    # Streamlit tells nobody of the end of a visit, and keeps what it held.
    if context is not None and runtime.exists():
        threading.Thread(target=_follow, args=(folder, context.session_id), daemon=True).start()


def _follow(folder: Path, session_id: str) -> None:
    absent = 0
    while absent < LOOKS and _waits(folder):
        time.sleep(LOOK_SECONDS)
        absent = 0 if _is_there(session_id) else absent + 1
    if _waits(folder):
        import_folders.forget(folder)


def _waits(folder: Path) -> bool:
    return folder.exists() and not (folder / import_folders.ORDER).exists()


def _is_there(session_id: str) -> bool:
    return runtime.exists() and runtime.get_instance().is_active_session(session_id)


def free(file_id: str) -> None:
    """Let Streamlit drop an upload from memory, where it would stay as long as the visit."""
    context = get_script_run_ctx()
    if context is not None:
        context.uploaded_file_mgr.remove_file(context.session_id, file_id)
