"""Answers on Classify in words: label, how sure, where models differ."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.inference.classify import Answer, Model, classify
from core.inference.sureness import CATEGORY, GROUP, level_of
from core.ui import stale
from core.ui.classify_asked import Asked
from core.ui.components import escaped


def answers(asked: Asked, headline: str, description: str) -> list[Answer]:
    """Return each model's answer, with its reasons; InputError for what cannot be classified."""
    item = [(headline, description)]
    return [
        classify(model, item, asked.grouping, explain=True, calibrated=asked.calibrated)[0] for model in asked.models
    ]


def names(models: Sequence[Model]) -> list[str]:
    """Return a short name for each model that tells them apart."""
    return [model.run.id if model.run.ships else _name(model) for model in models]


def _name(model: Model) -> str:
    run = model.run
    groups = ", of groups" if run.spec.target == "group" else ""
    return f"{run.name or f'{run.spec.model} {run.spec.preset}{groups}'} ({run.id[-4:]})"


def verdicts(asked: Asked, found: Sequence[Answer]) -> None:
    """Draw the answers side by side: what is said, how sure, the runner-up, measured time, the mark of stale."""
    if len(found) > 1:
        st.markdown(differences(names(asked.models), found))
    for column, model, name, answer in zip(
        st.columns(len(found)), asked.models, names(asked.models), found, strict=True
    ):
        with column:
            if len(found) > 1:
                other = " · **differs**" if answer.label != found[0].label else ""
                st.caption(f"{escaped(name)}{other}")
            level = level_of(model, answer, asked.grouping, asked.threshold)
            st.subheader(said(answer, level), anchor=False)
            lines = [facts(answer), sure(answer, level, asked.threshold), elsewhere(answer)]
            # A line end that stays one: a caption each would stand far apart.
            st.caption("  \n".join(filter(None, lines)))
            stale.caption(model.run, asked.grouping)


def said(answer: Answer, level: str) -> str:
    """Return what is said at ``level``, as Markdown: the group, with its raw category where that is sure."""
    label = f":blue[{escaped(answer.label)}]"
    if level == CATEGORY and answer.category not in (None, answer.label):
        return f"{label} · {escaped(answer.category)}"
    return label if level in (CATEGORY, GROUP) else f"Not sure, perhaps {label}"


def facts(answer: Answer) -> str:
    """Return the figures of an answer, as Markdown."""
    parts = [f"confidence {answer.confidence:.3f}"]
    for label, probability in list(answer.probabilities.items())[1:2]:
        parts.append(f"then {label} {probability:.3f}, margin {answer.confidence - probability:.3f}")
    return escaped(" · ".join([*parts, f"{answer.seconds * 1000:.1f} ms"]))


def sure(answer: Answer, level: str, threshold: float) -> str:
    """Return why so much is said and no more, as Markdown."""
    most = (
        ""
        if answer.category in (None, answer.label)
        else f" {answer.category} has {answer.categories[answer.category]:.3f},"
    )
    if level == CATEGORY:
        return escaped(f"Sure of the category:{most} at least {threshold:.2f}.")
    if level == GROUP and most:
        return escaped(f"Sure of the group, not of the category:{most} less than {threshold:.2f}.")
    if level == GROUP:
        return escaped(f"Sure: at least {threshold:.2f}.")
    if answer.confidence >= threshold:
        return "Most of its words are unknown to the model, so the confidence means little."
    return escaped(f"Nothing has {threshold:.2f} or more.")


def elsewhere(answer: Answer) -> str:
    """Return that the likeliest raw category is of another group than the answer, as Markdown; "" where it is not."""
    if answer.predicted_category == answer.category:
        return ""
    return escaped(
        f"The likeliest category by itself is {answer.predicted_category} ({answer.category_confidence:.3f}), of "
        f"another group; those of {answer.label} have more together."
    )


def differences(called: Sequence[str], found: Sequence[Answer]) -> str:
    """Return in how far models agree, as Markdown."""
    labels = list(dict.fromkeys(answer.label for answer in found))
    if len(labels) == 1:
        return f"All {len(found):,} models say **{escaped(labels[0])}**."
    said_by = {
        label: [name for name, answer in zip(called, found, strict=True) if answer.label == label] for label in labels
    }
    return "The models differ: " + "; ".join(
        f"**{escaped(label)}** by {escaped(', '.join(by))}" for label, by in said_by.items()
    )
