"""Categories inside their groups, as one list: a row for the group, then one for each category."""

from __future__ import annotations

import altair as alt
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
from core.ui.charts.bars import COUNT_TIP, SHARE_TIP
from core.ui.theme import Palette, themed


def nested_bars(
    frame: pd.DataFrame, *, palette: Palette, selection: str = "category", selected: str | None = None
) -> alt.Chart | alt.LayerChart:
    """Return a row for each group, bold, the largest first, and below it its categories.

    ``frame`` has the columns group (str), category (str), rows (int), share (0 to 1 of all rows).
    A group of one category is one row. A click answers ``[{"group": ..., "category": ...}]`` under
    the name ``selection``; category is "" on a group's row. ``selected`` marks one category.
    """
    click = alt.selection_point(name=selection, fields=["group", "category"], on="click", empty=False)
    if frame.empty:
        return nothing_to_show(palette, click)
    data = _with_group_rows(frame)
    data = data.assign(
        printed=count_and_share(data["rows"], data["share"]),
        chosen=(data["category"] == selected) & data["category"].ne(""),
    )
    names = dict(zip(data["row"], data["name"], strict=True))
    bold = {"test": "substring(datum.value, 0, 2) == 'g:'", "value": "bold"}
    weight = {"condition": bold, "value": "normal"}
    axis = name_axis(list(names), shown=names, labelFontWeight=weight)
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
    bars = base.mark_bar(height=BAR, cursor="pointer").encode(color=fill).add_params(click)
    heavy = alt.ExprRef("datum.kind == 'group' ? 'bold' : 'normal'")
    printed = base.mark_text(align="left", dx=5, color=palette.ink, fontWeight=heavy)
    printed = printed.encode(text=alt.Text("printed:N"))
    height = row_height(data["name"]) * len(data)
    return themed(alt.layer(bars, printed).properties(height=height, width="container"), palette)


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
