"""Lengths in Explore: how long headlines and descriptions are, in characters and in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core.data.column_facts import describe_lengths
from core.data.lengths import Histogram, histogram
from core.ui import cache_explore, charts, components
from core.ui.explored import PAGE, Explored, chart_key
from core.ui.selection import pick

BIN = "bin"
UNITS = ("characters", "words")
# Text -> (its column, the field of the filters).
TEXTS = {
    "headline": ("headline", "headline_length"),
    "description": ("short_description", "description_length"),
}


def draw(explored: Explored) -> None:
    """Draw a histogram of either text, and the figures of both."""
    unit = pick(st.segmented_control, "Lengths in", UNITS, page=PAGE, name="unit", required=True)
    for column, (text, (_, field)) in zip(st.columns(2, gap="medium"), TEXTS.items(), strict=True):
        with column:
            _picture(explored, text, field, unit)
    # Words are counted only where they are asked for: that reads all texts, which takes seconds at millions of rows.
    shown = [(text, unit) for text in TEXTS]
    figures = describe_lengths({one: lengths(explored, *one)[explored.mask] for one in shown})
    number = st.column_config.NumberColumn
    columns = {name: number(name, format="localized") for name in ("mean", "std", "min", "25%", "50%", "75%", "max")}
    st.dataframe(
        figures.round(1),
        hide_index=True,
        column_config={"text": "Text", "unit": "Unit", "count": number("Count", format="localized"), **columns},
    )


def lengths(explored: Explored, text: str, unit: str) -> np.ndarray:
    """Return the length of ``text`` in each row, -1 where there is none; int, shape (rows,)."""
    if unit == "words":
        return cache_explore.words(explored.dataset)[TEXTS[text][0]]
    return explored.table.headline_length if text == "headline" else explored.table.description_length


def _picture(explored: Explored, text: str, field: str, unit: str) -> None:
    st.subheader(f"{text.capitalize()}s", anchor=False)
    by_click = unit == "characters"
    # Its own filter leaves the other bars to be clicked.
    mask = explored.without(field) if by_click else explored.mask
    found = histogram(lengths(explored, text, unit)[mask])
    bars = pd.DataFrame({"bin_start": found.bars["low"], "bin_end": found.bars["high"] + 1, "rows": found.bars["rows"]})
    chosen = getattr(explored.filters, field)
    chart = charts.lengths_histogram(
        bars,
        palette=explored.palette,
        x_title=f"length in {unit}",
        selection=BIN if by_click else None,
        selected=chosen if by_click else None,
    )
    name = f"{text} lengths in {unit}"
    if not by_click:
        st.altair_chart(chart, theme=None, key=chart_key(f"words_{text}"), alt=name)
    else:
        event = st.altair_chart(chart, theme=None, on_select="rerun", key=chart_key(f"lengths_{text}"), alt=name)
        if clicked := components.clicked(event, BIN):
            bounds = (int(clicked["bin_start"]), int(clicked["bin_end"]) - 1)
            explored.narrow(**{field: None if chosen == bounds else bounds})
    st.caption(said(found, unit, by_click=by_click))


def said(found: Histogram, unit: str, *, by_click: bool) -> str:
    """Return in words what the bars leave out."""
    parts = []
    if found.beyond:
        upto = int(found.bars["high"].iloc[-1])
        parts.append(f"{found.beyond:,} longer than {upto:,} {unit} are not drawn; the longest has {found.longest:,}")
    if found.missing:
        parts.append(f"{found.missing:,} rows have none")
    if by_click and len(found.bars):
        parts.append("click a bar to filter")
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else "All are drawn."
