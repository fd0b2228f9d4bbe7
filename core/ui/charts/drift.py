"""How well early texts of each class are told from late ones, and how a class's share went over the years."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.ui.charts.axes import (
    ROW,
    bar_range,
    compact_axis,
    counted,
    font_size,
    is_chosen,
    nothing_to_show,
    room_for,
)
from core.ui.theme import Palette, themed

TIPS = [
    alt.Tooltip("label:N", title="class"),
    alt.Tooltip("rows:Q", title="rows", format=",d"),
    alt.Tooltip("auc:Q", title="AUC", format=".3f"),
    alt.Tooltip("low:Q", title="95 % from", format=".3f"),
    alt.Tooltip("high:Q", title="95 % to", format=".3f"),
    alt.Tooltip("strength:N", title="told apart"),
]


def drift_dots(
    frame: pd.DataFrame,
    *,
    palette: Palette,
    selection: str = "drifted",
    selected: str | None = None,
    row: float = ROW,
) -> alt.Chart | alt.LayerChart:
    """Return the AUC of each class with its 95 % interval, rows printed beside it; the rule is at chance, 0.5.

    ``frame`` has the columns label, rows, auc, low, high (0 to 1), apart (bool: the interval is above 0.5) and
    strength (str), in the order to show. A class that is told apart is filled, another hollow. A click answers
    ``[{"label": ...}]`` under the name ``selection``; ``selected`` is marked before any click. A class is
    ``row`` px high.
    """
    click = alt.selection_point(name=selection, fields=["label"], on="click", empty=False)
    if frame.empty:
        return nothing_to_show(palette, click, words="No class has enough dated rows")
    printed = [counted(int(rows)) for rows in frame["rows"]]
    data = frame.reset_index(drop=True).assign(
        printed=printed,
        ink=[palette.accent if apart else palette.bar for apart in frame["apart"]],
        fill=[palette.accent if apart else palette.paper for apart in frame["apart"]],
        chosen=(frame["label"] == selected).to_numpy(),
    )
    names = data["label"].tolist()
    room = room_for([*printed, "rows"])
    base = alt.Chart(data).encode(
        y=alt.Y("label:N", title=None, scale=alt.Scale(domain=names), axis=compact_axis(names, row)), tooltip=TIPS
    )
    low = min(float(data["low"].min()), 0.5)
    scale = alt.Scale(domain=[max(low - 0.02, 0.0), 1.0], nice=False, range=bar_range(room))
    axis = alt.Axis(format=".1f", tickCount=6, labelFlush=False)
    title = "AUC: late from early texts"
    marked = alt.when(is_chosen(click, "label")).then(alt.value(palette.accent)).otherwise(alt.value("transparent"))
    band = base.mark_bar(cursor="pointer", opacity=0.2).encode(x=alt.value(0), x2=alt.value("width"), color=marked)
    reach = base.mark_rule(strokeWidth=2, cursor="pointer").encode(
        x=alt.X("low:Q", title=title, axis=axis, scale=scale), x2="high:Q", color=alt.Color("ink:N", scale=None)
    )
    dots = base.mark_point(size=60, opacity=1, strokeWidth=2, cursor="pointer").encode(
        x=alt.X("auc:Q", title=title, scale=scale),
        stroke=alt.Stroke("ink:N", scale=None),
        fill=alt.Fill("fill:N", scale=None),
    )
    texts = base.mark_text(align="right", x={"expr": "width - 2"}, cursor="pointer", fontSize=font_size(row)).encode(
        text=alt.Text("printed:N"), color=alt.value(palette.muted)
    )
    chance = alt.Chart(pd.DataFrame({"at": [0.5]})).mark_rule(color=palette.muted, strokeDash=[4, 3]).encode(
        x=alt.X("at:Q", title=title, scale=scale)
    )  # fmt: skip
    layers = alt.layer(band.add_params(click), chance, reach, dots, texts)
    return themed(layers.properties(height=row * len(names), width="container"), palette)


def year_bars(
    frame: pd.DataFrame, *, palette: Palette, label: str, selection: str = "year"
) -> alt.Chart | alt.LayerChart:
    """Return the share of all rows that a class has in each year; a year without any row is a gap.

    ``frame`` has the columns year (int), rows, all (rows of every class) and share (0 to 1). A click answers
    ``[{"year": ...}]`` under the name ``selection``.
    """
    click = alt.selection_point(name=selection, fields=["year"], on="click", empty=False)
    if frame.empty:
        return nothing_to_show(palette, click, words="No row has a date")
    # Shares below a tenth would have the same label at several ticks.
    percent = ".0%" if frame["share"].max() >= 0.1 else ".1%"
    base = alt.Chart(frame).encode(
        x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0, ticks=False, domain=False)),
        tooltip=[
            alt.Tooltip("year:O"),
            alt.Tooltip("rows:Q", title=f"rows of {label}", format=",d"),
            alt.Tooltip("all:Q", title="rows in all", format=",d"),
            alt.Tooltip("share:Q", format=".1%"),
        ],
    )
    y = alt.Y(
        "share:Q",
        title="share of the year's rows",
        axis=alt.Axis(format=percent, tickCount=4),
        scale=alt.Scale(nice=4),
    )
    marked = alt.when(click).then(alt.value(palette.accent)).otherwise(alt.value(palette.bar))
    bars = base.mark_bar().encode(y=y, color=marked)
    # The whole column takes the click, so that a low bar can be hit too.
    band = base.mark_bar(opacity=0.001, cursor="pointer").encode(y=alt.value(0), y2=alt.value("height"))
    return themed(alt.layer(bars, band.add_params(click)).properties(height=150, width="container"), palette)
