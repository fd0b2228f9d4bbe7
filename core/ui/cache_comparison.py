"""What Compare keeps in memory between two clicks, as `core.ui.cache` does."""

from __future__ import annotations

import streamlit as st

from core.data import datasets
from core.evaluation.comparison import Comparison, compare
from core.grouping.grouping import Grouping
from core.runs import store
from core.ui import cache
from core.ui.cache import ended, named


@st.cache_resource(max_entries=12, show_spinner="Drawing the rows again and again")
def _comparison(
    key: str,
    other_key: str,
    grouping_key: str,
    fingerprint: str,
    _run: store.Run,
    _against: store.Run,
    _grouping: Grouping,
    _dataset: datasets.Dataset | None,
) -> Comparison:
    judged, other = (cache.judged(one, _grouping, _dataset) for one in (_run, _against))
    return compare(_run, judged, _against, other)


def comparison(run: store.Run, against: store.Run, grouping: Grouping, dataset: datasets.Dataset | None) -> Comparison:
    """Return ``run`` beside ``against`` on their common test rows, or on ``dataset``; half a second the first time.

    Raises InputError where a run cannot answer the grouping or no row can be compared.
    """
    fingerprint = dataset.fingerprint if dataset else ""
    keys = (_here(run), _here(against))
    return _comparison(*keys, named(grouping), fingerprint, run, against, grouping, dataset)


def _here(run: store.Run) -> str:
    """Return a key of the run that changes when its own dataset comes or goes: what it was trained on is left out."""
    return repr((ended(run), datasets.by_fingerprint(run.spec.fingerprint) is not None))
