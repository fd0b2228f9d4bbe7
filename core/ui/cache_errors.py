"""What Evaluate keeps in memory between two clicks, as `core.ui.cache` does."""

from __future__ import annotations

import streamlit as st

from core.data import datasets
from core.evaluation import errors
from core.evaluation import intervals as bootstrap
from core.evaluation.errors import Listing
from core.evaluation.intervals import Interval
from core.evaluation.judge import Judged
from core.evaluation.ranking import rank
from core.runs import store
from core.ui import cache
from core.ui.cache import ended, named


def key_of(run: store.Run, judged: Judged) -> tuple[str, str, str]:
    """Return what tells the figures of ``run`` apart from those of other runs, groupings and rows."""
    return ended(run), named(judged.grouping), judged.fingerprint


@st.cache_resource(max_entries=24, show_spinner=False)
def _intervals(key: tuple[str, str, str], _judged: Judged) -> dict[str, Interval]:
    return bootstrap.intervals(_judged)


def intervals(run: store.Run, judged: Judged) -> dict[str, Interval]:
    """Return the interval of each single figure of ``judged``; a tenth of a second of work the first time."""
    return _intervals(key_of(run, judged), judged)


@st.cache_resource(max_entries=24, show_spinner=False)
def _values(key: tuple[str, str, str], _judged: Judged) -> dict[str, float]:
    return {**_judged.metrics.headline(), **vars(rank(_judged.probabilities, _judged.true, _judged.answerable))}


def values(run: store.Run, judged: Judged) -> dict[str, float]:
    """Return every single figure of ``judged`` by name; to be read, not changed."""
    return _values(key_of(run, judged), judged)


@st.cache_resource(max_entries=4, show_spinner="Reading the records")
def _listing(key: tuple[str, str, str], _judged: Judged, _dataset: datasets.Dataset) -> Listing:
    return errors.listing(_judged, cache.frame(_dataset))


def listing(run: store.Run, judged: Judged, dataset: datasets.Dataset) -> Listing:
    """Return the judged rows with their records; ``dataset`` is the one of ``judged``."""
    return _listing(key_of(run, judged), judged, dataset)
