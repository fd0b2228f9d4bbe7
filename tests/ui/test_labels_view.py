"""Labels on the page: the search, its candidates, the decisions, and what is said when there is nothing to decide."""

import pytest
from streamlit.testing.v1 import AppTest

from core.data import corrections, datasets
from core.data.importing import import_file
from core.evaluation import label_search
from core.evaluation.label_noise import find_label_noise
from core.ui import labels_view
from core.ui.correct_form import LATER

SUBJECTS = {"GARDEN": ["roses bloom", "beans climb"], "HARBOUR": ["ferries wait", "gulls return"]}


def page():
    """Draw the view, as the page does, for the dataset `few` under the grouping that the URL names."""
    from types import SimpleNamespace

    import streamlit as st

    from core.data import datasets
    from core.grouping.grouping import Grouping
    from core.ui import labels_view
    from core.ui.theme import palette_for

    merged = {"GARDEN": "ALL", "HARBOUR": "ALL"} if st.query_params.get("merged") else {}
    run = SimpleNamespace(spec=SimpleNamespace(corrections={3: "GARDEN"} if st.query_params.get("corrected") else {}))
    found = None if st.query_params.get("gone") else datasets.load("few")
    labels_view.draw(run, SimpleNamespace(grouping=Grouping("own", merged)), found, palette_for("light"))


def opened(**query):
    at = AppTest.from_function(page, default_timeout=60)
    for name, value in query.items():
        at.query_params[name] = value
    return checked(at.run())


def checked(at):
    assert not at.exception, at.exception[0].value
    return at


def words(at):
    return " ".join(one.value for one in [*at.caption, *at.markdown, *at.warning])


def button(at, key):
    return next((one for one in at.button if one.key == key), None)


@pytest.fixture
def few(home, tmp_path):
    """40 rows, of which row 0 has the wrong label."""
    rows = [(f"{phrase} {number}", name) for name, both in SUBJECTS.items() for phrase in both for number in range(10)]
    rows[0] = (rows[0][0], "HARBOUR")
    (tmp_path / "few.csv").write_text("headline,category\n" + "".join(f"{text},{name}\n" for text, name in rows))
    return import_file(tmp_path / "few.csv", "few")


@pytest.fixture
def searched(few):
    found = find_label_noise(datasets.frame(few, ["headline", "short_description", "category"]), "few")
    label_search.folder_of(few.fingerprint).mkdir(parents=True)
    label_search.save(found, few.fingerprint)
    return few


def test_before_a_search_there_is_one_button_and_how_long_it_takes(few):
    at = opened()
    assert button(at, "evaluate_labels_start").label == "Search for wrong labels"
    assert "Takes about 3.0 s for the 40 rows of few, in the background." in words(at)
    assert "Nothing yet. What you decide is kept beside the dataset" in words(at)


def test_the_button_starts_a_search_in_a_process_of_its_own(few):
    at = opened()
    checked(button(at, "evaluate_labels_start").click().run())
    assert label_search.wait(few).state == "succeeded"
    assert "**1** are candidates" in words(checked(at.run()))


def test_the_likeliest_wrong_label_stands_first_with_its_reason(searched):
    at = opened()
    assert at.dataframe[0].value["headline"].tolist() == ["roses bloom 0"]
    assert "Given HARBOUR; " in words(at).replace("\\", "")
    assert at.selectbox(key="evaluate_labels_0_to").value == "GARDEN"


@pytest.mark.parametrize(
    ("decision", "verdict"), [("correct", "corrected"), ("confirm", "confirmed"), ("dismiss", "dismissed")]
)
def test_a_click_decides_and_the_candidate_leaves_the_list(searched, decision, verdict):
    at = opened()
    checked(button(at, f"evaluate_labels_0_{decision}").click().run())
    made = corrections.overlay(searched.fingerprint).verdicts[0]
    assert made.verdict == verdict
    assert made.to == ("GARDEN" if decision == "correct" else None)
    assert "No candidate is left under these filters." in words(at)
    assert at.dataframe[0].value["verdict"].tolist() == [verdict]


def test_all_can_be_undone(searched):
    corrections.confirm(searched, 0)
    corrections.correct(searched, 1, "HARBOUR")
    at = opened()
    assert "1 corrected · 1 confirmed · 0 put aside" in words(at)
    checked(button(at, "evaluate_verdicts_all_sure").click().run())
    assert "2 verdicts taken back." in words(at).replace("\\", "")
    assert corrections.overlay(searched.fingerprint).verdicts == {}


def test_siblings_in_a_group_are_left_out_until_they_are_asked_for(searched):
    assert "No candidate is left under these filters." in words(opened(merged="1"))
    at = opened(merged="1", noise_siblings="listed")
    assert at.dataframe[0].value["headline"].tolist() == ["roses bloom 0"]


def test_words_narrow_the_list_and_are_in_the_url(searched):
    at = opened(noise_words="ferries")
    assert at.text_input(key="evaluate_noise_words").value == "ferries"
    assert "No candidate is left under these filters." in words(at)
    checked(at.text_input(key="evaluate_noise_words").set_value("ROSES").run())
    assert at.dataframe[0].value["headline"].tolist() == ["roses bloom 0"]


def test_a_link_shows_the_row_that_it_names_and_another_text_shows_the_first(searched):
    assert "Row 25" in words(opened(noise="25"))
    for wrong in ("99", "x", "-1", "²"):
        assert "Row 0" in words(opened(noise=wrong))


def test_a_decided_row_can_be_undone_where_it_is_shown(searched):
    corrections.correct(searched, 25, "GARDEN")
    at = opened(noise="25")
    assert "Corrected to **GARDEN** instead of HARBOUR" in words(at)
    checked(button(at, "evaluate_labels_25_undo").click().run())
    assert corrections.overlay(searched.fingerprint).verdicts == {}


def test_what_was_learned_is_said(searched):
    assert "This run was trained with 1 corrected label" in words(opened(corrected="1"))
    assert "This run was trained" not in words(opened())


def test_a_dataset_that_is_gone_and_a_spoilt_result_are_told(searched):
    assert "The dataset of this run is not here" in words(opened(gone="1"))
    (label_search.folder_of(searched.fingerprint) / label_search.FOUND).write_bytes(b"spoilt")
    assert "start the search again" in words(opened()).replace("\\", "")


def test_why_a_search_failed_is_told(home, tmp_path):
    (tmp_path / "few.csv").write_text("headline,category\na,A\nb,A\n")
    tiny = import_file(tmp_path / "few.csv", "few")
    label_search.start(tiny)
    label_search.wait(tiny)
    at = opened()
    assert "Dataset 'few' has 0 of 1 categories with 4 different headlines" in words(at).replace("\\", "")
    assert button(at, "evaluate_labels_start") is not None


def test_what_cannot_be_kept_is_told_in_one_line(searched, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    at = opened()
    monkeypatch.setattr(corrections, "_write_whole", full)
    checked(button(at, "evaluate_labels_0_confirm").click().run())
    assert "The verdict cannot be kept in" in words(at)
    assert corrections.overlay(searched.fingerprint).verdicts == {}


def test_a_file_of_verdicts_that_cannot_be_read_is_told(searched):
    corrections.path_of(searched.fingerprint).mkdir()
    assert "cannot be read" in words(opened())


def test_of_many_candidates_the_likeliest_wrong_are_listed_until_all_are_asked_for(searched, monkeypatch):
    monkeypatch.setattr(labels_view, "chosen", lambda noise, frame, **filters: noise.table.head(3))
    monkeypatch.setattr(labels_view, "FIRST", 3)
    assert "likeliest wrong of" not in words(opened())
    monkeypatch.setattr(labels_view, "FIRST", 2)
    first, whole = opened(), opened(noise_many="all")
    assert "The 2 likeliest wrong of 3 are listed" in words(first)
    assert "likeliest wrong of" not in words(whole)
    assert [len(at.dataframe[0].value) for at in (first, whole)] == [2, 3]


def test_after_a_correction_it_is_said_what_figures_rest_on(searched):
    corrections.correct(searched, 0, "GARDEN")
    assert LATER in words(opened())
    corrections.undo(searched, 0)
    corrections.confirm(searched, 0)
    assert LATER not in words(opened())
