"""Figures along a line: training step by step, and how long the texts are."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.ui.charts.axes import FAINT, nothing_to_show
from core.ui.theme import Palette, themed

FEW = 40  # points of a series that are still drawn one by one
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4], [4, 4])
HEIGHT = 220  # px


def progress_lines(
    frame: pd.DataFrame, *, y_title: str, palette: Palette, x_title: str = "step", height: int = HEIGHT
) -> alt.Chart | alt.LayerChart:
    """Return one line a series against the step, told apart by colour and by dashes.

    ``frame`` has the columns step (number), value (number, NA is left out), series (str, in the
    order to show). ``y_title`` says what is measured and in which unit.
    """
    data = frame.dropna(subset=["value"]).reset_index(drop=True)
    if data.empty:
        return nothing_to_show(palette, words="No figures yet")
    series = list(dict.fromkeys(data["series"]))
    colours = [palette.accent, *[c for c in palette.categorical if c != palette.accent]]
    legend = None if len(series) == 1 else alt.Legend(title=None, orient="top", symbolType="stroke", symbolSize=400)
    scale = alt.Scale(domain=series, range=[colours[i % len(colours)] for i in range(len(series))])
    dashes = alt.Scale(domain=series, range=[DASHES[i % len(DASHES)] for i in range(len(series))])
    few = len(data) <= FEW * len(series)
    x_axis = alt.Axis(format=",~r", grid=False, tickMinStep=1, tickCount=8, labelFlush=False)
    y_axis = alt.Axis(tickCount=5, domain=False)
    lines = alt.Chart(data).mark_line(strokeWidth=2, point={"size": 28} if few else False).encode(
        x=alt.X("step:Q", title=x_title, axis=x_axis, scale=_zoomed(data["step"])),
        y=alt.Y("value:Q", title=y_title, axis=y_axis, scale=_zoomed(data["value"])),
        color=alt.Color("series:N", title=None, scale=scale, legend=legend),
        strokeDash=alt.StrokeDash("series:N", title=None, scale=dashes, legend=legend),
        tooltip=[
            alt.Tooltip("series:N"),
            alt.Tooltip("step:Q", title=x_title, format=",.4~r"),
            alt.Tooltip("value:Q", title=y_title, format=".4~f"),
        ],
    )  # fmt: skip
    return themed(lines.properties(height=height, width="container"), palette)


def _zoomed(values: pd.Series) -> alt.Scale:
    """Return a scale over what is there; a lone value gets room around it, an axis needs an extent."""
    if values.min() == values.max():
        return alt.Scale(domain=[float(values.min()) - 0.5, float(values.max()) + 0.5])
    return alt.Scale(zero=False, nice=True)


def lengths_histogram(
    frame: pd.DataFrame,
    *,
    palette: Palette,
    x_title: str = "length in characters",
    height: int = 180,
    selection: str | None = None,
    selected: tuple[int, int] | None = None,
) -> alt.Chart | alt.LayerChart:
    """Return how many rows are how long, from bins that were counted before.

    ``frame`` has the columns bin_start, bin_end (numbers, in the unit of ``x_title``), rows (int). Where
    ``selection`` is given, a click answers ``[{"bin_start": ..., "bin_end": ...}]`` under that name, and bins that
    do not touch ``selected`` (first and last length) are faint.
    """
    fields = ["bin_start", "bin_end"]
    clicks = [alt.selection_point(name=selection, fields=fields, on="click", empty=False)] if selection else []
    if frame.empty:
        return nothing_to_show(palette, *clicks)
    ends = [float(frame["bin_start"].min()), float(frame["bin_end"].max())]
    scale = alt.Scale(domain=ends, nice=False, padding=0)
    data = frame.reset_index(drop=True)
    tips = [
        alt.Tooltip("bin_start:Q", title="from", format=",d"),
        alt.Tooltip("bin_end:Q", title="to below", format=",d"),
        alt.Tooltip("rows:Q", title="rows", format=",d"),
    ]
    bars = alt.Chart(data).mark_bar(orient="vertical", color=palette.bar, stroke=palette.paper, strokeWidth=1)
    bars = bars.encode(
        x=alt.X(
            "bin_start:Q",
            title=x_title,
            axis=alt.Axis(format=",d", grid=False, tickCount=8, labelFlush=False),
            scale=scale,
        ),
        x2=alt.X2("bin_end:Q"),
        y=alt.Y("rows:Q", title="rows", axis=alt.Axis(format=",d", tickCount=4, tickMinStep=1, domain=False)),
        tooltip=tips,
    )
    if selected is not None:
        within = f"datum.bin_end > {selected[0]} && datum.bin_start <= {selected[1]}"
        bars = bars.encode(opacity=alt.when(within).then(alt.value(1.0)).otherwise(alt.value(FAINT)))
    # The column above a low bar takes the click too.
    columns = alt.Chart(data).mark_bar(orient="vertical", opacity=0.001, cursor="pointer").encode(
        x=alt.X("bin_start:Q", title=x_title, scale=scale), x2="bin_end:Q", y=alt.value(0), y2=alt.value("height"),
        tooltip=tips,
    )  # fmt: skip
    chart = alt.layer(bars, columns.add_params(*clicks)) if clicks else bars
    return themed(chart.properties(height=height, width="container"), palette)
