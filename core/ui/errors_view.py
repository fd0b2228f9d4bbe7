"""Errors: the records behind the figures, searched, narrowed down and paged through; one of them in detail.

All that is chosen is in the URL under page "evaluate": widgets show what stands there, and a change of one
goes there before the page is drawn, so the matrix above can choose the same things.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from core.data.datasets import Dataset
from core.data.safe_csv import frame_to_csv
from core.errors import InputError
from core.evaluation.errors import KINDS, ORDERS, Kind, Listing, Query, chosen, rows_at
from core.evaluation.judge import Judged
from core.runs.store import Run
from core.ui import cache_errors, error_detail
from core.ui.components import escaped, notice, table_key
from core.ui.selection import remember, value
from core.ui.theme import Palette

PAGE = "evaluate"
MATRIX, WHOLE_PAGE = "evaluate_matrix_again", "evaluate_whole_page"
ROWS = 50  # a page
HEIGHT, FITTING = 332, 9  # px of a table, and rows that need less
ORDER_NAMES = {
    "surest": "Surest first",
    "unsure": "Least sure first",
    "margin": "Smallest margin first",
    "newest": "Newest first",
    "oldest": "Oldest first",
    "row": "As in the dataset",
}
DESCRIBED = {"with": True, "without": False}


@st.fragment
def draw(run: Run, judged: Judged, dataset: Dataset | None, palette: Palette) -> None:
    """Draw the filters, a page of the rows they leave, and the row that is ticked.

    A fragment: a click in it draws nothing else again, unless it is about what the matrix outlines.
    ``dataset`` is that of ``judged``; None when it is not here any more.
    """
    if st.session_state.pop(WHOLE_PAGE, False):
        st.rerun()
    if dataset is None:
        st.caption("The dataset of this run is not here; import its file to see the headlines.")
        return
    found = cache_errors.listing(run, judged, dataset)
    _filters(found)
    query = asked_query(found)
    try:
        places = chosen(found, query)
    except InputError as error:
        st.warning(escaped(str(error)), icon=":material/edit_note:")
        return
    notice(dataset)
    shown = _page(found, places, query)
    if not len(places):
        st.write(nothing(found, query))
        return
    place = _table(found, shown, query)
    if place is None:
        st.caption("Click the box before a row to see all its probabilities and the words that pulled.")
    else:
        error_detail.draw(run, found, place, dataset, palette)


def nothing(found: Listing, query: Query) -> str:
    """Say kindly why no row is listed."""
    if query.kind == "wrong" and np.array_equal(found.judged.true, found.judged.predicted):
        return f"No row is wrong: all {len(found):,} got the right answer."
    return "No row is like that; take a filter away."


def kind_of(asked: str | None, true: str | None, predicted: str | None) -> Kind:
    """Return which rows are listed: a whole cell settles it, since those on the diagonal are right, all others wrong.

    >>> kind_of("wrong", "A", "A"), kind_of("right", "A", "B"), kind_of("right", "A", None)
    ('right', 'wrong', 'right')
    """
    if true and predicted:
        return "right" if true == predicted else "wrong"
    return asked if asked in KINDS else KINDS[0]


def _asked_kind() -> Kind:
    return kind_of(*(value(PAGE, name) for name in ("show", "true", "predicted")))


def one_of(options: Sequence[str], asked: str | None) -> str | None:
    """Return what the URL asks for where that is an option, else None."""
    return asked if asked in options else None


def asked_query(found: Listing) -> Query:
    """Return what the URL asks for, as the filters show it; what no row of ``found`` can have is left open."""
    labels, (first, last) = found.judged.metrics.labels, _days(found)
    least, most = confidence_of(value(PAGE, "confidence"))
    since, until = (day_of(value(PAGE, name), first, last) if first and last else None for name in ("since", "until"))
    order = value(PAGE, "sort")
    return Query(
        kind=_asked_kind(),
        true=one_of(labels, value(PAGE, "true")),
        predicted=one_of(labels, value(PAGE, "predicted")),
        category=one_of(found.categories, value(PAGE, "category")) if _grouped(found) else None,
        search=value(PAGE, "search") or "",
        least=least,
        most=most,
        since=since,
        until=until,
        described=DESCRIBED.get(value(PAGE, "described") or ""),
        order=order if order in ORDERS else ORDERS[0],
    )


def _grouped(found: Listing) -> bool:
    """Return whether a label holds other categories than itself."""
    return found.categories != sorted(found.judged.metrics.labels)


def _days(found: Listing) -> tuple[date | None, date | None]:
    """Return the first and the last day of the rows, None where no row has one."""
    if not found.has_dates:
        return None, None
    return found.records["date"].min().date(), found.records["date"].max().date()


def _filters(found: Listing) -> None:
    """Draw the filters, which show `asked_query`."""
    labels = sorted(found.judged.metrics.labels)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _bound(
            st.segmented_control,
            "Rows",
            "show",
            read=lambda _: _asked_kind(),
            write=str,
            options=KINDS,
            format_func=str.capitalize,
            required=True,
            disabled=bool(value(PAGE, "true") and value(PAGE, "predicted")),
        )
        _bound(
            st.text_input,
            "Search",
            "search",
            read=lambda asked: asked or "",
            write=lambda typed: typed.strip() or None,
            width=160,
            placeholder="words",
            help="Headlines and descriptions with each of these words, or with words that begin with them.",
        )
        _choice("True", "true", labels)
        _choice("Predicted", "predicted", labels)
        if _grouped(found):
            _choice("Raw category", "category", found.categories)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _bound(
            st.selectbox,
            "Order",
            "sort",
            read=lambda asked: asked if asked in ORDERS else ORDERS[0],
            write=str,
            options=ORDERS,
            format_func=ORDER_NAMES.get,
            width=190,
        )
        _bound(
            st.slider,
            "Confidence",
            "confidence",
            read=confidence_of,
            write=confidence_text,
            min_value=0.0,
            max_value=1.0,
            step=0.01,
            width=190,
        )
        _choice("Description", "described", list(DESCRIBED), width=130)
        for label, name in (("From", "since"), ("To", "until")):
            _day(label, name, found)


def _bound(
    widget: Callable[..., Any],
    label: str,
    name: str,
    *,
    read: Callable[[str | None], Any],
    write: Callable[[Any], str | None],
    **how: Any,
) -> None:
    """Draw a widget that shows what the URL says of ``name``, and writes there what it is changed to.

    Parameters
    ----------
    read: from the URL's text, None without one, to the widget's value; write: back, None to leave it out.
    """
    key = f"{PAGE}_errors_{name}"
    st.session_state[key] = read(value(PAGE, name))
    widget(label, key=key, on_change=_changed, args=(name, key, write), **how)


def _changed(name: str, key: str, write: Callable[[Any], str | None]) -> None:
    """Keep a changed filter; the list begins again with its first page, and without a ticked row."""
    remember(PAGE, name, write(st.session_state[key]))
    for forgotten in ("page", "row"):
        remember(PAGE, forgotten, None)
    if name in ("true", "predicted"):
        outline_again()
        st.session_state[WHOLE_PAGE] = True
    elif value(PAGE, "true") or value(PAGE, "predicted"):
        # The glance at the matrix lists the same rows.
        st.session_state[WHOLE_PAGE] = True


def outline_again() -> None:
    """Let the matrix outline what is selected now: a chart keeps its own click, but not under a new key."""
    st.session_state[MATRIX] = st.session_state.get(MATRIX, 0) + 1


def _choice(label: str, name: str, options: Sequence[str], width: int = 160) -> None:
    """Draw a choice of one or all."""
    _bound(
        st.selectbox,
        label,
        name,
        read=partial(one_of, options),
        write=lambda one: one,
        options=options,
        index=None,
        placeholder="all",
        width=width,
    )


def _day(label: str, name: str, found: Listing) -> None:
    """Draw a choice of a day among those of the rows; nothing where no row has a date."""
    first, last = _days(found)
    if not first or not last:
        return
    _bound(
        st.date_input,
        label,
        name,
        read=lambda asked: day_of(asked, first, last),
        write=lambda day: day.isoformat() if day else None,
        min_value=first,
        max_value=last,
        format="YYYY-MM-DD",
        width=130,
    )


def day_of(asked: str | None, first: date, last: date) -> date | None:
    """Return the day of the URL, no further out than the rows; None for what is no day.

    >>> day_of("1900-01-01", date(2012, 1, 28), date(2022, 9, 23))
    datetime.date(2012, 1, 28)
    """
    try:
        return min(max(date.fromisoformat(asked or ""), first), last)
    except ValueError:
        return None


def confidence_of(asked: str | None) -> tuple[float, float]:
    """Return the range that the URL asks for, all of it where that is none.

    >>> confidence_of("0.2-0.85"), confidence_of("0.9-0.1"), confidence_of(None)
    ((0.2, 0.85), (0.0, 1.0), (0.0, 1.0))
    """
    try:
        least, most = map(float, (asked or "").split("-"))
    except ValueError:
        return 0.0, 1.0
    return (least, most) if 0 <= least <= most <= 1 else (0.0, 1.0)


def confidence_text(bounds: tuple[float, float]) -> str | None:
    """Return a range as it stands in the URL, None for all of it."""
    return None if bounds == (0.0, 1.0) else f"{bounds[0]:g}-{bounds[1]:g}"


def _page(found: Listing, places: np.ndarray, query: Query) -> np.ndarray:
    """Draw how many rows there are, their pages and the download; return the positions on the page chosen."""
    pages = max(1, -(-len(places) // ROWS))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{heading(query, len(places))}**")
        number = page_of(value(PAGE, "page"), pages)
        if pages > 1:
            # Another list has a widget of its own, which begins with its first page.
            key = table_key(f"{PAGE}_errors_page", [query])
            number = st.pagination(pages, default=number, key=key, on_change=_paged, args=(key,), width=340)
        st.download_button(
            "CSV",
            data=partial(_csv, found, places),
            file_name=f"{found.judged.dataset}-{query.kind}.csv",
            mime="text/csv",
            icon=":material/download:",
            disabled=not len(places),
            help="All rows that are listed, on all pages. No cell of it starts a formula in a spreadsheet.",
            on_click="ignore",
        )
    return places[(number - 1) * ROWS : number * ROWS]


def heading(query: Query, rows: int) -> str:
    """Return what is listed, as Markdown: ``47 rows of EDUCATION taken for LIFESTYLE``."""
    verb = "rightly taken for" if query.true == query.predicted else "taken for"
    kind = "" if query.kind == "all" or (query.true and query.predicted) else f" {query.kind}"
    of = f" of {escaped(query.true)}" if query.true else ""
    to = f" {verb} {escaped(query.predicted)}" if query.predicted else ""
    selected = Query(kind=query.kind, true=query.true, predicted=query.predicted, order=query.order)
    filtered = "" if query == selected else ", filtered"
    return f"{rows:,}{kind} {'row' if rows == 1 else 'rows'}{of}{to}{filtered}"


def page_of(asked: str | None, pages: int) -> int:
    """Return the page that the URL asks for, from 1, as far as there are pages.

    >>> page_of("7", 3), page_of("x", 3), page_of(None, 3)
    (3, 1, 1)
    """
    return min(max(int(asked), 1), pages) if asked and asked.isdecimal() else 1


def _paged(key: str) -> None:
    number = st.session_state[key]
    remember(PAGE, "page", None if number == 1 else str(number))
    remember(PAGE, "row", None)


def _csv(found: Listing, places: np.ndarray) -> bytes:
    return frame_to_csv(rows_at(found, places)).encode("utf-8")


def _table(found: Listing, places: np.ndarray, query: Query) -> int | None:
    """Draw a page of rows; return the position of the one that is ticked."""
    shown = rows_at(found, places)
    rows = shown["row"].tolist()
    asked = value(PAGE, "row")
    ticked = [rows.index(int(asked))] if asked and asked.isdecimal() and int(asked) in rows else []
    columns = ["headline", "true", "predicted", "confidence", "margin", "category", "date", "short_description"]
    same = {"true": query.true, "predicted": query.predicted, "category": query.category}
    grouped = not shown["true"].astype("str").equals(shown["category"].astype("str"))
    key = table_key(f"{PAGE}_errors", rows)
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        height=HEIGHT if len(rows) > FITTING else "content",
        on_select=partial(_ticked, key, rows),
        selection_mode="single-row",
        selection_default={"selection": {"rows": ticked}},
        column_order=[name for name in columns if not same.get(name) and (name != "category" or grouped)],
        column_config={
            "headline": st.column_config.TextColumn("Headline", width=470),
            "true": st.column_config.TextColumn("True", width=120),
            "predicted": st.column_config.TextColumn("Predicted", width=120),
            "category": "Raw category",
            "confidence": st.column_config.NumberColumn("Confidence", format="%.3f", width=75),
            "margin": st.column_config.NumberColumn(
                "Margin", format="%.3f", width=60, help="How far the answer is ahead of the next label."
            ),
            "date": st.column_config.DateColumn("Date", format="YYYY-MM-DD"),
            "short_description": st.column_config.TextColumn("Description", width="large"),
        },
    )
    return int(places[ticked[0]]) if ticked else None


def _ticked(key: str, rows: Sequence[int]) -> None:
    """Keep which row is ticked, before the page is drawn again."""
    now = st.session_state[key]["selection"]["rows"]
    remember(PAGE, "row", str(rows[now[0]]) if now else None)
