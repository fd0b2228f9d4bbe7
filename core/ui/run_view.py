"""One run on the page: progress, figures, settings and log; and the form that sets it up."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.errors import CopydeskError
from core.models.registry import settings_from
from core.runs import local, states, store
from core.ui import charts, components
from core.ui.theme import Palette

MODEL_NAMES = {"logistic": "TF-IDF + logistic regression"}


def model_name(model: str) -> str:
    """Return a model's name for people."""
    return MODEL_NAMES.get(model, model)


def found(run_id: str | None) -> store.Run | None:
    """Return the run, or None when there is none of that id any more."""
    if not run_id:
        return None
    with contextlib.suppress(CopydeskError):
        return store.load(run_id)
    return None


def newest() -> store.Run | None:
    """Return the newest run."""
    return next(iter(store.list_all()), None)


def settings_frame(model: str, preset: str) -> pd.DataFrame:
    """Return the hyperparameters of a preset: setting, value as text."""
    values = settings_from(model, preset, {}).model_dump(mode="json")
    return pd.DataFrame({"setting": list(values), "value": [_text(value) for value in values.values()]})


def settings_editor(model: str, preset: str) -> dict[str, str]:
    """Draw the hyperparameters of a preset as a table to edit; return those that were changed."""
    base = settings_frame(model, preset)
    edited = st.data_editor(
        base,
        key=f"train_settings_{model}_{preset}",
        hide_index=True,
        disabled=["setting"],
        column_config={"setting": "Setting", "value": "Value"},
    )
    changed = edited["value"] != base["value"]
    return dict(zip(edited["setting"][changed], edited["value"][changed].fillna(""), strict=True))


def _text(value: object) -> str:
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def draw(run: store.Run, palette: Palette) -> None:
    """Draw a run; while it lives, the part that changes refreshes itself."""
    st.subheader(run.id, anchor=False)
    st.caption(f"{components.ICONS[run.state]} {run.state} · {model_name(run.spec.model)} on {run.spec.dataset}")
    if run.alive:
        _living(run.id, palette)
    else:
        _ended(run)
        _curves(run, palette)
    settings, log, command = st.tabs(["Settings", "Log", "As a command"])
    with settings:
        st.dataframe(_spec_frame(run), hide_index=True)
    with log:
        st.code(store.log_tail(run) or "nothing printed yet", language=None)
    with command:
        st.code(command_line(run), language="bash", wrap_lines=True)
    if not run.alive:
        _delete_button(run)


@st.fragment(run_every=1.0)
def _living(run_id: str, palette: Palette) -> None:
    local.look()
    run = found(run_id)
    if run is None or not run.alive:
        st.rerun()
    progress = run.status["progress"]
    if run.state == states.QUEUED:
        st.write("Waits for the run that is at work to end.")
    else:
        step = f"{progress['step']:,} of {progress['total']:,}" if progress["total"] > 1 else "at work"
        st.write(f"Phase **{progress['phase']}**, {step}")
    _curves(run, palette)


def _ended(run: store.Run) -> None:
    if run.status.get("error"):
        st.error(components.escaped(run.status["error"]), icon=":material/error:")
    metrics = run.status.get("metrics")
    if not metrics:
        return
    facts = st.columns(4)
    facts[0].metric("Accuracy", f"{metrics['accuracy']:.3f}", help=f"Under {run.spec.grouping.name}, on the test rows.")
    facts[1].metric("Macro-F1", f"{metrics['macro_f1']:.3f}")
    facts[2].metric("Test rows", f"{metrics['rows']:,}")
    facts[3].metric("Time", f"{run.status['seconds']:.1f} s")
    raw = metrics.get("category")
    rest = (
        f"The same rows by raw category: accuracy {raw['accuracy']:.3f}, macro-F1 {raw['macro_f1']:.3f}. "
        if raw
        else ""
    )
    st.caption(f"{rest}Always answering the largest group would reach {metrics['majority_share']:.3f}.")


def _curves(run: store.Run, palette: Palette) -> None:
    events = pd.DataFrame([event for event in store.metrics_events(run) if event.get("loss") is not None])
    if len(events) > 1:
        lines = events.rename(columns={"loss": "value"}).assign(series="loss")[["step", "value", "series"]]
        st.altair_chart(charts.progress_lines(lines, y_title="Loss", palette=palette), theme=None)


def _spec_frame(run: store.Run) -> pd.DataFrame:
    spec = run.spec
    facts: dict[str, Any] = {
        "dataset": spec.dataset,
        "fingerprint": spec.fingerprint[:16],
        "target": spec.target,
        "grouping": spec.grouping.name,
        "preset": spec.preset,
        "seed": spec.seed,
        "test share": spec.split.test_share,
        **spec.hyperparameters,
    }
    return pd.DataFrame({"Setting": list(facts), "Value": [_text(value) for value in facts.values()]})


def command_line(run: store.Run) -> str:
    """Return the command that starts the same run again, to be pasted into a shell."""
    spec = run.spec
    base = settings_from(spec.model, spec.preset, {}).model_dump(mode="json")
    version = f"@{spec.grouping.version}" if spec.grouping.version else ""
    options = {
        "--dataset": spec.dataset,
        "--model": spec.model,
        "--target": spec.target,
        "--grouping": f"{spec.grouping.name}{version}",
        "--preset": spec.preset,
        "--seed": str(spec.seed),
        "--test-share": f"{spec.split.test_share:g}",
    }
    parts = [part for option in options.items() for part in option]
    return shlex.join(["python", "-m", "core", "train", *parts, *_set_options(spec.hyperparameters, base)])


def _set_options(values: Mapping[str, Any], base: Mapping[str, Any]) -> list[str]:
    changed = [f"{key}={_text(value)}" for key, value in values.items() if base.get(key) != value]
    return [part for setting in changed for part in ("--set", setting)]


def _delete_button(run: store.Run) -> None:
    with st.popover("Delete", icon=":material/delete:", key=f"train_delete_{run.id}"):
        st.write(f"Delete run **{run.id}** and its model?")
        if st.button("Delete it", key=f"train_delete_{run.id}_sure"):
            with contextlib.suppress(CopydeskError):
                store.delete(run.id)
            st.rerun()
