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
    decided: tuple[int, int],
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
    known = known_data(run, judged)
    marks = (named(grouping), named(siblings), decided(judged.fingerprint))
    return _causes(known, judged.fingerprint, *marks, run, judged, siblings)


def decided(fingerprint: str) -> tuple[int, int]:
    """Return what changes whenever somebody decides about a label of the content: time and size of its overlay."""
    try:
        found = corrections.path_of(fingerprint).stat()
    except FileNotFoundError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def known_data(run: store.Run, judged: Judged) -> str:
    """Return a key of the run that changes with which of the data that it rests on are here."""
    here = [datasets.by_fingerprint(one) is not None for one in (run.spec.fingerprint, judged.fingerprint)]
    return repr((ended(run), here))
