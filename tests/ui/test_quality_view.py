"""Quality on the page: the search, what it found, the rows of a kind, cleaned copies and leakage."""

import pytest
from streamlit.testing.v1 import AppTest

from core import background
from core.data import datasets, quality_search
from core.data.cleaning import recipe_of
from core.data.importing import import_file
from core.data.quality import Finding, Quality
from core.data.quality_search import Found
from core.evaluation import leakage_job
from core.ui import cleaning_form, quality_view
from core.ui.components import table_key
from tests import flawed


def page():
    """Draw the view, as the page does, for the dataset `flawed` unless another one is asked for."""
    import streamlit as st

    from core.data import datasets
    from core.data.filters import Filters
    from core.grouping.grouping import Grouping
    from core.ui import explored, quality_view
    from core.ui.theme import palette_for

    shown = explored.explored(
        datasets.load(st.query_params.get("of", "flawed")), Grouping("own", {}), Filters(), palette_for("light")
    )
    quality_view.draw(shown)


def checked(at):
    assert not at.exception, at.exception[0].value
    return at


def opened(**query):
    at = AppTest.from_function(page, default_timeout=60)
    for name, value in query.items():
        at.query_params[name] = value
    return checked(at.run())


def words(at):
    return " ".join(one.value for one in [*at.caption, *at.markdown, *at.warning]).replace("\\", "")


@pytest.fixture
def dataset(home, monkeypatch):
    monkeypatch.setattr(background, "start", flawed.started_here)
    (home / "data").mkdir()
    (home / "data" / ".opened").touch()
    return flawed.imported(home)


def test_a_search_is_started_and_shows_what_it_found(dataset):
    at = opened()
    assert not at.dataframe
    at = checked(at.button(key="explore_quality_start").click().run())
    table = at.dataframe[0].value
    assert dict(zip(table["flaw"], table["rows"], strict=True))["Nearly the same text"] == 2
    assert table["rows"].min() > 0
    assert "Of the whole dataset, 23 rows" in words(at)


def test_rows_of_the_kind_in_the_url_are_listed_with_what_is_wrong_made_visible(dataset):
    quality_search.start(dataset)
    at = opened(flaw="lines")
    rows = at.dataframe[1].value
    assert rows["row"].tolist() == [12, 13]
    assert rows["headline"][12].startswith("Two lines⏎of")
    assert rows["headline"][13].startswith("Two more[U+2028]of")
    at.session_state[table_key("explore_quality_rows", [dataset.fingerprint, "lines"])] = {"selection": {"rows": [1]}}
    at = checked(at.run())
    at = checked(at.button(key="explore_quality_open").click().run())
    said = {name: at.query_params[name] for name in ("part", "row")}
    assert said in ({"part": "Records", "row": "13"}, {"part": ["Records"], "row": ["13"]})


def test_lines_that_are_no_records_are_listed_with_the_reason(dataset):
    quality_search.start(dataset, near=False)
    lines = opened(flaw="rejected").dataframe[1].value
    assert lines[["line", "reason"]].to_numpy().tolist() == [[len(flawed.RECORDS) + 1, "no headline"]]


def test_one_button_writes_a_copy_without_one_flaw(dataset):
    quality_search.start(dataset)
    at = opened(flaw="duplicates")
    at = checked(at.button(key="explore_cleaning_drop-duplicates").click().run())
    copy = datasets.load("flawed-clean")
    assert (copy.rows, recipe_of(copy)["steps"]) == (21, {"drop-duplicates": True})
    assert "flawed-clean has 21 rows. Rows by step: drop-duplicates 2." in words(at)


def test_the_steps_that_are_suggested_are_those_of_the_dataset_on_screen(dataset, home):
    (home / "other.jsonl").write_text('{"headline": "Tom <b>Jerry</b>", "category": "FOOD"}\n')
    other = import_file(home / "other.jsonl", "other")
    for one in (dataset, other):
        quality_search.start(one, near=False)
    at = opened()
    assert len(at.multiselect[0].value) > 1
    at.query_params["of"] = "other"
    at = checked(at.run())
    assert at.multiselect[0].value == ["strip-markup"]
    assert "steps" not in at.query_params


def test_several_steps_make_one_copy_and_are_in_the_url(dataset):
    quality_search.start(dataset)
    at, own = opened(steps="drop-small:4,join-lines"), dataset.fingerprint[:8]
    assert at.multiselect(key=f"explore_cleaning_steps_{own}").value == ["drop-small", "join-lines"]
    assert at.number_input(key=f"explore_cleaning_drop-small_n_{own}").value == 4
    at = checked(at.button(key="explore_cleaning_write").click().run())
    assert recipe_of(datasets.load("flawed-clean"))["steps"] == {"join-lines": True, "drop-small": 4}


def test_leakage_is_measured_when_asked_for(dataset):
    quality_search.start(dataset)
    at = checked(opened().button(key="explore_leakage_start").click().run())
    assert len(leakage_job.measured(dataset)) == 2
    assert at.dataframe[-1].value["split"].str.contains("quick model").all()


def test_a_search_that_failed_says_why(dataset):
    folder = quality_search.folder_of(dataset.fingerprint)
    folder.mkdir(parents=True)
    (folder / background.STATE).write_text('{"state": "failed", "error": "the disk is full; free some"}')
    assert "The disk is full; free some." in words(opened())


FOUND = Found(
    Quality(10, {"lines": Finding("lines", 2, removable=2), "near": Finding("near", 3, 1, 1)}, "French"), True
)


@pytest.mark.parametrize(
    ("asked", "steps"),
    [
        ("join-lines,drop-small:10", {"join-lines": True, "drop-small": 10}),
        ("drop-small,keep-language", {"drop-small": 3, "keep-language": "French"}),
        ("drop-small:x,keep-language:Klingon,wash", {"drop-small": 3, "keep-language": "French"}),
        (f"drop-small:{'9' * 5_000},drop-short:0", {"drop-small": 1_000_000, "drop-short": 3}),
        ("", {}),
        (None, {}),
    ],
    ids=["all right", "defaults", "nonsense", "out of range", "empty", "none"],
)
def test_steps_are_read_from_the_url(asked, steps):
    assert cleaning_form.steps_of(asked, FOUND) == steps
    assert cleaning_form.steps_of(cleaning_form.written(steps), FOUND) == steps


def test_a_recipe_begins_with_what_is_harmless_and_needed():
    assert cleaning_form.suggested_steps(FOUND) == {"join-lines": True}


def test_text_that_is_not_broken_is_shown_as_it_is():
    assert quality_view.shown("two\nlines", "duplicates") == "two\nlines"
