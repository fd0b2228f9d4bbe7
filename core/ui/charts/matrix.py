"""The confusion matrix and the error matrix: numbers in cells, colour only to guide the eye."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import altair as alt
import numpy as np
import pandas as pd

from core.ui.charts.axes import counted, is_chosen, name_axis, nothing_to_show, wrapped
from core.ui.theme import Palette, colour_at, ink_on, themed

WIDEST, NARROWEST = 27, 12  # px a cell is wide
HIGHEST, LOWEST = 27, 14  # px a cell is high: less than it is wide, so that many classes fit a screen
SLANTED = 26  # px from which column names stand aslant, upright below
MATRIX = 860  # px that the cells of one row share
TALL = 640  # px that those of one column share
GLYPH = 0.6  # width of a digit with its air, in font sizes
LETTER = 7  # px of a letter in an axis label
# What the row and the column of sums are called; no class can be, for the sign at its end that nobody sees.
ALL = "all\u2060"

Value = Literal["rows", "row_share", "column_share"]


def cell_size(labels: int) -> tuple[int, int]:
    """Return the px that a cell of a matrix of so many labels is wide, and high."""
    wide, high = MATRIX / max(labels, 1), TALL / max(labels, 1)
    return max(NARROWEST, min(WIDEST, round(wide))), max(LOWEST, min(HIGHEST, round(high)))


def natural_width(labels: Sequence[str]) -> int:
    """Return the px that a matrix of ``labels`` and their sums is wide."""
    return _width([*labels, ALL], cell_size(len(labels))[0])


def confusion_matrix(
    frame: pd.DataFrame,
    labels: Sequence[str],
    *,
    palette: Palette,
    value: Value = "rows",
    kind: Literal["confusion", "errors"] = "confusion",
    selection: str = "cell",
    selected: tuple[str, str] | None = None,
    noun: str = "category",
    sums: bool = False,
    parted: Sequence[str] = (),
) -> alt.Chart | alt.LayerChart:
    """Return a heat map, true categories in rows, predicted ones in columns, both in the order of ``labels``.

    ``frame`` has the columns true, predicted (str), rows (int), row_share (0 to 1 of the true
    category's rows) and column_share (of the predicted one's); pairs that never occur may be left
    out. ``kind`` "errors" takes the diagonal out and scales the rest by itself, in red. A click
    answers ``[{"true": ..., "predicted": ...}]`` under the name ``selection``; ``selected`` (true,
    predicted) is outlined before any click. ``sums`` adds a last row and column with the rows of
    each class, both called `ALL`: names of axes cannot be clicked, these can. Before each label in
    ``parted`` a quiet line parts it from the one before. ``noun`` is what a label is called in
    titles: category or group.
    Cells show rows ("1.2k" where 1,234 has no room), or per cent of the row or column, in which "·"
    stands for less than can be shown. The tooltip always has all of it in full.
    """
    click = alt.selection_point(name=selection, fields=["true", "predicted"], on="click", empty=False)
    if not len(labels):
        return nothing_to_show(palette, click)
    ramp = palette.blues if kind == "confusion" else palette.reds
    step, high = cell_size(len(labels))
    data = _cells(frame, labels, value=value, kind=kind, ramp=ramp, step=step)
    title = _titles(data, value=value, kind=kind, noun=noun)
    if sums:
        data = pd.concat([data, _sums(data, palette, step)], ignore_index=True)
        labels = [*labels, ALL]
    data = data.assign(chosen=_is_pair(data, selected))
    base = _grid(data, labels, (step, high), title=title).encode(tooltip=_tips(noun))
    cells = base.mark_rect(cursor="pointer").encode(color=alt.Color("fill:N", scale=None)).add_params(click)
    # A page may squeeze the chart: the figures then shrink with their cells.
    size = alt.ExprRef(f"max(6, min({min(12, high - 4)}, 2.2 + 0.32 * width / {len(labels)}))")
    numbers = base.mark_text(fontSize=size, cursor="pointer")
    numbers = numbers.encode(text=alt.Text("printed:N"), color=alt.Color("ink:N", scale=None))
    outline = base.mark_rect(filled=False, stroke=palette.ink, strokeWidth=2.5)
    outline = outline.encode(
        strokeOpacity=alt.when(is_chosen(click, "true")).then(alt.value(1)).otherwise(alt.value(0))
    )
    below = [_diagonal(labels, (step, high), palette)] if kind == "errors" else []
    above = _separators(parted, labels, palette) if parted else []
    chart = alt.layer(*below, cells, numbers, *above, outline)
    return themed(chart.properties(width=_width(labels, step), height=high * len(labels)), palette)


def _width(labels: Sequence[str], step: int) -> int:
    """Return the px at which cells are as wide as planned: cells, row names beside them, names that lean out."""
    longest = max(len(line) for label in labels for line in wrapped(label)) * LETTER
    # A slanted name begins over the middle of its column and leans over those to the right of it.
    leaning = [len(label) * LETTER * 0.7 - step * (place + 0.5) for place, label in enumerate(reversed(labels))]
    return step * len(labels) + longest + 40 + (max(0, round(max(leaning))) if step > SLANTED else 0)


def _tips(noun: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("true:N", title="true"),
        alt.Tooltip("predicted:N", title="predicted"),
        alt.Tooltip("rows:Q", title="rows", format=",d"),
        alt.Tooltip("row_share:Q", title=f"share of the true {noun}", format=".1%"),
        alt.Tooltip("column_share:Q", title=f"share of the predicted {noun}", format=".1%"),
    ]


def font_size(step: int) -> int:
    """Return the font size of the number in a cell of ``step`` px."""
    return max(6, min(12, round(step * 0.3 + 2)))


def short_count(rows: int, room: int) -> str:
    """Return ``rows`` in at most ``room`` characters where that can be: 1,234, then 1.2k, then 1k.

    >>> short_count(1234, 5), short_count(1234, 4), short_count(1234, 3)
    ('1,234', '1.2k', '1k')
    """
    thousands = rows / 1000
    forms = [counted(rows), f"{thousands:.1f}k", f"{thousands:.0f}k"] if rows >= 1000 else [str(rows)]
    return next((form for form in forms if len(form) <= room), forms[-1])


def short_percent(share: float, room: int) -> str:
    """Return a share in per cent, without the sign: 12.3 where that has room, else 12, else "·"."""
    digits = 1 if room >= 5 else 0
    text = f"{share * 100:.{digits}f}"
    return "·" if float(text) == 0 else text


def _cells(
    frame: pd.DataFrame, labels: Sequence[str], *, value: str, kind: str, ramp: tuple[str, ...], step: int
) -> pd.DataFrame:
    """Return the cells that are not zero, each with its fill, its text and a text colour that reads on it."""
    known = frame["true"].isin(labels) & frame["predicted"].isin(labels) & (frame["rows"] > 0)
    off = (frame["true"] != frame["predicted"]) | (kind == "confusion")
    columns = ["true", "predicted", "rows", "row_share", "column_share"]
    data = frame.loc[known & off, columns].reset_index(drop=True)
    room = int(step / (font_size(step) * GLYPH))
    show = short_count if value == "rows" else short_percent
    # The diagonal is far above the rest: a square root keeps the small counts apart.
    height = np.sqrt(data["rows"]) if value == "rows" else data[value]
    fills = [colour_at(ramp, float(h)) for h in height / max(height.max(), 1e-9)] if len(data) else []
    printed = [show(number, room) for number in data[value]]
    return data.assign(fill=fills, printed=printed, ink=[ink_on(fill) for fill in fills])


def _sums(data: pd.DataFrame, palette: Palette, step: int) -> pd.DataFrame:
    """Return a cell for each row and column of ``data`` that has any: how many rows it holds altogether."""
    share = data["rows"] / max(int(data["rows"].sum()), 1)
    data = data.assign(true=data["true"].astype("str"), predicted=data["predicted"].astype("str"), share=share)
    totals = {"rows": "sum", "row_share": "sum", "column_share": "sum", "share": "sum"}
    by_row = data.groupby("true", sort=False, as_index=False).agg(totals).assign(predicted=ALL)
    by_column = data.groupby("predicted", sort=False, as_index=False).agg(totals).assign(true=ALL)
    found = pd.concat(
        [
            by_row.assign(column_share=by_row["share"]),
            by_column.assign(row_share=by_column["share"]),
            pd.DataFrame({"true": [ALL], "predicted": [ALL], "rows": [data["rows"].sum()]}).assign(
                row_share=1.0, column_share=1.0
            ),
        ],
        ignore_index=True,
    ).drop(columns="share")
    room = int(step / (font_size(step) * GLYPH))
    printed = [short_count(int(rows), room) for rows in found["rows"]]
    return found.assign(fill=palette.margin, printed=printed, ink=palette.ink)


def _is_pair(data: pd.DataFrame, pair: tuple[str, str] | None) -> pd.Series:
    true, predicted = pair or (None, None)
    return (data["true"] == true) & (data["predicted"] == predicted)


def _titles(data: pd.DataFrame, *, value: str, kind: str, noun: str) -> tuple[str, str]:
    """Return the titles of columns and rows, with the unit of the numbers and how many rows they are."""
    unit = "rows" if kind == "confusion" else "errors"
    of = {"row_share": f"% of the true {noun}", "column_share": f"% of the predicted {noun}"}
    shown = "cells: " + of.get(value, unit)
    return f"Predicted {noun} ({shown})", f"True {noun} ({counted(int(data['rows'].sum()))} {unit})"


def _grid(data: pd.DataFrame, labels: Sequence[str], cell: tuple[int, int], title: tuple[str, str]) -> alt.Chart:
    """Return the empty grid of a matrix over ``data``: all labels on both sides, thin rules between."""
    shared = {"grid": True, "tickBand": "extent"}
    domain = alt.Scale(domain=list(labels), paddingInner=0, paddingOuter=0)
    angle = -45 if cell[0] > SLANTED else -90
    top = name_axis(labels, orient="top", labelAngle=angle, labelFontSize=min(12, cell[0] - 1), **shared)
    side = name_axis(labels, labelFontSize=min(12, cell[1] - 1), **shared)
    return alt.Chart(data).encode(
        x=alt.X("predicted:N", title=title[0], scale=domain, axis=top),
        y=alt.Y("true:N", title=title[1], scale=domain, axis=side),
    )


def _separators(parted: Sequence[str], labels: Sequence[str], palette: Palette) -> list[alt.Chart]:
    """Return the lines before the labels in ``parted``, across all rows and down all columns."""
    data = pd.DataFrame({"label": list(parted)})
    scale = alt.Scale(domain=list(labels), paddingInner=0, paddingOuter=0)
    rule = alt.Chart(data).mark_rule(color=palette.muted, strokeWidth=1.2)
    # At the begin of the label's band, and from end to end in the other direction.
    return [
        rule.encode(y=alt.Y("label:N", scale=scale, bandPosition=0)),
        rule.encode(x=alt.X("label:N", scale=scale, bandPosition=0)),
    ]


def _diagonal(labels: Sequence[str], cell: tuple[int, int], palette: Palette) -> alt.Chart:
    """Return the cells that an error matrix leaves out, as a quiet band that keeps the eye in line."""
    names = [label for label in labels if label != ALL]
    data = pd.DataFrame({"true": names, "predicted": names})
    return _grid(data, labels, cell, title=("", "")).mark_rect(color=palette.rule, opacity=0.55)
