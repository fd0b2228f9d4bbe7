"""What the suggestions and the frontier keep in memory between two clicks, as `core.ui.cache` does."""

from __future__ import annotations

import streamlit as st

from core.data import datasets
from core.evaluation import advice
from core.evaluation.advice import Advice, Basis
from core.grouping.frontier import Frontier
from core.grouping.grouping import Grouping
from core.runs import store
from core.ui import cache
from core.ui.cache import ended, named


@st.cache_resource(max_entries=3, show_spinner="Gathering what words, dates and the model say")
def _basis(key: str, fingerprint: str, _run: store.Run, _dataset: datasets.Dataset) -> Basis:
    return advice.basis(_run, cache.scores(_run), _dataset, cache.frame(_dataset))


def basis(run: store.Run, dataset: datasets.Dataset) -> Basis:
    """Return what advice about ``run`` on ``dataset`` rests on; about a second of work the first time."""
    return _basis(ended(run), dataset.fingerprint, run, dataset)


@st.cache_resource(max_entries=16, show_spinner="Comparing the groups")
def _advice(
    key: str, fingerprint: str, named: str, top: int, _run: store.Run, _dataset: datasets.Dataset, _grouping: Grouping
) -> Advice:
    return advice.advise(basis(_run, _dataset), _grouping, top=top)


def suggestions(run: store.Run, dataset: datasets.Dataset, grouping: Grouping, *, top: int) -> Advice:
    """Return the ``top`` merges and splits of ``grouping``; half a second of work the first time."""
    return _advice(ended(run), dataset.fingerprint, named(grouping), top, run, dataset, grouping)


@st.cache_resource(max_entries=6, show_spinner="Merging step by step")
def _frontier(key: str, _run: store.Run) -> Frontier:
    return advice.frontier_of(_run, cache.scores(_run))


def frontier(run: store.Run) -> Frontier:
    """Return the frontier of ``run``."""
    return _frontier(ended(run), run)
