"""What Explore keeps in memory between two clicks, as `core.ui.cache` does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core.data import column_facts, datasets
from core.data.engine import Table, open_table


@st.cache_resource(max_entries=3, show_spinner="Opening the dataset")
def _table(name: str, fingerprint: str) -> Table:
    return open_table(datasets.load(name))


def table(dataset: datasets.Dataset) -> Table:
    """Return what ``dataset`` is counted and searched with; to be read, not changed."""
    return _table(dataset.name, dataset.fingerprint)


@st.cache_resource(max_entries=3, show_spinner=False)
def _info(name: str, fingerprint: str) -> pd.DataFrame:
    return column_facts.info(datasets.load(name))


def info(dataset: datasets.Dataset) -> pd.DataFrame:
    """Return what the columns of ``dataset`` are."""
    return _info(dataset.name, dataset.fingerprint)


@st.cache_resource(max_entries=3, show_spinner="Comparing texts")
def _described(name: str, fingerprint: str) -> pd.DataFrame:
    return column_facts.describe_texts(datasets.load(name))


def described(dataset: datasets.Dataset) -> pd.DataFrame:
    """Return how many texts of each column differ, and the commonest; seconds of work the first time at millions."""
    return _described(dataset.name, dataset.fingerprint)


@st.cache_resource(max_entries=2, show_spinner="Counting words")
def _words(name: str, fingerprint: str) -> dict[str, np.ndarray]:
    return column_facts.words(datasets.load(name))


def words(dataset: datasets.Dataset) -> dict[str, np.ndarray]:
    """Return the words of each headline and description; seconds of work the first time at millions."""
    return _words(dataset.name, dataset.fingerprint)
