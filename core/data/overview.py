"""How rows spread over categories and groups, alone or beside those of another dataset.

All functions are pure, take rows that were counted before, and give shares of 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

GroupOf = Callable[[str], str] | Mapping[str, str]


def counts_by_category(category: np.ndarray, mask: np.ndarray, categories: int) -> np.ndarray:
    """Return the rows of each category; int64, shape (categories,).

    Parameters
    ----------
    category: code of each row, shape (rows,); mask: which of them count, bool, shape (rows,).
    """
    return np.bincount(category if mask.all() else category[mask], minlength=categories)


def distribution(categories: Sequence[str], counts: np.ndarray, group_of: GroupOf | None = None) -> pd.DataFrame:
    """Return how the rows spread over categories, or over groups: columns label, rows, share; largest first.

    ``group_of`` maps category to group; a category that a mapping leaves out keeps its own name. Only labels
    with rows are there. Equally large ones are in the order of their names.
    """
    table = _added(categories, counts, group_of)
    table = table[table["rows"] > 0].sort_values(["rows", "label"], ascending=[False, True], ignore_index=True)
    return table.assign(share=shares(table["rows"]))


def nested_distribution(categories: Sequence[str], counts: np.ndarray, group_of: GroupOf) -> pd.DataFrame:
    """Return the categories within their groups: columns group, category, rows, share (of all rows).

    The largest group is first, and in it the largest category. Only categories with rows are there.
    """
    table = pd.DataFrame({"category": pd.Series(list(categories), dtype="str"), "rows": np.asarray(counts)})
    table = table[table["rows"] > 0]
    group = _function(group_of)
    table.insert(0, "group", pd.Series([group(one) for one in table["category"]], dtype="str", index=table.index))
    table["of_group"] = table.groupby("group")["rows"].transform("sum")
    table["share"] = shares(table["rows"])
    order = ["of_group", "group", "rows", "category"]
    table = table.sort_values(order, ascending=[False, True, False, True], ignore_index=True)
    return table[["group", "category", "rows", "share"]]


def side_by_side(
    one: tuple[Sequence[str], np.ndarray], other: tuple[Sequence[str], np.ndarray], group_of: GroupOf | None = None
) -> pd.DataFrame:
    """Return how two sets of rows spread over the same labels, the largest of the first one first.

    Each side is its categories and their rows. Columns: label, rows, share, other_rows, other_share, difference
    (share - other_share). A label that one side lacks has no rows there. Equally large ones are in the order of
    their names.
    """
    left = _added(*one, group_of).set_index("label")["rows"]
    right = _added(*other, group_of).set_index("label")["rows"].rename("other_rows")
    table = pd.concat([left, right], axis=1).fillna(0).astype("int64").rename_axis("label").reset_index()
    table = table[(table["rows"] > 0) | (table["other_rows"] > 0)]
    order = ["rows", "other_rows", "label"]
    table = table.sort_values(order, ascending=[False, False, True], ignore_index=True)
    table = table.assign(share=shares(table["rows"]), other_share=shares(table["other_rows"]))
    table["difference"] = table["share"] - table["other_share"]
    return table[["label", "rows", "share", "other_rows", "other_share", "difference"]]


def largest(table: pd.DataFrame, count: int) -> tuple[pd.DataFrame, int, int]:
    """Return the first ``count`` rows of a sorted ``table``, and how many labels and rows of data the others are."""
    rest = table.iloc[count:]
    return table.head(count), len(rest), int(rest["rows"].sum())


def shares(rows: pd.Series) -> pd.Series:
    """Return each part of the whole; nothing where the whole is nothing."""
    return rows / max(1, rows.sum())


def _added(categories: Sequence[str], counts: np.ndarray, group_of: GroupOf | None) -> pd.DataFrame:
    """Return label and rows, each label once."""
    group = _function(group_of)
    table = pd.DataFrame({"label": [group(one) for one in categories], "rows": np.asarray(counts, dtype=np.int64)})
    return table.astype({"label": "str"}).groupby("label", as_index=False)["rows"].sum()


def _function(group_of: GroupOf | None) -> Callable[[str], str]:
    if group_of is None:
        return lambda category: category
    if isinstance(group_of, Mapping):
        return lambda category: group_of.get(category, category)
    return group_of
