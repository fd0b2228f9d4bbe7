"""The form that any view draws for one record, and the switch on Train that learns what it decided."""

import pytest
from streamlit.testing.v1 import AppTest

from core.data import corrections
from core.data.corrections import Verdict
from core.data.importing import import_file
from core.ui.correct_form import verdict_text


def form():
    """Draw the form of row 1 of the dataset `few`."""
    import streamlit as st

    from core.data import datasets
    from core.ui.correct_form import correct_form

    few = datasets.load("few")
    correct_form(few, 1, "HARBOUR", few.categories, "here", decided=lambda: st.session_state.update(told=True))


def train_form():
    """Draw the form that starts a run on the dataset `few`."""
    from core.data import datasets
    from core.grouping.builtin import RAW
    from core.ui import run_form

    run_form.draw(datasets.load("few"), RAW)


@pytest.fixture
def few(home, tmp_path):
    lines = [f"roses {number},GARDEN\nferries {number},HARBOUR\nsoup {number},KITCHEN" for number in range(5)]
    (tmp_path / "few.csv").write_text("headline,category\n" + "\n".join(lines) + "\n")
    return import_file(tmp_path / "few.csv", "few")


def drawn(function):
    at = AppTest.from_function(function, default_timeout=60).run()
    assert not at.exception
    return at


def test_the_category_that_is_chosen_becomes_the_correction(few):
    at = drawn(form)
    assert at.selectbox(key="here_1_to").options == ["GARDEN", "KITCHEN"]
    at.selectbox(key="here_1_to").set_value("KITCHEN").run()
    at.button(key="here_1_correct").click().run()
    assert corrections.corrected(few) == {1: "KITCHEN"}
    assert at.session_state["told"] is True
    assert "Corrected to **KITCHEN** instead of HARBOUR" in at.caption[0].value
    at.button(key="here_1_undo").click().run()
    assert corrections.corrected(few) == {}
    assert not at.exception


def test_the_only_category_can_be_confirmed_and_not_corrected(home, tmp_path):
    (tmp_path / "few.csv").write_text("headline,category\na,HARBOUR\nb,HARBOUR\n")
    import_file(tmp_path / "few.csv", "few")
    at = drawn(form)
    assert [button.key for button in at.button] == ["here_1_confirm", "here_1_dismiss"]


@pytest.mark.parametrize(
    ("verdict", "to", "text"),
    [
        ("corrected", "A_B", r"Corrected to **A\_B** instead of C\*, 2026-11-25."),
        ("confirmed", None, r"Confirmed as C\*, 2026-11-25."),
        ("dismissed", None, "Put aside without a decision, 2026-11-25."),
    ],
)
def test_a_verdict_is_told_as_it_is(verdict, to, text):
    assert verdict_text(Verdict(1, verdict, "C*", to, "", "2026-11-25T01:00:00+00:00")) == text


def test_train_offers_corrections_only_where_there_are_any_and_leaves_them_off(few):
    assert not drawn(train_form).checkbox
    corrections.correct(few, 1, "KITCHEN")
    at = drawn(train_form)
    assert (at.checkbox[0].label, at.checkbox[0].value) == ("Learn the corrected label", False)
    assert not any("corrected label;" in one.value for one in at.caption)
    at.checkbox[0].check().run()
    assert any("Trained with 1 corrected label;" in one.value for one in at.caption)
    assert not at.exception


def test_a_run_started_with_the_switch_on_has_the_corrections(few, monkeypatch):
    from core.runs import local, store

    submitted = []
    monkeypatch.setattr(local, "submit", lambda spec, **_: submitted.append(spec) or store.create(spec))
    corrections.correct(few, 1, "KITCHEN")
    at = drawn(train_form)
    at.checkbox[0].check().run()
    at.button(key="train_start").click().run()
    assert [spec.corrections for spec in submitted] == [{1: "KITCHEN"}]
