"""What Quality keeps in memory between two clicks, as `core.ui.cache` does."""

from __future__ import annotations

import streamlit as st

from core.data import quality_search
from core.data.datasets import Dataset
from core.data.quality_search import Found
from core.evaluation import leakage_job
from core.evaluation.leakage import Leak
from core.runs.store import Run
from core.ui.cache import ended


@st.cache_resource(max_entries=3, show_spinner=False)
def _found(name: str, fingerprint: str, written: int, _dataset: Dataset) -> Found:
    return quality_search.load(_dataset)


def found(dataset: Dataset) -> Found:
    """Return what the last search in ``dataset`` found; to be read, not changed."""
    file = quality_search.folder_of(dataset.fingerprint) / quality_search.FOUND
    return _found(dataset.name, dataset.fingerprint, file.stat().st_mtime_ns, dataset)


@st.cache_resource(max_entries=8, show_spinner="Comparing the run's test rows with its training rows")
def _leak_of_run(key: str, written: int, _run: Run, _dataset: Dataset) -> Leak:
    return leakage_job.leak_of_run(_run, _dataset)


def leak_of_run(run: Run, dataset: Dataset) -> Leak:
    """Return how far repeats flatter ``run``, which was trained on ``dataset``; a second of work the first time."""
    file = quality_search.folder_of(dataset.fingerprint) / quality_search.NEAR
    return _leak_of_run(ended(run), file.stat().st_mtime_ns, run, dataset)
