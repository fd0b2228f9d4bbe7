"""Grouping: an edit changes the counts at once, and is saved as a version."""

import pytest

from core.grouping import versions
from core.grouping.grouping import Grouping
from core.ui import grouping_edit


def edit(at, saved, dataset, category, group):
    """Type ``group`` into the row of ``category``."""
    base = grouping_edit.base_frame(saved, dataset.category_counts)
    row = int(base.index[base["category"] == category][0])
    key = grouping_edit.editor_key("grouping", saved, dataset)
    at.session_state[key] = {"edited_rows": {row: {"group": group}}, "added_rows": [], "deleted_rows": []}
    at.run()
    assert not at.exception
    return at


def metric(at, label):
    return next(one.value for one in at.metric if one.label == label)


def save_as(at, name, note=""):
    at.text_input(key="grouping_name").set_value(name)
    at.text_input(key="grouping_note").set_value(note)
    next(button for button in at.button if button.label == "Save").click().run()
    assert not at.exception
    return at


def test_an_edit_changes_the_counts_at_once(sample, open_page):
    at = open_page("pages/grouping.py")
    assert (metric(at, "Groups"), metric(at, "Changed")) == ("12", "0")
    edit(at, versions.load("huffpost-12"), sample, "TECH", "SPORTS")
    assert (metric(at, "Groups"), metric(at, "Changed")) == ("11", "1")


def test_an_edited_grouping_is_saved_chosen_and_edited_on(sample, open_page, param):
    at = open_page("pages/grouping.py")
    edit(at, versions.load("huffpost-12"), sample, "TECH", "SPORTS")
    save_as(at, "mine", "tech is a sport")
    saved = versions.load("mine")
    assert (saved.version, saved.group_of("TECH"), saved.note) == (1, "SPORTS", "tech is a sport")
    assert param(at, "grouping") == "mine"
    edit(at, saved, sample, "TECH", "")
    save_as(at, "mine")
    assert versions.versions("mine") == [1, 2]
    assert versions.load("mine").group_of("TECH") == "TECH"


@pytest.mark.parametrize(
    ("name", "part"), [("", "has no name"), ("a b", "cannot be used"), ("huffpost-12", "is built in")]
)
def test_a_name_that_cannot_be_used_saves_nothing(sample, open_page, name, part):
    at = open_page("pages/grouping.py")
    edit(at, versions.load("huffpost-12"), sample, "TECH", "SPORTS")
    save_as(at, name)
    assert part in at.warning[0].value
    assert versions.saved_names() == []
    assert metric(at, "Changed") == "1"


def test_who_saves_second_is_told_and_keeps_the_edit(sample, open_page):
    seen = versions.save(Grouping("shared", {"TECH": "X"}))
    at = open_page("pages/grouping.py", grouping="shared")
    edit(at, seen, sample, "SPORTS", "Y")
    versions.save(Grouping("shared", {"TECH": "Z"}))
    save_as(at, "shared")
    told = " ".join(one.value for one in at.warning).replace("\\", "")
    assert "Somebody saved version 2 while you edit version 1" in told
    assert "was saved by somebody else meanwhile" in told
    assert versions.versions("shared") == [1, 2]
    save_as(at, "mine")
    assert dict(versions.load("mine").mapping) == {"SPORTS": "Y", "TECH": "X"}


def test_the_newest_can_be_taken_instead(sample, open_page):
    seen = versions.save(Grouping("shared", {"TECH": "X"}))
    at = open_page("pages/grouping.py", grouping="shared")
    edit(at, seen, sample, "SPORTS", "Y")
    versions.save(Grouping("shared", {"TECH": "Z"}))
    at.run()
    next(button for button in at.button if button.label == "Take the newest").click().run()
    assert not at.warning
    assert metric(at, "Changed") == "0"


def test_a_category_that_this_dataset_lacks_is_kept(sample):
    saved = Grouping("g", {"TECH": "X", "OPERA": "ARTS"}, 1)
    frame = grouping_edit.base_frame(saved, sample.category_counts)
    again = grouping_edit.grouping_from_frame(saved, frame, sample.category_counts)
    assert dict(again.mapping) == dict(saved.mapping)


def test_without_a_dataset_the_next_step_is_told(nothing, open_page):
    assert open_page("pages/grouping.py").subheader[0].value == "No dataset yet"
