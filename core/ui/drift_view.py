"""Drift: which classes' texts changed over time, how their share went, and which words came and went."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.evaluation.drift import CLEARLY, EVERY, FOLDS, MOST, NONE, STRONGLY, UNTOLD, Drift, sentence
from core.evaluation.word_search import narrowed, search_for
from core.grouping.grouping import Grouping
from core.ui import cache_words
from core.ui.cache_words import Drifts
from core.ui.charts.axes import fitting_row
from core.ui.charts.drift import drift_dots, year_bars
from core.ui.charts.words import word_bars
from core.ui.components import clicked, escaped
from core.ui.explored import PAGE, Explored, chart_key
from core.ui.selection import pick, remember, value
from core.ui.shortcuts_view import classes_of

DOT, YEAR, WORD = "drifted", "year", "word"
HEIGHT = 620  # px of the picture of all classes
GAPS = {"none": 0, "6 months": 183, "1 year": 365, "2 years": 730}


def draw(explored: Explored) -> None:
    """Draw the drift of each class of the whole dataset, and of the chosen one in detail."""
    _draw(explored)


@st.fragment
def _draw(explored: Explored) -> None:
    place = st.empty()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        grouping = classes_of(explored, "drift_of")
        gap_name = pick(
            st.segmented_control,
            "Left out around the middle",
            list(GAPS),
            page=PAGE,
            name="gap",
            required=True,
            help="A gap tells a change over years from the news of one week.",
        )
    gap = GAPS[gap_name]
    found = cache_words.drifts_of(explored.dataset, grouping, gap, place)
    label = chosen(explored, found)
    left, right = st.columns([5, 7], gap="medium")
    with left:
        label = _dots(explored, found, label)
    with right:
        _detail(explored, found.each[label], grouping, gap, place)
    _notes(found)


def chosen(explored: Explored, found: Drifts) -> str:
    """Return the class that was clicked, else the one that is filtered, else the one that changed most."""
    filters = explored.filters
    told = [one.label for one in ranked(found)]
    for asked in (value(PAGE, DOT), *filters.categories[:1], *filters.groups[:1]):
        if asked in found.each:
            return asked
    return next((label for label in told if label != EVERY), EVERY)


def ranked(found: Drifts) -> list[Drift]:
    """Return what is told, all rows first, then the classes with the largest area first."""
    told = [one for one in found.each.values() if one.strength != UNTOLD]
    return sorted(told, key=lambda one: (one.label != EVERY, -one.auc, one.label))


def _dots(explored: Explored, found: Drifts, label: str) -> str:
    """Draw all classes; return the one that is chosen."""
    rows = [
        {
            "label": one.label,
            "rows": one.dated,
            "auc": one.auc,
            "low": one.low,
            "high": one.high,
            "apart": one.strength != NONE,
            "strength": one.strength,
        }
        for one in ranked(found)
    ]
    columns = ["label", "rows", "auc", "low", "high", "apart", "strength"]
    st.subheader("Late texts told from early ones", anchor=False)
    table = pd.DataFrame(rows, columns=columns)
    row = fitting_row(len(table), HEIGHT)
    event = st.altair_chart(
        drift_dots(table, palette=explored.palette, selection=DOT, selected=label, row=row),
        theme=None,
        on_select="rerun",
        key=f"{PAGE}_drift_dots",
        alt="How well a classifier tells late from early texts of each class: AUC with its interval.",
    )
    mark = clicked(event, DOT)
    # A chart keeps its click: only a change of it is a choice, else no link could ask for another class.
    if mark is not None and mark != st.session_state.get(f"{PAGE}_drift_last"):
        label = mark["label"]
        remember(PAGE, DOT, label)
    st.session_state[f"{PAGE}_drift_last"] = mark
    return label


def _detail(explored: Explored, one: Drift, grouping: Grouping | None, gap: int, place) -> None:
    st.subheader(escaped(one.label), anchor=False)
    st.write(escaped(sentence(one)))
    words, years = cache_words.changes(explored.dataset, grouping, gap, one.label, place)
    event = None
    if one.label != EVERY and len(years):
        event = st.altair_chart(
            year_bars(years, palette=explored.palette, label=one.label, selection=YEAR),
            theme=None,
            on_select="rerun",
            key=chart_key("drift_years"),
            alt=f"Share of all rows that {one.label} has by year.",
        )
    labels = _labels(one.label, grouping)
    if mark := clicked(event, YEAR):
        year = int(mark["year"])
        explored.read(months=(f"{year:04d}-01", f"{year:04d}-12"), **labels)
    if not one.early or not one.late:
        return
    st.markdown("**Words that came and went**")
    event = st.altair_chart(
        word_bars(words, palette=explored.palette, sides=("late", "early"), selection=WORD, height=18),
        theme=None,
        on_select="rerun",
        key=chart_key("drift_words"),
        alt="Words that are more frequent in late texts, and in early ones.",
    )
    if mark := clicked(event, WORD):
        explored.read(search=narrowed(explored.filters.search, search_for(mark["shown"])), **labels)


def _labels(label: str, grouping: Grouping | None) -> dict[str, tuple[str, ...]]:
    """Return the filters that leave the rows of a class."""
    mine = () if label == EVERY else (label,)
    return {"categories": mine if grouping is None else (), "groups": mine if grouping is not None else ()}


def _notes(found: Drifts) -> None:
    st.caption(
        f"A logistic regression on words, read from up to {MOST:,} rows of a class, as many early as late ones; halves "
        "part at the day in the middle. AUC is the chance that a late text looks later than an early one, mean of "
        f"{FOLDS} folds; 0.5 is chance. Clearly: from {CLEARLY:g} on; strongly: from {STRONGLY:g} on. "
        "All rows of the dataset count, whatever is filtered."
    )
    untold = [one for one in found.each.values() if one.strength == UNTOLD]
    if untold:
        reasons = "; ".join(f"{one.label}: {one.reason}" for one in untold[:5])
        more = f"; and {len(untold) - 5:,} more" if len(untold) > 5 else ""
        st.caption(escaped(f"Nothing is told of {reasons}{more}."))
    if found.left_out:
        st.caption(f"{found.left_out:,} smaller classes are not judged; the command line judges any: `data drift`.")
