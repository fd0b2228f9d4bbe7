"""Parts that several pages show: text as it is, links, a dataset's facts and flaws."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Sequence

import streamlit as st

from core.data import datasets

SPECIAL = "\\`*_{}[]()#+-=.!|~$:<>&"


def escaped(text: str) -> str:
    """Return ``text`` so that Markdown shows it as it is."""
    return "".join(f"\\{letter}" if letter in SPECIAL else letter for letter in text)


def link(page: str, label: str, **query: str) -> None:
    """Draw a link to another page, with ``query`` in its URL; nothing where a page is shown without its navigation."""
    with contextlib.suppress(st.errors.StreamlitAPIException, KeyError):
        st.page_link(page, label=label, icon=":material/arrow_forward:", query_params=query)


def years(dataset: datasets.Dataset) -> str:
    """Return the years that the records come from."""
    if not dataset.first_date:
        return "none"
    first, last = str(dataset.first_date)[:4], str(dataset.last_date)[:4]
    return first if first == last else f"{first}–{last}"


def dataset_facts(dataset: datasets.Dataset) -> None:
    """Draw what a dataset is in figures, what was wrong with its file, and what it wants to be said."""
    facts = st.columns([3, 3, 3, 4])
    facts[0].metric("Rows", f"{dataset.rows:,}")
    facts[1].metric("Categories", f"{len(dataset.category_counts):,}")
    facts[2].metric("Rejected lines", f"{dataset.rejected:,}")
    facts[3].metric("Dates", years(dataset))
    flaws(dataset)
    notice(dataset)


def notice(dataset: datasets.Dataset) -> None:
    """Say what the dataset wants to be said wherever it is shown."""
    if dataset.notice:
        st.caption(f":material/info: {escaped(dataset.notice)}")


def flaws(dataset: datasets.Dataset) -> None:
    """Say what was wrong with the file, and what the import took it for, a line each where there is anything."""
    found = [f"{count:,} × {reason}" for reason, count in dataset.rejected_reasons.items()]
    if dataset.dates_unreadable:
        found.append(f"{dataset.dates_unreadable:,} × unreadable date (kept without)")
    if found:
        st.caption(f"Flaws found: {escaped('; '.join(found))}.")
    if dataset.notes:
        st.caption(f"About the file: {escaped('; '.join(dataset.notes))}.")


def table_key(key: str, rows: Sequence[object]) -> str:
    """Return a widget key that is another for other rows."""
    return f"{key}_{zlib.crc32(repr(rows).encode()):08x}"


def clicked(event: object, name: str) -> dict[str, str] | None:
    """Return the fields of the mark that was clicked in a chart, None when none is.

    Item access, since tests hand in plain dicts.
    """
    marks = event["selection"].get(name) if event else None  # type: ignore[index]
    return dict(marks[0]) if marks else None
