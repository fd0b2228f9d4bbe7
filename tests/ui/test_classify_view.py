"""Parts of Classify that need no page: words that changed, the history, where models differ, shaded text."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inference.classify import Answer
from core.inference.sureness import CATEGORY, GROUP, NOT_SURE
from core.ui.charts.answers import probability_bars, probability_document
from core.ui.classify_history import Entry, added
from core.ui.classify_pinned import change, changed_words
from core.ui.classify_view import differences, said, sure
from core.ui.classify_why import shaded_html
from core.ui.theme import LIGHT


def answer(label, confidence=0.8, category=None, headline="Gulls return"):
    return Answer(headline, "", label, confidence, {label: confidence}, category, 0.001, None, confidence)


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


@pytest.mark.parametrize("models", [[""], ["Pinned", "Now"]], ids=["one", "two"])
def test_the_bars_are_those_of_the_chart_whatever_was_drawn_before(models):
    for shares in ([0.2, 0.5, 0.3], [0.1, 0.2, 0.7]):
        rows = [
            {"label": label, "probability": share, "model": model}
            for model in models
            for label, share in zip(["SEA", "LAND", "ARTS & CULTURE"], shares, strict=True)
        ]
        frame = pd.DataFrame(rows)
        quick = probability_document(frame, palette=LIGHT)
        whole = probability_bars(frame, palette=LIGHT).to_dict()
        (data,), (wanted,) = quick.pop("datasets").values(), whole.pop("datasets").values()
        assert data == wanted
        # The data is named after its content.
        assert [one.pop("data").keys() for one in (quick, whole)] == [{"name"}, {"name"}]
        assert quick == whole


@given(st.lists(st.tuples(st.text(), st.floats(-1, 1))))
def test_shaded_text_is_escaped_and_whole(parts):
    html = shaded_html(parts, LIGHT)
    shown = re.sub(r"<[^>]*>", "", html)
    for mark, plain in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#x27;", "'"), ("&amp;", "&")):
        shown = shown.replace(mark, plain)
    assert shown == "".join(text for text, _ in parts)
    assert set(re.findall(r"<(/?\w+)", html)) <= {"div", "/div", "span", "/span"}
