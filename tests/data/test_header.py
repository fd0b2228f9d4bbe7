from __future__ import annotations

import pytest

from core.data.header import doubts


@pytest.mark.parametrize("columns", [["title", "label"], ["column 2", "title", "2nd"], ["title (2)", "label"], []])
def test_names_that_are_in_order(columns):
    assert doubts(columns) == []


@pytest.mark.parametrize("value", ["3", "2012-01-28", "Jan 28, 2012", "x" * 81])
def test_a_first_line_that_is_a_record(value):
    (doubt,) = doubts(["a", value])
    assert doubt.startswith("the first line looks like a record (")


def test_a_name_that_is_there_twice():
    assert doubts(["title", "label", "title (3)"]) == [
        "two columns are called 'title'; the later one is 'title (3)' here"
    ]
