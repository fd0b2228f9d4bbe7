"""What records lack, by label: a heat map of shares, with the shares printed."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.ui.charts.axes import FAINT, name_axis, nothing_to_show, percent, row_height
from core.ui.theme import Palette, colour_at, ink_on, themed


def gap_heat(
    frame: pd.DataFrame,
    *,
    palette: Palette,
    selection: str,
    chosen: tuple[tuple[str, ...], tuple[str, ...]] = ((), ()),
) -> alt.Chart | alt.LayerChart:
    """Return a row a label and a column a kind of gap, darker where a larger share of the label's rows has it.

    ``frame`` has the columns label, gap (its words), column, kind, rows, of and share (0 to 1), labels in the order
    to show. A click answers ``[{"label": ..., "column": ..., "kind": ...}]`` under the name ``selection``;
    ``chosen`` are the labels and the gaps, as ``column:kind``, that are in force: other cells are then faint.
    """
    click = alt.selection_point(name=selection, fields=["label", "column", "kind"], on="click", empty=False)
    if frame.empty:
        return nothing_to_show(palette, click, words="No row lacks anything")
    labels, lacking = chosen
    key = frame["column"] + ":" + frame["kind"]
    inside = (frame["label"].isin(labels) if labels else True) & (key.isin(lacking) if lacking else True)
    # Colours go by the root of the share: most labels lack little.
    inks = [ink_on(colour_at(palette.blues, share**0.5)) if share else palette.muted for share in frame["share"]]
    data = frame.reset_index(drop=True).assign(
        printed=[percent(one) if one else "–" for one in frame["share"]],
        ink=inks,
        inside=pd.Series(inside, index=frame.index).to_numpy() if not isinstance(inside, bool) else inside,
    )
    names, kinds = list(dict.fromkeys(data["label"])), list(dict.fromkeys(data["gap"]))
    # Column and kind in two lines: beside one another they would touch.
    axis = alt.Axis(
        orient="top", domain=False, ticks=False, labelAngle=0, labelPadding=20, labelExpr="split(datum.label, ' ')"
    )
    base = alt.Chart(data).encode(
        x=alt.X("gap:N", title=None, scale=alt.Scale(domain=kinds), axis=axis),
        y=alt.Y("label:N", title=None, scale=alt.Scale(domain=names), axis=name_axis(names)),
        opacity=alt.when("datum.inside").then(alt.value(1.0)).otherwise(alt.value(FAINT)),
        tooltip=[
            alt.Tooltip("label:N", title="label"),
            alt.Tooltip("gap:N", title="lacks"),
            alt.Tooltip("rows:Q", title="rows", format=",d"),
            alt.Tooltip("of:Q", title="of", format=",d"),
            alt.Tooltip("share:Q", title="share", format=".1%"),
        ],
    )
    scale = alt.Scale(type="sqrt", domain=[0, 1], range=list(palette.blues))
    cells = base.mark_rect(cursor="pointer", stroke=palette.paper).encode(
        color=alt.Color("share:Q", scale=scale, legend=None)
    )
    words = base.mark_text(fontSize=11).encode(text="printed:N", color=alt.Color("ink:N", scale=None))
    chart = alt.layer(cells.add_params(click), words).resolve_scale(color="independent")
    return themed(chart.properties(height=row_height(names) * len(names), width="container"), palette)
