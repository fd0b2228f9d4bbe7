"""What pages keep in memory between two clicks, shared by all visits and never changed.

Everything is keyed by content (fingerprint, run and partition), not by name alone, and is handed
out as it is: `st.cache_data` would pickle a copy of a frame at each hit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data import datasets
from core.data.examples import examples_by_category
from core.errors import InputError
from core.evaluation import evaluate
from core.evaluation.judge import Judged, judge, scores_from
from core.evaluation.predictions import Predictions
from core.evaluation.regroup import Retrained, outcome_of, retrained
from core.grouping.grouping import Grouping
from core.grouping.scores import Scores
from core.grouping.whatif import Outcome, WhatIf, what_if
from core.inference.classify import Model, load_model
from core.runs import store


@st.cache_resource(max_entries=3, show_spinner="Reading the dataset")
def _frame(name: str, fingerprint: str) -> pd.DataFrame:
    return datasets.frame(datasets.load(name))


def frame(dataset: datasets.Dataset) -> pd.DataFrame:
    """Return the records of ``dataset``; to be read, not changed."""
    return _frame(dataset.name, dataset.fingerprint)


@st.cache_resource(max_entries=3, show_spinner=False)
def _examples(fingerprint: str, _frame: pd.DataFrame) -> dict[str, list[str]]:
    return examples_by_category(_frame)


def examples(dataset: datasets.Dataset) -> dict[str, list[str]]:
    """Return a few headlines of each category of ``dataset``."""
    return _examples(dataset.fingerprint, frame(dataset))


def dataset_by_fingerprint(fingerprint: str) -> datasets.Dataset:
    """Return the dataset with this content, whatever it is called by now.

    Raises InputError when there is none any more.
    """
    dataset = datasets.by_fingerprint(fingerprint)
    if dataset is None:
        raise InputError("the dataset of this run is not here; import its file to see the headlines")
    return dataset


def ended(run: store.Run) -> str:
    """Return what changes when the run's files do."""
    manifest = run.path / "manifest.json"
    return f"{run.path} {manifest.stat().st_mtime_ns if manifest.exists() else 0}"


@st.cache_resource(max_entries=8, show_spinner="Loading the model")
def _model(key: str, _run: store.Run) -> Model:
    return load_model(_run)


def model(run: store.Run) -> Model:
    """Return the run's model, checked and loaded once."""
    return _model(ended(run), run)


@st.cache_resource(max_entries=8, show_spinner="Reading the evaluation")
def _predictions(key: str, _run: store.Run) -> Predictions:
    return evaluate.test_predictions(_run)


@dataclass
class _Scored:
    """What a run says of a dataset, once somebody has waited for it; a second visit waits for the first one."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    found: Predictions | None = None


@st.cache_resource(max_entries=8, show_spinner=False)
def _scored(key: str, fingerprint: str) -> _Scored:
    return _Scored()


def _told_of(run: store.Run, dataset: datasets.Dataset) -> str:
    """Return what changes with what is known of rows: their content, and whether the run's own dataset is here."""
    return f"{dataset.fingerprint} {datasets.by_fingerprint(run.spec.fingerprint) is not None}"


def predictions(
    run: store.Run, dataset: datasets.Dataset | None = None, progress: Callable[[int, int], None] | None = None
) -> Predictions:
    """Return what ``run`` said of its test rows, or says of all of ``dataset``; to be read, not changed.

    ``progress`` is told rows done and rows in all, while a dataset is scored for the first time.
    """
    if dataset is None:
        return _predictions(ended(run), run)
    # Not computed in the cached function: what that draws, `progress` too, Streamlit draws again at each hit.
    scored = _scored(ended(run), _told_of(run, dataset))
    with scored.lock:
        if scored.found is None:
            scored.found = evaluate.dataset_predictions(run, dataset, progress)
        return scored.found


@st.cache_resource(max_entries=16, show_spinner=False)
def _judged(
    key: str,
    grouping_key: str,
    fingerprint: str,
    _grouping: Grouping,
    _run: store.Run,
    _dataset: datasets.Dataset | None,
) -> Judged:
    return judge(_run.spec, predictions(_run, _dataset), _grouping)


def named(grouping: Grouping) -> str:
    """Return what tells a grouping apart from one of another name, version or mapping."""
    return repr((grouping.name, grouping.version, sorted(grouping.mapping.items())))


@st.cache_resource(max_entries=6, show_spinner="Reading the evaluation")
def _scores(key: str, _run: store.Run) -> Scores:
    return scores_from(_run.spec, _predictions(key, _run))


def scores(run: store.Run) -> Scores:
    """Return what ``run`` said of its test rows, before any grouping; to be read, not changed."""
    return _scores(ended(run), run)


@st.cache_resource(max_entries=24, show_spinner=False)
def _outcome(key: str, named: str, _run: store.Run, _grouping: Grouping) -> Outcome:
    return outcome_of(_run, _scores(key, _run), _grouping)


def outcome(run: store.Run, grouping: Grouping) -> Outcome:
    """Return what becomes of the run's test rows under ``grouping``."""
    return _outcome(ended(run), named(grouping), run, grouping)


@st.cache_resource(max_entries=24, show_spinner=False)
def _what_if(key: str, named: str, against: str, _run: store.Run, _grouping: Grouping, _against: Grouping) -> WhatIf:
    return what_if(outcome(_run, _against), _grouping, _run.spec.grouping.name)


def tried(run: store.Run, grouping: Grouping, against: Grouping) -> WhatIf:
    """Return what becomes of the run's test rows under ``grouping`` instead of ``against``."""
    return _what_if(ended(run), named(grouping), named(against), run, grouping, against)


@st.cache_resource(max_entries=24, show_spinner=False)
def _retrained(key: str, own: str, named: str, _run: store.Run, _own: store.Run, _grouping: Grouping) -> Retrained:
    return retrained(_run, scores(_run), outcome(_own, _grouping))


def reached(run: store.Run, own: store.Run, grouping: Grouping) -> Retrained:
    """Return what ``run``, trained on the groups of ``grouping``, reached beside what ``own`` foretells."""
    return _retrained(ended(run), ended(own), named(grouping), run, own, grouping)


def judged(run: store.Run, grouping: Grouping, dataset: datasets.Dataset | None = None) -> Judged:
    """Return the figures of ``run`` under ``grouping``, on its test rows or on all of ``dataset``.

    To score a dataset for the first time takes a while, so it is drawn how far it is.
    """
    if dataset is not None and _scored(ended(run), _told_of(run, dataset)).found is None:
        bar = st.progress(0.0, text="Scoring the dataset")
        predictions(run, dataset, lambda done, rows: _show(bar, done, rows))
        bar.empty()
    told_of = _told_of(run, dataset) if dataset else ""
    return _judged(ended(run), named(grouping), told_of, grouping, run, dataset)


def _show(bar: DeltaGenerator, done: int, rows: int) -> None:
    bar.progress(done / max(rows, 1), text=f"Scoring the dataset: {done:,} of {rows:,} rows")
