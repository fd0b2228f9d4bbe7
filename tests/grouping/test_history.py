"""The versions of a grouping, and who is like whom."""

import os

import pytest

from core.grouping import versions
from core.grouping.builtin import RAW
from core.grouping.grouping import Grouping
from core.grouping.history import history, relations


@pytest.fixture
def desks(home):
    """Four versions: a start, a move, a rename, and the start again."""
    start = {"a": "X", "b": "X", "c": "Y"}
    for mapping in (start, {**start, "b": "Y"}, {"a": "one", "b": "two", "c": "two"}, start):
        versions.save(Grouping("desks", mapping, note=f"of {len(mapping)}"))
    return home


def test_each_version_says_how_far_it_is_from_the_one_before(desks):
    found = history("desks")
    assert [one.version for one in found] == [1, 2, 3, 4]
    assert [one.moved for one in found] == [None, 1, 0, 1]
    assert [one.same_as for one in found] == [(), (), (2,), (1,)]
    assert found[0].grouping.note == "of 3"


def test_a_version_is_as_old_as_its_file(desks):
    os.utime(versions.version_path("desks", 2), (0, 86_400))
    assert history("desks")[1].saved_at.isoformat() == "1970-01-02T00:00:00+00:00"


def test_a_version_that_cannot_be_read_is_told_and_stepped_over(desks):
    versions.version_path("desks", 2).write_text("{")
    found = history("desks")
    assert found[1].grouping is None
    assert "version 2 of grouping 'desks' cannot be read" in found[1].error
    assert [one.moved for one in found] == [None, None, 1, 1]


@pytest.mark.parametrize("name", ["raw", "never-saved"])
def test_what_was_never_saved_has_no_versions(home, name):
    assert history(name) == []


def test_twins_divide_the_dataset_s_categories_alike():
    first = Grouping("first", {"a": "X", "b": "X", "elsewhere": "X"})
    twin = Grouping("twin", {"a": "Y", "b": "Y"})
    found = relations([first, twin, RAW], first, {"a": 3, "b": 2, "c": 4})
    assert [one.twins for one in found] == [("twin",), ("first",), ()]
    assert [(one.moved, one.rows_moved) for one in found] == [(0, 0), (0, 0), (1, 2)]
    assert [one.adjusted_rand_index for one in found[:2]] == [1.0, 1.0]
    assert found[2].adjusted_rand_index < 1.0
