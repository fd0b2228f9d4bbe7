"""What a run makes of two groupings' groups, and on what their rows are counted."""

import math

import pandas as pd
import pytest

from core.data.importing import import_file
from core.evaluation.compare_groupings import compare, document, f1_by_group, title
from core.grouping.builtin import RAW
from core.grouping.diff import diff
from core.grouping.grouping import Grouping

A = Grouping("a", {"u": "NEWS", "v": "NEWS", "y": "OLD", "z": "OLD"})
B = Grouping("b", {"u": "WORLD", "v": "WORLD", "y": "WORLD", "z": "SPARE"}, 3)


def per_class(**figures):
    """Return a table of figures from label -> (f1, support)."""
    rows = [
        {"label": label, "f1": f1, "support": support, "tp": support, "fp": 0, "fn": 0}
        for label, (f1, support) in figures.items()
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def two_datasets(home, tmp_path):
    made = []
    for name, counts in (("small", {"u": 2, "y": 1}), ("large", {"u": 20, "v": 5, "y": 7})):
        lines = [f"{category} {number},{category}" for category, count in counts.items() for number in range(count)]
        (tmp_path / f"{name}.csv").write_text("headline,category\n" + "\n".join(lines) + "\n")
        made.append(import_file(tmp_path / f"{name}.csv", name))
    return made


def test_each_matched_pair_has_its_two_figures_and_lone_groups_have_one():
    a = Grouping("a", {"u": "NEWS", "v": "NEWS", "w": "ART"})
    b = Grouping("b", {"u": "WORLD", "v": "WORLD", "w": "WORLD", "x": "y"})
    found = diff(a, b, {"u": 5, "v": 4, "w": 3, "x": 2, "y": 1})
    before = per_class(NEWS=(0.5, 9), ART=(0.25, 3), x=(1.0, 2), y=(0.5, 1))
    rows = f1_by_group(found, before, per_class(WORLD=(0.75, 12), y=(0.5, 3))).to_dict("records")
    assert [(row["a"], row["b"]) for row in rows] == [("NEWS", "WORLD"), ("x", "y"), ("ART", None), ("y", None)]
    assert (rows[0]["before"], rows[0]["after"], rows[0]["difference"]) == (0.5, 0.75, 0.25)
    assert (rows[0]["support_before"], rows[0]["support_after"]) == (9, 12)
    assert (rows[2]["before"], rows[2]["support_after"]) == (0.25, 0)
    assert math.isnan(rows[2]["after"])
    assert math.isnan(rows[2]["difference"])


def test_a_group_without_a_test_row_has_no_figure():
    found = diff(A, A, {"u": 5, "y": 0})
    rows = f1_by_group(found, per_class(NEWS=(0.5, 9), OLD=(0.0, 0)), per_class(NEWS=(0.5, 9), OLD=(0.0, 0)))
    old = rows[rows["a"] == "OLD"]
    assert old["before"].isna().all()
    assert old["after"].isna().all()


def test_the_document_is_plain_and_whole(two_datasets):
    a, b = (Grouping(one.name, {**one.mapping, "w": to}, one.version) for one, to in ((A, "FUN"), (B, "PLAY")))
    found = document(compare(a, b, dataset=two_datasets[1]))
    assert (found["a"], found["b"], found["dataset"], found["counted"]) == ("a", "b@3", "large", "rows")
    assert found["moves"] == [
        {"category": "y", "from": "OLD", "to": "WORLD", "rows": 7},
    ]
    # WORLD takes others in, and OLD is split: what became of them is told, but not as a rename.
    assert found["renamed"] == [{"from": "FUN", "to": "PLAY"}]
    pairs = [("NEWS", "WORLD"), ("OLD", "SPARE"), ("FUN", "PLAY")]
    assert found["matched"] == [{"from": one, "to": other} for one, other in pairs]
    assert (found["rows"], found["rows_moved"], found["categories_moved"]) == (32, 7, 1)
    assert (found["added"], found["removed"], found["same_partition"]) == ([], [], False)
    assert [flow["rows"] for flow in found["flows"]] == [25, 7, 0, 0]
    assert "f1" not in found


def test_without_a_dataset_to_choose_categories_are_counted(home):
    found = document(compare(A, RAW))
    assert (found["dataset"], found["counted"], found["rows"], found["categories_moved"]) == (None, "categories", 0, 2)


def test_of_two_datasets_none_is_taken_unasked(two_datasets):
    assert compare(A, B).counted_on is None
    assert compare(A, B, dataset=two_datasets[0]).diff.rows == 3


def test_a_grouping_is_called_as_on_the_command_line():
    assert (title(A), title(B)) == ("a", "b@3")
