"""The frontier: how good a grouping of each size can be, as far as greedy merging finds."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.ui.charts.axes import nothing_to_show
from core.ui.charts.progress import DASHES
from core.ui.theme import Palette, themed

HEIGHT = 340  # px
FIELDS = ["objective", "groups"]


def frontier_lines(
    frame: pd.DataFrame,
    *,
    palette: Palette,
    y_title: str,
    current: tuple[int, float, str] | None = None,
    selection: str = "point",
    height: int = HEIGHT,
) -> alt.Chart | alt.LayerChart:
    """Return one line an objective over the number of groups, and the current grouping as a dot with its name.

    ``frame`` has the columns objective, series (str: its key, and what it is called, in the order to
    show), groups (int), value (number, what ``y_title`` measures), accuracy, macro_f1, information_kept.
    ``current`` is (groups, value, name). A click answers ``[{"objective": ..., "groups": ...}]`` under
    the name ``selection``.
    """
    click = alt.selection_point(name=selection, fields=FIELDS, on="click", empty=False)
    if frame.empty:
        return nothing_to_show(palette, click)
    data = frame.reset_index(drop=True)
    series = list(dict.fromkeys(data["series"]))
    colours = [palette.categorical[i % len(palette.categorical)] for i in range(len(series))]
    legend = alt.Legend(title=None, orient="top", symbolType="stroke", symbolSize=400)
    dashes = alt.Scale(domain=series, range=[DASHES[i % len(DASHES)] for i in range(len(series))])
    base = alt.Chart(data).encode(
        x=alt.X("groups:Q", title="number of groups", axis=_groups_axis(), scale=_groups_scale(data["groups"])),
        y=alt.Y("value:Q", title=y_title, axis=alt.Axis(tickCount=6, domain=False, format=".2~f"), scale=_zoomed()),
        color=alt.Color("series:N", title=None, scale=alt.Scale(domain=series, range=colours), legend=legend),
    )
    lines = base.mark_line(strokeWidth=2).encode(
        strokeDash=alt.StrokeDash("series:N", title=None, scale=dashes, legend=legend)
    )
    dots = base.mark_circle(size=44, opacity=1, cursor="pointer").encode(tooltip=_tips()).add_params(click)
    layers = [lines, dots, *([] if current is None else _current(current, y_title, data, palette))]
    return themed(alt.layer(*layers).properties(height=height, width="container"), palette)


def _groups_axis() -> alt.Axis:
    return alt.Axis(format=",d", grid=False, tickMinStep=1, tickCount=10, labelFlush=False)


def _groups_scale(groups: pd.Series) -> alt.Scale:
    # Room at both ends, so that no dot is cut and a lone one has an extent.
    return alt.Scale(domain=[int(groups.min()) - 1, int(groups.max()) + 1], nice=False)


def _zoomed() -> alt.Scale:
    return alt.Scale(zero=False, nice=True)


def _tips() -> list[alt.Tooltip]:
    figures = {"accuracy": "accuracy", "macro_f1": "macro-F1", "information_kept": "information kept"}
    return [
        alt.Tooltip("series:N", title="merged for"),
        alt.Tooltip("groups:Q", title="groups", format=",d"),
        *[alt.Tooltip(f"{field}:Q", title=title, format=".3f") for field, title in figures.items()],
    ]


def _current(current: tuple[int, float, str], y_title: str, data: pd.DataFrame, palette: Palette) -> list[alt.Chart]:
    """Return the current grouping's dot, with a ring of paper round it, and its name on the side that has room."""
    groups, value, name = current
    middle = (data["groups"].min() + data["groups"].max()) / 2
    on_left = groups > middle
    here = pd.DataFrame({"groups": [groups], "value": [value], "name": [name]})
    base = alt.Chart(here).encode(
        x=alt.X("groups:Q"),
        y=alt.Y("value:Q"),
        tooltip=[
            alt.Tooltip("name:N", title="grouping"),
            alt.Tooltip("groups:Q", title="groups", format=",d"),
            alt.Tooltip("value:Q", title=y_title, format=".3f"),
        ],
    )
    dot = base.mark_point(
        shape="diamond", size=170, filled=True, opacity=1, color=palette.ink, stroke=palette.paper, strokeWidth=2
    )
    side = {"align": "right" if on_left else "left", "dx": -12 if on_left else 12, "fontWeight": "bold"}
    # A rim of paper keeps the name readable where it crosses a line.
    rim = base.mark_text(color=palette.paper, stroke=palette.paper, strokeWidth=4, **side)
    label = base.mark_text(color=palette.ink, **side)
    return [dot, *(text.encode(text=alt.Text("name:N")) for text in (rim, label))]
