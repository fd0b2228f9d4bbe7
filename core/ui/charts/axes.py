"""What all charts share: rows high enough for their labels, names wrapped and never cut, and the
words that stand in for a chart without data."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Sequence

import altair as alt
import pandas as pd

from core.ui.theme import LABEL_SIZE, Palette, themed

ROW = 20  # px from one row to the next
BAR = 14  # px a bar is high, in rows of any height
LEAST_ROW = 10  # px, under which words cannot be read
LINE = 14  # px of each further line of a wrapped name
WRAP = 40  # characters in a line of a name
FAINT = 0.4  # opacity of what is not chosen, where something is


def wrapped(name: str) -> list[str]:
    """Return ``name`` in lines of at most 40 characters, nothing left out."""
    return textwrap.wrap(name, WRAP, break_on_hyphens=False) or [name]


def row_height(names: Iterable[str]) -> int:
    """Return the px that each row needs so that the longest of ``names`` fits in its lines."""
    return ROW + LINE * (max((len(wrapped(name)) for name in names), default=1) - 1)


def drawn_row(names: Iterable[str], row: float) -> float:
    """Return the px of each row of a chart whose rows are to be ``row`` px high, and higher where names need lines."""
    return row_height(names) - ROW + row


def name_expression(shown: dict[str, str]) -> object:
    """Return the Vega expression for axis labels that are shown otherwise than by their value.

    ``shown`` maps value to name; long names come out in lines. Undefined where nothing differs.
    """
    lines = {value: wrapped(name) for value, name in shown.items()}
    changed = {value: parts for value, parts in lines.items() if parts != [value]}
    return f"{json.dumps(changed)}[datum.value] || datum.label" if changed else alt.Undefined


def name_axis(names: Sequence[str], *, shown: dict[str, str] | None = None, **options: object) -> alt.Axis:
    """Return the axis of a chart with one row for each of ``names``: words only, no line, no ticks.

    ``shown`` gives the words for a name that is not shown as it is.
    """
    words = shown or {name: name for name in names}
    defaults = {
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
        "labelOverlap": False,
        "labelExpr": name_expression(words),
        "labelLineHeight": LINE,
        "labelOffset": _middle(words),
    }
    return alt.Axis(**{**defaults, **options})


def font_size(row: float) -> float:
    """Return the px of words in rows that are ``row`` px high."""
    return min(LABEL_SIZE, max(row - 1, 8))


def bar_height(row: float) -> float:
    """Return the px a bar is high in rows that are ``row`` px high."""
    return min(BAR, max(row - 4, 4))


def fitting_row(lines: int, height: float) -> float:
    """Return the px of a row with which ``lines`` rows are ``height`` px high, as far as they can be read."""
    return min(ROW, max(LEAST_ROW, height / max(1, lines)))


def compact_axis(names: Sequence[str], row: float, **options: object) -> alt.Axis:
    """Return `name_axis` with words small enough for rows that are ``row`` px high."""
    return name_axis(names, **({"labelFontSize": font_size(row)} if row < ROW else {}), **options)


def _middle(shown: dict[str, str]) -> object:
    """Return the offset that puts the middle of a wrapped name, not its first line, beside its row."""
    extra = {value: len(wrapped(name)) - 1 for value, name in shown.items() if len(name) > WRAP}
    tests = [
        {"test": f"{json.dumps(extra)}[datum.value] == {lines}", "value": -lines * LINE / 2}
        for lines in sorted(set(extra.values()) - {0})
    ]
    return {"condition": tests, "value": 0} if tests else alt.Undefined


# Vega's "~s" alone writes 0 as 0k beside thousands.
COUNT_LABEL = "datum.value === 0 ? '0' : format(datum.value, '~s')"


def count_axis(**options: object) -> alt.Axis:
    """Return the axis of a number of rows, as 20k: short enough not to touch, since bars have theirs printed."""
    return alt.Axis(
        **{
            "labelExpr": COUNT_LABEL,
            "tickCount": 4,
            "tickMinStep": 1,
            "labelFlush": False,
            "grid": False,
            **options,
        }
    )


def counted(rows: int) -> str:
    """Return a number of rows as it is read: ``1,234``."""
    return f"{rows:,}"


def percent(share: float) -> str:
    """Return a share (0 to 1) as it is read: ``12.3%``, and ``< 0.1%`` for what would round to none."""
    return "< 0.1%" if 0 < share < 0.0005 else f"{share:.1%}"


def share_format(most: float) -> str:
    """Return the format of shares up to ``most`` in which neighbours on an axis or a legend are not written alike."""
    return ".0%" if most >= 0.1 else ".1%" if most >= 0.01 else ".2%"


def count_and_share(rows: pd.Series, share: pd.Series) -> list[str]:
    """Return ``1,234 · 12.3%`` for each row."""
    return [f"{counted(int(r))} · {percent(float(s))}" for r, s in zip(rows, share, strict=True)]


def room_for(texts: Iterable[str], size: int = 12) -> int:
    """Return the px that the longest of ``texts`` needs beside a bar, with a little air."""
    return 14 + round(max((len(text) for text in texts), default=0) * size * 0.53)


def bar_range(room: int) -> list[object]:
    """Return the range of an x scale that leaves ``room`` px at the right for printed figures."""
    return [0, {"expr": f"max(width - {room}, 20)"}]


def is_chosen(click: alt.Parameter, field: str) -> object:
    """Return the condition that a row is the clicked one, or the ``chosen`` one while none is clicked.

    ``field`` is one of the selection's fields: a page learns of a click only after it has drawn,
    so what it marked before must give way at once.
    """
    marked = f"datum.chosen && !isValid({click.name}[{json.dumps(field)}])"
    return alt.PredicateComposition({"or": [{"param": click.name, "empty": False}, marked]})


def click_params(selection: str, also: str | None, fields: Sequence[str]) -> list[alt.Parameter]:
    """Return the selection of a click, and that of a click with Shift held where ``also`` names one."""
    if also is None:
        return [alt.selection_point(name=selection, fields=list(fields), on="click", empty=False)]
    # Two selections, since Streamlit tells what is selected and not which key was held.
    events = {selection: "click[!event.shiftKey]", also: "click[event.shiftKey]"}
    return [
        alt.selection_point(name=name, fields=list(fields), on=on, toggle="false", empty=False)
        for name, on in events.items()
    ]


def row_band(base: alt.Chart, *clicks: alt.Parameter) -> alt.Chart:
    """Return what takes the ``clicks``: the whole of each row, so that a short bar need not be hit."""
    band = base.mark_bar(opacity=0.001, cursor="pointer").encode(x=alt.value(0), x2=alt.value("width"))
    return band.add_params(*clicks)


def faint_beside(click: alt.Parameter, field: str) -> object:
    """Return the opacity of rows of which some are chosen (see `is_chosen`): the others are faint."""
    return alt.when(is_chosen(click, field)).then(alt.value(1.0)).otherwise(alt.value(FAINT))


def nothing_to_show(palette: Palette, *params: alt.Parameter, words: str = "Nothing to show") -> alt.Chart:
    """Return a chart that says in words that there is no data, with the selections a page listens to."""
    data = pd.DataFrame({"words": [words]})
    text = alt.Chart(data).mark_text(align="left", x=0, color=palette.muted).encode(text=alt.Text("words:N"))
    return themed(text.add_params(*params).properties(height=ROW * 2, width="container"), palette)
