"""Leakage in Explore: test rows that repeat what was trained on, in a naive split, in ours and in a run's."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.data.datasets import Dataset
from core.data.quality_search import Found
from core.errors import CopydeskError
from core.evaluation import leakage_job
from core.evaluation.leakage import NAIVE, OURS, Leak
from core.runs.wording import duration
from core.ui import cache_quality, shell
from core.ui.components import escaped
from core.ui.work_words import ending, how_far, sentence

PROBLEM = "explore_leakage_problem"
EVERY_SECONDS = 1.0


def draw(dataset: Dataset, found: Found) -> None:
    """Draw what leaks from training into the test, and the button that measures it."""
    st.subheader("Leakage between training and test", anchor=False)
    if not found.near:
        st.caption("Texts have to be compared first; see above.")
        return
    work = leakage_job.measuring_in(dataset)
    if work.running:
        st.fragment(_progress, run_every=EVERY_SECONDS)(dataset)
        return
    if told := st.session_state.pop(PROBLEM, None) or ending(work, leakage_job.NOUN):
        st.warning(escaped(told), icon=":material/edit_note:")
    splits = leakage_job.measured(dataset)
    if splits:
        _table(splits + _of_run(dataset))
        return
    st.button(
        "Measure leakage",
        icon=":material/compare:",
        key="explore_leakage_start",
        on_click=_attempt_start,
        args=(dataset,),
    )
    about = duration(leakage_job.expected_seconds(dataset))
    st.caption(
        "Fits a quick model to a naive random split and to Copydesk's, and judges each with and without the test rows "
        f"that repeat a training text. Takes about {about}, in the background."
    )


def _attempt_start(dataset: Dataset) -> None:
    try:
        leakage_job.start(dataset)
    except (CopydeskError, OSError) as error:
        st.session_state[PROBLEM] = sentence(str(error))


def _attempt_cancel(dataset: Dataset) -> None:
    try:
        leakage_job.cancel(dataset)
    except (CopydeskError, OSError) as error:
        st.session_state[PROBLEM] = sentence(str(error))


def _progress(dataset: Dataset) -> None:
    work = leakage_job.measuring_in(dataset)
    if not work.running:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.progress(work.share, f"Measuring · {how_far(work, leakage_job.SPOKEN)}")
        st.button("Cancel", key="explore_leakage_cancel", on_click=_attempt_cancel, args=(dataset,))


def _of_run(dataset: Dataset) -> list[Leak]:
    """Return the figures of the run in use, where it was trained on this dataset."""
    run = shell.chosen().run
    if run is None or run.spec.fingerprint != dataset.fingerprint:
        return []
    try:
        return [cache_quality.leak_of_run(run, dataset)]
    except (CopydeskError, OSError) as error:
        st.caption(escaped(f"The run in use cannot be held beside it: {error}."))
        return []


def split_name(split: str) -> str:
    """Return what a split is called, with what was measured on it."""
    return {
        NAIVE: "Naive: a random fifth, seed 42 · quick model",
        OURS: "Copydesk's: equal texts on one side, seed 42 · quick model",
    }.get(split, "The run in use · its own split, model and grouping")


def _table(splits: list[Leak]) -> None:
    table = pd.DataFrame([one.document() for one in splits])
    number = st.column_config.NumberColumn
    score = {"format": "%.4f", "width": 95}
    st.dataframe(
        table.assign(split=table["split"].map(split_name)),
        key="explore_leakage",
        hide_index=True,
        column_order=["split", "rows", "same", "near", "accuracy", "leaky", "clean"],
        column_config={
            "split": st.column_config.TextColumn("Split", width=380),
            "rows": number("Test rows", format="localized", width=80),
            "same": number("Same text", format="localized", width=80, help="In training too, but for case and spaces."),
            "near": number(
                "Nearly", format="localized", width=70, help="Eight words of ten are those of a training text."
            ),
            "accuracy": number("Accuracy, all", **score),
            "leaky": number("of repeats", help="Of the test rows with the same or nearly the same text.", **score),
            "clean": number("without them", **score),
        },
    )
    naive = splits[0]
    if naive.accuracy is not None and naive.clean is not None:
        flatters = 100 * (naive.accuracy - naive.clean)
        st.caption(
            f"Of the naive split's {naive.rows:,} test rows {naive.same + naive.near:,} repeat a training text; they "
            f"change its accuracy by {flatters:+.2f} percentage points. In the first two rows categories are raw. The "
            "models of different rows differ, so compare within a row."
        )
