"""What Classify keeps in memory between two texts, shared by all visits and never changed."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import streamlit as st

from core.data import datasets, pasted
from core.data.records import text_from, text_of
from core.evaluation import temperature
from core.grouping.grouping import Grouping
from core.inference import neighbours
from core.inference.changes import Changes, changes_of
from core.inference.classify import Model, under
from core.inference.sensitivity import sensitivity
from core.inference.sureness import answers_table
from core.runs.spec import TrainingSpec
from core.runs.store import Run
from core.ui import cache

# Texts put to a model of words for each change, while somebody types; the command line tries more.
MOST_TRIED = 400
# Words that are left out in turn, and characters that a model is asked to read for it.
MOST_WORDS, MOST_CHARACTERS = 200, 500_000


@st.cache_resource(max_entries=8, show_spinner=False)
def _warmed(key: str, _run: Run) -> Model:
    loaded = cache.model(_run)
    # Its first answer also loads what it computes with, half a second that nobody should wait for while typing.
    answers_table(loaded, [("warm up", "")], _run.spec.grouping.grouping())
    # Streamlit collects garbage after each answer. To go through all that is loaded by now takes 0.1 s of that.
    gc.collect()
    gc.freeze()
    return loaded


def model(run: Run) -> Model:
    """Return the run's model, checked, loaded, and asked once."""
    return _warmed(cache.ended(run), run)


@dataclass
class _Built:
    """An index, once somebody has asked for it; a second visit waits for the first one."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    index: neighbours.Index | None = None


@st.cache_resource(max_entries=2, show_spinner=False)
def _built(key: str) -> _Built:
    return _Built()


def _key(spec: TrainingSpec) -> str:
    return repr((spec.fingerprint, spec.text_fields, spec.split, spec.target))


def index_of(spec: TrainingSpec) -> neighbours.Index | None:
    """Return the index of the training headlines of a run, None while nobody has built it."""
    return _built(_key(spec)).index


def build_index(spec: TrainingSpec, dataset: datasets.Dataset, progress: Callable[[float], None]) -> neighbours.Index:
    """Return that index, built if it is not there; ``progress`` is told the share done."""
    built = _built(_key(spec))
    with built.lock:
        if built.index is None:
            built.index = neighbours.index_of(spec, dataset, progress)
        return built.index


@st.cache_data(max_entries=256, show_spinner=False)
def _changes(key: str, text: str, named: str, calibrated: bool, _model: Model, _grouping: Grouping) -> Changes:
    return changes_of(_model, text, _grouping, calibrated=calibrated, budget=MOST_TRIED if _is_fast(_model) else None)


def _is_fast(model: Model) -> bool:
    return hasattr(model.classifier, "contributions")


def changes(model: Model, text: str, grouping: Grouping, *, calibrated: bool) -> Changes:
    """Return what would change the answer to ``text``."""
    return _changes(cache.ended(model.run), text, cache.named(grouping), calibrated, model, grouping)


@st.cache_data(max_entries=64, show_spinner="Leaving out each word in turn")
def _sensitivity(
    key: str, text: str, named: str, label: str, calibrated: bool, _model: Model, _grouping: Grouping
) -> pd.DataFrame:
    names, predict = under(_model, _grouping, calibrated=calibrated)
    most = min(MOST_WORDS, MOST_CHARACTERS // max(len(text), 1))
    return sensitivity(predict, text, names.index(label), most=most)


def sensitivity_of(model: Model, text: str, grouping: Grouping, label: str, *, calibrated: bool) -> pd.DataFrame:
    """Return what the probability of ``label`` loses without each word of ``text``; of no word where it is too long."""
    return _sensitivity(cache.ended(model.run), text, cache.named(grouping), label, calibrated, model, grouping)


@st.cache_resource(max_entries=2, show_spinner=False)
def _hashes(fingerprint: str, _frame: pd.DataFrame) -> np.ndarray:
    texts = [pasted.normal(text) for text in text_of(_frame).tolist()]
    return pd.util.hash_array(np.array(texts, dtype=object), categorize=False)


def row_of(dataset: datasets.Dataset, headline: str, description: str) -> int | None:
    """Return the first row of ``dataset`` with this text, case and white space aside; None where there is none."""
    frame = cache.frame(dataset)
    wanted = pasted.normal(text_from(headline, description))
    hashed = pd.util.hash_array(np.array([wanted], dtype=object), categorize=False)[0]
    for row in np.flatnonzero(_hashes(dataset.fingerprint, frame) == hashed):
        if pasted.normal(text_of(frame.iloc[[row]]).iloc[0]) == wanted:
            return int(row)
    return None


@st.cache_data(max_entries=32, show_spinner=False, ttl=5)
def _has_temperature(key: str, _run: Run) -> bool:
    return temperature.stored(_run) is not None


def has_temperature(run: Run) -> bool:
    """Tell whether a temperature is kept with the run; asked at most every few seconds."""
    return _has_temperature(cache.ended(run), run)
