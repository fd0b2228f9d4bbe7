"""Bars, one row a name: how rows spread over categories, and what is missing from columns."""

from __future__ import annotations

from collections.abc import Collection

import altair as alt
import pandas as pd

from core.ui.charts.axes import (
    ROW,
    bar_height,
    bar_range,
    click_params,
    compact_axis,
    count_and_share,
    count_axis,
    drawn_row,
    faint_beside,
    font_size,
    is_chosen,
    name_axis,
    nothing_to_show,
    room_for,
    row_band,
    row_height,
)
from core.ui.theme import Palette, themed

COUNT_TIP = alt.Tooltip("rows:Q", title="rows", format=",d")
SHARE_TIP = alt.Tooltip("share:Q", title="share", format=".1%")
KINDS = ("missing", "empty")


def distribution_bars(
    frame: pd.DataFrame,
    *,
    palette: Palette,
    selection: str = "category",
    selected: str | Collection[str] | None = None,
    also: str | None = None,
    log: bool = False,
    color_by: str | None = None,
    label_title: str = "category",
    row: float = ROW,
) -> alt.Chart | alt.LayerChart:
    """Return horizontal bars, the most rows first, with count and share printed at each bar's end.

    ``frame`` has the columns label (str), rows (int), share (0 to 1) and, where ``color_by`` names
    one, that column (str). A click answers ``[{"label": ...}]`` under the name ``selection``, one with Shift held
    under ``also`` where that is given; ``selected`` are the labels that are marked before any click, as when they
    come from the URL. The others are then faint. ``row`` is the px from one bar to the next.
    """
    clicks = click_params(selection, also, ["label"])
    if frame.empty:
        return nothing_to_show(palette, *clicks)
    data = frame.sort_values(["rows", "label"], ascending=[False, True]).reset_index(drop=True)
    marked = {selected} if isinstance(selected, str) else set(selected or ())
    data = data.assign(printed=count_and_share(data["rows"], data["share"]), chosen=data["label"].isin(marked))
    names = data["label"].tolist()
    tips = [alt.Tooltip("label:N", title=label_title), COUNT_TIP, SHARE_TIP]
    tips += [alt.Tooltip(f"{color_by}:N", title=color_by)] if color_by else []
    base = alt.Chart(data).encode(
        y=alt.Y("label:N", title=None, scale=alt.Scale(domain=names), axis=compact_axis(names, row)),
        x=_count_axis(data["rows"], room_for(data["printed"]), log=log),
        tooltip=tips,
    )
    fill = _fill(color_by, data, clicks[0], palette)
    bars = base.mark_bar(height=bar_height(row)).encode(color=fill)
    if data["chosen"].any():
        bars = bars.encode(opacity=faint_beside(clicks[0], "label"))
    height = drawn_row(names, row) * len(names)
    layers = alt.layer(bars, _printed(base, palette, row), row_band(base, *clicks))
    return themed(layers.properties(height=height, width="container"), palette)


def _count_axis(rows: pd.Series, room: int, *, log: bool) -> alt.X:
    if not log:
        scale = alt.Scale(range=bar_range(room), zero=True)
        return alt.X("rows:Q", title="rows", axis=count_axis(), scale=scale)
    # symlog keeps a bar of no rows at the base line, where a plain logarithm has none.
    ticks = [0, *(10**power for power in range(len(str(int(rows.max()))))[1:])] if rows.max() >= 10 else [0, 1, 5]
    axis = alt.Axis(format=",d", values=ticks, grid=False, labelOverlap=False)
    scale = alt.Scale(type="symlog", constant=1, range=bar_range(room))
    return alt.X(
        "rows:Q",
        title="rows (logarithmic scale)",
        axis=axis,
        scale=scale,
    )


def _fill(color_by: str | None, data: pd.DataFrame, click: alt.Parameter, palette: Palette) -> object:
    if color_by is None:
        return alt.when(is_chosen(click, "label")).then(alt.value(palette.accent)).otherwise(alt.value(palette.bar))
    order = list(dict.fromkeys(data[color_by]))
    colours = [palette.categorical[i % len(palette.categorical)] for i in range(len(order))]
    legend = alt.Legend(title=color_by, orient="top", columns=4, symbolType="square")
    scale = alt.Scale(domain=order, range=colours)
    by_column = alt.Color(f"{color_by}:N", scale=scale, legend=legend)
    return alt.when(is_chosen(click, "label")).then(alt.value(palette.accent)).otherwise(by_column)


def _printed(base: alt.Chart, palette: Palette, row: float = ROW) -> alt.Chart:
    return base.mark_text(align="left", dx=5, color=palette.ink, fontSize=font_size(row)).encode(
        text=alt.Text("printed:N")
    )


def share_bars(frame: pd.DataFrame, *, palette: Palette, selection: str | None = None) -> alt.Chart | alt.LayerChart:
    """Return, for each column of a dataset, one bar a kind of absence, as a share of all rows.

    ``frame`` has the columns column (str), kind ("missing" or "empty"), rows (int), share (0 to 1).
    Filled bars are missing values, outlined ones empty texts; the kind is also printed. Where ``selection`` is
    given, a click on a row answers ``[{"column": ..., "kind": ...}]`` under that name.
    """
    fields = ["column", "kind"]
    clicks = [alt.selection_point(name=selection, fields=fields, on="click", empty=False)] if selection else []
    if frame.empty:
        return nothing_to_show(palette, *clicks)
    data = frame.reset_index(drop=True)
    printed = [f"{kind}: {text}" for kind, text in zip(data["kind"], _absences(data), strict=True)]
    data = data.assign(printed=printed)
    names, kinds = list(dict.fromkeys(data["column"])), [k for k in KINDS if k in set(data["kind"])]
    scale = alt.Scale(domain=[0, 1], range=bar_range(room_for(printed)))
    base = alt.Chart(data).encode(
        y=alt.Y("column:N", title=None, scale=alt.Scale(domain=names, paddingInner=0.25), axis=name_axis(names)),
        yOffset=alt.YOffset("kind:N", scale=alt.Scale(domain=kinds)),
        x=alt.X(
            "share:Q",
            title="share of rows",
            scale=scale,
            axis=alt.Axis(format=".0%", tickCount=5, grid=False),
        ),
        tooltip=[alt.Tooltip("column:N"), alt.Tooltip("kind:N"), COUNT_TIP, SHARE_TIP],
    )
    inside = alt.when(alt.datum.kind == "missing").then(alt.value(palette.bar)).otherwise(alt.value(palette.paper))
    bars = base.mark_bar(stroke=palette.bar, strokeWidth=1, height=alt.RelativeBandSize(0.7)).encode(color=inside)
    height = max(row_height(names), ROW * len(kinds) + 4) * len(names)
    layers = [bars, _printed(base, palette), *([row_band(base, *clicks)] if clicks else [])]
    return themed(alt.layer(*layers).properties(height=height, width="container"), palette)


def _absences(data: pd.DataFrame) -> list[str]:
    texts = count_and_share(data["rows"], data["share"])
    return ["none" if rows == 0 else text for rows, text in zip(data["rows"], texts, strict=True)]
