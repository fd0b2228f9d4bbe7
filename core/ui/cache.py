"""What pages keep in memory between two clicks, shared by all visits and never changed.

Everything is keyed by content (fingerprint, run and partition), not by name alone, and is handed
out as it is: `st.cache_data` would pickle a copy of a frame at each hit.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.data import datasets, overview
from core.errors import InputError
from core.evaluation import evaluate
from core.evaluation.judge import Judged, judge
from core.evaluation.predictions import Predictions
from core.grouping.grouping import Grouping
from core.inference.classify import Model, load_model
from core.runs import store


@st.cache_resource(max_entries=3, show_spinner="Reading the dataset")
def _frame(name: str, fingerprint: str) -> pd.DataFrame:
    return datasets.frame(datasets.load(name))


def frame(dataset: datasets.Dataset) -> pd.DataFrame:
    """Return the records of ``dataset``; to be read, not changed."""
    return _frame(dataset.name, dataset.fingerprint)


@st.cache_resource(max_entries=3, show_spinner=False)
def _columns_overview(fingerprint: str, _frame: pd.DataFrame) -> pd.DataFrame:
    return overview.columns_overview(_frame)


def columns_overview(dataset: datasets.Dataset) -> pd.DataFrame:
    """Return what the columns of ``dataset`` are; a third of a second of work the first time."""
    return _columns_overview(dataset.fingerprint, frame(dataset))


@st.cache_resource(max_entries=3, show_spinner=False)
def _describe(fingerprint: str, _frame: pd.DataFrame) -> pd.DataFrame:
    return overview.describe(_frame)


def describe(dataset: datasets.Dataset) -> pd.DataFrame:
    """Return how long the texts of ``dataset`` are; a third of a second of work the first time."""
    return _describe(dataset.fingerprint, frame(dataset))


def dataset_by_fingerprint(fingerprint: str) -> datasets.Dataset:
    """Return the dataset with this content, whatever it is called by now.

    Raises InputError when there is none any more.
    """
    dataset = datasets.by_fingerprint(fingerprint)
    if dataset is None:
        raise InputError("the dataset of this run is not here any more; import the same file to see its headlines")
    return dataset


def _ended(run: store.Run) -> str:
    """Return what changes when the run's files do."""
    manifest = run.path / "manifest.json"
    return f"{run.path} {manifest.stat().st_mtime_ns if manifest.exists() else 0}"


@st.cache_resource(max_entries=8, show_spinner="Loading the model")
def _model(key: str, _run: store.Run) -> Model:
    return load_model(_run)


def model(run: store.Run) -> Model:
    """Return the run's model, checked and loaded once."""
    return _model(_ended(run), run)


@st.cache_resource(max_entries=8, show_spinner="Reading the evaluation")
def _predictions(key: str, _run: store.Run) -> Predictions:
    return evaluate.test_predictions(_run)


@st.cache_resource(max_entries=8, show_spinner="Scoring the dataset")
def _scored(key: str, fingerprint: str, _run: store.Run, _dataset: datasets.Dataset) -> Predictions:
    return evaluate.dataset_predictions(_run, _dataset)


@st.cache_resource(max_entries=16, show_spinner=False)
def _judged(
    key: str,
    grouping_key: str,
    fingerprint: str,
    _grouping: Grouping,
    _run: store.Run,
    _dataset: datasets.Dataset | None,
) -> Judged:
    found = _predictions(key, _run) if _dataset is None else _scored(key, fingerprint, _run, _dataset)
    return judge(_run.spec, found, _grouping)


def judged(run: store.Run, grouping: Grouping, dataset: datasets.Dataset | None = None) -> Judged:
    """Return the figures of ``run`` under ``grouping``, on its test rows or on all of ``dataset``."""
    grouping_key = repr((grouping.name, grouping.version, sorted(grouping.mapping.items())))
    return _judged(_ended(run), grouping_key, dataset.fingerprint if dataset else "", grouping, run, dataset)
