"""Classify: an answer with all probabilities, measured time and reasons; many at once; what is wrong is kept."""

import streamlit as st

from core.data import datasets, pasted
from core.runs import store

HEADLINE = "Senate votes on the budget"


def shown(at):
    return " ".join(str(part.value) for part in [*at.subheader, *at.markdown, *at.caption, *at.warning, *at.info])


def plain(at):
    return shown(at).replace("\\", "")


def test_a_text_is_answered_with_its_reasons_pinned_and_corrected(trained, open_page, param):
    at = open_page("pages/classify.py")
    assert "What is this about?" in shown(at)
    at.text_input(key="classify_headline").set_value(HEADLINE).run()
    assert not at.exception
    assert plain(at).count("confidence 0") == 1
    assert " ms" in shown(at)
    assert "Weight × tf-idf" in shown(at)
    assert "the answer would be" in shown(at)
    assert param(at, "headline") == HEADLINE
    drawn = " ".join(str(part.proto.body) for part in at.get("html"))
    assert "Probability of each label" in drawn
    assert "cosine, 0 to 1" in drawn

    at.button(key="classify_pin").click().run()
    at.text_input(key="classify_headline").set_value("House votes on the recipe").run()
    assert param(at, "pin") == HEADLINE
    assert "without “Senate”, “budget” and with “House”, “recipe”" in plain(at)

    at.segmented_control(key="classify_why").set_value("Sensitivity").run()
    assert "Sensitivity, not a cause" in shown(at)
    assert not at.exception


def test_an_example_is_answered_by_a_click(trained, open_page, param):
    at = open_page("pages/classify.py")
    at.button(key="classify_example_0").click().run()
    assert param(at, "headline") == at.text_input(key="classify_headline").value != ""
    assert "confidence 0" in plain(at)


def test_a_link_shows_the_same_answers_side_by_side(trained, open_page):
    ids = [run.id for run in store.list_all()]
    at = open_page(
        "pages/classify.py", headline=HEADLINE, models=",".join(ids), grouping="huffpost-12", threshold="0.05"
    )
    assert plain(at).count("confidence 0") == 2
    assert "models" in at.markdown[0].value
    assert "Sure of the category:" in plain(at)
    assert "at least 0.05" in plain(at)


def test_markup_in_a_text_stays_text(trained, open_page):
    at = open_page("pages/classify.py", headline="<b>Senate</b> $x$ **votes** :red[now]")
    assert not any("<b>" in str(part.value) for part in at.markdown)
    assert any("&lt;" in str(part.proto.body) for part in at.get("html"))


GIVEN = {
    "   ": "Headline is empty",
    "😀": "has no letter or digit",
    "x" * 10_001: "10,001 characters",
    "Qzxwv": "knows no word",
    "نواب يصوتون على الميزانية الجديدة": "knows no word",
    "https://example.com/a?b=c": "confidence 0",
    "a\x00b\x07c =1+1": "confidence 0",
}


def test_whatever_is_given_is_answered_in_words(trained, open_page):
    at = open_page("pages/classify.py")
    for headline, told in GIVEN.items():
        at.text_input(key="classify_headline").set_value(headline).run()
        assert not at.exception, headline
        assert told in plain(at), headline


def test_a_pasted_table_becomes_a_table_of_answers(trained, open_page):
    at = open_page("pages/classify.py", mode="Many", order="Least sure first")
    assert "a table of answers appears here" in shown(at)
    at.text_area(key="classify_many").set_value(f"id\tTitle\n1\t{HEADLINE}\n2\t???\n3\t=1+1 goals").run()
    assert not at.exception
    assert "**2** texts, read as a table with the headlines in its column 'Title'" in plain(at)
    table = at.dataframe[0].value
    assert set(table["headline"]) == {HEADLINE, "=1+1 goals"}
    assert table["confidence"].is_monotonic_increasing
    assert at.expander[0].label == "1 left out"
    assert HEADLINE not in str(at.query_params)


def test_the_right_category_of_a_text_is_kept_and_taken_back(trained, open_page):
    at = open_page("pages/classify.py", headline="Gulls return to the harbour")
    at.session_state["classify_wrong"] = True
    at.run()
    keep = next(button for button in at.button if button.key.endswith("_keep"))
    keep.click().run()
    assert [(one.headline, one.run) for one in pasted.examples()] == [
        ("Gulls return to the harbour", store.list_all()[0].id)
    ]
    assert "Kept as" in shown(at)
    next(button for button in at.button if button.key.endswith("_undo")).click().run()
    assert pasted.examples() == []
    assert not at.exception


def test_a_text_that_is_a_row_is_corrected_as_that_row(trained, open_page):
    dataset = datasets.load("sample")
    first = datasets.frame(dataset).iloc[0]
    at = open_page(
        "pages/classify.py", headline=f" {first['headline'].upper()}", description=first["short_description"] or ""
    )
    at.session_state["classify_wrong"] = True
    at.run()
    assert f"row 0 of dataset sample, labelled **{first['category']}**" in plain(at)
    assert {"classify_wrong_0_correct", "classify_wrong_0_confirm"} <= {button.key for button in at.button}


def test_a_very_long_text_is_not_put_into_the_url(trained, open_page):
    at = open_page("pages/classify.py", headline=HEADLINE)
    at.text_area(key="classify_description").set_value("budget <b>vote</b> " * 1_000).run()
    assert not at.exception
    assert "confidence 0" in plain(at)
    assert len(str(at.query_params)) < 1_000


def test_a_model_whose_files_are_gone_is_told_in_one_line(trained, open_page):
    run = store.list_all()[0]
    # What is in memory goes on answering.
    st.cache_resource.clear()
    (run.path / "model").rename(run.path / "moved")
    try:
        at = open_page("pages/classify.py", models=run.id, headline=HEADLINE)
        assert run.id[-4:] in at.error[0].value or "model" in at.error[0].value
        assert "Choose at least one model" in shown(at)
    finally:
        (run.path / "moved").rename(run.path / "model")


def test_without_a_run_the_next_step_is_told(sample, open_page):
    assert open_page("pages/classify.py").subheader[0].value == "No finished run yet"
