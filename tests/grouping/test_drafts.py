"""Drafts: undo and redo are each other's opposite, and nothing that was stored is lost."""

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DamagedError, InputError, NotFound
from core.grouping import drafts, versions
from core.grouping.builtin import HUFFPOST_12
from core.grouping.grouping import Grouping
from core.storage import REPOSITORY, groupings_root

BASE = Grouping("desks", {"A": "X", "OPERA": "ARTS"}, 3, "first")
NAMES = st.sampled_from(["A", "B", "C", 'C "quoted" <b>🎉</b>'])
MAPPINGS = st.dictionaries(NAMES, NAMES)
# What a person can do, in any order.
WAYS = st.lists(st.one_of(MAPPINGS, st.sampled_from(["undo", "redo"])), max_size=12)

STORER = """
import sys
from core.grouping import drafts
draft = drafts.load(sys.argv[1])
print("read", flush=True)
sys.stdin.readline()
for number in range(20):
    after = draft.do(type(draft.base)("desks", {"A": f"{sys.argv[2]}-{number}"}), f"{sys.argv[2]}-{number}")
    draft = drafts.store(after)
print(draft.id)
"""


def gone(draft, ways):
    """Return the draft after going those ways."""
    for number, way in enumerate(ways):
        if isinstance(way, dict):
            draft = draft.do(Grouping("desks", way), f"step {number}")
        else:
            draft = draft.undo() if way == "undo" else draft.redo()
    return draft


@given(WAYS)
def test_undo_then_redo_changes_nothing(ways):
    draft = gone(drafts.begin(BASE), ways)
    if draft.can_undo:
        assert draft.undo().redo() == draft
        assert draft.undo().redoes == draft.undoes
    if draft.can_redo:
        assert draft.redo().undo() == draft
        assert draft.redo().undoes == draft.redoes


@given(WAYS)
def test_all_steps_undone_lead_back_to_the_base(ways):
    draft = gone(drafts.begin(BASE), ways)
    while draft.can_undo:
        draft = draft.undo()
    assert draft.grouping == BASE
    assert not draft.changed
    assert draft.undo() is draft


@given(WAYS, MAPPINGS)
def test_a_step_is_in_force_at_once_and_ends_what_was_undone(ways, mapping):
    before = gone(drafts.begin(BASE), ways)
    after = before.do(Grouping("desks", mapping), "did it")
    assert after.grouping.mapping == mapping
    if after is not before:
        assert (after.undoes, after.can_redo) == ("did it", False)
        assert after.undo().grouping == before.grouping


def test_a_step_that_changes_nothing_is_none():
    draft = drafts.begin(BASE)
    assert draft.do(BASE, "nothing") is draft
    assert (draft.undoes, draft.redoes) == ("", "")


def test_a_hundred_steps_can_be_undone():
    draft = drafts.begin(BASE)
    for number in range(drafts.MOST_STEPS + 5):
        draft = draft.do(Grouping("desks", {"A": f"{number}"}), f"{number}")
    undone = 0
    while draft.can_undo:
        draft, undone = draft.undo(), undone + 1
    assert (undone, draft.grouping.group_of("A")) == (drafts.MOST_STEPS, "4")


def test_a_change_is_another_name_of_a_group():
    draft = drafts.begin(BASE).do(Grouping("desks", {"A": "Y", "B": "B", "OPERA": "ARTS"}), "")
    assert draft.changes == {"A": ("X", "Y")}
    assert draft.changed
    assert not draft.undo().changed


@given(ways=WAYS)
def test_what_was_stored_is_read_again(tmp_path_factory, ways):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(tmp_path_factory.mktemp("home")))
        stored = drafts.store(gone(drafts.begin(BASE, "f1n6e2"), ways))
        assert drafts.load(stored.id) == stored
        assert drafts.store(stored).revision == stored.revision + 1 == 2


def test_the_second_to_store_goes_on_under_another_id(home):
    draft = drafts.store(drafts.begin(BASE))
    first = drafts.store(draft.do(Grouping("desks", {"A": "1"}), "one"))
    second = drafts.store(draft.do(Grouping("desks", {"A": "2"}), "two"))
    assert first.id == draft.id != second.id
    assert drafts.load(first.id).undoes == "one"
    assert drafts.load(second.id).undoes == "two"
    assert second.revision == 1


def test_two_processes_that_store_the_same_draft_lose_nothing(home):
    draft = drafts.store(drafts.begin(BASE))
    storers = [
        subprocess.Popen(
            [sys.executable, "-c", STORER, draft.id, who],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for who in "ab"
    ]
    # Both have the same revision before either stores one.
    assert [storer.stdout.readline() for storer in storers] == ["read\n", "read\n"]
    for storer in storers:
        storer.stdin.write("go\n")
        storer.stdin.flush()
    ids = [storer.communicate()[0].strip() for storer in storers]
    for who, draft_id in zip("ab", ids, strict=True):
        steps = [state.what for state in drafts.load(draft_id).states[1:]]
        assert steps == [f"{who}-{number}" for number in range(20)]
    assert {path.name for path in (groupings_root() / ".drafts").iterdir()} == {f"{draft_id}.json" for draft_id in ids}


def test_the_list_has_what_was_stored_last_first(home):
    for name, day in (("old", "2026-01-01"), ("new", "2026-03-01"), ("middle", "2026-02-01")):
        stored = drafts.store(drafts.begin(Grouping(name)))
        path = groupings_root() / ".drafts" / f"{stored.id}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"changed_at": f"{day}T12:00:00+00:00"}))
    assert [draft.base.name for draft in drafts.list_all()] == ["new", "middle", "old"]


def test_drafts_are_no_saved_groupings(home):
    drafts.store(drafts.begin(BASE))
    assert versions.saved_names() == []


def stored(mapping, name="desks"):
    return drafts.store(drafts.begin(Grouping(name)).do(Grouping(name, mapping), "did it"))


def aged(path, days):
    then = path.stat().st_mtime - days * 86_400
    os.utime(path, (then, then))


def trash(draft):
    return groupings_root() / ".drafts" / "discarded" / f"{draft.id}.json"


@pytest.mark.parametrize("end", [drafts.remove, drafts.discard])
def test_a_draft_that_ended_is_gone_but_not_one_that_went_on_elsewhere(home, end):
    draft = drafts.store(drafts.begin(BASE))
    later = drafts.store(draft.do(Grouping("desks", {"A": "1"}), "one"))
    assert not end(draft)
    assert drafts.load(draft.id) == later
    end(later)
    assert drafts.list_all() == []
    end(later)


@pytest.mark.parametrize("end", [drafts.remove, drafts.discard])
def test_a_draft_that_was_ended_elsewhere_is_stored_again(home, end):
    draft = drafts.store(drafts.begin(BASE))
    end(draft)
    again = drafts.store(draft.do(Grouping("desks", {"A": "1"}), "one"))
    assert (again.id, drafts.load(draft.id).undoes) == (draft.id, "one")


def test_a_discarded_draft_is_brought_back_with_its_steps(home):
    draft = stored({"A": "X"})
    assert drafts.discard(draft)
    with pytest.raises(NotFound, match=f"draft {draft.id} was discarded; bring it back"):
        drafts.load(draft.id)
    assert (drafts.list_all(), drafts.list_discarded()) == ([], [draft])
    assert drafts.restore(draft.id) == draft == drafts.load(draft.id)
    assert drafts.list_discarded() == []
    with pytest.raises(NotFound, match="there is no discarded draft"):
        drafts.restore(draft.id)


def test_what_is_brought_back_beside_its_successor_has_an_id_of_its_own(home):
    draft = stored({"A": "X"})
    drafts.discard(draft)
    again = drafts.store(draft.do(Grouping("desks", {"A": "Y"}), "went on"))
    back = drafts.restore(draft.id)
    assert (again.id, drafts.load(again.id)) == (draft.id, again)
    assert back.id != draft.id
    assert drafts.load(back.id).undoes == "did it"


def test_the_discarded_are_kept_for_thirty_days(home):
    old, young, last = (stored({"A": name}) for name in "abc")
    for draft, days in ((old, drafts.KEPT_DAYS + 1), (young, drafts.KEPT_DAYS - 1)):
        drafts.discard(draft)
        aged(trash(draft), days)
    assert drafts.list_discarded() == [young]
    drafts.discard(last)
    assert not trash(old).exists()
    assert {draft.id for draft in drafts.list_discarded()} == {young.id, last.id}


def test_a_draft_that_lay_long_is_kept_thirty_days_from_when_it_was_discarded(home):
    draft = stored({"A": "X"})
    aged(groupings_root() / ".drafts" / f"{draft.id}.json", 400)
    drafts.discard(draft)
    assert drafts.list_discarded() == [draft]


def test_the_list_reads_a_file_again_only_when_it_was_written_again(home, monkeypatch):
    one, other = stored({"A": "X"}), stored({"A": "Y"})
    assert len(drafts.list_all()) == 2
    read, whole = [], drafts.read_json
    monkeypatch.setattr(drafts, "read_json", lambda path: read.append(path.stem) or whole(path))
    assert len(drafts.list_all()) == 2
    assert read == []
    after = drafts.store(one.do(Grouping("desks", {"A": "Z"}), "went on"))
    read.clear()
    assert {draft.undoes for draft in drafts.list_all()} == {"went on", "did it"}
    assert read == [after.id]
    assert other in drafts.list_all()


TEXTS = st.none() | st.text(max_size=5)


@given(st.lists(st.tuples(MAPPINGS, TEXTS, TEXTS), max_size=6))
def test_a_name_and_a_note_that_were_taken_in_stay_until_they_are_undone(tmp_path_factory, taken):
    draft = drafts.begin(BASE)
    seen = [(draft.name, draft.note)]
    for mapping, name, note in taken:
        before, draft = draft, draft.do(Grouping("x", mapping), "took", name=name, note=note)
        if draft is not before:
            seen.append((seen[-1][0] if name is None else name or "desks", seen[-1][1] if note is None else note))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(tmp_path_factory.mktemp("home")))
        draft = drafts.load(drafts.store(draft).id)
    for name, note in reversed(seen):
        assert (draft.name, draft.note) == (name, note)
        draft = draft.undo()


def test_an_edit_of_a_built_in_grouping_has_no_note_of_its_own():
    draft = drafts.begin(HUFFPOST_12)
    assert (draft.grouping.note, draft.note, draft.name) == (HUFFPOST_12.note, "", "")
    edited = draft.do(Grouping("x", {"TECH": "X"}), "did it")
    assert (edited.grouping.note, edited.note) == ("", "")
    assert edited.do(HUFFPOST_12, "back again").grouping == HUFFPOST_12


def test_an_edit_of_a_saved_grouping_keeps_its_note():
    edited = drafts.begin(BASE).do(Grouping("x", {"A": "Y"}), "did it")
    assert (edited.grouping.note, edited.note, edited.name) == ("first", "first", "desks")


def test_a_draft_of_before_notes_were_carried_is_read(home):
    draft = stored({"A": "X"})
    path = groupings_root() / ".drafts" / f"{draft.id}.json"
    document = json.loads(path.read_text())
    for state in document["states"]:
        del state["name"], state["note"]
    path.write_text(json.dumps(document))
    assert drafts.load(draft.id) == draft


@pytest.mark.parametrize("draft_id", ["", "../desks/v0001", "..%2f", "ffffffffffff", "F" * 12, "a" * 5000, "a\x00b"])
def test_an_id_that_is_none_is_not_found(home, draft_id):
    with pytest.raises(
        NotFound, match=r"there is no unsaved draft .*; it was saved or removed, edit the grouping anew"
    ):
        drafts.load(draft_id)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: "{",
        lambda one: "[1, 2]",
        lambda one: "null",
        lambda one: one | {"position": 2},
        lambda one: one | {"position": -1},
        lambda one: one | {"position": True},
        lambda one: one | {"revision": "x"},
        lambda one: one | {"changed_at": "yesterday"},
        lambda one: one | {"states": []},
        lambda one: one | {"states": [{"what": 1, "changes": {}}]},
        lambda one: one | {"states": [{"what": "", "changes": [1]}]},
        lambda one: one | {"states": [{"what": "", "note": 7, "changes": {}}]},
        lambda one: one | {"states": [{"what": "", "changes": {"A": 7}}]},
        lambda one: one | {"base": "desks"},
        lambda one: {key: value for key, value in one.items() if key != "fingerprint"},
    ],
)
def test_a_spoiled_file_is_told_left_out_of_the_list_and_not_written_over(home, spoil):
    draft = drafts.store(drafts.begin(BASE))
    path = groupings_root() / ".drafts" / f"{draft.id}.json"
    spoiled = spoil(json.loads(path.read_text()))
    path.write_text(spoiled if isinstance(spoiled, str) else json.dumps(spoiled))
    before = path.read_text()
    with pytest.raises(DamagedError, match=draft.id):
        drafts.load(draft.id)
    assert drafts.list_all() == []
    assert drafts.store(draft).id != draft.id
    assert path.read_text() == before


def test_files_of_another_kind_are_left_out(home):
    folder = groupings_root() / ".drafts"
    folder.mkdir(parents=True)
    (folder / "notes.json").write_text("{}")
    (folder / "aaaaaaaaaaaa.json").mkdir()
    assert drafts.list_all() == []


def test_a_folder_that_cannot_be_written_is_told(home):
    groupings_root().write_text("a file where the folder should be")
    with pytest.raises(InputError, match=r"the draft cannot be kept in .*; make room there, then edit again"):
        drafts.store(drafts.begin(BASE))
