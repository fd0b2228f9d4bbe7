"""What Report keeps in memory between two clicks, as `core.ui.cache` does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from core.evaluation import temperature
from core.evaluation.judge import Judged
from core.evaluation.report import essentials, report
from core.grouping.grouping import Grouping
from core.runs import store
from core.ui.cache import named
from core.ui.cache_causes import decided, known_data

Document = dict[str, Any]
Other = tuple[store.Run, Judged] | None


@dataclass(frozen=True)
class Asked:
    """What shall be in a report beside the run: how many errors, whether calibrated, and what makes siblings."""

    examples: int = 0
    calibrated: bool = False
    siblings: Grouping | None = None


def _key(run: store.Run, judged: Judged, against: Other, asked: Asked) -> str:
    """Return what tells one report from another; a run's name and note stand in it, too, and its causes rest on
    what was decided about labels."""
    other = (known_data(against[0], against[1]), against[0].title) if against else None
    rests_on = (known_data(run, judged), named(judged.grouping), judged.fingerprint, decided(judged.fingerprint))
    how = (asked.examples, _temperature(run) if asked.calibrated else None, asked.siblings and named(asked.siblings))
    return repr((rests_on, run.name, run.note, other, how))


def _temperature(run: store.Run) -> float:
    return temperature.required(run).temperature


@st.cache_resource(max_entries=8, show_spinner="Drawing the rows again and again")
def _first(key: str, _run: store.Run, _judged: Judged, _against: Other) -> Document:
    return essentials(_run, _judged, against=_against)


def first(run: store.Run, judged: Judged, against: Other, asked: Asked) -> Document:
    """Return what the report begins with; half a second of work the first time.

    Raises InputError when the two runs cannot be compared.
    """
    return _first(_key(run, judged, against, replace(asked, examples=0)), run, judged, against)


# Made outside of the page's script, where no spinner can turn.
@st.cache_resource(max_entries=6, show_spinner=False)
def _whole(key: str, _run: store.Run, _judged: Judged, _against: Other, _asked: Asked) -> Document:
    return report(_run, _judged, against=_against, **vars(_asked))


def whole(run: store.Run, judged: Judged, against: Other, asked: Asked) -> Document:
    """Return the report; seconds of work for the first of its files."""
    return _whole(_key(run, judged, against, asked), run, judged, against, asked)
