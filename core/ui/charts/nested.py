"""Categories inside their groups, as one list: a row for the group, then one for each category."""

from __future__ import annotations

from collections.abc import Collection

import altair as alt
import pandas as pd

from core.ui.charts.axes import (
    ROW,
    bar_height,
    bar_range,
    click_params,
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
)
from core.ui.charts.bars import COUNT_TIP, SHARE_TIP
from core.ui.theme import Palette, themed


def nested_bars(
    frame: pd.DataFrame,
    *,
    palette: Palette,
    selection: str = "category",
    selected: str | Collection[str] | None = None,
    groups: Collection[str] = (),
    also: str | None = None,
    row: float = ROW,
) -> alt.Chart | alt.LayerChart:
    """Return a row for each group, bold, the largest first, and below it its categories.

    ``frame`` has the columns group (str), category (str), rows (int), share (0 to 1 of all rows).
    A group of one category is one row. A click answers ``[{"group": ..., "category": ...}]`` under
    the name ``selection``, one with Shift held under ``also`` where that is given; category is "" on a group's
    row. ``selected`` and ``groups`` are the categories and groups that are marked; the others are then faint.
    ``row`` is the px from one row to the next.
    """
    clicks = click_params(selection, also, ["group", "category"])
    click = clicks[0]
    if frame.empty:
        return nothing_to_show(palette, *clicks)
    data = _with_group_rows(frame)
    marked = {selected} if isinstance(selected, str) else set(selected or ())
    data = data.assign(
        printed=count_and_share(data["rows"], data["share"]),
        chosen=data["category"].isin(marked - {""}) | data["group"].isin(list(groups)),
    )
    names = dict(zip(data["row"], data["name"], strict=True))
    bold = {"test": "substring(datum.value, 0, 2) == 'g:'", "value": "bold"}
    weight = {"condition": bold, "value": "normal"}
    axis = name_axis(list(names), shown=names, labelFontWeight=weight, labelFontSize=font_size(row))
    base = alt.Chart(data).encode(
        y=alt.Y("row:N", title=None, scale=alt.Scale(domain=list(names)), axis=axis),
        x=alt.X(
            "rows:Q",
            title="rows",
            scale=alt.Scale(range=bar_range(room_for(data["printed"])), zero=True),
            axis=count_axis(),
        ),
        tooltip=[alt.Tooltip("group:N"), alt.Tooltip("name:N", title="row"), COUNT_TIP, SHARE_TIP],
    )
    fill = (
        alt.when(is_chosen(click, "group")).then(alt.value(palette.accent))
        .when(alt.datum.kind == "group").then(alt.value(palette.muted)).otherwise(alt.value(palette.bar))
    )  # fmt: skip
    bars = base.mark_bar(height=bar_height(row)).encode(color=fill)
    if data["chosen"].any():
        bars = bars.encode(opacity=faint_beside(click, "group"))
    heavy = alt.ExprRef("datum.kind == 'group' ? 'bold' : 'normal'")
    printed = base.mark_text(align="left", dx=5, color=palette.ink, fontWeight=heavy, fontSize=font_size(row))
    printed = printed.encode(text=alt.Text("printed:N"))
    height = drawn_row(data["name"], row) * len(data)
    layers = alt.layer(bars, printed, row_band(base, *clicks))
    return themed(layers.properties(height=height, width="container"), palette)


def _with_group_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows as they are drawn: row (a key), kind, name, group, category, rows, share."""
    totals = frame.groupby("group", observed=True)[["rows", "share"]].sum()
    parts = []
    for group in totals.sort_values("rows", ascending=False, kind="stable").index:
        inside = frame[frame["group"] == group].sort_values(["rows", "category"], ascending=[False, True])
        alone = len(inside) == 1
        whole = {
            "kind": "group",
            "name": group,
            "group": group,
            "category": inside["category"].iloc[0] if alone else "",
        }
        parts.append({**whole, "row": f"g:{group}", **totals.loc[group].to_dict()})
        for record in [] if alone else inside.to_dict("records"):
            key = f"c:{group}:{record['category']}"
            parts.append({**record, "kind": "category", "name": record["category"], "row": key})
    return pd.DataFrame(parts)
