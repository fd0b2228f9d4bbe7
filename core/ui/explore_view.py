"""The parts of Explore: records of one label, and the tables about columns and lengths."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.data import datasets
from core.grouping.grouping import Grouping


def with_label(frame: pd.DataFrame, label: str, grouping: Grouping) -> pd.DataFrame:
    """Return the records whose category, or whose group, is ``label``."""
    names = frame["category"].cat.categories
    wanted = [name for name in names if name == label] or [name for name in names if grouping.group_of(name) == label]
    return frame[frame["category"].isin(wanted)]


def absences(missing: pd.DataFrame) -> pd.DataFrame:
    """Return column, kind (missing or empty), rows, share: one row for each pair."""
    parts = [
        pd.DataFrame(
            {"column": missing["column"], "kind": kind, "rows": missing[kind], "share": missing[f"{kind}_share"]}
        )
        for kind in ("missing", "empty")
    ]
    return pd.concat(parts, ignore_index=True)


def columns_table(table: pd.DataFrame) -> None:
    """Draw what pandas' info says, a row a column."""
    count = st.column_config.NumberColumn
    st.dataframe(
        table.assign(memory_bytes=table["memory_bytes"] / 1e6),
        hide_index=True,
        column_config={
            "column": "Column",
            "type": "Type",
            "non_null": count("Non-null", format="localized"),
            "missing": count("Missing", format="localized"),
            "empty": count("Empty", format="localized"),
            "memory_bytes": count("Memory, MB", format="%.1f"),
            "distinct": count("Distinct", format="localized"),
        },
    )


def lengths_table(lengths: pd.DataFrame, dates: Mapping[str, object]) -> None:
    """Draw how long the texts are and how the dates spread."""
    number = st.column_config.NumberColumn
    columns = {name: number(name, format="%.1f") for name in ("mean", "std", "min", "25%", "50%", "75%", "max")}
    st.dataframe(
        lengths,
        hide_index=True,
        column_config={"text": "Text", "unit": "Unit", "count": number("Count", format="localized"), **columns},
    )
    spread = {
        name: f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else f"{value:,}" if value is not None else "none"
        for name, value in dates.items()
    }
    st.caption("Dates")
    st.dataframe(pd.DataFrame([spread]), hide_index=True)


def rejected_lines(dataset: datasets.Dataset) -> None:
    """List the lines of the file that could not be used, with the reason."""
    if not dataset.rejected:
        st.write("Every line of the file was used.")
        return
    lines = datasets.rejected(dataset, 1000)
    st.caption(f"{dataset.rejected:,} lines could not be used; the first {len(lines):,} are listed.")
    st.dataframe(
        pd.DataFrame(lines),
        hide_index=True,
        column_config={"line": "Line", "reason": "Reason", "text": "Text"},
    )
