""" "Wrong?" on Classify: the right category of a text, kept for a later training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import pandas as pd
import streamlit as st

from core.data import datasets, pasted
from core.data.datasets import Dataset
from core.data.safe_csv import frame_to_csv
from core.errors import CopydeskError
from core.inference.classify import Answer
from core.ui import cache, cache_classify, shell
from core.ui.classify_asked import PAGE, Asked
from core.ui.components import escaped, table_key
from core.ui.correct_form import correct_form

KEY = f"{PAGE}_wrong"
MOST_ROWS = 1_000_000


def draw(asked: Asked, answer: Answer) -> None:
    """Draw the form, where somebody opens it."""
    opened = st.expander("Wrong?", icon=":material/edit:", key=KEY, on_change="rerun")
    if not opened.open:
        return
    with opened:
        dataset = _dataset(asked)
        row = cache_classify.row_of(dataset, answer.headline, answer.description) if dataset else None
        if dataset is not None and row is not None:
            _of_row(dataset, row, answer)
        else:
            _of_text(asked, answer)
        _kept()


def _dataset(asked: Asked) -> Dataset | None:
    """Return the dataset that the text may be a row of: the model's own, else the one on screen."""
    own = datasets.by_fingerprint(asked.models[0].run.spec.fingerprint)
    found = own or shell.chosen().dataset
    return found if found is not None and found.rows <= MOST_ROWS else None


def _of_row(dataset: Dataset, row: int, answer: Answer) -> None:
    category = str(cache.frame(dataset)["category"].iloc[row])
    st.caption(
        f"This text is row {row:,} of dataset {escaped(dataset.name)}, labelled **{escaped(category)}**. What you "
        "decide is kept beside the dataset, for `train --corrections`; nothing is sent anywhere."
    )
    said = answer.predicted_category
    suggested = said if said in dataset.categories and said != category else None
    correct_form(dataset, row, category, dataset.categories, KEY, suggested=suggested)


def _of_text(asked: Asked, answer: Answer) -> None:
    """Draw the form for a text that is no row."""
    st.caption("Which category is right? It is kept on this machine, for a later training; nothing is sent anywhere.")
    options = sorted(asked.models[0].run.spec.categories)
    with shell.told():
        earlier = pasted.kept(answer.headline, answer.description)
    if earlier:
        st.caption(f":material/check: Kept as **{escaped(earlier.category)}**, {earlier.at[:10]}.")
    place = table_key(KEY, [answer.headline, answer.description])
    likely = [one for one in _likely(asked, answer) if one in options]
    chosen = st.selectbox(
        "Right category",
        options,
        index=options.index(likely[0]) if likely else 0,
        key=f"{place}_to",
        accept_new_options=True,
        help="One of the model's, or type another one.",
    )
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Keep",
            type="primary",
            icon=":material/edit:",
            key=f"{place}_keep",
            disabled=not chosen,
            on_click=_decide,
            args=(pasted.keep, answer.headline, answer.description, chosen, asked.models[0].run.id),
        )
        if earlier:
            st.button(
                "Undo",
                icon=":material/undo:",
                key=f"{place}_undo",
                on_click=_decide,
                args=(pasted.remove, answer.headline, answer.description),
            )
    if told := st.session_state.pop(f"{KEY}_problem", None):
        st.warning(escaped(f"{told[:1].upper()}{told[1:]}."), icon=":material/edit_note:")


def _likely(asked: Asked, answer: Answer) -> list[str]:
    """Return the raw categories that the model gives most to, but for the one that it answered."""
    model = asked.models[0]
    if model.run.spec.target != "category":
        return []
    own = model.classifier.predict_proba([f"{answer.headline} {answer.description}".strip()])[0]
    ordered = sorted(zip(own, model.classifier.labels, strict=True), key=lambda pair: -pair[0])
    return [label for _, label in ordered[1:]]


def _decide(what: Callable[..., pasted.Example], *given: str) -> None:
    """Keep or forget, for a click; what goes wrong is told in one line."""
    try:
        what(*given)
    except (CopydeskError, OSError) as error:
        st.session_state[f"{KEY}_problem"] = str(error)


def _kept() -> None:
    """Draw the texts that are kept, with how to train on them."""
    with shell.told():
        found = pasted.examples()
    if not found:
        return
    frame = pd.DataFrame([asdict(one) for one in reversed(found)])
    st.caption(
        f"{len(found):,} pasted {'text is' if len(found) == 1 else 'texts are'} kept. To learn from them: "
        "`python -m core pasted join DATASET --name NEW`, then train on NEW."
    )
    st.dataframe(
        frame,
        hide_index=True,
        height=180 if len(frame) > 4 else "content",
        key=f"{KEY}_kept",
        column_order=["category", "headline"],
        column_config={
            "category": st.column_config.TextColumn("Right category", width=120),
            "headline": st.column_config.TextColumn("Text", width="large"),
        },
    )
    st.download_button(
        "CSV of kept texts",
        data=lambda: frame_to_csv(frame).encode("utf-8"),
        file_name="pasted.csv",
        mime="text/csv",
        icon=":material/download:",
        key=f"{KEY}_csv",
        on_click="ignore",
    )
