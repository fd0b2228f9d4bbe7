"""Suggestions on a page of their own: sentence, effect, headlines, and the click that hands one to the editor."""

import pytest
from streamlit.testing.v1 import AppTest

from core.data import datasets
from core.evaluation.advice import Effect
from core.grouping.builtin import HUFFPOST_12
from core.grouping.grouping import Grouping
from core.runs import store
from core.ui import cache_advice
from core.ui.suggestions_view import effect_text, pairs_table
from core.ui.theme import LIGHT
from tests import homes


def page(grouping, target):
    import streamlit as st

    from core.data import datasets as stored
    from core.runs import store as runs
    from core.ui import suggestions_view
    from core.ui.theme import LIGHT as palette

    def take(chosen, what):
        st.session_state["taken"] = (chosen, what)

    run = next(one for one in runs.list_all() if one.spec.target == target)
    suggestions_view.draw(run, stored.load("sample"), grouping, palette=palette, take=take)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the sample and a finished run of each target."""
    return homes.trained(tmp_path_factory, {}, {"target": "group"})


@pytest.fixture
def draw(folder, monkeypatch):
    monkeypatch.setenv("COPYDESK_HOME", str(folder))

    def run(grouping, target="category"):
        at = AppTest.from_function(page, default_timeout=60, args=(grouping, target)).run()
        assert not at.exception, at.exception[0].value
        return at

    return run


def advice(grouping):
    run = next(one for one in store.list_all() if one.spec.target == "category")
    return cache_advice.suggestions(run, datasets.load("sample"), grouping, top=10)


def test_each_suggestion_has_a_sentence_an_effect_and_a_button(draw):
    at = draw(HUFFPOST_12)
    found = advice(HUFFPOST_12)
    assert len(at.button) == len(found.merges) + len(found.splits) > 0
    told = [part.value.replace("\\", "") for part in at.markdown]
    for one in found.merges:
        assert one.merge.sentence in told
    for one in found.splits:
        assert one.split.sentence in told
    assert effect_text(found.merges[0].effect) in at.caption[1].value


@pytest.mark.parametrize("kind", ["merge", "split"])
def test_a_click_hands_the_grouping_to_the_editor(draw, kind):
    at = draw(HUFFPOST_12)
    at.button(key=f"grouping_try_{kind}_0").click().run()
    found = advice(HUFFPOST_12)
    grouping, what = at.session_state["taken"]
    assert grouping == (found.merges if kind == "merge" else found.splits)[0].grouping
    assert what.startswith(kind)


def test_with_one_group_nothing_is_left_to_merge(draw):
    everything = Grouping("all", dict.fromkeys(HUFFPOST_12.mapping, "all"))
    at = draw(everything)
    assert any("nothing left to merge" in part.value for part in at.markdown)
    assert [button.key for button in at.button] == ["grouping_try_split_0"]


def test_names_are_shown_as_they_are(draw):
    at = draw(Grouping("odd", {"ARTS": "<b>*x*</b>", "CULTURE & ARTS": "<b>*x*</b>", "TECH": "<b>*x*</b>"}))
    assert any("\\<b\\>\\*x\\*\\</b\\>" in part.value for part in at.markdown)


def test_a_run_of_groups_is_refused_in_words(draw):
    at = draw(HUFFPOST_12, "group")
    assert "was trained on the groups of" in at.warning[0].value
    assert not at.button


def test_the_effect_has_signs_that_stand_out():
    assert effect_text(Effect(0.0123, -0.004, -0.0005)) == (
        "accuracy +1.2 points · macro-F1 −0.4 points · information kept −0.001"
    )


def test_headlines_are_escaped_in_their_table():
    table = pairs_table(("<i>", "b"), [("<script>", "a & b")], LIGHT)
    assert "<td>&lt;script&gt;</td><td>a &amp; b</td>" in table
    assert "<script>" not in table
