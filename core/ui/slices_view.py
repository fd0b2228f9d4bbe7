"""Slices: where a run is worse than elsewhere, the rows it gets wrong there, and what a split by time makes of it."""

from __future__ import annotations

import contextlib

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data.datasets import Dataset
from core.errors import CopydeskError, InputError
from core.evaluation import slice_report
from core.evaluation.judge import Judged
from core.evaluation.slices import DERIVED, SEARCHED, Dimension, dimensions_of, names, rows_of, sentence, slices
from core.evaluation.time_split import twin_of
from core.runs import store
from core.runs.store import Run
from core.ui import cache, cache_confidence, charts, run_actions
from core.ui.components import clicked, escaped, notice, table_key
from core.ui.selection import choose, pick, remember, value
from core.ui.theme import Palette

PAGE = "evaluate"
SELECTION = "slice"
MOST = 500  # errors that are listed
HIGHEST = 420  # px of a chart that scrolls
MANY = 18  # rows from which it does
GO = "evaluate_train_go"
SETS = {"without class": SEARCHED, "with class": (*SEARCHED, "class")}
WORDS = {
    "rows": "Test rows",
    "accuracy": "Accuracy",
    "macro_f1": "Macro-F1",
    "weighted_f1": "Weighted F1",
    "macro_recall": "Macro recall",
    "kappa": "Kappa",
    "majority_share": "Majority share",
}


@st.fragment
def draw(run: Run, judged: Judged, dataset: Dataset | None, palette: Palette) -> None:
    """Draw everything, apart from the page; ``dataset`` was judged whole, None for the run's own test rows."""
    if st.session_state.pop(GO, False):
        with contextlib.suppress(st.errors.StreamlitAPIException, KeyError):
            st.switch_page("pages/train.py")
    try:
        cache_confidence.rows(run, judged)
    except CopydeskError as error:
        st.warning(escaped(str(error)), icon=":material/edit_note:")
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        marked = _by_column(run, judged, palette)
    with right:
        ticked = _worst(run, judged)
    chosen = newest(marked, ticked) or value(PAGE, "slice")
    if chosen:
        remember(PAGE, "slice", chosen)
    _errors(run, judged, chosen)
    if dataset is None:
        _splits(run, judged, palette)


def newest(marked: str | None, ticked: str | None) -> str | None:
    """Return the slice of the chart or of the table, whichever was chosen last; None when neither changed."""
    found = None
    for name, key in {"marked": marked, "ticked": ticked}.items():
        last = f"evaluate_slice_{name}"
        if key != st.session_state.get(last):
            st.session_state[last] = key
            found = key or found
    return found


def _by_column(run: Run, judged: Judged, palette: Palette) -> str | None:
    """Draw the slices by one column; return the one that was clicked."""
    st.subheader("By what is known of a row", anchor=False)
    by = pick(
        st.selectbox, "Slices by", names(), page=PAGE, name="by", default="year",
        format_func=lambda name: f"{name}: {DERIVED[name]}" if name in DERIVED else name,
    )  # fmt: skip
    try:
        dimension = cache_confidence.dimension(run, judged, by)
    except InputError as error:
        st.caption(escaped(str(error)))
        return None
    if dimension.note:
        st.caption(escaped(f"{dimension.note[0].upper()}{dimension.note[1:]}."))
    found = cache_confidence.rows(run, judged)
    table = slices(dimension, found.right, found.expected).assign(shown=list(dimension.labels))
    with _as_high_as(len(table)):
        event = st.altair_chart(
            charts.slice_dots(table, palette=palette, selection=SELECTION, selected=value(PAGE, "slice")),
            theme=None,
            on_select="rerun",
            key=f"evaluate_slices_{by}",
            alt=f"Accuracy of each slice by {by} less that of all other rows, with 95 % intervals.",
        )
    st.caption("Filled where the 95 % interval leaves out 0; beside it, errors of rows. Click a slice for its errors.")
    mark = clicked(event, SELECTION)
    return mark["slice"] if mark else None


def _as_high_as(rows: int) -> DeltaGenerator:
    """Return a container for a chart of that many rows, which scrolls when there are too many."""
    return st.container(height=HIGHEST if rows > MANY else "content", border=False)


def _worst(run: Run, judged: Judged) -> str | None:
    """Draw the worst slices found; return the one that is ticked."""
    st.subheader("The worst found", anchor=False)
    how = pick(
        st.segmented_control, "Searched", list(SETS), page=PAGE, name="searched", required=True,
        help="Every condition and every pair of conditions by description, length, year and authors; and by class.",
    )  # fmt: skip
    worst = cache_confidence.worst(run, judged, SETS[how])
    searched = f"{worst.looked_at:,} slices of at least {worst.smallest:,} rows were looked at"
    if worst.table.empty:
        st.write(f"None is surely worse than the other rows: {searched}.")
        return None
    event = st.dataframe(
        worst.table.assign(
            interval=[
                f"{low:+.3f} to {high:+.3f}" for low, high in zip(worst.table["low"], worst.table["high"], strict=True)
            ]
        ),
        key=table_key("evaluate_worst", worst.table["slice"].tolist()),
        hide_index=True,
        height=HIGHEST - 40,
        on_select="rerun",
        selection_mode="single-row",
        column_order=["slice", "rows", "difference", "interval", "accuracy", "errors", "excess"],
        column_config={
            "slice": st.column_config.TextColumn("Slice", width=245, pinned=True),
            "rows": st.column_config.NumberColumn("Rows", format="localized", width=50),
            "difference": st.column_config.NumberColumn("To the rest", format="%+.3f", width=72),
            "interval": st.column_config.TextColumn("95 %", width=122),
            "accuracy": st.column_config.NumberColumn("Accuracy", format="%.3f", width=70),
            "errors": st.column_config.NumberColumn("Errors", format="localized", width=60),
            "excess": st.column_config.NumberColumn(
                "Too many", format="%.0f", help="Errors more than its rows would have at the accuracy of the rest."
            ),
        },
    )
    st.caption(
        f"{searched}; told are those that are worse at a false discovery rate of 5 % (Benjamini-Hochberg), by the "
        "least that they are worse by. A pair is told only where it is worse than both of its conditions."
    )
    ticked = event["selection"]["rows"]
    return worst.table["slice"].iloc[ticked[0]] if ticked else None


def _errors(run: Run, judged: Judged, key: str | None) -> None:
    """List the errors of the chosen slice, the surest first, under its sentence."""
    if not key:
        st.caption("Click a slice, or tick one of the worst, to list its errors.")
        return
    found = cache_confidence.rows(run, judged)
    try:
        known = {name: cache_confidence.dimension(run, judged, name) for name in dimensions_of(key)}
        inside = rows_of(key, known)
        errors = slice_report.errors_in(judged, found, key, known)
    except InputError as error:
        st.caption(escaped(str(error)))
        return
    one = Dimension("slice", ("other", key), inside.astype(int))
    st.subheader(f"{len(errors):,} errors of {escaped(key)}", anchor=False)
    st.caption(escaped(sentence({**slices(one, found.right, found.expected).iloc[1], "slice": key})))
    with contextlib.suppress(InputError):
        notice(cache.dataset_by_fingerprint(judged.fingerprint))
    if len(errors) > MOST:
        st.caption(f"The {MOST} surest of {len(errors):,} are listed.")
    st.dataframe(
        errors.head(MOST),
        hide_index=True,
        height=300,
        column_order=["headline", "true", "predicted", "confidence", "category", "date"],
        column_config={
            "headline": st.column_config.TextColumn("Headline", width="large"),
            "true": "True",
            "predicted": "Predicted",
            "confidence": st.column_config.NumberColumn("Confidence", format="%.3f"),
            "category": "Raw category",
            "date": st.column_config.DateColumn("Date", format="YYYY-MM-DD"),
        },
    )


def _splits(run: Run, judged: Judged, palette: Palette) -> None:
    """Show the random split beside the split by time, or offer to train what is missing for that."""
    st.subheader("Random split beside trained on the past", anchor=False)
    twin = twin_of(run, store.list_all())
    if twin is None:
        other = "past" if run.spec.split.kind == "random" else "random"
        words = {"past": "trained on the past and tested on the latest rows", "random": "tested on rows of all days"}
        st.write(
            f"No finished run is like this one but {words[other]}. Categories, and what is written about, change over "
            "time; a random split hides that."
        )
        st.button(
            "Train it", icon=":material/model_training:", key="evaluate_train_twin", on_click=_fill, args=(run, other),
            help="Fills the form of Train with this run's settings and the other split.",
        )  # fmt: skip
        return
    random, past = (run, twin) if run.spec.split.kind == "random" else (twin, run)
    try:
        found = cache_confidence.beside(random, past, judged.grouping)
    except CopydeskError as error:
        st.warning(escaped(str(error)), icon=":material/edit_note:")
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.caption(
            f"Random: **{escaped(random.title)}**. Trained on the past: **{escaped(past.title)}**. The same spec but "
            "for the split; other test rows, so part of the difference is that the latest rows are of other classes."
        )
        figures = found.figures.assign(figure=found.figures["figure"].map(WORDS))
        number = st.column_config.NumberColumn
        st.dataframe(
            figures[figures["figure"] != WORDS["rows"]],
            hide_index=True,
            column_config={
                "figure": "",
                "random": number("Random", format="%.3f"),
                "past": number("Past", format="%.3f"),
                "difference": number("Difference", format="%+.3f"),
            },
        )
        for sentence_ in told(found.classes):
            st.caption(escaped(sentence_))
    with right, _as_high_as(len(found.classes)):
        st.altair_chart(
            charts.split_lines(found.classes, palette=palette),
            theme=None,
            alt="Recall of each class under the random split and trained on the past, the largest loss first.",
        )


def told(classes: pd.DataFrame) -> list[str]:
    """Return in words which classes there are on one side of the first test day alone."""
    found = []
    for met, words in (
        ("only after", "no row before the first test day, so a model trained on the past never answers so"),
        ("only before", "no row from the first test day on, so nothing is known of it then"),
    ):
        some = classes.loc[classes["met"] == met]
        if len(some):
            listed = ", ".join(f"{row.label} ({row.past_rows:,} test rows)" if met == "only after" else row.label
                               for row in some.itertuples())  # fmt: skip
            found.append(f"{listed}: {words}.")
    return found


def _fill(run: Run, other: str) -> None:
    """Fill the form of Train with the run's settings and the other split, and go there in the next run of the page."""
    run_actions.fill_form(run)
    choose(run_actions.PAGE, run_actions.SPLIT, other)
    st.session_state[GO] = True
