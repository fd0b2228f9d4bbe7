"""Is a run as sure as it is right? The reliability diagram, and how many rows are how sure."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.ui.charts.axes import COUNT_LABEL, counted, nothing_to_show
from core.ui.charts.matrix import short_count
from core.ui.theme import Palette, themed

HEIGHT = 270  # px
COUNTS = 110  # px
Y_AXIS = 46  # px left for the labels of y, so that both charts have x in the same place
SHAPES = ("circle", "diamond")


def reliability_diagram(
    frame: pd.DataFrame, *, palette: Palette, x_title: str = "confidence (mean of the bin)", height: int = HEIGHT
) -> alt.Chart | alt.LayerChart:
    """Return accuracy against confidence, one point a bin with its 95 % interval, beside the line of equals.

    ``frame`` has the columns low, high (ends of the bin), rows, confidence, accuracy, accuracy_low, accuracy_high
    (0 to 1), and series (str, in the order to show): the first is drawn in the accent, told apart by shape too.
    """
    if frame.empty:
        return nothing_to_show(palette)
    data = frame.reset_index(drop=True).assign(printed=[counted(int(rows)) for rows in frame["rows"]])
    series = list(dict.fromkeys(data["series"]))
    colours = [palette.accent, palette.categorical[1]][: len(series)]
    legend = None if len(series) == 1 else alt.Legend(title=None, orient="top", symbolSize=90)
    x = alt.X("confidence:Q", title=x_title, scale=_unit(), axis=_share_axis())
    base = alt.Chart(data).encode(
        x=x,
        color=alt.Color("series:N", title=None, scale=alt.Scale(domain=series, range=colours), legend=legend),
        tooltip=[
            alt.Tooltip("series:N", title="probabilities"),
            alt.Tooltip("printed:N", title="rows"),
            alt.Tooltip("low:Q", title="confidence from", format=".3f"),
            alt.Tooltip("high:Q", title="to", format=".3f"),
            alt.Tooltip("confidence:Q", title="mean confidence", format=".3f"),
            alt.Tooltip("accuracy:Q", title="share that is right", format=".3f"),
            alt.Tooltip("accuracy_low:Q", title="95 % from", format=".3f"),
            alt.Tooltip("accuracy_high:Q", title="95 % to", format=".3f"),
        ],
    )
    y_axis = _share_axis(domain=False, minExtent=Y_AXIS, maxExtent=Y_AXIS)
    reach = base.mark_rule(strokeWidth=2, opacity=0.55).encode(
        y=alt.Y("accuracy_low:Q", title="share that is right", scale=_unit(), axis=y_axis), y2="accuracy_high:Q"
    )
    shape = alt.Shape("series:N", title=None, scale=alt.Scale(domain=series, range=list(SHAPES)[: len(series)]))
    points = base.mark_point(filled=True, size=70, opacity=1).encode(
        y=alt.Y("accuracy:Q", title="share that is right", scale=_unit(), axis=y_axis),
        shape=shape.legend(legend) if legend else shape.legend(None),
    )
    return themed(alt.layer(_equals(palette), reach, points).properties(height=height, width="container"), palette)


def _unit() -> alt.Scale:
    return alt.Scale(domain=[0, 1], nice=False)


def _share_axis(**options: object) -> alt.Axis:
    return alt.Axis(**{"format": ".1f", "tickCount": 5, "gridOpacity": 0.5, **options})


def _equals(palette: Palette) -> alt.Chart:
    """Return the line on which confidence is what it says."""
    line = pd.DataFrame({"confidence": [0.0, 1.0], "accuracy": [0.0, 1.0]})
    return alt.Chart(line).mark_line(color=palette.muted, strokeDash=[4, 4], strokeWidth=1).encode(
        x=alt.X("confidence:Q", title="", scale=_unit()), y=alt.Y("accuracy:Q", title="", scale=_unit())
    )  # fmt: skip


def confidence_counts(frame: pd.DataFrame, *, palette: Palette, height: int = COUNTS) -> alt.Chart | alt.LayerChart:
    """Return how many rows are how sure: a bar a bin, with its rows printed on top.

    ``frame`` has the columns low, high (ends of the bin, 0 to 1), rows and errors (of those).
    """
    if frame.empty:
        return nothing_to_show(palette)
    data = frame.reset_index(drop=True)
    data = data.assign(
        middle=(data["low"] + data["high"]) / 2, printed=[short_count(int(rows), 4) for rows in data["rows"]]
    )
    y_axis = alt.Axis(
        labelExpr=COUNT_LABEL, tickCount=3, tickMinStep=1, domain=False, minExtent=Y_AXIS, maxExtent=Y_AXIS
    )
    y = alt.Y("rows:Q", title="rows", axis=y_axis, scale=alt.Scale(padding=14))
    tips = [
        alt.Tooltip("low:Q", title="confidence above", format=".2f"),
        alt.Tooltip("high:Q", title="to", format=".2f"),
        alt.Tooltip("rows:Q", title="rows", format=",d"),
        alt.Tooltip("errors:Q", title="of them wrong", format=",d"),
    ]
    bars = alt.Chart(data).mark_bar(orient="vertical", color=palette.bar, stroke=palette.paper, strokeWidth=1).encode(
        x=alt.X("low:Q", title="confidence", scale=_unit(), axis=_share_axis(grid=False)),
        x2=alt.X2("high:Q"),
        y=y,
        tooltip=tips,
    )  # fmt: skip
    wrong = alt.Chart(data).mark_bar(orient="vertical", color=palette.error, opacity=0.75).encode(
        x=alt.X("low:Q", title="confidence", scale=_unit()), x2=alt.X2("high:Q"),
        y=alt.Y("errors:Q", title="rows"), tooltip=tips,
    )  # fmt: skip
    numbers = alt.Chart(data).mark_text(dy=-7, fontSize=10, color=palette.ink).encode(
        x=alt.X("middle:Q", title="confidence", scale=_unit()), y=y, text=alt.Text("printed:N")
    )  # fmt: skip
    return themed(alt.layer(bars, wrong, numbers).properties(height=height, width="container"), palette)
