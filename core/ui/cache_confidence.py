"""What Confidence and Slices keep in memory between two clicks, as `core.ui.cache` does."""

from __future__ import annotations

import streamlit as st

from core.data import datasets
from core.evaluation import slice_report, temperature
from core.evaluation.confidence import Confidence, confidence_from
from core.evaluation.judge import Judged
from core.evaluation.slices import Dimension, Rows, Worst, rows_from
from core.evaluation.time_split import SideBySide, side_by_side
from core.grouping.grouping import Grouping
from core.runs import store
from core.ui import cache
from core.ui.cache import ended, named


@st.cache_resource(max_entries=8, show_spinner="Sorting the answers by how sure they are")
def _confidence(
    key: str,
    named: str,
    fingerprint: str,
    by: temperature.Calibration | None,
    _run: store.Run,
    _grouping: Grouping,
    _dataset: datasets.Dataset | None,
) -> Confidence:
    found = cache.predictions(_run, _dataset)
    return confidence_from(_run.spec, temperature.calibrated(_run.spec, found, by) if by else found, _grouping)


def confidence(
    run: store.Run, grouping: Grouping, dataset: datasets.Dataset | None, by: temperature.Calibration | None
) -> Confidence:
    """Return what the confidence of ``run`` is worth; ``by`` calibrates it, None leaves it as it is."""
    fingerprint = dataset.fingerprint if dataset else ""
    return _confidence(ended(run), named(grouping), fingerprint, by, run, grouping, dataset)


@st.cache_resource(max_entries=4, show_spinner="Gathering the records")
def _rows(key: str, named: str, fingerprint: str, _judged: Judged) -> Rows:
    return rows_from(_judged, cache.frame(cache.dataset_by_fingerprint(fingerprint)))


def rows(run: store.Run, judged: Judged) -> Rows:
    """Return the judged rows of ``run`` with their records; InputError when these are not here any more."""
    return _rows(ended(run), named(judged.grouping), judged.fingerprint, judged)


@st.cache_resource(max_entries=40, show_spinner=False)
def _dimension(key: str, named: str, fingerprint: str, name: str, _rows: Rows) -> Dimension:
    return _rows.by(name)


def dimension(run: store.Run, judged: Judged, name: str) -> Dimension:
    """Return what tells the judged rows apart by ``name``; errors as `core.evaluation.slices.dimension`."""
    return _dimension(ended(run), named(judged.grouping), judged.fingerprint, name, rows(run, judged))


@st.cache_resource(max_entries=8, show_spinner="Looking for the worst slices")
def _worst(key: str, named: str, fingerprint: str, names: tuple[str, ...], _rows: Rows) -> Worst:
    return slice_report.worst_of(_rows, names)


def worst(run: store.Run, judged: Judged, names: tuple[str, ...]) -> Worst:
    """Return the worst slices of the judged rows by the dimensions of those ``names``."""
    return _worst(ended(run), named(judged.grouping), judged.fingerprint, names, rows(run, judged))


def beside(random: store.Run, past: store.Run, grouping: Grouping) -> SideBySide:
    """Return a run of each split side by side, on the test rows of each."""
    return side_by_side(cache.judged(random, grouping), cache.judged(past, grouping))
