"""What answering only when sure costs and gives: coverage by level, accuracy, risk, and one class's trade-off."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.ui.charts.axes import nothing_to_show
from core.ui.theme import Palette, themed

HEIGHT = 220  # px
DASHES = ([1, 0], [6, 3], [2, 2])


def level_areas(
    frame: pd.DataFrame, *, palette: Palette, threshold: float, height: int = HEIGHT
) -> alt.Chart | alt.LayerChart:
    """Return the share of rows that each level answers against the threshold, stacked to all rows.

    ``frame`` has the columns threshold, coverage (0 to 1), rows, accuracy (NaN for what is not answered) and level
    (str, the finest first); ``threshold`` is marked.
    """
    if frame.empty:
        return nothing_to_show(palette)
    levels = list(dict.fromkeys(frame["level"]))
    colours = [*[palette.accent, palette.categorical[1]][: len(levels) - 1], palette.rule]
    data = frame.assign(place=frame["level"].map({level: place for place, level in enumerate(levels)}))
    scale = alt.Scale(domain=levels, range=colours)
    areas = alt.Chart(data.reset_index(drop=True)).mark_area(opacity=0.85).encode(
        x=_threshold_x(),
        y=alt.Y("coverage:Q", title="share of rows", stack="zero", scale=_unit(), axis=_percent(domain=False)),
        color=alt.Color(
            "level:N", title=None, scale=scale, legend=alt.Legend(title=None, orient="top", columns=1, rowPadding=7)
        ),
        order=alt.Order("place:Q"),
        tooltip=[
            alt.Tooltip("level:N", title="answered with"),
            alt.Tooltip("threshold:Q", title="threshold", format=".2f"),
            alt.Tooltip("rows:Q", title="rows", format=",d"),
            alt.Tooltip("coverage:Q", title="share of rows", format=".1%"),
            alt.Tooltip("accuracy:Q", title="of them right", format=".1%"),
        ],
    )  # fmt: skip
    return themed(alt.layer(areas, _marked(threshold, palette)).properties(height=height, width="container"), palette)


def accuracy_lines(
    frame: pd.DataFrame, *, palette: Palette, threshold: float, height: int = HEIGHT
) -> alt.Chart | alt.LayerChart:
    """Return how often the answers of each level are right against the threshold.

    ``frame`` as of `level_areas`, without what is not answered; what few rows answer is left out by the caller.
    """
    data = frame.dropna(subset=["accuracy"]).reset_index(drop=True)
    if data.empty:
        return nothing_to_show(palette)
    levels = list(dict.fromkeys(data["level"]))
    # The finest level, the coarser one where there is one, and all of them together.
    colours = [*[palette.accent, palette.categorical[1]][: len(levels) - 1], palette.ink]
    legend = alt.Legend(title=None, orient="top", columns=1, symbolType="stroke", symbolSize=400)
    lines = alt.Chart(data).mark_line(strokeWidth=2).encode(
        x=_threshold_x(),
        y=alt.Y("accuracy:Q", title="share that is right", scale=alt.Scale(zero=False), axis=_percent(domain=False)),
        color=alt.Color("level:N", title=None, legend=legend,
                        scale=alt.Scale(domain=levels, range=colours)),
        strokeDash=alt.StrokeDash("level:N", title=None, legend=legend,
                                  scale=alt.Scale(domain=levels, range=list(DASHES)[: len(levels)])),
        tooltip=[
            alt.Tooltip("level:N", title="answered with"),
            alt.Tooltip("threshold:Q", title="threshold", format=".2f"),
            alt.Tooltip("accuracy:Q", title="right", format=".1%"),
            alt.Tooltip("rows:Q", title="rows", format=",d"),
        ],
    )  # fmt: skip
    return themed(alt.layer(lines, _marked(threshold, palette)).properties(height=height, width="container"), palette)


def risk_curve(
    frame: pd.DataFrame, *, palette: Palette, marked: tuple[float, float] | None = None, height: int = HEIGHT
) -> alt.Chart | alt.LayerChart:
    """Return the share that is wrong of the surest answers against how many are given.

    ``frame`` has the columns coverage, risk (0 to 1) and threshold; ``marked`` (coverage, risk) is a dot.
    """
    if frame.empty:
        return nothing_to_show(palette)
    line = alt.Chart(frame.reset_index(drop=True)).mark_line(color=palette.accent, strokeWidth=2).encode(
        x=alt.X("coverage:Q", title="share of rows answered, the surest first", scale=_unit(), axis=_percent()),
        y=alt.Y("risk:Q", title="share of them wrong", axis=_percent(domain=False)),
        tooltip=[
            alt.Tooltip("coverage:Q", title="answered", format=".1%"),
            alt.Tooltip("risk:Q", title="wrong", format=".1%"),
            alt.Tooltip("threshold:Q", title="at least as sure as", format=".3f"),
        ],
    )  # fmt: skip
    parts = [line]
    if marked is not None:
        here = pd.DataFrame({"coverage": [marked[0]], "risk": [marked[1]]})
        parts.append(
            alt.Chart(here).mark_point(filled=True, size=110, opacity=1, color=palette.ink).encode(
                x=alt.X("coverage:Q", title="share of rows answered, the surest first"),
                y=alt.Y("risk:Q", title="share of them wrong"),
            )
        )  # fmt: skip
    return themed(alt.layer(*parts).properties(height=height, width="container"), palette)


def tradeoff_lines(
    frame: pd.DataFrame, *, palette: Palette, threshold: float | None = None, height: int = HEIGHT
) -> alt.Chart | alt.LayerChart:
    """Return precision, coverage and recall of one class's answers against the threshold on them.

    ``frame`` has the columns threshold, kept, precision, precision_low, precision_high, coverage, recall (0 to 1);
    the interval of the precision is a band. ``threshold`` is marked, where there is one.
    """
    if frame.empty:
        return nothing_to_show(palette)
    data = frame.reset_index(drop=True)
    names = ["precision", "coverage", "recall"]
    colours = [palette.accent, palette.categorical[1], palette.bar]
    long = data.melt(["threshold", "kept"], names, var_name="figure", value_name="value")
    legend = alt.Legend(title=None, orient="top", symbolType="stroke", symbolSize=400)
    band = alt.Chart(data).mark_area(color=palette.accent, opacity=0.18).encode(
        x=_threshold_x(), y=alt.Y("precision_low:Q", title="share", scale=_unit()), y2="precision_high:Q"
    )  # fmt: skip
    lines = alt.Chart(long).mark_line(strokeWidth=2).encode(
        x=_threshold_x(),
        y=alt.Y("value:Q", title="share", scale=_unit(), axis=_percent(domain=False)),
        color=alt.Color("figure:N", title=None, scale=alt.Scale(domain=names, range=colours), legend=legend),
        strokeDash=alt.StrokeDash(
            "figure:N", title=None, scale=alt.Scale(domain=names, range=list(DASHES)), legend=legend
        ),
        tooltip=[
            alt.Tooltip("figure:N"),
            alt.Tooltip("threshold:Q", title="threshold", format=".3f"),
            alt.Tooltip("value:Q", title="share", format=".1%"),
            alt.Tooltip("kept:Q", title="answers kept", format=",d"),
        ],
    )  # fmt: skip
    marks = [] if threshold is None else [_marked(threshold, palette)]
    return themed(alt.layer(band, lines, *marks).properties(height=height, width="container"), palette)


def _threshold_x() -> alt.X:
    return alt.X("threshold:Q", title="threshold", scale=_unit(), axis=alt.Axis(format=".1f", tickCount=5, grid=False))


def _unit() -> alt.Scale:
    return alt.Scale(domain=[0, 1], nice=False)


def _percent(**options: object) -> alt.Axis:
    return alt.Axis(**{"format": ".0%", "tickCount": 5, **options})


def _marked(threshold: float, palette: Palette) -> alt.Chart:
    here = pd.DataFrame({"threshold": [threshold]})
    return alt.Chart(here).mark_rule(color=palette.ink, strokeWidth=1.5).encode(x=_threshold_x())
