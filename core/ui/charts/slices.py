"""Where a run is worse than elsewhere, and what a split by time takes from each class."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.ui.charts.axes import (
    bar_range,
    counted,
    is_chosen,
    name_axis,
    nothing_to_show,
    room_for,
    row_height,
)
from core.ui.theme import Palette, themed

BETTER, WORSE, UNSURE = "better", "worse", "no clear difference"
SIDES = {"random": "random split", "past": "trained on the past"}
TITLE = "accuracy less that of all other rows"
TIPS = [
    alt.Tooltip("slice:N", title="slice"),
    alt.Tooltip("rows:Q", title="rows", format=",d"),
    alt.Tooltip("errors:Q", title="of them wrong", format=",d"),
    alt.Tooltip("accuracy:Q", title="accuracy", format=".3f"),
    alt.Tooltip("rest:Q", title="of all other rows", format=".3f"),
    alt.Tooltip("difference:Q", title="difference", format="+.3f"),
    alt.Tooltip("low:Q", title="95 % from", format="+.3f"),
    alt.Tooltip("high:Q", title="95 % to", format="+.3f"),
    alt.Tooltip("clear:N", title="so it is"),
]


def slice_dots(
    frame: pd.DataFrame, *, palette: Palette, selection: str = "slice", selected: str | None = None
) -> alt.Chart | alt.LayerChart:
    """Return how far each slice is from all other rows, with its 95 % interval; errors of rows printed beside it.

    ``frame`` has the columns slice, shown (what is written of it), rows, errors, accuracy, rest, difference, low,
    high (accuracy less that of the rest, -1 to 1), in the order to show. A slice whose interval leaves out 0 is
    filled, another hollow. A click answers ``[{"slice": ...}]`` under the name ``selection``; ``selected`` is
    the slice that is marked before any click.
    """
    click = alt.selection_point(name=selection, fields=["slice"], on="click", empty=False)
    if frame.empty:
        return nothing_to_show(palette, click)
    data, room = _printed(frame, palette, selected)
    names = data["slice"].tolist()
    shown = dict(zip(names, data["shown"], strict=True))
    base = alt.Chart(data).encode(
        y=alt.Y("slice:N", title=None, scale=alt.Scale(domain=names), axis=name_axis(names, shown=shown)),
        tooltip=TIPS,
    )
    ends = [min(float(data["low"].min()), 0.0), max(float(data["high"].max()), 0.0)]
    scale = alt.Scale(domain=ends, nice=False, range=bar_range(room))
    axis = alt.Axis(format="+.2f", tickCount=5, labelFlush=False)
    marked = alt.when(is_chosen(click, "slice")).then(alt.value(palette.accent)).otherwise(alt.value("transparent"))
    # The whole row takes the click, so that a dot need not be hit.
    band = base.mark_bar(cursor="pointer", opacity=0.2).encode(x=alt.value(0), x2=alt.value("width"), color=marked)
    reach = base.mark_rule(strokeWidth=2, cursor="pointer").encode(
        x=alt.X("low:Q", title=TITLE, axis=axis, scale=scale), x2="high:Q", color=alt.Color("ink:N", scale=None)
    )
    dots = base.mark_point(size=80, opacity=1, strokeWidth=2, cursor="pointer").encode(
        x=alt.X("difference:Q", title=TITLE),
        stroke=alt.Stroke("ink:N", scale=None),
        fill=alt.Fill("fill:N", scale=None),
    )
    texts = base.mark_text(align="left", x={"expr": f"max(width - {room}, 20)"}, dx=8, cursor="pointer").encode(
        text=alt.Text("printed:N"), color=alt.value(palette.ink)
    )
    zero = (
        alt.Chart(pd.DataFrame({"none": [0.0]})).mark_rule(color=palette.muted).encode(x=alt.X("none:Q", title=TITLE))
    )
    height = row_height(data["shown"]) * len(names)
    layers = alt.layer(band.add_params(click), zero, reach, dots, texts)
    return themed(layers.properties(height=height, width="container"), palette)


def _printed(frame: pd.DataFrame, palette: Palette, selected: str | None) -> tuple[pd.DataFrame, int]:
    """Return what is drawn of each slice, and the px that the figures beside it need."""
    ends = list(zip(frame["low"], frame["high"], strict=True))
    clear = [WORSE if high < 0 else BETTER if low > 0 else UNSURE for low, high in ends]
    inks = {WORSE: palette.error, BETTER: palette.accent, UNSURE: palette.bar}
    printed = [f"{counted(int(e))} of {counted(int(r))}" for e, r in zip(frame["errors"], frame["rows"], strict=True)]
    data = frame.reset_index(drop=True).assign(
        clear=clear,
        ink=[inks[one] for one in clear],
        fill=[palette.paper if one == UNSURE else inks[one] for one in clear],
        printed=printed,
        chosen=(frame["slice"] == selected).to_numpy(),
    )
    return data, room_for(printed)


def split_lines(frame: pd.DataFrame, *, palette: Palette) -> alt.Chart | alt.LayerChart:
    """Return the recall of each class under a random split and under one by time: two dots with a line between.

    ``frame`` has the columns label, random, past (0 to 1, NaN where a side has no rows), random_rows, past_rows and
    met ("only before", "only after" or ""), in the order to show. The split by time is the filled dot.
    """
    if frame.empty:
        return nothing_to_show(palette)
    data = frame.reset_index(drop=True)
    data = data.assign(
        shown=[f"{label} ({met})" if met else label for label, met in zip(data["label"], data["met"], strict=True)]
    )
    names = data["label"].tolist()
    shown = dict(zip(names, data["shown"], strict=True))
    y = alt.Y("label:N", title=None, scale=alt.Scale(domain=names), axis=name_axis(names, shown=shown))
    tips = [
        alt.Tooltip("label:N", title="class"),
        alt.Tooltip("random:Q", title="recall, random split", format=".3f"),
        alt.Tooltip("past:Q", title="recall, split by time", format=".3f"),
        alt.Tooltip("random_rows:Q", title="test rows, random", format=",d"),
        alt.Tooltip("past_rows:Q", title="test rows, by time", format=",d"),
    ]
    scale = alt.Scale(domain=[0, 1], nice=False)
    axis = alt.Axis(format=".0%", tickCount=5, labelFlush=False)
    base = alt.Chart(data).encode(y=y, tooltip=tips)
    line = base.mark_rule(strokeWidth=2, color=palette.rule).encode(
        x=alt.X("random:Q", title="recall", scale=scale, axis=axis), x2="past:Q"
    )
    long = data.melt(["label", "random_rows", "past_rows"], list(SIDES), var_name="side", value_name="recall")
    long = long.dropna(subset=["recall"]).assign(side=long["side"].map(SIDES))
    legend = alt.Legend(title=None, orient="top", symbolSize=90)
    dots = alt.Chart(long).mark_point(size=80, opacity=1, strokeWidth=2).encode(
        y=y,
        x=alt.X("recall:Q", title="recall", scale=scale, axis=axis),
        stroke=alt.Stroke("side:N", title=None, legend=legend,
                          scale=alt.Scale(domain=list(SIDES.values()), range=[palette.bar, palette.accent])),
        fill=alt.Fill("side:N", title=None, legend=legend,
                      scale=alt.Scale(domain=list(SIDES.values()), range=[palette.paper, palette.accent])),
        tooltip=[
            alt.Tooltip("label:N", title="class"),
            alt.Tooltip("side:N", title="split"),
            alt.Tooltip("recall:Q", title="recall", format=".3f"),
            *tips[3:],
        ],
    )  # fmt: skip
    height = row_height(data["shown"]) * len(names)
    return themed(alt.layer(line, dots).properties(height=height, width="container"), palette)
