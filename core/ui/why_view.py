"""Why wrong: a waterfall of the errors by their first cause, how much each cause matters, and the rows behind one."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from core.data.datasets import Dataset
from core.errors import CopydeskError
from core.evaluation.cause_words import MEANINGS
from core.evaluation.causes import ORDER, SIBLING, summary
from core.evaluation.judge import Judged
from core.evaluation.why_wrong import WhyWrong, listed
from core.grouping.builtin import RAW
from core.grouping.grouping import Grouping
from core.runs.store import Run
from core.ui import cache, cache_causes, charts, shell
from core.ui.charts.axes import percent
from core.ui.components import clicked, escaped, notice
from core.ui.selection import pick, remember, value
from core.ui.theme import Palette

PAGE = "evaluate"
SELECTION = "cause"
ALL = "all classes"
EVERY = "all errors"
GROUPS, CATEGORIES = "of groups", "of raw categories"
MOST = 500


def draw(run: Run, judged: Judged, dataset: Dataset | None, *, palette: Palette) -> None:
    """Draw why ``run`` is wrong on ``dataset`` (None: its test rows), under the grouping of ``judged`` or every
    category by itself; siblings are those of the grouping on screen."""
    _draw(run, judged, dataset, shell.chosen().grouping, palette)


@st.fragment
def _draw(run: Run, judged: Judged, dataset: Dataset | None, screen: Grouping, palette: Palette) -> None:
    """Draw it all: a click in it draws nothing else of the page again."""
    progress = st.empty()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        grouping, siblings = groupings(run, judged.grouping, screen)
        try:
            found = cache_causes.causes(run, grouping, siblings, dataset, progress)
        except CopydeskError as error:
            st.warning(escaped(str(error)), icon=":material/edit_note:")
            return
        label = _label(found)
    if not found.causes.errors:
        st.write("No row is wrong, so there is nothing to explain.")
        return
    table = summary(found.causes, label)
    told = [cause for cause in ORDER if cause not in found.causes.skipped]
    shown = table[table["cause"].isin(told) & ~((table["matching"] == 0) & (table["share_of_right"] == 0))]
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(_heading(int(table["rows"].sum()), label), anchor=False)
        cause = _waterfall(shown, label, palette)
    with right:
        st.subheader("Does it matter?", anchor=False)
        _matters(shown)
    absent = [name for name in told if name not in set(shown["cause"])]
    notes = [f"No row has: {', '.join(absent)}."] if absent else []
    if SIBLING not in found.causes.skipped:
        notes.append(f"Sibling classes are those of one group of {escaped(found.siblings.name)}.")
    notes += [f"Not told: {name}, since {escaped(reason)}." for name, reason in found.causes.skipped.items()]
    st.caption(" ".join(notes))
    _rows(found, cause, label)


def groupings(run: Run, grouping: Grouping, screen: Grouping) -> tuple[Grouping, Grouping]:
    """Draw what an error is where there is a choice; return the grouping to judge under, and that of the siblings."""
    siblings = siblings_of(run, screen)
    if run.spec.target != "category" or not grouping.partition(run.spec.categories):
        return grouping, siblings
    errors = pick(
        st.segmented_control,
        "Errors",
        [GROUPS, CATEGORIES],
        page=PAGE,
        name="errors",
        required=True,
        help="Of raw categories also those count that stay inside a group: sibling classes.",
    )
    return (RAW if errors == CATEGORIES else grouping), siblings


def siblings_of(run: Run, screen: Grouping) -> Grouping:
    """Return the grouping that makes classes siblings: that on screen, the run's own where that one merges nothing."""
    return screen if screen.partition(run.spec.categories) else run.spec.grouping.grouping()


def _label(found: WhyWrong) -> str | None:
    """Draw the choice of a class; return it, None for all."""
    table = found.causes.table
    errors = table.loc[table["wrong"], "true"].value_counts()
    counts = {ALL: int(errors.sum()), **{str(name): int(count) for name, count in errors.items()}}
    label = pick(
        st.selectbox,
        "True class",
        list(counts),
        page=PAGE,
        name="class",
        width=320,
        format_func=lambda name: f"{name} · {counts[name]:,} errors",
    )
    return None if label == ALL else label


def _heading(errors: int, label: str | None) -> str:
    of = "" if label is None else f" of {escaped(label)}"
    return f"{errors:,} {'error' if errors == 1 else 'errors'}{of} by first cause"


def _waterfall(shown: pd.DataFrame, label: str | None, palette: Palette) -> str | None:
    """Draw the waterfall; return the cause that is chosen, by a click or in the URL."""
    asked = value(PAGE, SELECTION)
    steps = shown.assign(means=shown["cause"].map(MEANINGS))
    key = f"evaluate_why_{label}"
    event = st.altair_chart(
        charts.waterfall(steps, palette=palette, total=EVERY, selection=SELECTION, selected=asked, unit="errors"),
        theme=None,
        on_select="rerun",
        key=key,
        alt="Errors by first matching cause; the figures stand in the table beside it.",
    )
    st.caption("Each error counts under the first cause that matches, from the top. A click on a bar lists its rows.")
    mark = clicked(event, SELECTION)
    # A chart keeps its click: only a change of it is a choice, else no link could ask for another cause.
    if mark is not None and mark != st.session_state.get(f"{key}_last"):
        asked = mark[SELECTION]
    st.session_state[f"{key}_last"] = mark
    cause = asked if asked in set(shown["cause"]) else None
    remember(PAGE, SELECTION, cause)
    return cause


def _matters(shown: pd.DataFrame) -> None:
    """Draw how much more often each cause is found among wrong rows than among right ones."""
    figures = zip(shown["lift"], shown["low"], shown["high"], strict=True)
    shares = ["share_of_wrong", "share_of_right"]
    st.dataframe(
        shown[["cause"]]
        .assign(lift=[lift_text(*one) for one in figures], matching=shown["matching"])
        .assign(**{name: shown[name].map(percent) for name in shares}),
        hide_index=True,
        column_config={
            "cause": st.column_config.TextColumn("Cause", pinned=True, width=165),
            "matching": st.column_config.NumberColumn(
                "Errors", format="localized", width=54, help="That have it, as their first cause or not."
            ),
            "share_of_wrong": st.column_config.TextColumn(
                "Wrong", width=55, alignment="right", help="Share of the wrong rows that have it."
            ),
            "share_of_right": st.column_config.TextColumn(
                "Right", width=55, alignment="right", help="Share of the right rows that have it."
            ),
            "lift": st.column_config.TextColumn(
                "Lift (95 %)", width=120, help="Share of wrong rows over share of right ones, with its interval."
            ),
        },
    )
    st.caption(
        "A lift of 1 says that right rows have it as often, so that it explains nothing. Only a wrong row can have a "
        "label that is likely wrong, or a sibling as its answer: there is no lift."
    )


def lift_text(lift: float, low: float, high: float) -> str:
    """Return a lift with its interval where it has one.

    >>> lift_text(1.638, 1.528, 1.755), lift_text(0.0, math.nan, math.nan), lift_text(math.nan, math.nan, math.nan)
    ('1.64 (1.53 to 1.75)', '0.00', '–')
    """
    if math.isnan(lift):
        return "–"
    return f"{lift:.2f}" if math.isnan(low) else f"{lift:.2f} ({low:.2f} to {high:.2f})"


def _rows(found: WhyWrong, cause: str | None, label: str | None) -> None:
    """List the rows that have the cause first, the surest answers first."""
    if cause is None:
        st.caption("Click a bar to list its headlines.")
        return
    rows = listed(found.causes, cause, label, MOST)
    every = int(summary(found.causes, label).set_index("cause")["rows"][cause])
    st.subheader(f"{every:,} {'error' if every == 1 else 'errors'}: {cause}", anchor=False)
    st.caption(escaped(MEANINGS[cause]) + (f" The {MOST} surest are listed." if every > MOST else ""))
    if not every:
        return
    # The causes are found from its texts, so the dataset is there.
    dataset = cache.dataset_by_fingerprint(found.judged.fingerprint)
    notice(dataset)
    records = cache.frame(dataset).iloc[rows["row"]].reset_index(drop=True)
    st.dataframe(
        rows.assign(headline=records["headline"], description=records["short_description"]),
        hide_index=True,
        column_order=["headline", "true", "predicted", "confidence", "evidence", "also", "description", "row"],
        column_config={
            "headline": st.column_config.TextColumn("Headline", width="large"),
            "true": "True",
            "predicted": "Predicted",
            "confidence": st.column_config.NumberColumn("Confidence", format="%.3f", width=80),
            "evidence": st.column_config.TextColumn("Evidence", width="large"),
            "also": st.column_config.TextColumn("Also", width="medium"),
            "description": st.column_config.TextColumn("Description", width="large"),
            "row": st.column_config.NumberColumn("Row", format="localized"),
        },
    )
