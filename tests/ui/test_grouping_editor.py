"""The editor and its draft: each report done once, nothing typed or stored lost, whoever else edits."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from core.errors import InputError
from core.grouping import drafts, versions
from core.grouping.builtin import HUFFPOST_12
from core.grouping.grouping import Grouping
from core.storage import groupings_root
from core.ui import grouping_editor
from core.ui.grouping_editor import edit_of, steps_of_cells
from tests import homes


def app():
    """A page with the editor alone; a button stands for the browser, which sends what is in "sent"."""
    import streamlit as st

    from core.data import datasets
    from core.grouping import versions
    from core.ui import grouping_editor, studio
    from core.ui.selection import SHARED, pick

    st.button("take", on_click=lambda: grouping_editor.take(*st.session_state["brought"], named=True))
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
    return homes.import_part()


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


def field(at, label):
    return next(one for one in at.text_input if one.label == label)


def save_as(at, name, note=None):
    field(at, "Name").set_value(name)
    if note is not None:
        field(at, "Note").set_value(note)
    return click(at, "Save")


def bring(at, grouping, what="file mine.yaml"):
    """Take a version or a file into the editor."""
    at.session_state["brought"] = (grouping, what)
    return click(at, "take")


def labels(at):
    return [button.label for button in at.button]


def rest(one, minutes=grouping_editor.RECENT_MINUTES + 1):
    """Make a stored draft one that was changed some minutes ago."""
    path = groupings_root() / ".drafts" / f"{one.id}.json"
    then = datetime.now(UTC) - timedelta(minutes=minutes)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"changed_at": then.isoformat(timespec="seconds")}))
    return drafts.load(one.id)


def elsewhere(name="huffpost-12", group="Z"):
    """Store a draft as somebody else does."""
    base = versions.load(name)
    return drafts.store(drafts.begin(base).do(Grouping(name, {**base.mapping, "TECH": group}), "theirs"))


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


def test_a_link_to_a_draft_that_was_discarded_says_where_it_is(open_editor):
    other = elsewhere()
    drafts.discard(other)
    assert "was discarded; bring it back" in toasts(open_editor(draft=other.id))


@pytest.mark.parametrize(("name", "shown"), [("editor", "Board"), ("grouping", "huffpost-12")])
def test_a_link_to_what_is_not_there_says_what_is_shown_instead(open_editor, name, shown):
    at = open_editor(**{name: "nope"})
    told = [one.value.replace("\\", "") for one in at.warning]
    assert told == [f"The link asks for 'nope', which is not here; {shown} is shown."]


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


def test_a_draft_of_the_list_is_discarded_alone_and_brought_back(open_editor):
    other = rest(elsewhere())
    at = send(open_editor(), move("TECH", "X"))
    mine = draft(at)
    click(at, "Discard")
    assert "'Drafts' can bring it back for 30 days" in toasts(at)
    assert drafts.list_all() == [mine]
    click(at, "Bring back")
    assert draft(at) == other
    assert drafts.list_all() == [mine, other]


def test_a_draft_that_somebody_may_be_at_work_on_asks_first(open_editor):
    other = elsewhere()
    at = click(open_editor(), "Discard")
    assert "Somebody may be at work on it" in at.warning[0].value
    assert drafts.list_all() == [other]
    click(at, "Keep it")
    assert (len(at.warning), drafts.list_all()) == (0, [other])
    click(click(at, "Discard"), "Discard it")
    assert (drafts.list_all(), drafts.list_discarded()) == ([], [other])


def test_a_draft_that_went_on_since_it_was_listed_is_not_discarded(open_editor):
    other = rest(elsewhere())
    at = open_editor()
    later = drafts.store(other.do(Grouping("huffpost-12", {"TECH": "LATER"}), "later"))
    click(at, "Discard")
    assert "was gone on with meanwhile, so it is kept" in toasts(at)
    assert drafts.list_all() == [later]


def test_the_list_shows_the_newest_and_counts_the_rest(open_editor):
    for number in range(grouping_editor.LISTED + 3):
        elsewhere(group=f"{number}")
    at = open_editor()
    assert labels(at).count("Resume") == grouping_editor.LISTED
    captions = [one.value for one in at.caption]
    assert "3 more that were changed earlier." in captions
    assert any("All who use this server share them" in text for text in captions)


def test_discarded_changes_show_what_is_saved(open_editor):
    at = send(open_editor(grouping="huffpost-12"), move("TECH", "X"))
    mine = draft(at)
    click(at, "Discard the changes")
    assert (draft(at).grouping, drafts.list_all(), param(at, "draft")) == (HUFFPOST_12, [], None)
    click(at, "Bring back")
    assert (draft(at), param(at, "draft")) == (mine, mine.id)


def test_a_draft_without_changes_is_removed_when_it_is_left(open_editor):
    at = click(send(open_editor(grouping="huffpost-12"), move("TECH", "X")), "Undo")
    assert len(drafts.list_all()) == 1
    checked(at.selectbox(key="shared_grouping").set_value("raw").run())
    assert (drafts.list_all(), drafts.list_discarded(), toasts(at)) == ([], [], "")


def test_a_draft_without_changes_is_removed_for_another_one(open_editor):
    other = elsewhere()
    at = click(send(open_editor(grouping="huffpost-12"), move("TECH", "X")), "Undo")
    click(at, "Resume")
    assert (draft(at), drafts.list_all()) == (other, [other])


def test_the_draft_is_in_the_url_again_after_another_page_emptied_it(open_editor):
    at = send(open_editor(grouping="huffpost-12"), move("TECH", "X"))
    del at.query_params["draft"]
    checked(at.run())
    assert (param(at, "draft"), draft(at).undoes) == (draft(at).id, "Moved TECH to X")


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
    assert field(at, "Name").value == "mine"


def test_the_note_of_a_built_in_grouping_stays_with_it(open_editor):
    at = send(open_editor(grouping="huffpost-12"), move("TECH", "X"))
    assert (field(at, "Name").value, field(at, "Note").value, draft(at).grouping.note) == ("", "", "")
    save_as(at, "mine")
    assert versions.load("mine").note == ""


def test_a_note_goes_on_under_the_same_name_until_it_is_cleared(open_editor):
    versions.save(Grouping("mine", {"TECH": "X"}, note="what it is for"))
    at = send(open_editor(grouping="mine"), move("SPORTS", "X"))
    assert field(at, "Note").value == draft(at).grouping.note == "what it is for"
    save_as(at, "mine")
    assert versions.load("mine@2").note == "what it is for"
    save_as(send(at, move("CRIME", "X", "2")), "mine", note="")
    assert versions.load("mine@3").note == ""


def test_a_file_brings_its_name_and_its_note(open_editor):
    at = bring(open_editor(grouping="huffpost-12"), Grouping("desks", {"TECH": "X"}, note="of the file"))
    assert (field(at, "Name").value, field(at, "Note").value) == ("desks", "of the file")
    assert draft(at).grouping.note == "of the file"
    click(at, "Undo")
    assert (field(at, "Name").value, field(at, "Note").value) == ("", "")
    click(at, "Redo")
    click(at, "Save")
    saved = versions.load("desks")
    assert (saved.note, dict(saved.mapping)) == ("of the file", {"TECH": "X"})


@pytest.mark.parametrize("name", ["a b", "raw"])
def test_a_file_whose_name_cannot_be_saved_suggests_none(open_editor, name):
    at = bring(open_editor(grouping="huffpost-12"), Grouping(name, {"TECH": "X"}, note="of the file"))
    assert (field(at, "Name").value, field(at, "Note").value) == ("", "of the file")


def test_a_save_of_nothing_new_says_so(open_editor):
    versions.save(Grouping("mine", {"TECH": "X"}))
    at = click(open_editor(grouping="mine"), "Save")
    assert "Nothing new to save: version 1 of mine is the same" in toasts(at)
    assert versions.versions("mine") == [1]


def test_an_edit_that_changes_nothing_says_so(open_editor):
    at = send(open_editor(grouping="huffpost-12"), move("TECH", "TECHNOLOGY"))
    assert at.session_state["grouping_desk"].reply["text"] == "Nothing changed: it is so already"
    assert drafts.list_all() == []


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


def sheet(at):
    return at.session_state["grouping_desk"].sheet


def typed(at, cells):
    """Type into the table's group column: category -> text; what was typed into this table before stays in it."""
    table = sheet(at)
    edited = {table.rows.index(category): {"group": text} for category, text in {**table.typed, **cells}.items()}
    at.session_state[table.key] = {"edited_rows": edited, "added_rows": [], "deleted_rows": []}
    return checked(at.run())


def groups_shown(at):
    shown = next(one.value for one in at.dataframe if "share" in one.value)
    return dict(zip(shown["category"], shown["group"], strict=True))


@pytest.fixture
def open_table(open_editor):
    return lambda **query: open_editor(**{"grouping": "huffpost-12", "editor": "Table", **query})


def test_each_typed_cell_is_a_step(open_table):
    at = typed(open_table(), {"TECH": "X", "SPORTS": "X"})
    assert [state.what for state in draft(at).states] == ["", "Moved TECH to X", "Moved SPORTS to X"]
    typed(at, {"TECH": None})
    assert draft(at).grouping.group_of("TECH") == "TECH"
    click(at, "Undo")
    assert draft(at).grouping.group_of("TECH") == "X"


def test_one_refused_cell_holds_back_no_other(open_table):
    at = typed(open_table(), {"TECH": "\u200d", "SPORTS": "X"})
    assert [state.what for state in draft(at).states] == ["", "Moved SPORTS to X"]
    told = at.warning[0].value.replace("\\", "")
    assert told.startswith("TECH: group name ") and told.endswith("What else was typed is kept.")
    typed(at, {"CRIME": "Y"})
    assert draft(at).undoes == "Moved CRIME to Y"
    assert at.warning[0].value.replace("\\", "") == told
    typed(at, {"TECH": "Z"})
    assert (draft(at).undoes, len(at.warning)) == ("Moved TECH to Z", 0)


def test_a_table_stays_the_same_one_while_it_is_typed_into(open_table):
    at = open_table()
    key, rows = sheet(at).key, list(sheet(at).rows)
    typed(at, {"TECH": "LIFESTYLE"})
    typed(at, {"CRIME": "NEWS"})
    assert (sheet(at).key, sheet(at).rows) == (key, rows)
    click(at, "Undo")
    assert sheet(at).rows == rows
    assert groups_shown(at)["TECH"] == "LIFESTYLE"
    assert groups_shown(at)["CRIME"] == "CRIME"


def test_a_cell_that_does_not_read_as_its_group_is_drawn_anew(open_table):
    at = typed(open_table(), {"TECH": None, "SPORTS": " X "})
    assert (groups_shown(at)["TECH"], groups_shown(at)["SPORTS"]) == ("TECH", "X")


def test_what_was_typed_is_not_done_again_when_the_table_comes_back(open_table):
    at = typed(open_table(), {"TECH": "X"})
    checked(at.segmented_control(key="grouping_editor").set_value("Board").run())
    send(at, move("TECH", "Y"))
    checked(at.segmented_control(key="grouping_editor").set_value("Table").run())
    assert (draft(at).undoes, groups_shown(at)["TECH"]) == ("Moved TECH to Y", "Y")


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


CELLS = st.dictionaries(
    st.sampled_from(sorted(UNIVERSE)), st.sampled_from([None, "", "A", "B", "X", " X ", " ", "\n", "\u202ea"])
)


@given(CELLS, st.dictionaries(st.sampled_from(sorted(UNIVERSE)), st.sampled_from(["A", "B", "G"])))
def test_each_cell_is_in_force_or_refused_and_the_rest_stays(cells, mapping):
    before = drafts.begin(Grouping("g", mapping))
    after, refused = steps_of_cells(cells, before, UNIVERSE)
    assert set(refused) <= set(cells)
    for category in UNIVERSE:
        if category in cells and category not in refused:
            text = (cells[category] or "").strip()
            assert after.grouping.group_of(category) == (text or category)
        else:
            assert after.grouping.group_of(category) == before.grouping.group_of(category)


def test_a_category_is_by_itself_once_the_others_of_its_group_are_out_whichever_is_typed_first():
    before = drafts.begin(Grouping("g", {"A": "A", "B": "A"}))
    for cells in ({"A": None, "B": None}, {"B": None, "A": None}):
        after, refused = steps_of_cells(cells, before.do(Grouping("g", {"A": "C", "B": "A"}), ""), UNIVERSE)
        assert (after.grouping.members(UNIVERSE), refused) == ({"A": ["A"], "B": ["B"], "C": ["C"]}, {})


def test_many_refused_cells_are_told_in_few_words():
    words = grouping_editor.refused_words({f"C{number}": "no" for number in range(7)})
    assert words == "C0: no. C1: no. C2: no. C3: no. C4: no. 2 more were refused. What else was typed is kept."


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
