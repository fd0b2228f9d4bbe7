"""One record whole: all its fields, the records beside it in the file and on its day, and a link to it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import partial
from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from core.data.columns import NO_DAY, month_text
from core.data.engine import Table
from core.data.query import parse
from core.ui import record_filters
from core.ui.components import escaped, link, table_key
from core.ui.explored import PAGE, Explored
from core.ui.selection import remember

BESIDE = 3  # rows of the file before, and as many after
SAME_DAY = 8
LABELS = {"short_description": "description", "authors": "authors", "link": "link"}


def draw(explored: Explored, row: int) -> None:
    """Draw the record at ``row`` of the dataset."""
    record = explored.table.records(np.array([row])).iloc[0]
    st.html(text_html(record["headline"], record["short_description"], searched(explored.filters.search)))
    st.caption(facts(record, row, explored.grouping.group_of(record["category"])))
    if not explored.mask[row]:
        st.caption("It is not among the records that the filters leave.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if web := web_address(record["link"]):
            st.link_button("Open the article", web, icon=":material/open_in_new:", help=escaped(web))
        if explored.table.day[row] != NO_DAY:
            month = month_text(int(explored.table.month[row]))
            st.button(
                f"All of {month}",
                key=f"explore_records_month_{row}",
                icon=":material/filter_alt:",
                on_click=partial(record_filters.change, explored, months=(month, month)),
            )
        link("pages/explore.py", "Link to this record", dataset=explored.dataset.name, part="Records", row=str(row))
    near = beside(row, explored.table.rows)
    st.caption("Beside it in the file")
    _others(explored, near, row, "file")
    if explored.table.day[row] != NO_DAY:
        others = same_day(explored.table, row)
        st.caption(day_text(record["date"], len(others)))
        if len(others):
            _others(explored, others[:SAME_DAY], row, "day")


def searched(search: str) -> list[re.Pattern[str]]:
    """Return what finds the words and phrases of a search in a text.

    Regular expressions are left out: Python's engine may take forever over them.
    """
    kinds = ("word", "phrase")
    return [re.compile(term.pattern) for term in parse(search).terms if term.kind in kinds and not term.without]


def text_html(headline: str, description: str | None, found: Sequence[re.Pattern[str]] = ()) -> str:
    """Return headline and description as HTML, escaped, what is ``found`` underlined; line ends in them are kept."""
    style = "line-height:1.5;overflow-wrap:anywhere;white-space:pre-line"
    parts = [f'<div style="{style};font-size:1.1rem"><strong>{_underlined(headline, found)}</strong></div>']
    if isinstance(description, str) and description.strip():
        parts.append(f'<div style="{style};font-size:.95rem">{_underlined(description, found)}</div>')
    return "".join(parts)


def _underlined(text: str, found: Sequence[re.Pattern[str]]) -> str:
    hit = {place for pattern in found for match in pattern.finditer(text) for place in range(*match.span())}
    runs = itertools.groupby(range(len(text)), key=hit.__contains__)
    parts = [(inside, escape("".join(text[place] for place in places))) for inside, places in runs]
    return "".join(f"<u>{part}</u>" if inside else part for inside, part in parts)


def facts(record: pd.Series, row: int, group: str) -> str:
    """Return everything else of a record as Markdown; what it does not have is said."""
    category = record["category"]
    parts = [f"**{escaped(category)}**" + (f" in group {escaped(group)}" if group != category else "")]
    parts.append(record["date"].date().isoformat() if pd.notna(record["date"]) else "no date")
    parts += [_field(label, record[name]) for name, label in LABELS.items()]
    parts.append(f"headline of {len(record['headline']):,} characters")
    if isinstance(record["short_description"], str):
        parts.append(f"description of {len(record['short_description']):,}")
    return " · ".join([part for part in parts if part] + [f"row {row:,}"])


def _field(label: str, text: object) -> str:
    """Return a field as it is told; nothing for what stands above, or behind a button."""
    if not isinstance(text, str):
        return f"no {label}"
    if not text.strip():
        return f"{label} empty"
    return f"{label} {escaped(text)}" if label != "description" and not web_address(text) else ""


def web_address(text: object) -> str | None:
    """Return a link that may be opened by a click, None for what is no web address.

    >>> web_address("https://a.b/c"), web_address("javascript:alert(1)")
    ('https://a.b/c', None)
    """
    return text if isinstance(text, str) and text.lower().startswith(("http://", "https://")) else None


def beside(row: int, rows: int) -> np.ndarray:
    """Return the rows before and after ``row`` in the file.

    >>> beside(1, 4).tolist()
    [0, 2, 3]
    """
    near = np.arange(max(0, row - BESIDE), min(rows, row + BESIDE + 1))
    return near[near != row]


def same_day(table: Table, row: int) -> np.ndarray:
    """Return the other rows of the day of ``row``: those of its category first, then the nearest in the file."""
    others = np.flatnonzero(table.day == table.day[row])
    others = others[others != row]
    other_category = table.category[others] != table.category[row]
    return others[np.lexsort((np.abs(others - row), other_category))]


def day_text(day: pd.Timestamp, others: int) -> str:
    """Say how many other records a day has, and which of them are listed."""
    # strftime writes the year 1 as "1".
    date = day.date().isoformat()
    if not others:
        return f"No other record is of {date}"
    listed = f"; {SAME_DAY} of them, its category first" if others > SAME_DAY else ""
    return f"{others:,} other {'record' if others == 1 else 'records'} of {date}{listed}"


def _others(explored: Explored, rows: np.ndarray, row: int, where: str) -> None:
    """Draw some records; a click on one goes there."""
    if not len(rows):
        st.caption("There is none.")
        return
    numbers = rows.tolist()
    key = table_key(f"explore_records_{where}", [explored.dataset.fingerprint, row])
    st.dataframe(
        explored.table.records(rows, ["headline", "category"]),
        key=key,
        hide_index=True,
        height="content",
        on_select=partial(_gone_to, key, numbers),
        selection_mode="single-row",
        column_config={
            "headline": st.column_config.TextColumn("Headline", width=225),
            "category": st.column_config.TextColumn("Category", width=125),
        },
    )


def _gone_to(key: str, numbers: list[int]) -> None:
    if now := st.session_state[key]["selection"]["rows"]:
        remember(PAGE, "row", str(numbers[now[0]]))
