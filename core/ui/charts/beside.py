"""Two sets of rows beside each other: the share of each label in both."""

from __future__ import annotations

from collections.abc import Collection

import altair as alt
import pandas as pd

from core.ui.charts.axes import (
    ROW,
    bar_range,
    compact_axis,
    font_size,
    nothing_to_show,
    room_for,
    row_height,
    share_format,
)
from core.ui.theme import Palette, themed

SHARE = "share of the rows"


def share_dumbbells(
    frame: pd.DataFrame,
    *,
    palette: Palette,
    names: tuple[str, str],
    selection: str,
    selected: Collection[str] = (),
    row: float = ROW,
) -> alt.Chart | alt.LayerChart:
    """Return two dots a label, its share on each side, with a line between and the difference printed.

    ``frame`` is what core.data.overview.side_by_side gives, in the order to show; ``names`` are what the two sides
    are called. A click answers ``[{"label": ...}]`` under the name ``selection``; ``selected`` are marked.
    """
    click = alt.selection_point(name=selection, fields=["label"], on="click", toggle="false", empty=False)
    if frame.empty:
        return nothing_to_show(palette, click)
    printed = [points(one) for one in frame["difference"]]
    data = frame.reset_index(drop=True).assign(printed=printed, chosen=frame["label"].isin(set(selected)).to_numpy())
    labels = data["label"].tolist()
    tips = [
        alt.Tooltip("label:N", title="label"),
        alt.Tooltip("share:Q", title=f"share, {names[0]}", format=".2%"),
        alt.Tooltip("other_share:Q", title=f"share, {names[1]}", format=".2%"),
        alt.Tooltip("rows:Q", title=f"rows, {names[0]}", format=",d"),
        alt.Tooltip("other_rows:Q", title=f"rows, {names[1]}", format=",d"),
        alt.Tooltip("printed:N", title="difference"),
    ]
    y = alt.Y("label:N", title=None, scale=alt.Scale(domain=labels), axis=compact_axis(labels, row))
    most = max(float(data["share"].max()), float(data["other_share"].max()))
    scale = alt.Scale(domain=[0, most or 1.0], nice=False, range=bar_range(room_for(printed)))
    x = alt.X("share:Q", title=SHARE, scale=scale, axis=alt.Axis(format=share_format(most), tickCount=5, grid=False))
    base = alt.Chart(data).encode(y=y, tooltip=tips)
    line = base.mark_rule(strokeWidth=2, color=palette.rule).encode(x=x, x2="other_share:Q")
    dots = _dots(data, y, scale, tips, names, palette)
    texts = base.mark_text(
        align="left", x={"expr": f"max(width - {room_for(printed)}, 20)"}, dx=8, fontSize=font_size(row)
    ).encode(text="printed:N", color=alt.value(palette.ink))
    marked = alt.when("datum.chosen").then(alt.value(palette.accent)).otherwise(alt.value("transparent"))
    band = base.mark_bar(cursor="pointer", opacity=0.2).encode(x=alt.value(0), x2=alt.value("width"), color=marked)
    height = (row_height(labels) - ROW + row) * len(labels)
    chart = alt.layer(band.add_params(click), line, dots, texts)
    return themed(chart.properties(height=height, width="container"), palette)


def _dots(
    data: pd.DataFrame, y: alt.Y, scale: alt.Scale, tips: list[alt.Tooltip], names: tuple[str, str], palette: Palette
) -> alt.Chart:
    """Return a filled dot for the first side and an open one for the second."""
    sides = pd.concat(
        [data.assign(side=names[0], at=data["share"]), data.assign(side=names[1], at=data["other_share"])]
    )
    legend = alt.Legend(title=None, orient="top", symbolSize=80)
    fills, strokes = [palette.accent, palette.paper], [palette.accent, palette.bar]
    return alt.Chart(sides).mark_point(size=55, opacity=1, strokeWidth=2, cursor="pointer").encode(
        y=y,
        x=alt.X("at:Q", title=SHARE, scale=scale),
        fill=alt.Fill("side:N", title=None, legend=legend, scale=alt.Scale(domain=list(names), range=fills)),
        stroke=alt.Stroke("side:N", title=None, legend=legend, scale=alt.Scale(domain=list(names), range=strokes)),
        tooltip=tips,
    )  # fmt: skip


def points(difference: float) -> str:
    """Return a difference of shares as it is read: ``+1.2 pp``, percentage points; ``±0.0 pp`` where there is none."""
    shown = f"{100 * difference:+.1f}"
    return f"{'±0.0' if shown in ('+0.0', '-0.0') else shown.replace('-', '−')} pp"
