"""The parts of Classify: answers of several models, their probabilities and their reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.grouping.grouping import Grouping
from core.inference.classify import Answer, Model, classify
from core.runs.store import Run
from core.ui import shell, stale
from core.ui.components import escaped

WORDS = 12


def asked_runs(asked: str | None, runs: Mapping[str, Run], default: Run | None) -> list[str]:
    """Return the ids of the runs that the URL asks for and that exist, else the run in use."""
    wanted = [run_id for run_id in (asked or "").split(",") if run_id in runs]
    return wanted or ([default.id] if default else [])


def answers(models: Sequence[Model], headline: str, description: str, grouping: Grouping) -> list[Answer]:
    """Return each model's answer, with its reasons."""
    return [classify(model, [(headline, description)], grouping, explain=True)[0] for model in models]


def names(models: Sequence[Model]) -> list[str]:
    """Return a short name for each model that tells them apart."""
    return [
        f"{model.run.spec.model} {model.run.spec.preset}, {model.run.spec.target} ({model.run.id[-4:]})"
        for model in models
    ]


def verdicts(models: Sequence[Model], found: Sequence[Answer]) -> None:
    """Draw the answers side by side: label, raw category, confidence, runner-up, measured time, the mark of stale."""
    grouping = shell.chosen().grouping
    for column, model, name, answer in zip(st.columns(len(found)), models, names(models), found, strict=True):
        runner_up = list(answer.probabilities.items())[1:2]
        column.caption(escaped(name))
        column.subheader(f":blue[{escaped(answer.label)}]", anchor=False)
        parts = [f"confidence {answer.confidence:.3f}"]
        if answer.predicted_category and answer.predicted_category != answer.label:
            parts.append(f"raw category {answer.predicted_category}")
        for label, probability in runner_up:
            parts.append(f"then {label} {probability:.3f}, margin {answer.confidence - probability:.3f}")
        parts.append(f"{answer.seconds * 1000:.1f} ms")
        column.caption(escaped(" · ".join(parts)))
        with column:
            stale.caption(model.run, grouping)


def bars_frame(models: Sequence[Model], found: Sequence[Answer]) -> pd.DataFrame:
    """Return one row a label and model: label, probability, model."""
    return pd.DataFrame(
        [
            {"label": label, "probability": probability, "model": name}
            for name, answer in zip(names(models), found, strict=True)
            for label, probability in answer.probabilities.items()
        ]
    )


def reasons(models: Sequence[Model], found: Sequence[Answer]) -> None:
    """Draw for each model the words that spoke for and against its answer."""
    for name, answer in zip(names(models), found, strict=True):
        if not answer.explanation:
            continue
        words = pd.DataFrame(answer.explanation["words"])
        st.subheader(f"Why {escaped(answer.explanation['label'])}", anchor=False)
        if answer.explanation.get("note"):
            st.caption(f"{escaped(name)}: {escaped(answer.explanation['note'])}.")
            continue
        st.caption(
            f"{escaped(name)}: what each word or pair adds to the score of "
            f"{escaped(answer.explanation['label'])} (weight × tf-idf)."
        )
        if words.empty:
            st.write("The model knows no word of this text; its answer is only how common the classes are.")
            continue
        strongest = words.loc[words["contribution"].abs().sort_values(ascending=False).index].head(WORDS)
        st.dataframe(
            strongest,
            hide_index=True,
            width=420,
            column_config={
                "feature": "Word or pair",
                "contribution": st.column_config.NumberColumn("Contribution", format="%+.3f"),
            },
        )
