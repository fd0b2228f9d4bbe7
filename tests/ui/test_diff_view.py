"""Two groupings beside each other, as tables and names."""

from core.grouping.diff import diff
from core.grouping.grouping import Grouping
from core.ui import diff_view

A = Grouping("desks", {"u": "NEWS", "v": "NEWS", "w": "NEWS", "x": "ART"}, 1)
B = Grouping("desks", {"u": "WORLD", "v": "WORLD", "w": "NEWS", "x": "ART"}, 1)


def test_a_group_that_comes_under_the_name_of_one_that_went_on_is_marked():
    found = diff(A, B, {"u": 3, "v": 2, "w": 1, "x": 1})
    assert diff_view.moves_frame(found).to_dict("records") == [
        {"category": "w", "from": "NEWS", "to": "NEWS (new)", "rows": 1}
    ]


def test_flows_are_counted_in_what_is_known():
    assert diff_view.flows_frame(diff(A, B, {"u": 3, "x": 1}))["rows"].tolist() == [3, 0, 1]
    assert diff_view.flows_frame(diff(A, B, {}))["rows"].sum() == 4
    assert list(diff_view.flows_frame(diff(Grouping("a"), Grouping("b"), {})).columns) == [
        "origin",
        "target",
        "rows",
        "categories",
        "moves",
    ]


def test_an_edit_is_told_from_what_it_is_an_edit_of():
    assert diff_view.titles_of(A, B) == ("desks@1", "the edit of desks@1")
    assert diff_view.titles_of(Grouping("raw"), A) == ("raw", "desks@1")
