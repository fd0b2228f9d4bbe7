from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.models.tokens import Codes, Reading, Tokenizer, keys_of, phrase_keys, phrases_of, read

WORDS = Tokenizer(r"(?u)\w+")


def test_tokens_follow_pattern_case_and_stop_words():
    assert WORDS.tokens("The Quay: at 5") == ["the", "quay", "at", "5"]
    assert Tokenizer(r"(?u)\w+", lowercase=False).tokens("The Quay") == ["The", "Quay"]
    assert Tokenizer(r"(?u)\w+", stop_words=frozenset({"the"})).tokens("The Quay the") == ["quay"]


def test_a_word_that_is_not_known_is_zero():
    reading = read(["rose zebra rose", "", "oak"], WORDS, Codes(oak=1, rose=2))
    assert reading.codes.tolist() == [2, 0, 2, 1]
    assert reading.lengths.tolist() == [3, 0, 1]
    assert reading.texts.tolist() == [0, 0, 0, 2]


def test_new_words_get_numbers_as_they_come():
    codes = defaultdict()
    codes.default_factory = codes.__len__
    assert read(["b a b"], WORDS, codes).codes.tolist() == [0, 1, 0]


def test_progress_ends_at_one():
    shares = []
    read(["a"] * 12_000, WORDS, Codes(a=1), shares.append)
    assert shares == [5000 / 12_000, 10_000 / 12_000, 1.0]


def test_phrases_stop_at_unknown_words_and_at_the_end_of_a_text():
    reading = Reading(np.array([1, 2, 0, 1, 2]), np.array([4, 1]))
    keys, texts = phrase_keys(reading, 1, 2, base=10)
    assert sorted(zip(keys.tolist(), texts.tolist(), strict=True)) == [(10, 0), (10, 0), (12, 0), (20, 0), (20, 1)]


def test_no_text_has_no_phrase():
    keys, texts = phrase_keys(Reading(np.zeros(0, np.int64), np.zeros(0, np.int64)), 1, 3, base=10)
    assert keys.size == texts.size == 0


@pytest.mark.parametrize(("shortest", "longest"), [(1, 1), (1, 2), (2, 2), (1, 3), (3, 3)])
@given(st.lists(st.lists(st.integers(0, 4), max_size=6), max_size=4))
def test_phrases_are_those_counted_by_hand(shortest, longest, texts):
    reading = Reading(
        np.array([code for text in texts for code in text], dtype=np.int64),
        np.array([len(text) for text in texts], int),
    )
    words = ["a", "b", "c", "d"]
    keys, owners = phrase_keys(reading, shortest, longest, base=5)
    found = sorted(zip(owners.tolist(), phrases_of(keys, words, longest, 5), strict=True))
    assert found == sorted(
        (place, " ".join(words[code - 1] for code in text[begin : begin + length]))
        for place, text in enumerate(texts)
        for length in range(shortest, longest + 1)
        for begin in range(len(text) - length + 1)
        if 0 not in text[begin : begin + length]
    )


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=3), min_size=1))
def test_keys_sort_as_phrases_do_and_lead_back(phrases):
    names = sorted({" ".join(words) for words in phrases}, key=lambda name: name.split(" "))
    keys = keys_of(names, {"a": 1, "b": 2, "c": 3}, 3, 4)
    assert (np.diff(keys) > 0).all()
    assert phrases_of(keys, ["a", "b", "c"], 3, 4) == names
