"""What Words and Drift keep in memory between two clicks, as `core.ui.cache` does."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data.columns import NO_MONTH
from core.data.datasets import Dataset
from core.evaluation.counted_words import CountedWords, classes, counted_words, dated
from core.evaluation.drift import EVERY, Drift, drifts, vocabulary, yearly
from core.evaluation.shortcuts import shortcuts
from core.grouping.grouping import Grouping
from core.ui import cache_explore
from core.ui.waited import Waited

# Of more classes the largest are judged and the others said: each takes a twentieth of a second.
MOST_CLASSES = 100


@st.cache_resource(max_entries=2, show_spinner=False)
def _words(name: str, fingerprint: str, _dataset: Dataset) -> Waited[CountedWords]:
    return Waited(lambda progress: counted_words(cache_explore.table(_dataset), progress))


def words(dataset: Dataset, place: DeltaGenerator) -> CountedWords:
    """Return the words of ``dataset``, counted; ``place`` shows how far it is the first time."""
    return _words(dataset.name, dataset.fingerprint, dataset).get(place, "Counting words")


def partition_of(dataset: Dataset, grouping: Grouping | None) -> str:
    """Return a key of the classes: another one for another partition or other names of groups."""
    if grouping is None:
        return ""
    return repr([grouping.group_of(category) for category in dataset.categories])


@st.cache_resource(max_entries=8, show_spinner=False)
def _shortcuts(
    name: str, fingerprint: str, classes_key: str, _dataset: Dataset, _grouping: Grouping | None, _counted: CountedWords
) -> Waited[pd.DataFrame]:
    table = cache_explore.table(_dataset)
    codes, names = classes(table, _grouping)
    rows = _counted.rows
    months = table.month[rows].astype("int64")
    months[months == NO_MONTH] = -1
    return Waited(lambda progress: shortcuts(_counted.ngrams, codes[rows], names, months, progress=progress))


def shortcuts_of(dataset: Dataset, grouping: Grouping | None, place: DeltaGenerator) -> pd.DataFrame:
    """Return the shortcuts to the categories of ``dataset``, or to the groups of ``grouping``."""
    counted = words(dataset, place)
    key = partition_of(dataset, grouping)
    waited = _shortcuts(dataset.name, dataset.fingerprint, key, dataset, grouping, counted)
    return waited.get(place, "Looking for shortcuts")


@dataclass(frozen=True)
class Drifts:
    """The drift of all rows and of each class, and how many small classes were left out."""

    each: dict[str, Drift]
    left_out: int


@st.cache_resource(max_entries=8, show_spinner=False)
def _drifts(
    name: str,
    fingerprint: str,
    classes_key: str,
    gap: int,
    _dataset: Dataset,
    _grouping: Grouping | None,
    _counted: CountedWords,
) -> Waited[Drifts]:
    data = dated(_counted, cache_explore.table(_dataset), _grouping, gap)

    def work(progress) -> Drifts:
        sizes = pd.Series(data.codes).value_counts()
        largest = [data.names[code] for code in sizes.index[:MOST_CLASSES]]
        found = drifts(data, [EVERY, *largest], lambda done, total: progress(done / total))
        return Drifts({one.label: one for one in found}, max(len(sizes) - MOST_CLASSES, 0))

    return Waited(work)


def drifts_of(dataset: Dataset, grouping: Grouping | None, gap: int, place: DeltaGenerator) -> Drifts:
    """Return the drift of each category of ``dataset``, or of each group of ``grouping``; ``gap`` in days."""
    counted = words(dataset, place)
    key = partition_of(dataset, grouping)
    waited = _drifts(dataset.name, dataset.fingerprint, key, gap, dataset, grouping, counted)
    return waited.get(place, "Telling early from late texts")


@st.cache_resource(max_entries=64, show_spinner=False)
def _changes(
    name: str,
    fingerprint: str,
    classes_key: str,
    gap: int,
    label: str,
    _dataset: Dataset,
    _grouping: Grouping | None,
    _counted: CountedWords,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    data = dated(_counted, cache_explore.table(_dataset), _grouping, gap)
    return vocabulary(data, label), yearly(data, label)


def changes(
    dataset: Dataset, grouping: Grouping | None, gap: int, label: str, place: DeltaGenerator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the words that came and went in ``label``, and its share of the rows by year."""
    counted = words(dataset, place)
    key = partition_of(dataset, grouping)
    return _changes(dataset.name, dataset.fingerprint, key, gap, label, dataset, grouping, counted)
