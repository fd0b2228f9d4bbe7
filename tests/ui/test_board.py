"""What the board is given to draw."""

import json

from core.grouping import drafts
from core.grouping.grouping import Grouping
from core.ui.board import board_data

COUNTS = {"TECH": 10, "SPORTS": 30, "WORLD": 5, "U.S.": 25}


def data(before, after, **how):
    draft = drafts.begin(Grouping("g", before)).do(Grouping("g", after), "")
    return board_data(draft, COUNTS, how.get("examples", {}), how.get("reply", {}))


def test_the_largest_group_is_first_and_in_it_the_largest_category():
    groups = data({}, {"WORLD": "NEWS", "U.S.": "NEWS"})["groups"]
    assert [(group["name"], group["rows"]) for group in groups] == [("NEWS", 30), ("SPORTS", 30), ("TECH", 10)]
    assert [category["name"] for category in groups[0]["categories"]] == ["U.S.", "WORLD"]


def test_what_differs_from_the_saved_version_is_marked():
    groups = data({"TECH": "SCIENCE"}, {"TECH": "SCIENCE", "WORLD": "SCIENCE", "U.S.": "NEWS"})["groups"]
    assert {group["name"]: group["new"] for group in groups} == {"SPORTS": False, "NEWS": True, "SCIENCE": False}
    was = {one["name"]: one["from"] for group in groups for one in group["categories"]}
    assert was == {"TECH": None, "SPORTS": None, "WORLD": "WORLD", "U.S.": "U.S."}


def test_every_category_is_there_once_with_its_examples_and_nothing_else():
    found = data(
        {"OPERA": "ARTS"}, {"OPERA": "ARTS", "TECH": "ARTS"}, examples={"TECH": ("one", "two"), "OPERA": ("no",)}
    )
    assert sorted(one["name"] for group in found["groups"] for one in group["categories"]) == sorted(COUNTS)
    assert found["examples"] == {"TECH": ["one", "two"], "SPORTS": [], "WORLD": [], "U.S.": []}
    assert found["rows"] == 70


def test_it_can_be_sent():
    found = data({}, {}, reply={"taken": ["1"], "text": "</script> 🎉"})
    assert json.loads(json.dumps(found)) == found
