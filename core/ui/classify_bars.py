"""Probabilities on Classify as bars: every label, and inside the answered group its raw categories.

Plain HTML: a chart of Vega is built anew for each text, which takes a browser longer than the model takes to answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from statistics import fmean

import streamlit as st

from core.inference.classify import Answer
from core.ui import shell
from core.ui.theme import Palette

MANY_LABELS, TALLEST = 14, 300  # labels from which the bars scroll, in so many px
INSIDE = 3  # raw categories of the answer that are shown by themselves
FIGURE = "2.9rem"  # room for the figure after a bar
TABLE = "width:100%;border-collapse:collapse;font-size:0.8rem;line-height:1.25rem;font-variant-numeric:tabular-nums"
NAME = "width:1%;padding:0 8px 0 0;text-align:right;white-space:nowrap"


def draw(called: Sequence[str], found: Sequence[Answer]) -> None:
    """Draw all probabilities as bars, answer beside answer; of one alone the raw categories of its group as well."""
    columns = [answer.probabilities for answer in found]
    inside = found[0].categories if len(found) == 1 else {}
    with st.container(height=TALLEST if len(columns[0]) > MANY_LABELS else "content", border=False):
        st.html(bars_html(called, columns, shell.palette(), inside=inside))


def bars_html(
    called: Sequence[str],
    columns: Sequence[Mapping[str, float]],
    palette: Palette,
    *,
    inside: Mapping[str, float] | None = None,
) -> str:
    """Return a table of bars as HTML, the most probable label first by the mean of all answers; names are escaped.

    Parameters
    ----------
    called: a name for each answer, shown over its bars where there are several.
    columns: for each answer label -> probability, 0 to 1; each answer's likeliest label is in the accent.
    inside: raw category -> probability of the first label, the likeliest first; nothing where it is that label itself.
    """
    labels = list(dict.fromkeys(label for column in columns for label in column))
    labels.sort(key=lambda label: -fmean(column.get(label, 0.0) for column in columns))
    best = [max(column, key=lambda label: column[label]) for column in columns]
    rows = [_head(called)] if len(columns) > 1 else []
    for label in labels:
        shown = [
            _bar(column.get(label, 0.0), palette.accent if label == one else palette.bar, bold=label == one)
            for column, one in zip(columns, best, strict=True)
        ]
        rows.append(_row(label, shown, f"color:{palette.ink}"))
        if label == best[0] and inside and list(inside) != [label]:
            rows += [_row(name, [_thin(share, palette)], f"color:{palette.muted}") for name, share in parts(inside)]
    return f'<table aria-label="Probability of each label" style="{TABLE}">{"".join(rows)}</table>'


def parts(inside: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Yield the likeliest raw categories of a group, then what the others have together.

    >>> list(parts({"WELLNESS": 0.5, "TRAVEL": 0.25, "TASTE": 0.125, "WOMEN": 0.0625, "FIFTY": 0.0625}))
    [('WELLNESS', 0.5), ('TRAVEL', 0.25), ('TASTE', 0.125), ('2 others', 0.125)]
    """
    named = list(inside.items())
    # One more is named rather than called "1 other".
    most = INSIDE + 1 if len(named) == INSIDE + 1 else INSIDE
    yield from named[:most]
    if others := named[most:]:
        yield f"{len(others):,} others", sum(share for _, share in others)


def _head(called: Sequence[str]) -> str:
    style = "text-align:left;padding:0 8px 2px 0;font-weight:600;vertical-align:bottom"
    return (
        "<tr><td></td>" + "".join(f'<th scope="col" style="{style}">{escape(name)}</th>' for name in called) + "</tr>"
    )


def _row(name: str, shown: Sequence[str], style: str) -> str:
    width = 99 / len(shown)
    cells = "".join(f'<td style="width:{width:.1f}%;padding:0 8px 0 0">{bar}</td>' for bar in shown)
    return f'<tr style="{style}"><th scope="row" style="{NAME};font-weight:400">{escape(name)}</th>{cells}</tr>'


def _bar(share: float, colour: str, *, height: int = 14, bold: bool = False) -> str:
    bar = f"flex:none;height:{height}px;min-width:1px;background:{colour};width:calc((100% - {FIGURE}) * {share:.4f})"
    figure = f"font-weight:{600 if bold else 400}"
    return (
        f'<div style="display:flex;align-items:center;gap:5px"><span style="{bar}"></span>'
        f'<span style="{figure}">{share:.3f}</span></div>'
    )


def _thin(share: float, palette: Palette) -> str:
    return _bar(share, palette.blues[3], height=6)
