"""Where a model came from: data, grouping, settings, program and libraries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.data import datasets
from core.runs import models
from core.runs.models import ListedModel
from core.ui import run_facts
from core.ui.components import escaped

NOT_RECORDED = "not recorded"
HASH = re.compile(r"[0-9a-f]{40,64}(-dirty)?")
PROGRAM = {
    "Dataset": "dataset",
    "Fingerprint of its content": "fingerprint",
    "Grouping": "grouping",
    "Commit of Copydesk": "commit",
    "Python": "python",
    "SHA-256 of the spec": "spec_sha256",
}


def draw(model: ListedModel) -> None:
    """Draw what made the model, and every setting."""
    told = models.origin(model.run)
    here = datasets.by_fingerprint(model.run.spec.fingerprint)
    left, right = st.columns([11, 7], gap="medium")
    with left:
        st.caption(_of_data(here.name if here else None))
        st.markdown("\n".join(f"- {name}: {_shown(value)}" for name, value in program(told).items()))
    with right:
        st.caption("Everything that decides the run: the same spec on the same data gives the same model.")
        st.dataframe(run_facts.settings_frame(model.run), hide_index=True, height=560)


def _of_data(name: str | None) -> str:
    if name is None:
        return "The dataset is not here: import the same file to see its headlines beside the answers."
    return f"The dataset is here, as {escaped(name)}."


def program(told: Mapping[str, Any]) -> dict[str, str]:
    """Return what made the model, by its name for people."""
    facts = {name: str(told[key] or NOT_RECORDED) for name, key in PROGRAM.items()}
    if told["grouping_version"]:
        facts["Grouping"] += f", version {told['grouping_version']}"
    created = run_facts.local_time(told["created_at"])
    facts["Libraries"] = ", ".join(map(" ".join, told["libraries"].items())) or NOT_RECORDED
    facts["Made"] = f"{created:%Y-%m-%d %H:%M:%S}" if created else NOT_RECORDED
    return facts


def _shown(value: str) -> str:
    """Return a fact as Markdown, a long hash in the type of code."""
    return f"`{value}`" if HASH.fullmatch(value) else escaped(value)
