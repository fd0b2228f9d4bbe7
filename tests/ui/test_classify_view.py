"""Parts of Classify that need no page: words that changed, the history, where models differ, shaded text."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inference.classify import Answer
from core.inference.sureness import CATEGORY, GROUP, NOT_SURE
from core.ui.classify_bars import bars_html, parts
from core.ui.classify_history import Entry, added
from core.ui.classify_pinned import change, changed_words
from core.ui.classify_view import differences, elsewhere, said, sure
from core.ui.classify_why import nearest_html, shaded_html
from core.ui.theme import LIGHT


def answer(label, confidence=0.8, category=None, headline="Gulls return", likeliest=None):
    inside = {category: confidence} if category else {}
    predicted = likeliest or category
    return Answer(headline, "", label, confidence, {label: confidence}, predicted, 0.001, None, confidence, inside)


def entry(headline, run="r"):
    return Entry("2020", headline, "", "SEA", 0.5, "", "group", run)


@given(st.lists(st.sampled_from(["gulls", "return", "late"])), st.lists(st.sampled_from(["gulls", "rain"])))
def test_words_that_went_and_came_make_one_text_of_the_other(before, after):
    gone, come = changed_words(" ".join(before), " ".join(after))
    assert sorted(before) == sorted([*gone, *(word for word in _less(after, come))])


def _less(words, taken):
    left = list(words)
    for word in taken:
        left.remove(word)
    return left


def test_the_history_takes_a_text_that_is_typed_on_for_one():
    entries = []
    for text in ("Gulls", "Gulls return", "Gulls ret", "Rain falls", "Gulls"):
        entries = added(entries, entry(text))
    assert [one.headline for one in entries] == ["Gulls", "Rain falls", "Gulls ret"]
    assert len(added(entries, entry("Gulls", "other"))) == 4


def test_models_that_differ_are_named():
    assert differences(["a", "b"], [answer("SEA"), answer("SEA")]) == "All 2 models say **SEA**."
    told = differences(["a", "b", "c"], [answer("SEA"), answer("LAND"), answer("SEA")])
    assert told == "The models differ: **SEA** by a, c; **LAND** by b"


@pytest.mark.parametrize(
    ("level", "text", "why"),
    [
        (CATEGORY, ":blue[SEA] · GULLS", "Sure of the category"),
        (GROUP, ":blue[SEA]", "Sure of the group"),
        (NOT_SURE, "Not sure, perhaps :blue[SEA]", "Nothing has"),
    ],
)
def test_no_more_is_said_than_is_sure(level, text, why):
    found = answer("SEA", category="GULLS")
    assert said(found, level) == text
    assert sure(found, level, 0.9 if level == NOT_SURE else 0.7).startswith(why)


def test_a_confidence_in_unknown_words_is_no_confidence():
    assert sure(answer("SEA"), NOT_SURE, 0.7).startswith("Most of its words are unknown to the model")


def test_a_change_is_told_with_its_words():
    told = change(answer("SEA"), answer("LAND", headline="Gulls stay"))
    assert told == "**SEA** has become **LAND** without “return” and with “stay”."
    assert change(answer("SEA"), answer("SEA", 0.9, headline="Gulls")).startswith("Still **SEA**, \\+0\\.100")


def test_a_category_of_another_group_is_told():
    told = elsewhere(answer("SEA", category="GULLS", likeliest="WEEDS"))
    assert told.startswith("The likeliest category by itself is WEEDS") and "those of SEA have more together" in told
    assert elsewhere(answer("SEA", category="GULLS")) == elsewhere(answer("SEA")) == ""


def test_bars_show_each_label_and_inside_the_answer_its_categories():
    html = bars_html(["now"], [{"A & B": 0.2, "<b>": 0.8}], LIGHT, inside={"ONE": 0.5, "TWO": 0.3})
    names = re.findall(r'scope="row"[^>]*>([^<]*)<', html)
    assert names == ["&lt;b&gt;", "ONE", "TWO", "A &amp; B"]
    assert re.findall(r">(0\.\d{3})<", html) == ["0.800", "0.500", "0.300", "0.200"]
    several = bars_html(["<i>", "now"], [{"A": 0.2, "B": 0.8}, {"A": 0.7, "B": 0.3}], LIGHT)
    assert "&lt;i&gt;" in several
    assert several.count(LIGHT.accent) == 2
    assert list(parts({"A": 0.4, "B": 0.3, "C": 0.2, "D": 0.1})) == [("A", 0.4), ("B", 0.3), ("C", 0.2), ("D", 0.1)]


def test_nearest_headlines_are_whole_and_escaped():
    found = pd.DataFrame([{"row": 1, "category": "A & B", "headline": "<b>Senate</b>", "similarity": 0.5}])
    html = nearest_html(found, LIGHT)
    assert "A &amp; B" in html and "&lt;b&gt;Senate&lt;/b&gt;" in html and "0.50" in html


@given(st.lists(st.tuples(st.text(), st.floats(-1, 1))))
def test_shaded_text_is_escaped_and_whole(parts):
    html = shaded_html(parts, LIGHT)
    shown = re.sub(r"<[^>]*>", "", html)
    for mark, plain in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#x27;", "'"), ("&amp;", "&")):
        shown = shown.replace(mark, plain)
    assert shown == "".join(text for text, _ in parts)
    assert set(re.findall(r"<(/?\w+)", html)) <= {"div", "/div", "span", "/span"}
