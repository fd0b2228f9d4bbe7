"""The search box and the filters of Records: they show what is in force, and put in force what they are changed to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from core.data.columns import NO_MONTH, month_text
from core.data.filters import FIRST_MONTH, LAST_MONTH, Filters, Months, length_range, range_text
from core.data.query import parse
from core.errors import InputError
from core.ui.components import escaped
from core.ui.explored import DRAWN, PAGE, Explored, keep
from core.ui.selection import remember
from core.ui.work_words import sentence

WRONG = "explore_records_wrong"
WHOLE_PAGE = "explore_records_whole_page"
# More of them make no list to choose from; dates that are so far apart are read wrong.
MOST_MONTHS = 1_200
ALL_MONTHS: Months = (FIRST_MONTH, LAST_MONTH)
SIDES = {"with": True, "without": False}
HELP = """All of these have to hold, whatever the case of letters:

- `storm` – in headline or description, also as the beginning of a longer word
- `"tropical storm"` – these whole words in this order, whatever stands between them
- `-sports` – not there
- `headline:storm`, `description:`, `category:`, `link:`, `authors:` – there alone
- `/^the .*s$/` – a regular expression; `(?-i)` in it minds the case"""


def draw(explored: Explored) -> None:
    """Draw the search box and the filters."""
    filters = explored.filters
    groups = explored.grouping.labels(explored.table.categories)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _text(explored, "Search", "search", _searched, filters.search, width=330, placeholder="words", help=HELP)
        _several(explored, "Category", "categories", explored.table.categories)
        if groups != explored.table.categories:
            _several(explored, "Group", "groups", groups)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _months(explored)
        for what in ("headline", "description"):
            field = f"{what}_length"
            shown = range_text(getattr(filters, field))
            label = f"{what.capitalize()}, characters"
            _text(explored, label, field, length_range, shown, width=150, placeholder="20-80")
        _side(explored, "Description", "has_description")
        _side(explored, "Date", "has_date")
    wrong = _wrong(filters)
    if wrong:
        told = sentence(f"{wrong[2]}. Until then, all that is shown is as it was before")
        st.warning(escaped(told), icon=":material/edit_note:")


def change(explored: Explored, **changes: Any) -> None:
    """Put changed filters in force before the page is drawn: lists begin again, charts without their last click."""
    st.session_state.pop(WRONG, None)
    keep(replace(explored.filters, **changes))
    for forgotten in ("page", "row"):
        remember(PAGE, forgotten, None)
    st.session_state[DRAWN] = st.session_state.get(DRAWN, 0) + 1
    st.session_state[WHOLE_PAGE] = True


def _wrong(filters: Filters) -> tuple[str, str, str] | None:
    """Return what was typed last and cannot be understood: field, text and why, as long as nothing else was changed."""
    told = st.session_state.get(WRONG)
    return told[:3] if told and told[3] == filters else None


def _searched(typed: str) -> str:
    parse(typed.strip())
    return typed.strip()


def _text(explored: Explored, label: str, field: str, read: Callable[[str], Any], shown: str, **how: Any) -> None:
    """Draw a text whose value is ``shown``, or what was typed last and cannot be ``read``."""
    key = f"explore_records_{field}"
    wrong = _wrong(explored.filters)
    st.session_state[key] = wrong[1] if wrong and wrong[0] == field else shown
    st.text_input(label, key=key, on_change=partial(_typed, explored, field, key, read), **how)


def _typed(explored: Explored, field: str, key: str, read: Callable[[str], Any]) -> None:
    typed = st.session_state[key]
    try:
        value = read(typed)
    except InputError as error:
        st.session_state[WRONG] = (field, typed, str(error), explored.filters)
    else:
        change(explored, **{field: value})


def _several(explored: Explored, label: str, field: str, options: Sequence[str]) -> None:
    """Draw a choice of any number of labels; none of them is all."""
    key = f"explore_records_{field}"
    st.session_state[key] = [one for one in getattr(explored.filters, field) if one in options]
    st.multiselect(
        label,
        options,
        key=key,
        on_change=lambda: change(explored, **{field: tuple(st.session_state[key])}),
        placeholder="all",
        width=230,
    )


def _side(explored: Explored, label: str, field: str) -> None:
    """Draw a choice of the rows with, without, or both."""
    key = f"explore_records_{field}"
    there = getattr(explored.filters, field)
    st.session_state[key] = next((name for name, side in SIDES.items() if side == there), None)
    st.selectbox(
        label,
        list(SIDES),
        key=key,
        on_change=lambda: change(explored, **{field: SIDES.get(st.session_state[key])}),
        placeholder="all",
        width=115,
    )


def _months(explored: Explored) -> None:
    """Draw the first and the last month; nothing where rows have one at most, or too many to choose from."""
    months = spanned(explored.table.month)
    if not 1 < len(months) <= MOST_MONTHS:
        return
    for place, (label, end) in enumerate((("From", FIRST_MONTH), ("To", LAST_MONTH))):
        key = f"explore_records_{label.lower()}"
        st.session_state[key] = shown_month((explored.filters.months or ALL_MONTHS)[place], end, months)
        st.selectbox(
            label,
            months,
            key=key,
            on_change=partial(_month_chosen, explored, place, key),
            placeholder="all",
            width=120,
        )


def _month_chosen(explored: Explored, place: int, key: str) -> None:
    asked = list(explored.filters.months or ALL_MONTHS)
    asked[place] = st.session_state[key] or ALL_MONTHS[place]
    # Who moves one end past the other means to begin, or end, there.
    if asked[0] > asked[1]:
        asked[1 - place] = asked[place]
    change(explored, months=tuple(asked) if tuple(asked) != ALL_MONTHS else None)


def spanned(month: np.ndarray) -> list[str]:
    """Return the months from the first to the last that a row has, no more than can be chosen from and one."""
    dated = month[month != NO_MONTH]
    if not len(dated):
        return []
    first, last = int(dated.min()), int(dated.max())
    return [month_text(number) for number in range(first, min(last, first + MOST_MONTHS) + 1)]


def shown_month(asked: str, end: str, months: Sequence[str]) -> str | None:
    """Return the month of ``months`` that is shown for the one asked for; None for an open ``end``.

    >>> shown_month("2013-05", "0001-01", ["2014-01", "2014-02"]), shown_month("9999-12", "9999-12", ["2014-01"])
    ('2014-01', None)
    """
    return None if asked == end else min(max(asked, months[0]), months[-1])
