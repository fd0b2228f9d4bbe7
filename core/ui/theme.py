"""The look of Copydesk as data: a light and a dark palette, and the Altair configuration from either.

The same colours stand in ``.streamlit/config.toml``, which Streamlit reads for everything but charts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import altair as alt

Chart = TypeVar("Chart", bound=alt.TopLevelMixin)

FONT = '"Source Sans", sans-serif'
SERIF = '"Source Serif", serif'
LABEL_SIZE = 12
NO_LIMIT = 0  # Vega-Lite cuts labels at 180 px unless the limit is 0


@dataclass(frozen=True)
class Palette:
    """The colours of one theme, as ``#rrggbb``.

    The ramps run from "almost nothing" to "most", so from the paper's side to the ink's side.
    ``categorical`` holds 12 colours that stay apart in protanopia and deuteranopia.
    """

    name: str
    paper: str
    margin: str
    ink: str
    muted: str
    rule: str
    bar: str
    accent: str
    error: str
    blues: tuple[str, ...]
    reds: tuple[str, ...]
    categorical: tuple[str, ...]


LIGHT = Palette(
    name="light",
    paper="#faf8f3",
    margin="#f1ede3",
    ink="#14120f",
    muted="#5f594e",
    rule="#d8d2c4",
    bar="#8e887b",
    accent="#1d5c9e",
    error="#b3261e",
    blues=(
        "#e9eff4", "#d3e0ec", "#b9cfe3", "#9bbbd9", "#7ba5cd",
        "#5a8dbf", "#3d75af", "#265f9d", "#184a80", "#0f3560",
    ),
    reds=(
        "#f7ebe6", "#f2d8cf", "#ebc0b4", "#e3a597", "#d98879",
        "#cd6a5c", "#be4c41", "#a9332b", "#8a211c", "#661512",
    ),
    categorical=(
        "#1d5c9e", "#b87400", "#4c110a", "#220e6f", "#3a9da2", "#535408",
        "#7376da", "#5a3c57", "#746564", "#460544", "#01388d", "#879269",
    ),
)  # fmt: skip

DARK = Palette(
    name="dark",
    paper="#1a1917",
    margin="#242220",
    ink="#ebe6da",
    muted="#aca598",
    rule="#45413a",
    bar="#7f796d",
    accent="#7fb2ee",
    error="#f0887c",
    blues=(
        "#1f2833", "#223346", "#263f5b", "#2b4d72", "#335d8a",
        "#3f70a4", "#5085bd", "#6a9dd6", "#8bb7ea", "#b3d3f7",
    ),
    reds=(
        "#2e2120", "#432724", "#5a2d28", "#73342d", "#8d3d34",
        "#a84a3f", "#c25c50", "#d97669", "#eb978b", "#f8beb5",
    ),
    categorical=(
        "#7fb2ee", "#e0a132", "#ad3e68", "#99fec9", "#536ccc", "#c68196",
        "#a27409", "#f2dd5a", "#a3c9aa", "#5fe6fc", "#3d98d1", "#277596",
    ),
)  # fmt: skip


def palette_for(theme_type: str | None) -> Palette:
    """Return the palette for ``st.context.theme.type``; light while the browser has not said which."""
    return DARK if theme_type == "dark" else LIGHT


def luminance(colour: str) -> float:
    """Return the relative luminance (WCAG 2) of a ``#rrggbb`` colour, from 0 to 1."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio (WCAG 2) of two ``#rrggbb`` colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def colour_at(ramp: tuple[str, ...], position: float) -> str:
    """Return the colour at ``position`` (0 to 1) of a ramp, as Vega's ``rgb`` interpolation draws it."""
    place = min(max(position, 0.0), 1.0) * (len(ramp) - 1)
    low = min(int(place), len(ramp) - 2)
    pairs = [(int(ramp[low][i : i + 2], 16), int(ramp[low + 1][i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * (place - low)):02x}" for a, b in pairs)


def ink_on(colour: str) -> str:
    """Return black or white, whichever is easier to read on ``colour`` (never under 4.5:1)."""
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, colour))


def altair_theme(palette: Palette) -> dict[str, Any]:
    """Return the Vega-Lite configuration of a palette: thin rules, no boxes, no label ever cut."""
    words = {"labelFont": FONT, "titleFont": FONT, "labelLimit": NO_LIMIT, "titleLimit": NO_LIMIT}
    inks = {"labelColor": palette.ink, "titleColor": palette.muted}
    sizes = {"labelFontSize": LABEL_SIZE, "titleFontSize": LABEL_SIZE, "titleFontWeight": "normal"}
    return {
        "background": palette.paper,
        "font": FONT,
        "padding": 4,
        "view": {"stroke": None},
        "title": {"font": SERIF, "color": palette.ink, "anchor": "start", "limit": NO_LIMIT},
        "axis": {
            **words, **inks, **sizes,
            "domainColor": palette.rule, "tickColor": palette.rule, "gridColor": palette.rule,
            "gridOpacity": 0.6, "titlePadding": 8,
        },
        "legend": {**words, **inks, **sizes, "symbolStrokeWidth": 2},
        "header": {**words, **inks, **sizes},
        "mark": {"color": palette.bar},
        "text": {"color": palette.ink, "font": FONT, "fontSize": LABEL_SIZE},
        "range": {
            "category": list(palette.categorical),
            "heatmap": list(palette.blues),
            "ramp": list(palette.blues),
        },
    }  # fmt: skip


def themed(chart: Chart, palette: Palette) -> Chart:
    """Return ``chart`` (whole, not yet part of another) configured with the palette.

    ``fit-x`` lets a chart fill the page's width while its height stays what its rows ask for;
    it is not for facets, concatenations and charts with a fixed step, which keep their own size.
    """
    sized = isinstance(chart, alt.Chart | alt.LayerChart)
    changed = chart.properties(autosize=alt.AutoSizeParams(type="fit-x", contains="padding")) if sized else chart
    return changed.configure(**altair_theme(palette))
