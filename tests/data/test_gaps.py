from __future__ import annotations

import numpy as np
import pytest

from core.data.engine import open_table
from core.data.gaps import gaps, gaps_by_label, lacks

ALL = np.ones(3, dtype=bool)


@pytest.fixture
def table(imported, few_records):
    return open_table(imported(few_records))


def test_missing_and_empty_are_told_apart(table):
    shown = gaps(table, ALL)
    assert list(shown.columns) == ["column", "kind", "rows", "share"]
    counts = {(column, kind): rows for column, kind, rows, _ in shown.itertuples(index=False) if rows}
    assert counts == {
        ("short_description", "missing"): 1,
        ("short_description", "empty"): 1,
        ("date", "missing"): 1,
        ("link", "missing"): 2,
        ("authors", "missing"): 2,
    }
    assert shown["share"].tolist() == [rows / 3 for rows in shown["rows"]]


def test_only_rows_that_are_looked_at_count(table):
    shown = gaps(table, np.array([True, False, False])).set_index(["column", "kind"])["rows"]
    assert shown[shown > 0].to_dict() == {("authors", "missing"): 1}
    assert gaps(table, np.zeros(3, dtype=bool))["share"].tolist() == [0.0] * 12


def test_gaps_of_each_label_are_shares_of_its_rows(table):
    shown = gaps_by_label(table, ALL, lambda category: category)
    assert shown["label"].drop_duplicates().tolist() == ["SEA", "FOOD"]
    cells = {(label, column, kind): (rows, of) for label, column, kind, rows, of, _ in shown.itertuples(index=False)}
    assert cells[("SEA", "short_description", "missing")] == (1, 2)
    assert cells[("FOOD", "short_description", "missing")] == (0, 1)
    assert cells[("FOOD", "short_description", "empty")] == (1, 1)
    assert ("SEA", "headline", "missing") not in cells


def test_gaps_of_groups_are_those_of_their_categories(table):
    shown = gaps_by_label(table, ALL, lambda category: "ALL")
    whole = gaps(table, ALL)
    whole = whole[whole["rows"] > 0]
    assert shown[["column", "kind", "rows", "share"]].values.tolist() == whole.values.tolist()


def test_the_filters_find_the_rows_that_are_counted(table):
    for column, kind, rows, _ in gaps(table, ALL).itertuples(index=False):
        if column not in ("headline", "category"):
            assert np.count_nonzero(table.lacks(f"{column}:{kind}")) == rows
            assert (table.lacks(f"{column}:{kind}") == lacks(table, column, kind)).all()


def test_where_nothing_is_lacking_there_is_nothing_to_show(imported):
    whole = {"headline": "a", "category": "A", "short_description": "b", "date": "2014-01-01", "link": "c:d"}
    table = open_table(imported([{**whole, "authors": "e"}] * 2))
    assert gaps_by_label(table, np.ones(2, dtype=bool), str).empty
