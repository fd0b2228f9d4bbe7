"""N-grams: exactly what a count by hand finds, in any choice of rows and fields."""

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation import ngrams
from core.evaluation.ngrams import BOTH, DESCRIPTION, FIELDS, HEADLINE, count, folded

TEXTS = st.lists(st.sampled_from(["red", "Red", "blue", "sea", "don't", "U.S.", "-", ","]), max_size=6).map(" ".join)
ROWS = st.lists(st.tuples(TEXTS, TEXTS), max_size=8)


def by_hand(rows, field, size, least=1):
    """Return n-gram -> occurrences, found text by text."""
    texts = [
        text for row in rows for text, name in zip(row, (HEADLINE, DESCRIPTION), strict=True) if field in (name, BOTH)
    ]
    words = [[folded(word) for word in re.findall(ngrams.WORD, text)] for text in texts]
    return Counter(" ".join(one[at : at + size]) for one in words for at in range(len(one) - size + 1))


def counted(rows, chosen=None, field=BOTH):
    found = count([row[0] for row in rows], [row[1] for row in rows])
    chosen = np.ones(len(rows), dtype=bool) if chosen is None else np.array(chosen, dtype=bool)
    counts = found.counts(chosen, field)
    return [
        {name: int(times) for name, times in zip(found.names(level, np.arange(len(one))), one, strict=True) if times}
        for level, one in enumerate(counts)
    ]


@given(ROWS, st.data(), st.sampled_from(FIELDS))
def test_counts_are_those_of_a_count_by_hand(rows, data, field):
    chosen = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    part = [row for row, here in zip(rows, chosen, strict=True) if here]
    assert counted(rows, chosen, field) == [by_hand(part, field, size) for size in (1, 2, 3)]


def test_rare_ones_are_left_out_and_no_frequent_one_is_lost(monkeypatch):
    monkeypatch.setattr(ngrams, "fewest", lambda rows: 2)
    rows = [("a b c d", "a b c"), ("b c x", ""), ("x a", "once")]
    for level, size in enumerate((1, 2, 3)):
        expected = {name: times for name, times in by_hand(rows, BOTH, size).items() if times >= 2}
        assert counted(rows)[level] == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("U.S. and U.K.: a deal", ["u.s.", "and", "u.k.", "a", "deal"]),
        ("Don’t, don't; Q&A", ["don't", "don't", "q&a"]),
        ("A 19-year-old’s (PHOTOS)", ["a", "19-year-old's", "photos"]),
        ("Ünï\u2028cödé 2,000", ["ünï", "cödé", "2", "000"]),
        ("…!?", []),
    ],
)
def test_what_a_word_is(text, words):
    assert counted([(text, "")])[0] == Counter(words)


def test_an_ngram_stays_within_one_text():
    assert counted([("one two", "three"), ("four", "")])[1] == {"one two": 1}


def test_they_are_shown_as_they_are_most_often_written():
    found = count(["White House", "the White House", "white house", "HOUSE"], ["", "white", "white", "white"])
    places = {name: place for place, name in enumerate(found.names(0, np.arange(len(found.levels[0]))))}
    assert found.shown(0, np.array([places["white"], places["house"]])) == ["white", "House"]
    assert found.shown(1, np.arange(2)) == ["White House", "the White"]
    assert found.shown(2, np.arange(1)) == ["the White House"]


def test_nothing_at_all():
    found = count([], [])
    assert (found.rows, [len(level) for level in found.levels]) == (0, [0, 0, 0])
    assert [len(one) for one in found.counts(np.zeros(0, dtype=bool))] == [0, 0, 0]


def test_how_far_it_is_grows_to_all():
    told = []
    count(["a b"] * 3, [""] * 3, told.append)
    assert told == sorted(told)
    assert told[-1] == 1
