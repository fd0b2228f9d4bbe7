"""What models answer to one headline: every label's probability, model beside model."""

from __future__ import annotations

import json
import textwrap

import altair as alt
import pandas as pd

from core.ui.charts.axes import BAR, LINE, name_axis, nothing_to_show, room_for, row_height
from core.ui.theme import Palette, themed

PANEL = 0.94  # of its panel's width that one model uses, the rest keeps panels apart
MANY_WRAP = 16  # characters in a line of a name where more than two stand side by side
FIGURE = room_for(["0.000"])  # px of the value printed after a bar


def probability_bars(frame: pd.DataFrame, *, palette: Palette) -> alt.Chart | alt.LayerChart:
    """Return every label's probability as a bar, the most probable first, each model's winner in the accent.

    ``frame`` has the columns label (str), probability (0 to 1) and, for several models or texts side by side, model
    (str, their name, in the order to show). All share one order of labels, by mean probability.
    """
    if frame.empty:
        return nothing_to_show(palette)
    data = _panels(frame if "model" in frame else frame.assign(model=""))
    models, labels = _order(data)
    winner = alt.datum.winner == True  # noqa: E712 - builds an expression
    base = alt.Chart(data).encode(
        y=alt.Y("label:N", title=None, scale=alt.Scale(domain=labels), axis=name_axis(labels)),
        tooltip=_tips(models),
    )
    bars = base.mark_bar(height=BAR).encode(
        x=_panel_axis(models),
        x2=alt.X2("end:Q"),
        color=alt.when(winner).then(alt.value(palette.accent)).otherwise(alt.value(palette.bar)),
    )
    heavy = alt.ExprRef("datum.winner ? 'bold' : 'normal'")
    printed = base.mark_text(align="left", dx=5, color=palette.ink, fontWeight=heavy).encode(
        x=alt.X("end:Q"), text=alt.Text("probability:Q", format=".3f")
    )
    height = row_height(labels) * len(labels)
    return themed(alt.layer(bars, printed).properties(height=height, width="container"), palette)


def _order(data: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return the models as they come, and the labels, the most probable first."""
    names = data.groupby("label", observed=True)["probability"].mean().sort_values(ascending=False, kind="stable")
    return list(dict.fromkeys(data["model"])), [str(name) for name in names.index]


def _panels(frame: pd.DataFrame) -> pd.DataFrame:
    """Return ``frame`` with start and end of each bar, where model number k draws from k to k + 1.

    One axis for all models, rather than facets: a facet cannot fill the page's width.
    """
    place = {model: number for number, model in enumerate(dict.fromkeys(frame["model"]))}
    start = frame["model"].map(place).astype(float)
    best = frame.groupby("model", observed=True, sort=False)["probability"].transform("idxmax")
    scale = 1.0 if len(place) == 1 else PANEL - 0.25
    return frame.assign(start=start, end=start + frame["probability"] * scale, winner=best == frame.index)


def _panel_axis(models: list[str]) -> alt.X:
    if len(models) == 1:
        scale = alt.Scale(domain=[0, 1], range=[0, {"expr": f"max(width - {FIGURE}, 20)"}])
        axis = alt.Axis(format=".1f", tickCount=5, grid=False)
        return alt.X("start:Q", title="probability (0 to 1)", scale=scale, axis=axis)
    shown = [textwrap.wrap(name, MANY_WRAP) if len(models) > 2 and name else [name] for name in models]
    axis = alt.Axis(
        orient="top",
        values=list(range(len(models))),
        labelExpr=f"{json.dumps(shown)}[datum.value]",
        # Further lines go down from the first one, towards the bars.
        labelPadding=2 + LINE * (max(map(len, shown)) - 1),
        labelAlign="left",
        labelOverlap=False,
        labelFontWeight="bold",
        titleAlign="left",
        titleAnchor="start",
        domain=False,
    )
    title = "probability (0 to 1), one column each"
    return alt.X("start:Q", title=title, scale=alt.Scale(domain=[0, len(models)]), axis=axis)


def _tips(models: list[str]) -> list[alt.Tooltip]:
    tips = [alt.Tooltip("label:N"), alt.Tooltip("probability:Q", format=".3f")]
    return tips if len(models) == 1 else [alt.Tooltip("model:N"), *tips]
