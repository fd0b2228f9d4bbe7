"""Shortcuts to distrust: what gives a class away in its own time, each with its evidence and its rows."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.evaluation.shortcut_words import evidence
from core.evaluation.shortcuts import LIMITS, WORDS
from core.evaluation.word_search import search_for
from core.grouping.grouping import Grouping
from core.ui import cache_words
from core.ui.components import escaped
from core.ui.explored import PAGE, Explored, chart_key
from core.ui.selection import pick

ALL, MARKS = "all", "marks"
KINDS = {ALL: "All", MARKS: "Marks", WORDS: "Words"}
CATEGORIES, GROUPS = "categories", "groups"
EVERY = "all"


def draw(explored: Explored, bar: DeltaGenerator, place: DeltaGenerator) -> None:
    """Draw the shortcuts of the whole dataset; a click on one shows its rows."""
    with bar:
        grouping = classes_of(explored, "given")
        table = cache_words.shortcuts_of(explored.dataset, grouping, place)
        kind = pick(
            st.segmented_control, "Kind", list(KINDS), page=PAGE, name="mark", required=True, format_func=KINDS.get
        )
        counts = table["class"].value_counts()
        label = pick(
            st.selectbox,
            "Gives away",
            [EVERY, *counts.index],
            page=PAGE,
            name="away",
            format_func=lambda name: "any class" if name == EVERY else f"{name} · {counts[name]:,}",
            width=190,
        )
    listed = of_kind(table, kind)
    listed = (listed if label == EVERY else listed[listed["class"] == label]).reset_index(drop=True)
    if listed.empty:
        st.write("No shortcut is found." if table.empty else "No shortcut of this kind is found.")
    else:
        _table(explored, listed)
    st.caption(
        f"In at least {LIMITS.rows} rows, P(class) certainly {LIMITS.precision:.0%} or more and {LIMITS.lift:g} times "
        f"the class's share, and {LIMITS.fall:g} times as frequent in the class within {LIMITS.months} months as at "
        "other times. Harm is the number of rows that it gets right beyond chance, in its own time alone. "
        "All rows of the dataset count, whatever is filtered."
    )


def classes_of(explored: Explored, name: str) -> Grouping | None:
    """Draw whether categories or groups are meant, where there is a choice; None for categories."""
    if not explored.grouping.partition(explored.dataset.categories):
        return None
    chosen = pick(st.segmented_control, "Classes", [CATEGORIES, GROUPS], page=PAGE, name=name, required=True)
    return explored.grouping if chosen == GROUPS else None


def of_kind(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the shortcuts of ``kind``: all, words, or what is a mark of the headline."""
    if kind == ALL:
        return table
    return table[(table["kind"] == WORDS) == (kind == WORDS)]


def _table(explored: Explored, listed: pd.DataFrame) -> None:
    sentences = [evidence(one) for one in listed.to_dict("records")]
    shown = listed.assign(
        period=listed["begin"] + " to " + listed["end"],
        evidence=sentences,
        percent=listed["precision"] * 100,
        use_inside=listed["use_inside"] * 100,
        use_outside=listed["use_outside"] * 100,
    )
    config = {
        "shown": st.column_config.TextColumn("Shortcut", width=150, pinned=True),
        "class": st.column_config.TextColumn("Gives away", width=130),
        "percent": st.column_config.NumberColumn(
            "P", format="%.0f%%", width=50, help="P(class | shortcut), over rows."
        ),
        "lift": st.column_config.NumberColumn("Lift", format="%.1f×", width=60, help="P over the class's share."),
        "rows": st.column_config.NumberColumn("Rows", format="localized", width=65),
        "by_year": st.column_config.BarChartColumn("By year", width=110, y_min=0, help="Its rows of the class."),
        "period": st.column_config.TextColumn("Period", width=140),
        "use_inside": st.column_config.NumberColumn(
            "Then", format="%.1f%%", width=62, help="Share of the class's rows that have it, in the period."
        ),
        "use_outside": st.column_config.NumberColumn(
            "Else", format="%.1f%%", width=60, help="Share of the class's rows that have it, at other times."
        ),
        "harm": st.column_config.NumberColumn("Harm", format="localized", width=65, help="In rows; see below."),
        "evidence": st.column_config.TextColumn("Evidence", width="large"),
    }
    event = st.dataframe(
        shown.assign(harm=shown["harm"].round().astype("int64")),
        hide_index=True,
        column_order=list(config),
        column_config=config,
        height=min(36 * len(shown) + 38, 500),
        on_select="rerun",
        selection_mode="single-row",
        key=chart_key("shortcuts"),
    )
    chosen = event["selection"]["rows"]
    if chosen:
        one = listed.iloc[chosen[0]]
        explored.read(search=search_for(one["shown"], one["kind"]))
    st.caption(f"Most harmful: {escaped(sentences[0])} Choose a row to see its records.")
