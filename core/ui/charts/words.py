"""Words on two sides: what is more frequent here, and what is there."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.ui.charts.axes import (
    BAR,
    bar_range,
    counted,
    is_chosen,
    name_axis,
    nothing_to_show,
    room_for,
    row_band,
    row_height,
)
from core.ui.theme import Palette, themed


def word_bars(
    frame: pd.DataFrame,
    *,
    palette: Palette,
    sides: tuple[str, str],
    selection: str = "word",
    height: int = 20,
) -> alt.Chart | alt.LayerChart:
    """Return a bar for each n-gram: to the right those of the first of ``sides``, to the left those of the other.

    ``frame`` has the columns ngram, shown, ours, theirs (occurrences), log_odds and z, in the order to show. A click
    answers ``[{"ngram": ..., "shown": ...}]`` under the name ``selection``. How often it occurs is printed beside.
    """
    click = alt.selection_point(name=selection, fields=["ngram", "shown"], on="click", empty=False)
    if frame.empty:
        return nothing_to_show(palette, click, words="No word is clearly more frequent on either side")
    data, room = _printed(frame, palette)
    names = data["ngram"].tolist()
    shown = dict(zip(names, data["shown"], strict=True))
    base = alt.Chart(data).encode(
        y=alt.Y("ngram:N", title=None, scale=alt.Scale(domain=names), axis=name_axis(names, shown=shown)),
        tooltip=_tips(sides),
    )
    # Room for the printed figures at the ends of either side.
    ends = [room if (data["z"] < 0).any() else 0, {"expr": f"max(width - {room}, 20)"}]
    scale = alt.Scale(domain=[min(float(data["z"].min()), 0.0), max(float(data["z"].max()), 0.0)], range=ends)
    x = alt.X(
        "z:Q",
        title=f"← {sides[1]} · z-score of the log-odds · {sides[0]} →",
        scale=scale,
        axis=alt.Axis(tickCount=5, grid=False, labelFlush=False, labelOverlap=True),
    )
    marked = alt.when(is_chosen(click, "ngram")).then(alt.value(palette.ink)).otherwise(alt.Color("ink:N", scale=None))
    bars = base.mark_bar(height=min(BAR, height - 4), cursor="pointer").encode(x=x, color=marked)
    texts = [
        base.transform_filter(test).mark_text(align=align, dx=gap, color=palette.muted, cursor="pointer").encode(
            x=x, text=alt.Text("printed:N")
        )
        for test, align, gap in (("datum.z >= 0", "left", 5), ("datum.z < 0", "right", -5))
    ]  # fmt: skip
    size = (row_height(data["shown"]) - 20 + height) * len(names)
    layers = alt.layer(bars, *texts, row_band(base, click))
    return themed(layers.properties(height=size, width="container"), palette)


def _printed(frame: pd.DataFrame, palette: Palette) -> tuple[pd.DataFrame, int]:
    """Return what is drawn of each n-gram, and the px that the figures beside it need."""
    printed = [
        f"{counted(int(mine))} : {counted(int(other))}"
        for mine, other in zip(frame["ours"], frame["theirs"], strict=True)
    ]
    inks = [palette.accent if z >= 0 else palette.categorical[1] for z in frame["z"]]
    columns = ["ngram", "shown", "ours", "theirs", "our_share", "their_share", "log_odds", "z"]
    data = frame.reset_index(drop=True)[columns].assign(printed=printed, ink=inks, chosen=False)
    return data, room_for(printed)


def _tips(sides: tuple[str, str]) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("shown:N", title="words"),
        alt.Tooltip("ours:Q", title=f"times in {sides[0]}", format=",d"),
        alt.Tooltip("theirs:Q", title=f"times in {sides[1]}", format=",d"),
        alt.Tooltip("our_share:Q", title="share there", format=".3%"),
        alt.Tooltip("their_share:Q", title="share here", format=".3%"),
        alt.Tooltip("log_odds:Q", title="log-odds ratio", format="+.2f"),
        alt.Tooltip("z:Q", title="z-score", format="+.1f"),
    ]


def frequency_bars(
    frame: pd.DataFrame, *, palette: Palette, side: str, selection: str = "word"
) -> alt.Chart | alt.LayerChart:
    """Return a bar for each n-gram, as long as it is frequent in ``side``; columns and click as `word_bars`."""
    click = alt.selection_point(name=selection, fields=["ngram", "shown"], on="click", empty=False)
    if frame.empty:
        return nothing_to_show(palette, click, words="No word is there")
    data, _ = _printed(frame, palette)
    data["printed"] = [counted(int(times)) for times in data["ours"]]
    names = data["ngram"].tolist()
    shown = dict(zip(names, data["shown"], strict=True))
    scale = alt.Scale(range=bar_range(room_for(data["printed"])), zero=True)
    x = alt.X("ours:Q", title=f"times in {side}", scale=scale, axis=alt.Axis(tickCount=4, format=",d", grid=False))
    base = alt.Chart(data).encode(
        y=alt.Y("ngram:N", title=None, scale=alt.Scale(domain=names), axis=name_axis(names, shown=shown)),
        tooltip=_tips((side, "the other side")),
    )
    marked = alt.when(is_chosen(click, "ngram")).then(alt.value(palette.accent)).otherwise(alt.value(palette.bar))
    bars = base.mark_bar(height=BAR).encode(x=x, color=marked)
    texts = base.mark_text(align="left", dx=5, color=palette.ink).encode(x=x, text=alt.Text("printed:N"))
    height = row_height(data["shown"]) * len(names)
    return themed(alt.layer(bars, texts, row_band(base, click)).properties(height=height, width="container"), palette)
