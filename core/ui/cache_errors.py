"""What Evaluate keeps in memory between two clicks, as `core.ui.cache` does."""

from __future__ import annotations

import streamlit as st

from core.data import datasets
from core.evaluation import errors, ordering
from core.evaluation import intervals as bootstrap
from core.evaluation.errors import Listing
from core.evaluation.intervals import Interval
from core.evaluation.judge import Judged
from core.grouping.grouping import Grouping
from core.runs import store
from core.ui import cache
from core.ui.cache import ended, named


def _key(run: store.Run, judged: Judged) -> tuple[str, str, str]:
    return ended(run), named(judged.grouping), judged.fingerprint


@st.cache_resource(max_entries=24, show_spinner=False)
def _intervals(key: tuple[str, str, str], _judged: Judged) -> dict[str, Interval]:
    return bootstrap.intervals(_judged)


def intervals(run: store.Run, judged: Judged) -> dict[str, Interval]:
    """Return the interval of each single figure of ``judged``; a tenth of a second of work the first time."""
    return _intervals(_key(run, judged), judged)


@st.cache_resource(max_entries=24, show_spinner=False)
def _side_by_side(key: tuple[str, str, str], _judged: Judged) -> list[str]:
    return ordering.ordered(_judged.metrics, "by confusion")


def ordered(run: store.Run, judged: Judged, order: ordering.Order, grouping: Grouping) -> list[str]:
    """Return the labels of ``judged`` in an order, see `ordering.ordered`; ``grouping`` is for "by group"."""
    if order == "by confusion":
        return _side_by_side(_key(run, judged), judged)
    return ordering.ordered(judged.metrics, order, grouping.group_of)


@st.cache_resource(max_entries=4, show_spinner="Reading the records")
def _listing(key: tuple[str, str, str], _judged: Judged, _dataset: datasets.Dataset) -> Listing:
    return errors.listing(_judged, cache.frame(_dataset))


def listing(run: store.Run, judged: Judged, dataset: datasets.Dataset) -> Listing:
    """Return the judged rows with their records; ``dataset`` is the one of ``judged``."""
    return _listing(_key(run, judged), judged, dataset)
