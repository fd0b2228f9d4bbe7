"""The form of Train: which target it begins with."""

import pytest

from core.grouping.grouping import Grouping
from core.ui.run_form import first_target

MERGED = Grouping("merged", {"C": "B"})


@pytest.mark.parametrize(
    ("counts", "grouping", "target"),
    [
        ({"A": 9, "B": 9}, MERGED, "category"),
        # C alone is too small to be split, and in the group of B it is not.
        ({"A": 9, "B": 9, "C": 1}, MERGED, "group"),
        # No target can be learned: the refusal names what to do.
        ({"A": 9, "B": 9, "C": 1}, Grouping("raw", {}), "category"),
        ({"B": 9, "C": 1}, MERGED, "category"),
        ({}, MERGED, "category"),
    ],
)
def test_the_form_begins_with_a_target_that_is_not_refused(counts, grouping, target):
    assert first_target(counts, grouping) == target
