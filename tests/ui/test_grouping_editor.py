"""The editor and its draft: each report done once, nothing typed or stored lost, whoever else edits."""

from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from core.data.sample import import_sample
from core.errors import InputError
from core.grouping import drafts, versions
from core.grouping.builtin import HUFFPOST_12
from core.grouping.grouping import Grouping
from core.ui import grouping_editor
from core.ui.grouping_editor import edit_of, edit_of_table


def app():
    """A page with the editor alone; a button stands for the browser, which sends what is in "sent"."""
    import streamlit as st

    from core.data import datasets
    from core.grouping import versions
    from core.ui import grouping_editor, studio
    from core.ui.selection import SHARED, pick

    dataset = datasets.load("sample")
    pick(st.selectbox, "Grouping", [one.name for one in versions.list_all()], page=SHARED, name="grouping")
    newest = versions.load(st.session_state["shared_grouping"])
    draft = studio.current(newest, dataset)
    st.button("send", on_click=lambda: grouping_editor.take_edits(st.session_state["sent"], dataset))
    grouping_editor.draw(draft, newest, dataset, {})
    st.session_state["seen"] = studio.desk().draft
    studio.messages()


@pytest.fixture
def sample(home):
    return import_sample()


@pytest.fixture
def open_editor(sample):
    def run(**query):
        at = AppTest.from_function(app, default_timeout=60)
        for name, value in query.items():
            at.query_params[name] = value
        return checked(at.run())

    return run


def checked(at):
    assert not at.exception, at.exception[0].value
    return at


def send(at, *reports):
    at.session_state["sent"] = list(reports)
    return click(at, "send")


def click(at, label):
    return checked(next(button for button in at.button if button.label == label).click().run())


def move(category, to, report="1"):
    return {"id": report, "op": "move", "categories": [category], "to": to}


def draft(at):
    return at.session_state["seen"]


def param(at, name):
    found = at.query_params.get(name)
    return found[0] if isinstance(found, list) else found


def toasts(at):
    return " ".join(toast.value for toast in at.toast).replace("\\", "")


def save_as(at, name):
    at.text_input(key="grouping_name").set_value(name)
    return click(at, "Save")


def test_nothing_is_written_before_the_first_edit(open_editor):
    at = open_editor()
    assert (drafts.list_all(), param(at, "draft")) == ([], None)
    send(at, move("TECH", "SPORTS"))
    assert draft(at).grouping.group_of("TECH") == "SPORTS"
    assert [one.id for one in drafts.list_all()] == [param(at, "draft")]


def test_a_report_that_comes_again_is_done_once(open_editor):
    at = send(open_editor(), move("TECH", "X", "1"))
    send(at, move("TECH", "X", "1"), move("TECH", "Y", "2"))
    send(at, {"id": "3", "op": "undo"})
    send(at, {"id": "3", "op": "undo"}, move("TECH", "Y", "2"))
    assert draft(at).undoes == "Moved TECH to X"


def test_what_is_no_report_is_passed_over(open_editor):
    at = open_editor()
    for sent in (None, "x", {"id": "1"}, [None, "x", {}, {"id": 1, "op": "undo"}]):
        at.session_state["sent"] = sent
        click(at, "send")
    assert draft(at).revision == 0


def test_a_refused_edit_is_told_and_the_draft_stays(open_editor):
    at = send(open_editor(), move("TECH", "X"), {"id": "2", "op": "rename", "group": "X", "to": "SPORTS"})
    assert "merge them instead" in at.warning[0].value
    assert draft(at).undoes == "Moved TECH to X"
    send(at, {"id": "3", "op": "rename", "group": "X", "to": "Z"})
    assert not at.warning


def test_of_edits_that_come_together_the_refused_one_is_told(open_editor):
    at = send(open_editor(), move("TECH", "\n"), move("TECH", "X", "2"))
    assert at.warning[0].value.endswith("the group has no name; type one")
    assert draft(at).undoes == "Moved TECH to X"


def test_undo_and_redo_by_button(open_editor):
    at = send(open_editor(), move("TECH", "X"))
    click(at, "Undo")
    assert not draft(at).changed
    assert at.button(key="grouping_undo").disabled
    click(at, "Redo")
    assert draft(at).grouping.group_of("TECH") == "X"
    assert at.button(key="grouping_redo").disabled


def test_a_link_opens_the_draft_with_its_grouping(open_editor):
    versions.save(Grouping("mine", {"TECH": "X"}))
    at = send(open_editor(grouping="mine"), move("SPORTS", "X"))
    other = open_editor(draft=param(at, "draft"))
    assert draft(other).grouping == draft(at).grouping
    assert param(other, "grouping") == "mine"


@pytest.mark.parametrize("draft_id", ["ffffffffffff", "../../x", ""])
def test_a_link_to_a_draft_that_is_none_is_told(open_editor, draft_id):
    at = open_editor(draft=draft_id)
    assert "there is no unsaved draft" in toasts(at)
    assert param(at, "draft") is None


def test_another_grouping_sets_the_draft_aside_and_the_list_brings_it_back(open_editor):
    at = send(open_editor(grouping="huffpost-12"), move("TECH", "X"))
    kept = param(at, "draft")
    checked(at.selectbox(key="shared_grouping").set_value("raw").run())
    assert "The edit of huffpost-12 is kept under 'Drafts'." in toasts(at)
    assert (draft(at).base.name, draft(at).changed, param(at, "draft")) == ("raw", False, None)
    send(at, move("SPORTS", "Y", "2"))
    click(at, "Resume")
    assert (draft(at).id, param(at, "grouping")) == (kept, "huffpost-12")
    assert {one.base.name for one in drafts.list_all()} == {"huffpost-12", "raw"}


def test_a_draft_of_the_list_is_discarded_alone(open_editor):
    drafts.store(drafts.begin(HUFFPOST_12).do(Grouping("huffpost-12", {"TECH": "Z"}), "other"))
    at = send(open_editor(), move("TECH", "X"))
    click(at, "Discard")
    assert [one.id for one in drafts.list_all()] == [draft(at).id]


def test_discarded_changes_show_what_is_saved(open_editor):
    at = click(send(open_editor(grouping="huffpost-12"), move("TECH", "X")), "Discard the changes")
    assert (draft(at).grouping, drafts.list_all(), param(at, "draft")) == (HUFFPOST_12, [], None)


def test_two_tabs_on_one_draft_both_keep_theirs(open_editor):
    at = send(open_editor(grouping="huffpost-12"), move("TECH", "X"))
    elsewhere = drafts.load(param(at, "draft"))
    theirs = drafts.store(elsewhere.do(Grouping("huffpost-12", {"TECH": "THEIRS"}), "theirs"))
    send(at, move("SPORTS", "Y", "2"))
    assert "This draft was edited elsewhere meanwhile" in toasts(at)
    assert (draft(at).undoes, draft(at).grouping.group_of("TECH")) == ("Moved SPORTS to Y", "X")
    assert param(at, "draft") == draft(at).id != theirs.id
    assert drafts.load(theirs.id) == theirs


def test_a_save_ends_the_draft_and_chooses_the_grouping(open_editor):
    at = save_as(send(open_editor(grouping="huffpost-12"), move("TECH", "X")), "mine")
    assert "Saved mine as version 1." in toasts(at)
    assert (param(at, "grouping"), param(at, "draft"), drafts.list_all()) == ("mine", None, [])
    assert versions.load("mine").group_of("TECH") == "X"
    assert at.text_input(key="grouping_name").value == "mine"


@pytest.mark.parametrize(
    ("name", "part"), [("", "has no name"), ("a b", "cannot be used"), ("huffpost-12", "is built in")]
)
def test_a_name_that_cannot_be_used_keeps_the_draft(open_editor, name, part):
    at = save_as(send(open_editor(grouping="huffpost-12"), move("TECH", "X")), name)
    assert part in at.warning[0].value
    assert (versions.saved_names(), draft(at).undoes) == ([], "Moved TECH to X")


def test_who_saves_second_is_told_and_takes_the_newest_without_losing_the_edit(open_editor):
    versions.save(Grouping("shared", {"TECH": "X"}))
    at = send(open_editor(grouping="shared"), move("SPORTS", "Y"))
    versions.save(Grouping("shared", {"TECH": "Z"}))
    save_as(at, "shared")
    told = " ".join(one.value for one in at.warning).replace("\\", "")
    assert "Somebody saved version 2 while you edit version 1" in told
    assert "was saved by somebody else meanwhile" in told
    mine = draft(at)
    click(at, "Take the newest")
    assert (draft(at).grouping, draft(at).changed, len(at.warning)) == (versions.load("shared"), False, 0)
    assert drafts.list_all() == [mine]


def test_a_newer_version_is_shown_at_once_when_nothing_was_edited(open_editor):
    versions.save(Grouping("shared", {"TECH": "X"}))
    at = open_editor(grouping="shared")
    versions.save(Grouping("shared", {"TECH": "Z"}))
    at.run()
    assert (draft(at).base.version, len(at.warning)) == (2, 0)


def typed(at, rows):
    """Type into the table's group column: category -> text."""
    counts = import_counts()
    base = grouping_editor.base_frame(draft(at).grouping, counts)
    edited = {int(base.index[base["category"] == category][0]): {"group": text} for category, text in rows.items()}
    key = grouping_editor.editor_key(draft(at).grouping, counts)
    at.session_state[key] = {"edited_rows": edited, "added_rows": [], "deleted_rows": []}
    return checked(at.run())


def import_counts():
    from core.data import datasets

    return datasets.load("sample").category_counts


def test_what_is_typed_in_the_table_is_a_step(open_editor):
    at = typed(open_editor(grouping="huffpost-12", editor="Table"), {"TECH": " X ", "SPORTS": "X"})
    assert draft(at).undoes == "Moved TECH to X; Moved SPORTS to X"
    typed(at, {"TECH": None})
    assert draft(at).grouping.group_of("TECH") == "TECH"
    click(at, "Undo")
    assert draft(at).grouping.group_of("TECH") == "X"


def test_a_name_that_cannot_be_used_in_the_table_is_told(open_editor):
    at = typed(open_editor(grouping="huffpost-12", editor="Table"), {"TECH": " "})
    assert at.warning[0].value.endswith("the group has no name; type one")
    assert draft(at).revision == 0


UNIVERSE = {"A", "B", "C"}


@pytest.mark.parametrize(
    "report",
    [
        {},
        {"op": "drop", "categories": ["A"]},
        {"op": "move", "categories": "A", "to": "X"},
        {"op": "move", "categories": ["A", 7], "to": "X"},
        {"op": "move", "categories": ["A"], "to": None},
        {"op": "move", "categories": ["A"]},
        {"op": "reset"},
        {"op": "merge", "groups": [["A"]], "to": "X"},
        {"op": "split", "group": 1},
        {"op": "rename", "group": "A", "to": ["X"]},
        {"op": ["move"], "categories": ["A"], "to": "X"},
    ],
)
def test_a_report_of_another_shape_is_refused(report):
    with pytest.raises(InputError, match="the board asked for something unknown"):
        edit_of(report, Grouping("g"), UNIVERSE)


@pytest.mark.parametrize(
    ("report", "members"),
    [
        ({"op": "move", "categories": ["A"], "to": "X"}, {"G": ["B"], "C": ["C"], "X": ["A"]}),
        ({"op": "reset", "categories": ["A"]}, {"A": ["A"], "G": ["B"], "C": ["C"]}),
        ({"op": "merge", "groups": ["G", "C"], "to": "X"}, {"X": ["A", "B", "C"]}),
        ({"op": "split", "group": "G"}, {"A": ["A"], "B": ["B"], "C": ["C"]}),
        ({"op": "rename", "group": "G", "to": "X"}, {"X": ["A", "B"], "C": ["C"]}),
    ],
)
def test_a_report_becomes_an_edit(report, members):
    edit = edit_of(report, Grouping("g", {"A": "G", "B": "G"}), UNIVERSE)
    assert edit.grouping.members(UNIVERSE) == members


def test_many_cells_typed_at_once_are_one_edit_in_few_words():
    edit = edit_of_table({"A": "X", "B": "X", "C": "C"}, Grouping("g", {"C": "G"}), UNIVERSE)
    assert edit.what == "Moved A to X; Moved B to X; 1 more"
    assert edit.grouping.members(UNIVERSE) == {"C": ["C"], "X": ["A", "B"]}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "just now"), (59, "just now"), (60, "1 minute ago"), (7_300, "2 hours ago"), (86_400 * 3, "3 days ago")],
)
def test_how_long_ago_is_said_in_words(seconds, words):
    now = datetime(2026, 5, 1, tzinfo=UTC)
    assert grouping_editor.age((now - timedelta(seconds=seconds)).isoformat(), now) == words


@pytest.mark.parametrize(
    ("count", "words"), [(0, "No unsaved changes"), (1, "1 unsaved change"), (1200, "1,200 unsaved changes")]
)
def test_what_is_unsaved_is_counted_in_words(count, words):
    assert grouping_editor.unsaved_words(count) == words
