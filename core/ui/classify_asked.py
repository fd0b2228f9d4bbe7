"""What Classify asks with: the models, the threshold of "sure", and whether answers are calibrated; all in the URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core.errors import CopydeskError
from core.grouping.grouping import Grouping
from core.inference.classify import Model
from core.inference.pulls import why_no_words
from core.inference.sureness import THRESHOLD
from core.runs.store import Run
from core.ui import cache_classify, shell
from core.ui.components import escaped
from core.ui.selection import pick, remember, value

PAGE = "classify"
HEADLINE, DESCRIPTION = f"{PAGE}_headline", f"{PAGE}_description"
# The pause in typing after which fast models answer. A text that comes while they do takes the earlier one's place:
# the server ends a run of the page that a newer one replaces.
PAUSE = "200ms"
# Browsers and mail programs cut off, or refuse, addresses that are much longer.
MOST_IN_URL = 1_500
THRESHOLDS = [f"{step / 100:.2f}" for step in range(0, 100, 5)] + ["0.99"]


@dataclass(frozen=True, eq=False)
class Asked:
    """The models that answer, in order, and how."""

    models: list[Model]
    grouping: Grouping
    threshold: float
    calibrated: bool


def asked_runs(asked: str | None, runs: Mapping[str, Run], default: Run | None) -> list[str]:
    """Return the ids of the runs that the URL asks for and that exist, else the run in use."""
    wanted = [run_id for run_id in dict.fromkeys((asked or "").split(",")) if run_id in runs]
    return wanted or ([default.id] if default else [])


def is_fast(runs: Sequence[Run]) -> bool:
    """Tell whether all runs answer within milliseconds, so that they can be asked at each pause of typing."""
    return all(why_no_words(run) is None for run in runs)


def pick_runs(default: Run | None) -> list[Run]:
    """Draw the choice of models and return their runs."""
    runs = {run.id: run for run in shell.finished_runs()}
    key = f"{PAGE}_models"
    asked = asked_runs(value(PAGE, "models"), runs, default)
    now, before = st.session_state.get(key), st.session_state.get(f"{key}_default")
    # A model that is gone by now must not stay chosen; the run in use, where nothing else was chosen, goes along.
    if now is None or not set(now) <= set(runs) or (default and now == [before] != [default.id]):
        st.session_state[key] = asked if now != [before] else [default.id]
    st.session_state[f"{key}_default"] = default.id if default else None
    selected = st.multiselect(
        "Models",
        list(runs),
        format_func=lambda run_id: shell.run_label(runs[run_id]),
        key=key,
        help="Several models answer side by side.",
    )
    is_default = default is not None and selected == [default.id]
    remember(PAGE, "models", None if is_default else ",".join(selected) or None)
    return [runs[run_id] for run_id in selected]


def pick_how(runs: Sequence[Run], grouping: Grouping, *, narrow: bool = False) -> Asked:
    """Draw threshold and calibration, load the models and return them; one that cannot be loaded is told, left out."""
    threshold, calibration = (
        (st.container(), st.container()) if narrow else st.columns([3, 2], vertical_alignment="bottom")
    )
    with threshold:
        chosen = pick(
            st.select_slider, "Sure from", THRESHOLDS, page=PAGE, name="threshold", default=f"{THRESHOLD:.2f}",
            help="A confidence of at least this is sure. The category is said where the model is sure of it, else the "
            "group, else that it is not sure.",
        )  # fmt: skip
    with calibration:
        calibrated = _pick_calibrated(runs)
    models = []
    for run in runs:
        try:
            models.append(cache_classify.model(run))
        except (CopydeskError, OSError) as error:
            st.error(escaped(f"{run.title}: {error}"), icon=":material/error:")
    return Asked(models, grouping, float(chosen), calibrated)


def _pick_calibrated(runs: Sequence[Run]) -> bool:
    able = bool(runs) and all(map(cache_classify.has_temperature, runs))
    key = f"{PAGE}_calibrated"
    if key not in st.session_state:
        st.session_state[key] = value(PAGE, "calibrated") == "1"
    wanted = st.toggle(
        "Calibrated",
        key=key,
        disabled=not able,
        help="Scale probabilities by the temperature that is kept with the run, so that they are as sure as the model "
        "is right." + ("" if able else " Not every model here has one: fit it on Evaluate, under Confidence."),
    )
    remember(PAGE, "calibrated", "1" if wanted else None)
    return wanted and able


def open_text(headline: str, description: str) -> None:
    """Put a text into the inputs, for a click elsewhere; to be called before they are drawn."""
    st.session_state[HEADLINE], st.session_state[DESCRIPTION] = headline, description
    keep_text(headline, description)


def keep_text(headline: str, description: str) -> None:
    """Keep a text in the URL, as far as one can hold it."""
    for name, text in (("headline", headline), ("description", description)):
        remember(PAGE, name, text if 0 < len(text) <= MOST_IN_URL else None)
