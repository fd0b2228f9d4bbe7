"""Records in Explore: searched, narrowed down, sorted and paged through; one of them in detail; all in a file.

A page of rows goes to the browser, never all of them.
"""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import streamlit as st

from core.data.engine import ORDERS, Order
from core.data.records_file import FORMATS
from core.ui import record_detail, record_filters
from core.ui.components import table_key
from core.ui.explored import PAGE, Explored
from core.ui.record_filters import WHOLE_PAGE
from core.ui.selection import remember, value

ROWS = 50  # a page
HEIGHT, FITTING = 460, 12  # px of a table, and rows that need less
# More rows in one file would not fit into the memory of a server beside all else; the command line writes any number.
MOST_DOWNLOADED = 500_000
LISTED_LAST = "explore_records_listed"
LISTED = ("headline", "category", "date", "short_description")
ORDER_NAMES: dict[Order, str] = {
    "row": "As in the file",
    "newest": "Newest first",
    "oldest": "Oldest first",
    "headline": "Headline, A to Z",
    "longest": "Longest headline first",
    "shortest": "Shortest headline first",
    "category": "Category, A to Z",
}
MIME = {".csv": "text/csv", ".jsonl": "application/jsonl"}
KINDS = {".csv": "CSV", ".jsonl": "JSON lines"}


@st.fragment
def draw(explored: Explored) -> None:
    """Draw the filters, a page of the rows that they leave, and the row that is ticked.

    A fragment: turning a page or ticking a row draws nothing else again.
    """
    if st.session_state.pop(WHOLE_PAGE, False):
        st.rerun()
    record_filters.draw(explored)
    rows = explored.rows
    order, first = _page(explored, rows)
    asked = row_of(value(PAGE, "row"), explored.table.rows)
    if not rows:
        st.write("No record is like that; take a filter away.")
    left, right = st.columns([11, 8], gap="medium") if asked is not None else (st.container(), None)
    if rows:
        with left:
            _table(explored, explored.table.positions(explored.mask, first, ROWS, order), asked)
    if asked is None and rows:
        st.caption("Click the box before a row to read it whole, with the records around it.")
    if asked is not None and right is not None:
        with right:
            record_detail.draw(explored, asked)


def order_of(asked: str | None) -> Order:
    """Return the order that the URL asks for, that of the file for what is none."""
    return next((order for order in ORDERS if order == asked), ORDERS[0])


def page_of(asked: str | None, pages: int) -> int:
    """Return the page that the URL asks for, from 1, as far as there are pages.

    >>> page_of("7", 3), page_of("x", 3), page_of(None, 3)
    (3, 1, 1)
    """
    return min(max(int(asked), 1), pages) if asked and asked.isdecimal() and len(asked) < 12 else 1


def row_of(asked: str | None, rows: int) -> int | None:
    """Return the row that the URL asks for, None for what is none of the dataset's.

    >>> row_of("7", 8), row_of("8", 8), row_of("-1", 8)
    (7, None, None)
    """
    return int(asked) if asked and asked.isdecimal() and len(asked) < 12 and int(asked) < rows else None


def _page(explored: Explored, rows: int) -> tuple[Order, int]:
    """Draw how many rows there are, order, pages and downloads; return the order and the page's first place."""
    pages = max(1, -(-rows // ROWS))
    _begin_again(explored)
    number = page_of(value(PAGE, "page"), pages)
    order = order_of(value(PAGE, "sort"))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{rows:,} {'record' if rows == 1 else 'records'}**", width="content")
        st.session_state["explore_records_sort"] = order
        st.selectbox(
            "Order",
            ORDERS,
            key="explore_records_sort",
            format_func=ORDER_NAMES.get,
            on_change=_sorted,
            label_visibility="collapsed",
            width=200,
        )
        if pages > 1:
            # Another list has a widget of its own, which begins with its first page.
            key = table_key("explore_records_page", [explored.dataset.fingerprint, explored.filters, order])
            st.pagination(pages, default=number, key=key, on_change=_paged, args=(key,), width=340)
        with st.container(horizontal=True, width="content"):
            for ending, name in KINDS.items():
                _download(explored, rows, order, ending, name)
    return order, (number - 1) * ROWS


def _begin_again(explored: Explored) -> None:
    """Go back to the first page where a click elsewhere on the page of Explore has changed what is listed."""
    listed = (explored.dataset.fingerprint, explored.grouping, explored.filters)
    if st.session_state.get(LISTED_LAST, listed) != listed:
        remember(PAGE, "page", None)
    st.session_state[LISTED_LAST] = listed


def _download(explored: Explored, rows: int, order: Order, ending: str, name: str) -> None:
    too_many = rows > MOST_DOWNLOADED
    about = "No cell of it starts a formula in a spreadsheet." if ending == ".csv" else "One JSON object a line."
    st.download_button(
        name,
        data=partial(content, explored, order, ending),
        file_name=f"{explored.dataset.name}-records{ending}",
        mime=MIME[ending],
        key=f"explore_records_download_{name}",
        icon=":material/download:",
        disabled=too_many or not rows,
        help=f"Over {MOST_DOWNLOADED:,} records are written by the command line: data records NAME --output FILE."
        if too_many
        else f"All records that the filters leave, on all pages, in this order. {about}",
        on_click="ignore",
    )


def content(explored: Explored, order: Order, ending: str) -> io.BytesIO:
    """Return the file of all records that the filters leave."""
    rows = explored.table.positions(explored.mask, order=order)
    out = io.BytesIO()
    for part in FORMATS[ending](explored.table, rows):
        out.write(part.encode("utf-8"))
    out.seek(0)
    return out


def _sorted() -> None:
    chosen = st.session_state["explore_records_sort"]
    remember(PAGE, "sort", chosen if chosen != ORDERS[0] else None)
    remember(PAGE, "page", None)


def _paged(key: str) -> None:
    number = st.session_state[key]
    remember(PAGE, "page", None if number == 1 else str(number))
    remember(PAGE, "row", None)


def _table(explored: Explored, rows: np.ndarray, asked: int | None) -> None:
    """Draw a page of rows; one that is ticked goes to the URL."""
    numbers = rows.tolist()
    shown = explored.table.records(rows, LISTED).fillna({"short_description": ""})
    # A column of nothing but "None" says nothing.
    columns = [name for name in LISTED if name != "date" or shown["date"].notna().any()]
    key = table_key("explore_records", [explored.dataset.fingerprint, numbers])
    st.dataframe(
        shown.reset_index(),
        key=key,
        hide_index=True,
        height=HEIGHT if len(numbers) > FITTING else "content",
        on_select=partial(_ticked, key, numbers),
        selection_mode="single-row",
        selection_default={"selection": {"rows": [numbers.index(asked)] if asked in numbers else []}},
        column_order=columns,
        column_config={
            "headline": st.column_config.TextColumn("Headline", width=400 if asked is None else 270),
            "category": st.column_config.TextColumn("Category", width=125),
            "date": st.column_config.DateColumn("Date", format="YYYY-MM-DD", width=85),
            "short_description": st.column_config.TextColumn("Description", width="large"),
        },
    )


def _ticked(key: str, numbers: list[int]) -> None:
    """Keep which row is ticked, before the part is drawn again."""
    now = st.session_state[key]["selection"]["rows"]
    remember(PAGE, "row", str(numbers[now[0]]) if now else None)
