"""Imports at work, and those that have ended: a row each on the first page, whoever started them."""

from __future__ import annotations

import contextlib

import streamlit as st

from core import background
from core.data import datasets, import_folders, import_jobs, sources
from core.data.import_jobs import Job
from core.errors import CopydeskError
from core.grouping.builtin import default_for
from core.runs.wording import duration
from core.ui import import_dialog
from core.ui.components import escaped
from core.ui.import_preview import without_options
from core.ui.selection import SHARED, choose

EVERY_SECONDS = 1.0


def draw() -> None:
    """Draw the imports; while one is at work they are looked at every second."""
    jobs = import_jobs.list_all()
    for job in jobs:
        if job.progress.running:
            continue
        _ended(job)
    if any(job.progress.running for job in jobs):
        st.fragment(_at_work, run_every=EVERY_SECONDS)()


def _at_work() -> None:
    running = [job for job in import_jobs.list_all() if job.progress.running]
    seen = st.session_state.get("import_running")
    st.session_state["import_running"] = {job.id for job in running}
    if not running or (seen and seen - {job.id for job in running}):
        # One has ended: the whole page shows what came of it.
        st.session_state.pop("import_running")
        st.rerun()
    for job in running:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.progress(job.progress.share, how_far(job))
            st.button("Cancel", key=f"import_cancel_{job.id}", on_click=_cancel, args=(job,))


def how_far(job: Job) -> str:
    """Return what an import is at, how far it is and how long it takes."""
    progress = job.progress
    left = "" if progress.seconds_left is None else f"about {duration(progress.seconds_left)} left"
    parts = [
        sources.SPOKEN.get(progress.phase, progress.phase),
        f"{100 * progress.share:.0f} %",
        progress.note,
        left,
    ]
    verb = "Importing" if job.order.name else "Fetching"
    return f"{verb} {escaped(job.order.shown)} · {' · '.join(filter(None, parts))}"


def _cancel(job: Job) -> None:
    try:
        import_jobs.cancel(job)
    except CopydeskError as error:
        st.toast(escaped(str(error)))


def _ended(job: Job) -> None:
    """Draw what came of an import; one of this visit that went well chooses its dataset."""
    mine = job.id in st.session_state.get(import_dialog.MINE, ())
    if job.progress.state == background.SUCCEEDED and not job.waits and mine:
        import_folders.forget(job.folder)
        _choose(job.progress.result["dataset"])
        st.toast(escaped(_outcome(job)), icon=":material/check:")
        st.rerun()
    if job.progress.state == background.CANCELLED and mine:
        import_folders.forget(job.folder)
        st.toast(f"The import of {escaped(job.order.shown)} was cancelled; nothing of it stays.")
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"import_end_{job.id}"):
        st.write(f"{_icon(job)} {escaped(_outcome(job))}")
        _actions(job)


def _icon(job: Job) -> str:
    return ":material/check:" if job.progress.state == background.SUCCEEDED else ":material/error:"


def _outcome(job: Job) -> str:
    """Return how an import ended, in a sentence."""
    progress, name = job.progress, job.order.shown
    if job.waits:
        return f"{name} is here: {progress.result['rows']:,} rows. Look it over, then import it."
    if progress.state == background.SUCCEEDED:
        rejected = progress.result["rejected"]
        kept_aside = f"; {rejected:,} could not be used and are kept aside" if rejected else ""
        return f"Imported {progress.result['dataset']}: {progress.result['rows']:,} rows{kept_aside}."
    if progress.state == background.CANCELLED:
        return f"The import of {name} was cancelled; nothing of it stays."
    if progress.state == background.INTERRUPTED:
        return f"The import of {name} was ended from outside; nothing half-made stays."
    error = (progress.error or "it did not begin").replace(f"{job.folder / import_folders.FILES}/", "")
    return f"{name} was not imported: {without_options(error)}"


def _actions(job: Job) -> None:
    """Draw what can be done about an import that has ended."""
    progress = job.progress
    if progress.state == background.SUCCEEDED and not job.waits:
        st.button("Show it", key=f"import_show_{job.id}", on_click=_show, args=(job,))
    elif job.waits:
        _look_over(job, "Look it over", "primary")
    elif progress.state != background.CANCELLED and (job.order.file or job.order.server_file):
        _look_over(job, "Look it over again", "secondary")
    elif progress.state != background.CANCELLED:
        st.button("Start again", key=f"import_again_{job.id}", on_click=_start_again, args=(job,))
    st.button("Dismiss", key=f"import_dismiss_{job.id}", on_click=import_folders.forget, args=(job.folder,))


def _look_over(job: Job, label: str, kind: str) -> None:
    if st.button(label, type=kind, key=f"import_look_{job.id}"):
        # A file on the server may be out of reach by now.
        with import_dialog.said():
            import_dialog.open_(import_dialog.of_job(job))


def _show(job: Job) -> None:
    import_folders.forget(job.folder)
    _choose(job.progress.result["dataset"])


def _start_again(job: Job) -> None:
    try:
        import_jobs.start(job.order, job.folder)
    except CopydeskError as error:
        st.toast(escaped(str(error)))


def _choose(name: str) -> None:
    """Choose a dataset that has just come in, under the grouping that its categories suggest."""
    choose(SHARED, "dataset", name)
    with contextlib.suppress(CopydeskError):
        choose(SHARED, "grouping", default_for(datasets.load(name).categories).name)
