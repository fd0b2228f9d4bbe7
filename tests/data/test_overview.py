from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.overview import (
    counts_by_category,
    distribution,
    largest,
    nested_distribution,
    side_by_side,
)

GROUPS = {"ARTS": "CULTURE", "STYLE": "CULTURE"}
NAMES = ["ARTS", "CRIME", "MONEY", "NEVER", "STYLE"]
COUNTS = st.lists(st.integers(0, 9), min_size=5, max_size=5).map(np.array)


def counted(**rows: int) -> np.ndarray:
    return np.array([rows.get(name, 0) for name in NAMES])


def test_rows_are_counted_where_the_mask_is():
    codes = np.array([1, 0, 1, 3], dtype=np.int32)
    assert counts_by_category(codes, np.array([True, True, False, True]), 5).tolist() == [1, 1, 0, 1, 0]
    assert counts_by_category(codes, np.ones(4, dtype=bool), 5).tolist() == [1, 2, 0, 1, 0]
    assert counts_by_category(codes, np.zeros(4, dtype=bool), 5).tolist() == [0] * 5


def test_distribution_is_sorted_by_size_then_name():
    shown = distribution(NAMES, counted(STYLE=1, CRIME=2, ARTS=1))
    assert shown.to_dict("list") == {"label": ["CRIME", "ARTS", "STYLE"], "rows": [2, 1, 1], "share": [0.5, 0.25, 0.25]}


@pytest.mark.parametrize("group_of", [GROUPS, lambda category: GROUPS.get(category, category)])
def test_distribution_over_groups(group_of):
    shown = distribution(NAMES, counted(ARTS=2, STYLE=1, CRIME=1), group_of)
    assert shown.to_dict("list") == {"label": ["CULTURE", "CRIME"], "rows": [3, 1], "share": [0.75, 0.25]}


def test_nested_distribution_has_the_largest_group_first():
    shown = nested_distribution(NAMES, counted(ARTS=1, STYLE=2, CRIME=2), GROUPS)
    assert shown.to_dict("list") == {
        "group": ["CULTURE", "CULTURE", "CRIME"],
        "category": ["STYLE", "ARTS", "CRIME"],
        "rows": [2, 1, 2],
        "share": [0.4, 0.2, 0.4],
    }


@given(COUNTS)
def test_each_row_is_counted_once(counts):
    flat, grouped = distribution(NAMES, counts), distribution(NAMES, counts, GROUPS)
    nested = nested_distribution(NAMES, counts, GROUPS)
    assert flat["rows"].sum() == grouped["rows"].sum() == nested["rows"].sum() == counts.sum()
    assert nested.groupby("group")["rows"].sum().to_dict() == dict(zip(grouped["label"], grouped["rows"], strict=True))
    there = {name for name, rows in zip(NAMES, counts, strict=True) if rows}
    assert set(nested["category"]) == set(flat["label"]) == there
    for shown in (flat, grouped, nested):
        assert shown["share"].sum() == pytest.approx(1 if counts.sum() else 0)


def test_two_sides_are_aligned_by_label():
    shown = side_by_side((["A", "B"], np.array([3, 1])), (["B", "C"], np.array([1, 1])))
    assert shown.to_dict("list") == {
        "label": ["A", "B", "C"],
        "rows": [3, 1, 0],
        "share": [0.75, 0.25, 0.0],
        "other_rows": [0, 1, 1],
        "other_share": [0.0, 0.5, 0.5],
        "difference": [0.75, -0.25, -0.5],
    }


@given(COUNTS, COUNTS)
def test_two_sides_swapped_differ_by_the_sign(one, other):
    there = side_by_side((NAMES, one), (NAMES, other), GROUPS).set_index("label")["difference"]
    back = side_by_side((NAMES, other), (NAMES, one), GROUPS).set_index("label")["difference"]
    pd.testing.assert_series_equal(there.sort_index(), -back.sort_index())


@pytest.mark.parametrize(("count", "labels", "rows"), [(0, 3, 4), (2, 1, 1), (3, 0, 0), (9, 0, 0)])
def test_what_is_not_drawn_is_counted(count, labels, rows):
    table = distribution(NAMES, counted(CRIME=2, ARTS=1, STYLE=1))
    kept, left, of = largest(table, count)
    assert (len(kept), left, of) == (min(count, 3), labels, rows)


def test_nothing_is_spread_over_nothing():
    assert distribution([], np.array([], dtype=int)).empty
    assert nested_distribution(NAMES, counted(), GROUPS).empty
    assert side_by_side((NAMES, counted()), (NAMES, counted())).empty
