"""What the causes of errors keep in memory between two clicks, as `core.ui.cache` does."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data import corrections, datasets
from core.evaluation.judge import Judged
from core.evaluation.row_facts import Progress, RowFacts, facts_of
from core.evaluation.why_wrong import WhyWrong, why_wrong
from core.grouping.grouping import Grouping
from core.runs import store
from core.runs.wording import duration
from core.ui import cache
from core.ui.cache import ended, named


@dataclass
class _Facts:
    """The facts of judged rows, once somebody has waited for them; a second visit waits for the first one."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    found: RowFacts | None = None


@st.cache_resource(max_entries=3, show_spinner=False)
def _held(key: str, fingerprint: str) -> _Facts:
    return _Facts()


def _facts(key: str, run: store.Run, judged: Judged, place: DeltaGenerator | None) -> RowFacts:
    """Return the facts; ``place`` shows how far they are while they are found for the first time."""
    # Not found in the cached function: what that draws, Streamlit draws again at each hit.
    held = _held(key, judged.fingerprint)
    with held.lock:
        if held.found is None:
            progress = None if place is None else _shown(place)
            held.found = facts_of(run, judged.fingerprint, judged.table["row"].to_numpy(), progress)
            if place is not None:
                place.empty()
        return held.found


def _shown(place: DeltaGenerator) -> Progress:
    """Return what draws the phase, how many of its rows are done and, by its pace so far, the time left."""
    begun: dict[str, float] = {}

    def progress(phase: str, done: int, total: int) -> None:
        now = time.monotonic()
        passed = now - begun.setdefault(phase, now)
        left = f" · about {duration(passed * (total - done) / done)} left" if 0 < done < total and passed > 0 else ""
        place.progress(done / max(total, 1), f"{phase}: {done:,} of {total:,}{left}")

    return progress


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
    _facts: RowFacts,
) -> WhyWrong:
    return why_wrong(_run, _judged, _siblings, _facts)


def causes(
    run: store.Run,
    grouping: Grouping,
    siblings: Grouping,
    dataset: datasets.Dataset | None,
    place: DeltaGenerator | None = None,
) -> WhyWrong:
    """Return why ``run`` is wrong under ``grouping`` on its test rows, or on all of ``dataset``.

    ``place`` shows how far it is; None: nowhere.

    Seconds of work for the first grouping, hundredths for a further one. Raises InputError as `cache.judged`,
    and where the rows' dataset is not here any more.
    """
    judged = cache.judged(run, grouping, dataset)
    known = known_data(run, judged)
    marks = (named(grouping), named(siblings), decided(judged.fingerprint))
    facts = _facts(known, run, judged, place)
    return _causes(known, judged.fingerprint, *marks, run, judged, siblings, facts)


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
