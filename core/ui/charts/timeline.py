"""Labels over time: shares stacked by month, a heat map by month, and when each began and ended.

Time is a number of months since 1970-01 on every axis, so that no time zone moves a month.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from core.ui.charts.axes import FAINT, bar_height, compact_axis, nothing_to_show, row_height, share_format
from core.ui.charts.axes import ROW as FULL_ROW
from core.ui.theme import Palette, themed

CELL = ("label", "first", "last")
SHORT_SPAN = 24  # months that are labelled one by one, or every third
LEGEND_WIDTH = 480  # px that the names of a legend may take, less than any page has
LEGEND_LINE = 14  # px
TIME = "month"
UNDATED = "No row has a date"


def stacked_shares(
    frame: pd.DataFrame, labels: Sequence[str], *, palette: Palette, selection: str, span: str, height: int, others: str
) -> alt.Chart | alt.LayerChart:
    """Return a column for each month, divided among ``labels`` and the ``others``; months without rows stay empty.

    ``frame`` has the columns label, first, last (months, as ``2014-03``), begin, end (the same as numbers), rows,
    share (0 to 1 of the month) and inside (whether it is marked). A click answers
    ``[{"label": ..., "first": ..., "last": ...}]`` under the name ``selection``, a drag ``[low, high]`` of months.
    """
    click, brush = _selections(selection, span)
    if frame.empty:
        # There is no time to drag over.
        return nothing_to_show(palette, click, words=UNDATED)
    order = [*labels, others] if (frame["label"] == others).any() else list(labels)
    data = frame.assign(place=frame["label"].map({label: place for place, label in enumerate(order)}))
    colours = [palette.categorical[i % len(palette.categorical)] for i in range(len(labels))]
    columns = legend_columns(order)
    legend = alt.Legend(
        title=None, orient="bottom", columns=columns, symbolType="square", labelFontSize=11, rowPadding=1, offset=4
    )
    height -= LEGEND_LINE * -(-len(order) // columns)
    bars = alt.Chart(data).mark_bar(orient="vertical", cursor="pointer").encode(
        x=_months(data),
        x2="end:Q",
        y=alt.Y("share:Q", title="share of the rows", stack="zero", scale=alt.Scale(domain=[0, 1], nice=False),
                axis=alt.Axis(format=".0%", tickCount=5, domain=False)),
        color=alt.Color("label:N", title=None, legend=legend,
                        scale=alt.Scale(domain=order, range=[*colours, palette.rule][: len(order)])),
        order=alt.Order("place:Q", sort="descending"),
        opacity=_marked(brush),
        tooltip=_tips(),
    )  # fmt: skip
    return themed(bars.add_params(click, brush).properties(height=height, width="container"), palette)


def legend_columns(names: Sequence[str]) -> int:
    """Return in how many columns ``names`` stand under a chart without being cut."""
    widest = max((len(name) for name in names), default=0) * 6.2 + 26
    return max(1, min(6, int(LEGEND_WIDTH / widest)))


def month_heat(
    frame: pd.DataFrame, labels: Sequence[str], *, palette: Palette, selection: str, span: str, row: float
) -> alt.Chart | alt.LayerChart:
    """Return a row for each of ``labels`` and a column for each month, darker where its share of the month is larger.

    ``frame`` is that of `stacked_shares`, and clicks and drags are answered as there. Colours follow the root of
    the share, so that small ones are told from none; where a label has no rows, there is no cell.
    """
    click, brush = _selections(selection, span)
    if frame.empty:
        # There is no time to drag over.
        return nothing_to_show(palette, click, words=UNDATED)
    legend = alt.Legend(
        title="share of the rows", titleOrient="left", format=share_format(frame["share"].max()), orient="bottom",
        gradientLength=200, tickCount=4, gradientThickness=10, offset=4,
    )  # fmt: skip
    cells = alt.Chart(frame).mark_rect(cursor="pointer").encode(
        x=_months(frame),
        x2="end:Q",
        y=alt.Y("label:N", title=None, scale=alt.Scale(domain=list(labels)), axis=compact_axis(labels, row)),
        color=alt.Color("share:Q", legend=legend,
                        scale=alt.Scale(type="sqrt", range=list(palette.blues[1:]), nice=False)),
        opacity=_marked(brush),
        tooltip=_tips(),
    )  # fmt: skip
    height = (row_height(labels) - FULL_ROW + row) * len(labels)
    return themed(cells.add_params(click, brush).properties(height=height, width="container"), palette)


def lifespan_bars(
    frame: pd.DataFrame, *, palette: Palette, selection: str, row: float, selected: Sequence[str] = ()
) -> alt.Chart | alt.LayerChart:
    """Return a thin line from the first to the last month of each label, and a bar where nearly all its rows are.

    ``frame`` has the columns label, rows, first, last, begins, ends (months, as ``2014-03``), low, high (first and
    last as numbers, high beyond the last), begin, end (the same of the bar), mark ("born", "ended", "born and
    ended" or ""), in the order to show. A label that was born has a filled dot where its bar begins, one that ended
    an open one where it ends. A click answers ``[{"label": ...}]``; ``selected`` are marked, the others faint.
    """
    click = alt.selection_point(name=selection, fields=["label"], on="click", empty=False)
    if frame.empty:
        return nothing_to_show(palette, click, words=UNDATED)
    names = frame["label"].tolist()
    data = frame.assign(inside=frame["label"].isin(list(selected)) if selected else True)
    tips = [
        alt.Tooltip("label:N", title="label"),
        alt.Tooltip("first:N", title="first row in"),
        alt.Tooltip("begins:N", title="nearly all from"),
        alt.Tooltip("ends:N", title="to"),
        alt.Tooltip("last:N", title="last row in"),
        alt.Tooltip("rows:Q", title="dated rows", format=",d"),
        alt.Tooltip("mark:N", title="marked as"),
    ]
    y = alt.Y("label:N", title=None, scale=alt.Scale(domain=names), axis=compact_axis(names, row))
    faint = alt.when("datum.inside").then(alt.value(1.0)).otherwise(alt.value(FAINT))
    base = alt.Chart(data).encode(y=y, tooltip=tips, opacity=faint)
    x = _months(data.rename(columns={"low": "begin", "high": "end", "begin": "_b", "end": "_e"}), "low")
    lines = base.mark_rule(color=palette.bar, strokeWidth=1).encode(x=x, x2="high:Q")
    bars = base.mark_bar(height=max(bar_height(row) - 2, 3), color=palette.bar).encode(
        x=alt.X("begin:Q", title=TIME), x2="end:Q"
    )
    born = base.transform_filter("datum.born").mark_point(filled=True, size=45, color=palette.accent, opacity=1)
    ended = base.transform_filter("datum.ended").mark_point(
        filled=True, fill=palette.paper, size=45, stroke=palette.accent, strokeWidth=2, opacity=1
    )
    # The whole row takes the click, so that a short bar need not be hit.
    band = base.mark_bar(cursor="pointer").encode(x=alt.value(0), x2=alt.value("width"), opacity=alt.value(0.001))
    chart = alt.layer(
        lines,
        bars,
        born.encode(x=alt.X("begin:Q", title=TIME)),
        ended.encode(x=alt.X("end:Q", title=TIME)),
        band.add_params(click),
    )
    height = (row_height(names) - FULL_ROW + row) * len(names)
    return themed(chart.properties(height=height, width="container"), palette)


def _selections(selection: str, span: str) -> tuple[alt.Parameter, alt.Parameter]:
    click = alt.selection_point(name=selection, fields=list(CELL), on="click", toggle="false", empty=False)
    return click, alt.selection_interval(name=span, encodings=["x"], empty=True, zoom=False)


def _marked(brush: alt.Parameter) -> object:
    """Return the opacity: faint outside what is dragged over or, before any drag, outside what is marked."""
    dragged = {"param": brush.name, "empty": False}
    before = f"datum.inside && !isValid({brush.name}.begin)"
    test = alt.PredicateComposition({"or": [dragged, before]})
    return alt.when(test).then(alt.value(1.0)).otherwise(alt.value(FAINT - 0.1))


def _months(data: pd.DataFrame, field: str = "begin") -> alt.X:
    """Return the axis of time: a label for each year, or for months where there are few."""
    low, high = int(data["begin"].min()), int(data["end"].max())
    if high - low <= SHORT_SPAN:
        values = list(range(low, high + 1, 1 if high - low <= 6 else 3))
        words = "format(floor(datum.value / 12) + 1970, '04d') + '-' + format(datum.value % 12 + 1, '02d')"
    else:
        every = 12 * next(years for years in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if high - low <= 144 * years)
        values = list(range(low + (-low) % every, high + 1, every))
        words = "format(floor(datum.value / 12) + 1970, 'd')"
    axis = alt.Axis(values=values, labelExpr=words, grid=False, labelFlush=False, labelOverlap=True)
    return alt.X(f"{field}:Q", title=TIME, scale=alt.Scale(domain=[low, high], nice=False), axis=axis)


def _tips() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("label:N", title="label"),
        alt.Tooltip("when:N", title="when"),
        alt.Tooltip("rows:Q", title="rows", format=",d"),
        alt.Tooltip("share:Q", title="share", format=".1%"),
    ]
