"""The form that sets a run up: model, target, preset, settings; what it will take; start."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from core.data import corrections
from core.data.datasets import Dataset
from core.errors import CopydeskError
from core.grouping.grouping import Grouping
from core.models.registry import MODELS, presets, settings_from
from core.runs import local, store
from core.runs.preflight import Outlook, look_ahead
from core.runs.spec import FEWEST_RECORDS, SPLITS, TARGETS, Split, TrainingSpec, plan
from core.runs.wording import outlook_text
from core.ui import run_actions, run_facts, run_view
from core.ui.components import escaped
from core.ui.run_actions import FROM, PAGE, SEED, SHARE, SPLIT
from core.ui.selection import choose, pick, remember, value

STARTED = "train_started"
DOUBLE_CLICK_SECONDS = 2.0
USUAL_SEED, USUAL_SHARE = 42, Split().test_share


@dataclass(frozen=True)
class Advanced:
    """What most leave as it is: seed, which rows are kept for the test, settings that differ from the preset."""

    seed: int
    test_share: float
    split: str
    overrides: Mapping[str, str]


def draw(dataset: Dataset, grouping: Grouping) -> None:
    """Draw the form; a started run is then the one that is watched."""
    st.subheader("Start a run", anchor=False)
    st.caption(
        f"On **{escaped(dataset.name)}**, {dataset.rows:,} rows, under **{escaped(grouping.name)}**: "
        "both are chosen in the sidebar."
    )
    model = pick(st.selectbox, "Model", list(MODELS), page=PAGE, name="model", format_func=run_facts.model_name)
    target = pick(
        st.segmented_control,
        "Target",
        list(TARGETS),
        page=PAGE,
        name="target",
        default=first_target(dataset.category_counts, grouping),
        required=True,
        help="'category' learns the raw categories and answers any grouping by adding up. 'group' learns the groups.",
    )
    preset = pick(st.segmented_control, "Preset", presets(model), page=PAGE, name="preset", required=True)
    example = _example(model, preset)
    advanced = _advanced(model, preset, example)
    corrected = _corrections(dataset)
    try:
        spec, outlook = _planned(dataset, grouping, model, target, preset, advanced, corrected)
    except CopydeskError as error:
        st.warning(escaped(str(error)), icon=":material/edit_note:")
        st.button("Start", type="primary", icon=":material/play_arrow:", disabled=True, key="train_start")
        return
    _told(outlook)
    if st.button("Start", type="primary", icon=":material/play_arrow:", key="train_start"):
        _start(spec, outlook)


def first_target(counts: Mapping[str, int], grouping: Grouping) -> str:
    """Return the target to begin with: category, which answers any grouping, unless only groups can be learned.

    A category with fewer records than a split needs cannot be, by itself.

    >>> first_target({"A": 9, "B": 9, "C": 1}, Grouping("ab", {"C": "B"}))
    'group'
    """
    groups: dict[str, int] = {}
    for category, rows in counts.items():
        groups[grouping.group_of(category)] = groups.get(grouping.group_of(category), 0) + rows
    lone = min(counts.values(), default=0) < FEWEST_RECORDS
    return "group" if lone and len(groups) > 1 and min(groups.values()) >= FEWEST_RECORDS else "category"


def _planned(
    dataset: Dataset,
    grouping: Grouping,
    model: str,
    target: str,
    preset: str,
    advanced: Advanced,
    corrected: Mapping[int, str],
) -> tuple[TrainingSpec, Outlook]:
    spec = plan(
        dataset,
        model=model,
        target=target,
        grouping=grouping,
        preset=preset,
        overrides=advanced.overrides,
        seed=advanced.seed,
        test_share=advanced.test_share,
        split=advanced.split,
        corrections=corrected,
    )
    return spec, look_ahead(spec, dataset)


def _corrections(dataset: Dataset) -> Mapping[int, str]:
    """Draw the switch for corrected labels where there are any; return those that the run is to learn."""
    try:
        found = corrections.corrected(dataset)
    except CopydeskError as error:
        st.caption(f":material/warning: {escaped(str(error))}")
        return {}
    if not found:
        return {}
    count = "the corrected label" if len(found) == 1 else f"the {len(found):,} corrected labels"
    wanted = st.checkbox(
        f"Learn {count}",
        key="train_corrections",
        help="Those decided about on Evaluate, under Labels. Test rows keep the labels of the dataset.",
    )
    return found if wanted else {}


def _told(outlook: Outlook) -> None:
    st.caption(escaped(outlook_text(outlook.seconds, outlook.runs, outlook.memory_bytes, outlook.disk_bytes)))
    for warning in outlook.warnings:
        st.caption(f":material/warning: {escaped(warning[0].upper() + warning[1:])}.")


def _start(spec: TrainingSpec, outlook: Outlook) -> None:
    last, at = st.session_state.get(STARTED, (None, 0.0))
    if last == spec and time.monotonic() - at < DOUBLE_CLICK_SECONDS:
        return  # the second click of a double click is no second run
    st.session_state[STARTED] = (spec, time.monotonic())
    remember(PAGE, FROM, None)
    run_actions.attempt(lambda: local.submit(spec, expected_seconds=outlook.seconds))
    st.rerun()


def _example(model: str, preset: str) -> store.Run | None:
    """Return the run whose settings fill the form, as long as model and preset are still its own."""
    run = run_view.found(value(PAGE, FROM))
    if run is None or (run.spec.model, run.spec.preset) != (model, preset):
        return None
    told, clear = st.columns([3, 1], vertical_alignment="center")
    told.caption(f":material/edit: Filled in from run **{escaped(run.title)}**; the settings are under Advanced.")
    if clear.button("Clear", key="train_clear", help="Back to the preset as it is."):
        remember(PAGE, FROM, None)
        st.session_state[f"{SEED}_wish"], st.session_state[f"{SHARE}_wish"] = USUAL_SEED, USUAL_SHARE
        choose(PAGE, SPLIT, Split().kind)
        st.rerun()
    return run


def _advanced(model: str, preset: str, example: store.Run | None) -> Advanced:
    with st.expander("Advanced", expanded=example is not None, key="train_advanced"):
        left, right = st.columns(2)
        seed = left.number_input("Seed", min_value=0, max_value=2**32 - 1, key=_begin_with(SEED, USUAL_SEED))
        share = right.number_input(
            "Test share",
            min_value=0.01,
            max_value=0.9,
            step=0.05,
            help="Share of each category that is kept for the test; of a split by time, share of the rows.",
            key=_begin_with(SHARE, USUAL_SHARE),
        )
        split = pick(
            st.segmented_control,
            "Split",
            list(SPLITS),
            page=PAGE,
            name=SPLIT,
            required=True,
            format_func={"random": "Random", "past": "Train on the past"}.get,
            help="Random draws the test rows from all days. Train on the past tests on the latest days, as a model "
            "in use is tested: categories, and what is written about, change over time.",
        )
        return Advanced(int(seed), round(float(share), 4), split, settings_editor(model, preset, example))


def _begin_with(key: str, usual: float) -> str:
    """Give a widget what somebody wished for it, else what is usual; return its key."""
    # Streamlit forgets a widget's value when its page is left, and forbids to set one that is drawn.
    begin = st.session_state.pop(f"{key}_wish", st.session_state.get(key, usual))
    st.session_state[key] = begin
    return key


def settings_frame(model: str, preset: str, changed: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Return the hyperparameters of a preset, ``changed`` in their place: setting, value, allowed values."""
    values = settings_from(model, preset, {}).model_dump(mode="json")
    values |= {name: given for name, given in (changed or {}).items() if name in values}
    fields = settings_from(model, preset, {}).__class__.model_fields
    return pd.DataFrame(
        {
            "setting": list(values),
            "value": [run_facts.plain(given) for given in values.values()],
            "allowed": [fields[name].description or "" for name in values],
        }
    )


def settings_editor(model: str, preset: str, example: store.Run | None = None) -> dict[str, str]:
    """Draw the hyperparameters of a preset, or of an ``example``, to edit; return those that are not the preset's."""
    own = settings_frame(model, preset)
    edited = st.data_editor(
        settings_frame(model, preset, example.spec.hyperparameters if example else None),
        key=f"train_settings_{model}_{preset}" + (f"_{example.id}" if example else ""),
        hide_index=True,
        height=250,
        disabled=["setting", "allowed"],
        column_config={"setting": "Setting", "value": "Value", "allowed": "Allowed"},
    )
    changed = edited["value"] != own["value"]
    return dict(zip(edited["setting"][changed], edited["value"][changed].fillna(""), strict=True))
