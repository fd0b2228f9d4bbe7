"""What moves from group to group: an alluvial diagram, one grouping at the left, the other at the right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd

from core.ui.charts.axes import LINE, counted, nothing_to_show, percent, room_for, wrapped
from core.ui.theme import Palette, themed

ROWS = 420  # px that all rows together are high
THINNEST = 1.5  # px of a ribbon of however few rows
GAP = 5  # px between two groups
HEAD = 26  # px for the names of the groupings above
NODE = 0.012  # width of a group's bar, in widths of the picture between them
NARROWEST = 120  # px between the groups of both sides
MOST = 200  # ribbons that are drawn; more are a smear that takes seconds
CURVE = np.linspace(0, 1, 17)
SMOOTH = CURVE**2 * (3 - 2 * CURVE)
LEFT, RIGHT = 0, 1


@dataclass(frozen=True)
class _Group:
    """A group's bar and its label, in px from the top."""

    name: str
    side: int
    label: str
    top: float
    height: float
    weight: int
    changes: bool


def flow_picture(
    frame: pd.DataFrame, *, titles: tuple[str, str], palette: Palette, unit: str = "rows"
) -> alt.Chart | alt.LayerChart:
    """Return ribbons from the groups of one grouping to those of another; only what moves is strong in colour.

    ``frame`` has one row a pair of groups that share anything: origin, target (str), rows (int, in
    ``unit``), categories (str, their names), moves (bool, False for the two groups that are matched).
    ``titles`` are the names of the groupings. The largest group of the one stands first, and each group of
    the other beside the one it was matched with. A ribbon is never thinner than can be seen. Over 200
    ribbons are left to the table.
    """
    if frame.empty:
        return nothing_to_show(palette)
    if not frame["moves"].any():
        return nothing_to_show(palette, words="Nothing moves: both groupings divide the categories alike.")
    if len(frame) > MOST:
        words = f"{counted(len(frame))} ribbons are too many for a picture; the table lists what moves."
        return nothing_to_show(palette, words=words)
    data = _sized(frame)
    groups = _groups(data)
    height = max(group.top + group.height for group in groups)
    rooms = [
        room_for(line for group in groups if group.side == side for line in group.label.split("\n"))
        for side in (LEFT, RIGHT)
    ]
    x = alt.X(
        "x:Q",
        axis=None,
        scale=alt.Scale(
            domain=[-NODE, 1 + NODE],
            range=[{"expr": str(rooms[LEFT])}, {"expr": f"max(width - {rooms[RIGHT]}, {rooms[LEFT] + NARROWEST})"}],
            nice=False,
            zero=False,
        ),
    )
    y = alt.Y("top:Q", axis=None, scale=alt.Scale(domain=[height, 0], nice=False, zero=False))
    place = {(group.side, group.name): group for group in groups}
    layers = [
        *_ribbons(_curves(data, place, unit), x, y, palette),
        _bars(groups, x, y, palette, unit),
        *_labels(groups, titles, x, y, palette),
    ]
    return themed(alt.layer(*layers).properties(height=round(height), width="container"), palette)


def _sized(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs with the px that each ribbon is high: thick, and the order of both sides: left, right."""
    data = frame.reset_index(drop=True)
    total = max(int(data["rows"].sum()), 1)
    data = data.assign(thick=np.maximum(data["rows"] * ROWS / total, THINNEST))
    sizes = data.groupby("origin")["thick"].sum()
    left = sorted(sizes.index, key=lambda name: (-sizes[name], name))
    data["left"] = data["origin"].map({name: place for place, name in enumerate(left)})
    # A matched group stands where its counterpart does, another one in the middle of what it comes from.
    middle = (data["left"] * data["thick"]).groupby(data["target"]).sum() / data.groupby("target")["thick"].sum()
    kept = data[~data["moves"]].set_index("target")["left"]
    right = sorted(middle.index, key=lambda name: (float(kept.get(name, middle[name])), name not in kept, name))
    data["right"] = data["target"].map({name: place for place, name in enumerate(right)})
    return data


def _groups(data: pd.DataFrame) -> list[_Group]:
    """Return the groups of both sides, each with room for its label, both sides equally high."""
    sides = [_side(data, LEFT, "origin", "left", "ends"), _side(data, RIGHT, "target", "right", "new")]
    slots = [[max(group.height, _label_height(group.label)) + GAP for group in side] for side in sides]
    highest = max(map(sum, slots))
    found = []
    for side, heights in zip(sides, slots, strict=True):
        spare = (highest - sum(heights)) / len(heights)
        top = float(HEAD)
        for group, slot in zip(side, heights, strict=True):
            found.append(_at(group, top + (slot + spare - group.height) / 2))
            top += slot + spare
    return found


def _at(group: _Group, top: float) -> _Group:
    return _Group(group.name, group.side, group.label, top, group.height, group.weight, group.changes)


def _side(data: pd.DataFrame, side: int, column: str, order: str, alone: str) -> list[_Group]:
    """Return the groups of one side from top to bottom, at no place yet."""
    matched = set(data.loc[~data["moves"], column])
    groups = []
    for _, inside in data.sort_values(order).groupby(order):
        name, weight = str(inside[column].iloc[0]), int(inside["rows"].sum())
        words = name if name in matched else f"{name} ({alone})"
        lines = wrapped(f"{words} · {counted(weight)}")
        groups.append(
            _Group(name, side, "\n".join(lines), 0.0, float(inside["thick"].sum()), weight, bool(inside["moves"].any()))
        )
    return groups


def _label_height(label: str) -> int:
    return LINE * (label.count("\n") + 1) + 2


def _curves(data: pd.DataFrame, place: Mapping[tuple[int, str], _Group], unit: str) -> pd.DataFrame:
    """Return the points of all ribbons: number, x, top, bottom and what the tooltip says."""
    begin = _stacked(data, LEFT, "origin", "right", place)
    end = _stacked(data, RIGHT, "target", "left", place)
    top = np.array(begin)[:, None] + (np.array(end) - np.array(begin))[:, None] * SMOOTH
    same = np.where(data["origin"] == data["target"], "stays", "stays, renamed")
    share = data["rows"] / max(int(data["rows"].sum()), 1)
    ribbons = pd.DataFrame(
        {
            "number": range(len(data)),
            "moves": data["moves"],
            "origin": data["origin"],
            "target": data["target"],
            "what": np.where(data["moves"], "moves", same),
            "told": [
                f"{counted(rows)} {unit}, {percent(part)}" for rows, part in zip(data["rows"], share, strict=True)
            ],
            "categories": data["categories"],
        }
    )
    points = ribbons.loc[ribbons.index.repeat(len(CURVE))].reset_index(drop=True)
    bottom = top + data["thick"].to_numpy()[:, None]
    return points.assign(x=np.tile(CURVE, len(data)), top=top.ravel(), bottom=bottom.ravel())


def _stacked(
    data: pd.DataFrame, side: int, column: str, order: str, place: Mapping[tuple[int, str], _Group]
) -> list[float]:
    """Return where each ribbon begins in its group, those to the upper groups of the other side above."""
    tops = {name: group.top for (where, name), group in place.items() if where == side}
    ordered = data.sort_values(order)
    above = ordered.groupby(column)["thick"].cumsum() - ordered["thick"]
    return (above + ordered[column].map(tops)).reindex(data.index).tolist()


def _ribbons(points: pd.DataFrame, x: alt.X, y: alt.Y, palette: Palette) -> Iterable[alt.Chart]:
    """Yield what stays, quiet, and above it what moves; the ribbon under the pointer comes forward."""
    tips = [
        alt.Tooltip("origin:N", title="from"),
        alt.Tooltip("target:N", title="to"),
        alt.Tooltip("what:N", title="what"),
        alt.Tooltip("told:N", title="how many"),
        alt.Tooltip("categories:N", title="categories"),
    ]
    for moves, colour, opacity, hovered in ((False, palette.bar, 0.22, 0.45), (True, palette.accent, 0.72, 1.0)):
        part = points[points["moves"] == moves]
        if part.empty:
            continue
        hover = alt.selection_point(
            name="moving" if moves else "staying", fields=["number"], on="pointerover", clear="pointerout", empty=False
        )
        yield (
            alt.Chart(part)
            .mark_area(color=colour, stroke=palette.paper, strokeWidth=0.5, interpolate="monotone")
            .encode(
                x=x,
                y=y,
                y2="bottom:Q",
                detail="number:N",
                fillOpacity=alt.when(hover).then(alt.value(hovered)).otherwise(alt.value(opacity)),
                tooltip=tips,
            )
            .add_params(hover)
        )


def _bars(groups: Iterable[_Group], x: alt.X, y: alt.Y, palette: Palette, unit: str) -> alt.Chart:
    data = pd.DataFrame(
        {
            "x": [-NODE if group.side == LEFT else 1.0 for group in groups],
            "x2": [0.0 if group.side == LEFT else 1 + NODE for group in groups],
            "top": [group.top for group in groups],
            "bottom": [group.top + group.height for group in groups],
            "group": [group.name for group in groups],
            "told": [f"{counted(group.weight)} {unit}" for group in groups],
        }
    )
    tips = [alt.Tooltip("group:N", title="group"), alt.Tooltip("told:N", title="how many")]
    return alt.Chart(data).mark_rect(color=palette.muted).encode(x=x, x2="x2:Q", y=y, y2="bottom:Q", tooltip=tips)


def _labels(
    groups: Iterable[_Group], titles: tuple[str, str], x: alt.X, y: alt.Y, palette: Palette
) -> Iterable[alt.Chart]:
    """Yield the labels of both sides and the titles above; a group that nothing leaves or enters is quiet."""
    for side, align, away, where in ((LEFT, "right", -6, -NODE), (RIGHT, "left", 6, 1 + NODE)):
        own = [group for group in groups if group.side == side]
        data = pd.DataFrame(
            {
                "x": where,
                # A label of several lines is placed by its first one.
                "top": [
                    *(group.top + group.height / 2 - LINE * group.label.count("\n") / 2 for group in own),
                    HEAD / 2 - 4,
                ],
                "printed": [*(group.label for group in own), titles[side]],
                "ink": [*(palette.ink if group.changes else palette.muted for group in own), palette.ink],
                "weight": [*("normal" for _ in own), "bold"],
            }
        )
        mark = alt.Chart(data).mark_text(
            align=align,
            baseline="middle",
            dx=away,
            lineBreak="\n",
            lineHeight=LINE,
            fontWeight=alt.ExprRef("datum.weight"),
        )
        yield mark.encode(x=x, y=y, text=alt.Text("printed:N"), color=alt.Color("ink:N", scale=None))
