"""The scorings of everybody: how far they are, their files, and what to do about those that ended early."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import streamlit as st

from core import background
from core.errors import CopydeskError
from core.inference import score_jobs
from core.inference.score_jobs import KEPT_BYTES, KEPT_DAYS, Job
from core.runs.wording import size
from core.ui.components import escaped
from core.ui.import_preview import without_options
from core.ui.work_words import how_far, sentence

EVERY_SECONDS = 1.0
SPOKEN = {"score": "scoring"}
PROBLEM = "models_scores_problem"
# The app hands a file out from memory; a larger one is fetched from where it lies.
MOST_DOWNLOADED = 1_000_000_000
MIMES = {".csv": "text/csv", ".tsv": "text/tab-separated-values", ".parquet": "application/vnd.apache.parquet"}


def draw() -> None:
    """Draw the scorings, those at work in a part that looks at them every second."""
    jobs = score_jobs.list_all()
    if told := st.session_state.pop(PROBLEM, None):
        st.warning(escaped(told), icon=":material/edit_note:")
    if not jobs:
        return
    st.subheader("Scorings", anchor=False)
    running = {job.id for job in jobs if job.progress.running}
    if running:
        st.fragment(_at_work, run_every=EVERY_SECONDS)(running)
    for job in jobs:
        if job.id not in running:
            _ended(job)
    _outworn(jobs)


def _at_work(seen: set[str]) -> None:
    running = [job for job in score_jobs.list_all() if job.progress.running]
    if {job.id for job in running} != seen:
        # One has ended: the whole page shows what came of it.
        st.rerun()
    for job in running:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.progress(job.progress.share, f"{escaped(job.order.shown)} · {how_far(job.progress, SPOKEN)}")
            st.button("Cancel", key=f"models_score_cancel_{job.id}", on_click=_try, args=(score_jobs.cancel, job))


def _ended(job: Job) -> None:
    """Draw what came of a scoring, its files, and what can be done."""
    done = job.progress.state == background.SUCCEEDED
    with st.container(border=True, key=f"models_score_end_{job.id}"):
        told, buttons = st.columns([5, 4], vertical_alignment="center")
    told.markdown(f"{':material/check:' if done else ':material/error:'} {escaped(outcome(job))}")
    with buttons.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small"):
        if done:
            _files(job)
        else:
            label = "Try again" if job.progress.state == background.FAILED else "Go on"
            st.button(label, key=f"models_score_again_{job.id}", on_click=_try, args=(score_jobs.go_on, job))
        st.button("Remove", key=f"models_score_remove_{job.id}", on_click=_try, args=(score_jobs.remove, job))


def outcome(job: Job) -> str:
    """Return how a scoring ended, as a sentence or two."""
    order, progress, name = job.order, job.progress, job.order.shown
    by = f"by {order.run}" + (f" under {order.grouping}" if order.grouping else "")
    begun = f"{datetime.fromtimestamp(job.begun).astimezone():%Y-%m-%d %H:%M}"
    if progress.state == background.SUCCEEDED:
        told = progress.result
        rejected = f", {told['rejected']:,} could not be scored" if told["rejected"] else ""
        word = "row" if told["rows"] == 1 else "rows"
        return f"{name}: {told['rows']:,} {word}{rejected} · {by} · {begun}"
    done = score_jobs.journal_of(job).get("taken", 0)
    kept = f" {done:,} rows are done and kept." if done else ""
    if progress.state == background.CANCELLED:
        return f"{name}: cancelled · {by} · {begun}.{kept}"
    if progress.state == background.FAILED:
        reason = without_options(str(progress.error)).replace(f"{job.folder}/{score_jobs.FILES}/", "")
        return f"{name}: {sentence(reason)}{kept}"
    return f"{name}: ended from outside · {by} · {begun}.{kept}"


def _files(job: Job) -> None:
    _download("Result", job.output, f"{Path(job.order.shown).name.split('.')[0]}-scored{job.order.ending}", job)
    if job.rejected.exists():
        _download("Not scored", job.rejected, f"{Path(job.order.shown).name}.rejected.jsonl", job)


def _download(label: str, path: Path, name: str, job: Job) -> None:
    """Draw the download of a file, which is read when it is asked for; of a large one, where it lies."""
    if not path.exists():
        st.caption(f"{label}: the file is gone", width="content")
        return
    bytes_ = path.stat().st_size
    if bytes_ > MOST_DOWNLOADED:
        st.caption(escaped(f"{label}, {size(bytes_)}: {path}"), width="content")
        return
    st.download_button(
        f"{label} {size(bytes_)}",
        partial(Path.read_bytes, path),
        file_name=name,
        mime=MIMES.get(path.suffix, "application/jsonl"),
        icon=":material/download:",
        key=f"models_score_{label}_{job.id}",
        on_click="ignore",
    )


def _outworn(jobs: list[Job]) -> None:
    """Say what takes room for long; nothing is removed without a word."""
    found = score_jobs.outworn(jobs)
    if not found:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"{len(found):,} {'scoring is' if len(found) == 1 else 'scorings are'} older than {KEPT_DAYS} days, or "
            f"beyond {size(KEPT_BYTES)} in all: {size(sum(job.bytes for job in found))}.",
            width="content",
        )
        st.button("Remove them", key="models_score_outworn", on_click=_try, args=(_remove_all, found))


def _remove_all(jobs: list[Job]) -> None:
    for job in jobs:
        score_jobs.remove(job)


def _try(action: Callable[..., object], *arguments: object) -> None:
    """Do it, for a click; what goes wrong is told in one line."""
    try:
        action(*arguments)
    except (CopydeskError, OSError) as error:
        st.session_state[PROBLEM] = sentence(str(error))
