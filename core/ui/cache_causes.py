"""What the causes of errors keep in memory between two clicks, as `core.ui.cache` does."""

from __future__ import annotations

import streamlit as st

from core.data import corrections, datasets
from core.evaluation.judge import Judged
from core.evaluation.row_facts import RowFacts, facts_of
from core.evaluation.why_wrong import WhyWrong, why_wrong
from core.grouping.grouping import Grouping
from core.runs import store
from core.ui import cache
from core.ui.cache import ended, named


@st.cache_resource(max_entries=3, show_spinner="Reading the texts and looking for near-duplicates")
def _facts(key: str, fingerprint: str, _run: store.Run, _judged: Judged) -> RowFacts:
    return facts_of(_run, fingerprint, _judged.table["row"].to_numpy())


@st.cache_resource(max_entries=16, show_spinner=False)
def _causes(
    key: str,
    fingerprint: str,
    grouping_key: str,
    siblings_key: str,
    decided: int,
    _run: store.Run,
    _judged: Judged,
    _siblings: Grouping,
) -> WhyWrong:
    return why_wrong(_run, _judged, _siblings, _facts(key, fingerprint, _run, _judged))


def causes(run: store.Run, grouping: Grouping, siblings: Grouping, dataset: datasets.Dataset | None) -> WhyWrong:
    """Return why ``run`` is wrong under ``grouping`` on its test rows, or on all of ``dataset``.

    Seconds of work for the first grouping, hundredths for a further one. Raises InputError as `cache.judged`,
    and where the rows' dataset is not here any more.
    """
    judged = cache.judged(run, grouping, dataset)
    overlay = corrections.path_of(judged.fingerprint)
    decided = overlay.stat().st_mtime_ns if overlay.exists() else 0
    return _causes(ended(run), judged.fingerprint, named(grouping), named(siblings), decided, run, judged, siblings)
