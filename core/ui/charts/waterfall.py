"""A waterfall: from all rows down through what explains some of them to those that are left."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from core.ui.charts.axes import (
    BAR,
    bar_range,
    count_and_share,
    count_axis,
    is_chosen,
    name_axis,
    nothing_to_show,
    room_for,
    row_height,
)
from core.ui.theme import Palette, themed


def waterfall(
    frame: pd.DataFrame,
    *,
    palette: Palette,
    total: str,
    selection: str = "cause",
    selected: str | None = None,
    unit: str = "rows",
) -> alt.Chart | alt.LayerChart:
    """Return a bar of all rows and under it one bar a cause, each beginning where the one above it ended.

    ``frame`` has the columns cause (str), rows (int), share (0 to 1, of all rows) and means (str, told beside
    the pointer), in the order in which they are taken away; the last is what is left. ``total`` names the bar of
    all rows. A click answers ``[{"cause": ...}]`` under the name ``selection``; ``selected`` is the cause that
    is marked before any click.
    """
    click = alt.selection_point(name=selection, fields=["cause"], on="click", empty=False)
    if frame.empty or not frame["rows"].any():
        return nothing_to_show(palette, click)
    data = _steps(frame, total)
    data = data.assign(printed=count_and_share(data["rows"], data["share"]), chosen=data["cause"] == selected)
    names = data["cause"].tolist()
    scale = alt.Scale(domain=[0, int(data["end"].max())], range=bar_range(room_for(data["printed"])), nice=False)
    base = alt.Chart(data).encode(
        y=alt.Y("cause:N", title=None, scale=alt.Scale(domain=names), axis=name_axis(names)),
        tooltip=[
            alt.Tooltip("cause:N"),
            alt.Tooltip("rows:Q", title=unit, format=",d"),
            alt.Tooltip("share:Q", title="share", format=".1%"),
            alt.Tooltip("means:N"),
        ],
    )
    fill = (
        alt.when(is_chosen(click, "cause")).then(alt.value(palette.accent))
        .when(alt.datum.whole).then(alt.value(palette.muted)).otherwise(alt.value(palette.bar))
    )  # fmt: skip
    bars = base.mark_bar(height=BAR, cursor="pointer", minBandSize=1).encode(
        x=alt.X("begin:Q", title=unit, axis=count_axis(), scale=scale), x2="end:Q", color=fill
    )
    numbers = base.mark_text(align="left", dx=5, color=palette.ink)
    numbers = numbers.encode(x=alt.X("end:Q", scale=scale), text=alt.Text("printed:N"))
    # From where a bar begins down to the end of the next: what is left after each step.
    joints = alt.Chart(data[data["next"] != ""]).mark_rule(color=palette.rule, strokeWidth=1)
    joints = joints.encode(x=alt.X("left:Q", scale=scale), y="cause:N", y2="next:N")
    chart = alt.layer(joints, bars.add_params(click), numbers)
    return themed(chart.properties(height=row_height(names) * len(names), width="container"), palette)


def _steps(frame: pd.DataFrame, total: str) -> pd.DataFrame:
    """Return the bars: cause, rows, share, means, begin, end, whole (not a step down), left, next (the cause below)."""
    every = int(frame["rows"].sum())
    first = pd.DataFrame([{"cause": total, "rows": every, "share": 1.0, "means": "All that is told apart below."}])
    data = pd.concat([first, frame[["cause", "rows", "share", "means"]]], ignore_index=True)
    after = every - np.concatenate([[0], np.cumsum(frame["rows"])])
    return data.assign(
        begin=np.concatenate([[0], after[1:]]),
        end=np.concatenate([[every], after[:-1]]),
        whole=[True] + [False] * (len(frame) - 1) + [True],
        left=after,
        next=[*data["cause"].iloc[1:], ""],
    )
