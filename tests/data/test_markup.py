"""Mending texts: what is taken out, what stays, and that a second time changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import markup

PIECES = ["<b>", "</p>", "<br/>", "<!--", "-->", "&amp;", "lt;", "&lt;", "&#98;", "\n", "\u2028", "\x85", "\u200b", " "]
TEXTS = st.lists(st.sampled_from([*PIECES, "Ã©", "â€™", "\x92", "\ufffd", "b", "café", "&"]), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("<p>One</p><p>Two</p>", "One Two"),
        ('<a href="https://x.test/?a=1">Read</a> on', "Read on"),
        ("a <!-- b --> c", "a b c"),
        ("I <3 NY, and 3 < 4 > 2", "I <3 NY, and 3 < 4 > 2"),
        ("Dress --> shoes", "Dress --> shoes"),
        ("AT&T; &c; &nosuch;", "AT&T; &c; &nosuch;"),
        ("<b", "<b"),
        ("<bishop> <heart>", "<bishop> <heart>"),
    ],
)
def test_markup_goes_and_text_stays(text, bare):
    assert markup.without_markup(text) == bare


@pytest.mark.parametrize(
    ("step", "text", "mended"),
    [
        ("fix-encoding", "The cafÃ© isnâ€™t open", "The café isn’t open"),
        ("fix-encoding", "Ένας νεκρός, café ’n’ naïve 🎶", "Ένας νεκρός, café ’n’ naïve 🎶"),
        ("strip-control", "a\x00b\u200bc\td", "abc\td"),
        ("strip-control", "👩\u200d🚒", "👩\u200d🚒"),
        ("join-lines", "one \r\n two\u2028three\u2029", "one two three"),
        ("join-lines", "  as it is  ", "  as it is  "),
    ],
    ids=["mojibake", "all right", "control", "joined emoji", "lines", "one line"],
)
def test_a_step_mends_what_it_is_for(step, text, mended):
    assert markup.MENDING[step](text) == mended


@given(TEXTS)
def test_mending_twice_is_mending_once(text):
    steps = tuple(markup.MENDING)
    once, changed = markup.mended_by(text, steps)
    assert markup.mended(once, steps) == once
    assert bool(changed) == (once != text) or once == text


@given(TEXTS, st.sampled_from(sorted(markup.MENDING)))
def test_a_step_alone_changes_nothing_the_second_time(text, step):
    once = markup.mended(text, (step,))
    assert markup.MENDING[step](once) == once


@pytest.mark.parametrize("text", ["<" * 100_000, "<b " * 50_000, "&" * 100_000, " " * 200_000 + "x", "<!--" * 50_000])
def test_long_hostile_texts_are_mended_all_the_same(text):
    assert len(markup.mended(text, tuple(markup.MENDING))) <= len(text)


def test_an_address_alone_is_told_from_a_text_with_one():
    assert markup.is_address("https://x.test/a www.y.test")
    assert not markup.is_address("see https://x.test")
    assert not markup.is_address("")


def test_line_ends_of_both_kinds_are_told_apart():
    assert (markup.has_line_feed("a\nb"), markup.has_separator("a\nb")) == (True, False)
    assert (markup.has_line_feed("a\u2028b"), markup.has_separator("a\u2028b")) == (False, True)
