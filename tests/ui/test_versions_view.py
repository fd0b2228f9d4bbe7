"""Versions and files on a page of their own: what is listed, what a click takes into the editor, what is refused."""

import pytest
from streamlit.testing.v1 import AppTest

from core.grouping import versions
from core.grouping.builtin import HUFFPOST_12
from core.grouping.grouping import Grouping
from core.ui import diff_view, versions_view
from core.ui.components import table_key
from tests import homes


def page():
    import streamlit as st

    from core.data import datasets
    from core.grouping import versions as stored
    from core.ui import diff_view as between
    from core.ui import versions_view as view
    from core.ui.theme import LIGHT

    def take(grouping, what, *, named):
        assert named
        st.session_state["taken"] = (dict(grouping.mapping), what, grouping.name, grouping.note)

    view.draw(stored.load("desks"), datasets.load("sample"), take=take)
    between.draw_chosen(stored.load("desks"), datasets.load("sample"), None, palette=LIGHT)


@pytest.fixture
def desks(home):
    """Two versions and a twin of the first one under another name."""
    first = {**HUFFPOST_12.mapping, "TECH": "SCIENCE & ENVIRONMENT"}
    versions.save(Grouping("desks", first, note="start"))
    versions.save(Grouping("desks", {**first, "MONEY": "MONEY"}, note="money apart"))
    versions.save(Grouping("twin", {category: group.lower() for category, group in first.items()}))
    return homes.import_part()


def drawn(**query):
    at = AppTest.from_function(page, default_timeout=60)
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception, at.exception[0].value
    return at


def tables(at):
    return [table.value for table in at.dataframe]


def test_versions_groupings_and_what_moves_are_listed(desks):
    saved, everything, moves = tables(drawn(old="desks@1", new="desks"))
    assert saved["version"].tolist() == [2, 1]
    assert saved["note"].tolist() == ["money apart", "start"]
    assert saved["moved"].iloc[0] == 1
    assert everything["grouping"].tolist() == ["huffpost-12", "raw", "desks", "twin"]
    assert everything["ari"].iloc[2] == 1.0
    assert moves[["category", "from", "to"]].values.tolist() == [["MONEY", "POLITICS & BUSINESS", "MONEY (new)"]]


def test_twins_are_named(desks):
    versions.save(Grouping("desks", versions.load("desks@1").mapping, note="back"))
    found = versions_view.relations_frame(versions.load("desks"), desks).set_index("grouping")["twins"]
    assert (found["desks"], found["twin"], found["raw"]) == ("twin", "desks", "")


def test_an_old_version_is_taken_into_the_editor(desks):
    at = drawn()
    at.session_state[table_key("grouping_versions", ["desks", 2])] = {"selection": {"rows": [1], "columns": []}}
    at.run()
    next(button for button in at.button if button.label == "Edit version 1").click().run()
    mapping, *brought = at.session_state["taken"]
    assert mapping == dict(versions.load("desks@1").mapping)
    assert brought == ["version 1 of desks", "desks", "start"]


def test_a_file_is_taken_into_the_editor(desks):
    at = drawn()
    at.file_uploader[0].upload("mine.yaml", b"note: ours\ngroups: {GADGETS: [TECH]}", "text/yaml").run()
    assert any("mine.yaml: 1 category in 1 group." in caption.value.replace("\\", "") for caption in at.caption)
    next(button for button in at.button if button.label == "Take it into the editor").click().run()
    assert at.session_state["taken"] == ({"TECH": "GADGETS"}, "file mine.yaml", "mine", "ours")


def test_a_file_that_is_no_grouping_is_one_line(desks):
    at = drawn()
    at.file_uploader[0].upload("bad.yaml", b"a: &a [x]\nb: *a\n", "text/yaml").run()
    assert not at.exception
    assert "repeats an anchor by an alias" in at.warning[0].value
    assert "taken" not in at.session_state


def test_a_version_that_cannot_be_read_is_told(desks):
    versions.version_path("desks", 1).write_text("{")
    at = drawn(old="desks@1")
    assert "cannot be read" in tables(at)[0]["note"].iloc[1]
    assert any("cannot be read" in warning.value for warning in at.warning)


def test_the_edit_every_grouping_and_each_older_version_can_be_compared(desks):
    assert diff_view.references() == ["*", "huffpost-12", "raw", "desks", "desks@1", "twin"]
