"""What records lack: values that are missing, and texts that are empty, by column and by category."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.data.columns import EMPTY, MISSING, NO_DAY

if TYPE_CHECKING:
    from core.data.engine import Table

# headline and category are there in every record, or it would not be one.
COLUMNS = ("headline", "short_description", "category", "date", "link", "authors")
KINDS = {"missing": MISSING, "empty": EMPTY}


def gaps(table: Table, mask: np.ndarray) -> pd.DataFrame:
    """Return two rows a column, one for each kind ("missing", "empty"): column, kind, rows, share.

    Missing is no value at all; empty is a text of nothing but white space. ``mask`` says which rows count, bool,
    shape (rows,); shares are of those.
    """
    total = max(1, int(np.count_nonzero(mask)))
    found = [
        {"column": column, "kind": kind, "rows": int(np.count_nonzero(lacks(table, column, kind) & mask))}
        for column in COLUMNS
        for kind in KINDS
    ]
    frame = pd.DataFrame(found)
    return frame.assign(share=frame["rows"] / total)


def gaps_by_label(table: Table, mask: np.ndarray, group_of: Callable[[str], str]) -> pd.DataFrame:
    """Return the gaps of each label, the label with the most rows first: label, column, kind, rows, of, share.

    Only kinds of gaps that some row has are there, each for all labels with rows; ``of`` are the label's rows.
    """
    labels = sorted({group_of(category) for category in table.categories})
    place = np.array([labels.index(group_of(category)) for category in table.categories], dtype=np.int64)
    size = len(table.categories)

    def counted(which: np.ndarray) -> np.ndarray:
        by_category = np.bincount(table.category[which], minlength=size)
        return np.bincount(place, weights=by_category, minlength=len(labels)).astype(np.int64)

    whole = counted(mask)
    order = [row for row in np.argsort(-whole, kind="stable") if whole[row]]
    parts = []
    for column in COLUMNS:
        for kind in KINDS:
            which = lacks(table, column, kind) & mask
            if which.any():
                rows = counted(which)[order]
                names = [labels[row] for row in order]
                parts.append(pd.DataFrame({"label": names, "column": column, "kind": kind, "rows": rows}))
    if not parts:
        return pd.DataFrame(columns=["label", "column", "kind", "rows", "of", "share"])
    of = {labels[row]: int(whole[row]) for row in order}
    frame = pd.concat(parts, ignore_index=True)
    frame["of"] = frame["label"].map(of)
    return frame.assign(share=frame["rows"] / frame["of"])


def lacks(table: Table, column: str, kind: str) -> np.ndarray:
    """Return which rows lack ``column`` in this way; bool, shape (rows,)."""
    if column == "date":
        return table.day == NO_DAY if kind == "missing" else np.zeros(table.rows, dtype=bool)
    if column not in table.presence:
        return np.zeros(table.rows, dtype=bool)
    return table.presence[column] == KINDS[kind]
