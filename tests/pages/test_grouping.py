"""Grouping: an edit shows at once what it does, can be undone, survives the page, and is saved as a version."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.grouping import drafts, versions
from core.grouping.grouping import Grouping
from core.runs import store
from core.storage import REPOSITORY
from core.ui import whatif_view

PAGE = "pages/grouping.py"


def edit(at, category, group):
    """Type ``group`` into the row of ``category`` in the table; what was typed into this table before stays in it."""
    table = at.session_state["grouping_desk"].sheet
    edited = {table.rows.index(name): {"group": text} for name, text in {**table.typed, category: group}.items()}
    at.session_state[table.key] = {"edited_rows": edited, "added_rows": [], "deleted_rows": []}
    at.run()
    assert not at.exception
    return at


def said(at, what):
    """Return the captions that hold ``what``, unescaped."""
    return [text for one in at.caption if what in (text := one.value.replace("\\", ""))]


def changes(at):
    """Return what the page lists as unsaved, category -> group, nothing where it says that there is nothing."""
    listed = [one.value for one in at.dataframe if list(one.value.columns) == ["category", "from", "to"]]
    assert bool(listed) != bool(said(at, "No unsaved changes"))
    return dict(zip(listed[0]["category"], listed[0]["to"], strict=True)) if listed else {}


def click(at, label):
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception
    return at


def save_as(at, name, note=""):
    for label, text in (("Name", name), ("Note", note)):
        next(one for one in at.text_input if one.label == label).set_value(text)
    return click(at, "Save")


@pytest.fixture
def table(open_page, sample):
    """Open the page with the editor as a table, which the test runner can type into."""
    return lambda **query: open_page(PAGE, editor="Table", **query)


def test_an_edit_is_a_step_that_can_be_undone_and_done_again(table):
    at = table()
    assert changes(at) == {}
    edit(at, "TECH", "SPORTS")
    assert changes(at) == {"TECH": "SPORTS"}
    click(at, "Undo")
    assert changes(at) == {}
    click(at, "Redo")
    (draft,) = drafts.list_all()
    assert draft.grouping.group_of("TECH") == "SPORTS"


def test_an_edit_survives_the_page_and_the_session(table, param):
    at = edit(table(), "TECH", "SPORTS")
    again = table(draft=param(at, "draft"))
    assert changes(again) == {"TECH": "SPORTS"}
    edit(again, "CRIME", "NEWS")
    assert changes(again) == {"TECH": "SPORTS", "CRIME": "NEWS"}


def test_an_edited_grouping_is_saved_chosen_and_edited_on(table, param):
    at = edit(table(), "TECH", "SPORTS")
    save_as(at, "mine", "tech is a sport")
    saved = versions.load("mine")
    assert (saved.version, saved.group_of("TECH"), saved.note) == (1, "SPORTS", "tech is a sport")
    assert param(at, "grouping") == "mine"
    assert drafts.list_all() == []
    edit(at, "TECH", "")
    save_as(at, "mine")
    assert versions.versions("mine") == [1, 2]
    assert versions.load("mine").group_of("TECH") == "TECH"


@pytest.mark.parametrize(
    ("name", "part"), [("", "has no name"), ("a b", "cannot be used"), ("huffpost-12", "is built in")]
)
def test_a_name_that_cannot_be_used_saves_nothing(table, name, part):
    at = edit(table(), "TECH", "SPORTS")
    save_as(at, name)
    assert any(part in one.value for one in at.warning)
    assert versions.saved_names() == []
    at.run()
    assert changes(at) == {"TECH": "SPORTS"}


def test_who_saves_second_is_told_and_keeps_the_edit(sample, table):
    versions.save(Grouping("shared", {"TECH": "X"}))
    at = edit(table(grouping="shared"), "SPORTS", "Y")
    versions.save(Grouping("shared", {"TECH": "Z"}))
    save_as(at, "shared")
    at.run()
    told = " ".join(one.value for one in at.warning).replace("\\", "")
    assert "Somebody saved version 2 while you edit version 1" in told
    assert versions.versions("shared") == [1, 2]
    save_as(at, "mine")
    assert dict(versions.load("mine").mapping) == {"SPORTS": "Y", "TECH": "X"}


def test_the_newest_can_be_taken_and_the_edit_is_kept_aside(sample, table):
    versions.save(Grouping("shared", {"TECH": "X"}))
    at = edit(table(grouping="shared"), "SPORTS", "Y")
    versions.save(Grouping("shared", {"TECH": "Z"}))
    at.run()
    click(at, "Take the newest")
    assert not at.warning
    assert changes(at) == {}
    click(at, "Resume")
    assert changes(at) == {"SPORTS": "Y"}


def test_without_a_run_the_page_edits_and_says_what_is_missing(sample, open_page):
    at = open_page(PAGE)
    assert any("No finished run of this dataset yet" in one.value for one in at.markdown)
    assert any("This needs a finished run" in one.value for one in at.markdown)


def test_without_a_dataset_the_next_step_is_told(nothing, open_page):
    assert open_page(PAGE).subheader[0].value == "No dataset yet"


@pytest.fixture
def studio(trained, tmp_path, monkeypatch):
    """Open the page on the folder with finished runs; drafts and groupings go elsewhere."""
    # The trained folder is shared by many tests: what this one writes must not stay in it.
    monkeypatch.setattr("core.grouping.versions.groupings_root", lambda: tmp_path / "groupings")
    monkeypatch.setattr("core.grouping.drafts.groupings_root", lambda: tmp_path / "groupings")

    def run(**query):
        at = AppTest.from_file(str(REPOSITORY / PAGE), default_timeout=60)
        for name, value in {"editor": "Table", **query}.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception, at.exception[0].value
        return at

    return run


def figures(at):
    return next(one.body for one in at.get("html") if "whatif" in one.body and "<table" in one.body)


def sample_dataset():
    from core.data import datasets

    return datasets.load("sample")


def test_figures_change_with_an_edit_and_come_back_with_undo(studio):
    at = studio()
    before = figures(at)
    edit(at, "TECH", "SCIENCE & ENVIRONMENT")
    assert figures(at) != before
    assert said(at, "turn wrong")
    click(at, "Undo")
    assert figures(at) == before


@pytest.mark.parametrize(
    ("view", "heading"),
    [("Suggestions", "Merge"), ("Versions and files", "Export"), ("Diff", None), ("Rows that flip", None)],
)
def test_each_view_below_can_be_linked_to(studio, view, heading):
    at = studio(view=view)
    assert heading is None or heading in [one.value for one in at.subheader]
    assert at.session_state["grouping_view"] == view


def test_what_was_foretold_stands_beside_what_a_run_of_the_groups_reached(studio):
    at = studio(view="Foretold and reached")
    shown = next(one.value for one in at.dataframe if "what" in one.value)
    assert shown["what"].tolist() == ["Foretold", "Reached"]
    category, group = (
        next(run for run in store.list_all() if run.spec.target == target) for target in ("category", "group")
    )
    assert shown["accuracy"].tolist() == pytest.approx([run.status["metrics"]["accuracy"] for run in (category, group)])


def test_a_run_that_cannot_answer_a_grouping_says_so_and_the_edit_goes_on(studio):
    group = next(run.id for run in store.list_all() if run.spec.target == "group")
    own = studio(**{"from": group})
    assert "vs huffpost-12" in figures(own) and "vs raw" not in figures(own)
    assert said(own, "cannot answer raw")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.evaluation.regroup.trained_on", lambda *_: [store.load(group)])
        assert said(studio(**{"from": group, "grouping": "raw", "view": "Foretold and reached"}), "to answer as one")
    at = studio(**{"from": group, "grouping": "raw"})
    assert any("which this run was trained to answer as one" in one.value.replace("\\", "") for one in at.warning)
    edit(at, "TECH", "SCIENCE")
    assert changes(at) == {"TECH": "SCIENCE"}


def test_a_run_of_another_dataset_is_not_taken_for_this_one(studio, trained):
    other = store.list_all()[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.ui.shell.finished_runs", lambda: [replace(other, spec=foreign(other.spec))])
        at = studio(**{"from": other.id})
    assert any("No finished run of this dataset yet" in one.value for one in at.markdown)


def foreign(spec):
    return spec.model_copy(update={"fingerprint": "0" * 64})


@pytest.mark.parametrize(("name", "note"), [("mine", "what it is for"), ("other", "")])
def test_retraining_saves_the_edit_first_and_its_note_only_under_its_own_name(studio, name, note):
    versions.save(Grouping("mine", {"TECH": "X"}, note="what it is for"))
    at = edit(studio(grouping="mine"), "SPORTS", "X")
    next(one for one in at.text_input if one.label == "Saved first as").set_value(name)
    click(at, "Save and go to Train")
    saved = versions.load(name)
    assert (dict(saved.mapping), saved.note) == ({"SPORTS": "X", "TECH": "X"}, note)


def test_names_with_markup_stay_text_in_the_figures(studio):
    name = "<script>alert('1')</script>"
    at = edit(studio(), "EDUCATION", name)
    assert "<script" not in figures(at)


def test_the_words_of_every_measure_have_an_explanation():
    assert whatif_view.WORDS.keys() == whatif_view.HELP.keys()
