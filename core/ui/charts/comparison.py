"""What one run gains or loses against another, class by class."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.ui.charts.axes import name_axis, nothing_to_show, row_height
from core.ui.theme import Palette, themed

BETTER, WORSE, UNSURE = "better", "worse", "no clear difference"


def class_differences(frame: pd.DataFrame, *, measure: str, palette: Palette) -> alt.Chart | alt.LayerChart:
    """Return a dot a class for the difference of ``measure``, with its 95 % interval, on both sides of 0.

    ``frame`` has the columns label, support (rows), run, against (the measure of either), difference (run - against),
    low and high (-1 to 1; NaN: no interval is known), in the order to show. A class whose interval leaves out 0 is
    filled, in the colour of its side; another is hollow.
    """
    if frame.empty:
        return nothing_to_show(palette)
    inks = {BETTER: palette.accent, WORSE: palette.error, UNSURE: palette.bar}
    clear = [
        BETTER if low > 0 else WORSE if high < 0 else UNSURE
        for low, high in zip(frame["low"], frame["high"], strict=True)
    ]
    data = frame.reset_index(drop=True).assign(
        clear=clear,
        ink=[inks[one] for one in clear],
        fill=[palette.paper if one == UNSURE else inks[one] for one in clear],
    )
    title = f"difference of {measure}: this run - the other"
    names = data["label"].tolist()
    base = alt.Chart(data).encode(
        y=alt.Y("label:N", title=None, scale=alt.Scale(domain=names), axis=name_axis(names)), tooltip=_tips(measure)
    )
    reach = (
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=2)
        .encode(
            x=alt.X("low:Q", title=title, axis=alt.Axis(format="+.2f", tickCount=7), scale=_scale(data)),
            x2="high:Q",
            color=alt.Color("ink:N", scale=None),
        )
    )
    dots = base.mark_point(size=70, opacity=1, strokeWidth=2).encode(
        x=alt.X("difference:Q", title=title),
        stroke=alt.Stroke("ink:N", scale=None),
        fill=alt.Fill("fill:N", scale=None),
    )
    zero = (
        alt.Chart(pd.DataFrame({"none": [0.0]})).mark_rule(color=palette.muted).encode(x=alt.X("none:Q", title=title))
    )
    layers = alt.layer(zero, reach, dots)
    return themed(layers.properties(height=row_height(names) * len(names), width="container"), palette)


def _scale(data: pd.DataFrame) -> alt.Scale:
    # A hundredth on either side, so that no difference at all has an extent too.
    ends = data[["low", "difference", "high"]]
    return alt.Scale(domain=[min(float(ends.min().min()), -0.01), max(float(ends.max().max()), 0.01)], nice=True)


def _tips(measure: str) -> list[alt.Tooltip]:
    figures = {"run": f"{measure} of this run", "against": f"{measure} of the other"}
    gaps = {"difference": "difference", "low": "95 % from", "high": "95 % to"}
    return [
        alt.Tooltip("label:N", title="class"),
        alt.Tooltip("support:Q", title="rows", format=",d"),
        *[alt.Tooltip(f"{field}:Q", title=title, format=".3f") for field, title in figures.items()],
        *[alt.Tooltip(f"{field}:Q", title=title, format="+.3f") for field, title in gaps.items()],
        alt.Tooltip("clear:N", title="so it is"),
    ]
