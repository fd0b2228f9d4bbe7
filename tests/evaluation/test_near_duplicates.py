"""Texts of nearly the same words: exactly the pairs that comparing everything with everything finds."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation import near_duplicates
from core.evaluation.near_duplicates import ALIKE, near_pairs, word_sets

# Few words, so that many texts share most of theirs.
TEXTS = st.lists(st.lists(st.sampled_from("abcdefghijkl"), max_size=12).map(" ".join), max_size=25)


def set_of(text):
    return frozenset(re.findall(r"\w+", text.lower()))


def jaccard(one, other):
    return len(one & other) / len(one | other)


def pairs_of(texts, asked, alike=ALIKE):
    """Return {set, set} -> likeness as `near_pairs` finds it."""
    sets = word_sets(texts)
    found = near_pairs(sets, np.array(asked, dtype=np.int64), alike)
    text_of = dict(zip(sets.unit.tolist(), texts, strict=True))
    return {
        (set_of(text_of[one]), set_of(text_of[other])): likeness
        for one, other, likeness in zip(found.asked.tolist(), found.other.tolist(), found.likeness, strict=True)
    }


@given(TEXTS, st.data(), st.sampled_from([0.7, 0.75, 0.8, 0.9]))
def test_all_pairs_are_found_and_no_others(texts, data, alike):
    asked = data.draw(st.lists(st.integers(0, len(texts) - 1), unique=True)) if texts else []
    sets = {set_of(text) for text in texts}
    expected = {
        (one, other): jaccard(one, other)
        for one in {set_of(texts[place]) for place in asked}
        for other in sets
        if one and other and one != other and jaccard(one, other) >= alike
    }
    assert pairs_of(texts, asked, alike) == pytest.approx(expected)


@given(TEXTS)
def test_texts_are_one_unit_when_their_words_are_the_same(texts):
    unit = word_sets(texts).unit
    for one, first in enumerate(texts):
        for other, second in enumerate(texts):
            assert (unit[one] == unit[other]) == (set_of(first) == set_of(second))


@given(TEXTS, st.integers(1, 40))
def test_the_size_of_a_block_changes_nothing(texts, block):
    whole = pairs_of(texts, range(len(texts)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(near_duplicates, "BLOCK", block)
        assert pairs_of(texts, range(len(texts))) == whole


def test_case_order_and_punctuation_do_not_count_and_repeats_count_in_the_length_alone():
    sets = word_sets(["The cat, the mat!", "mat THE cat", "The dog"])
    assert sets.unit.tolist() == [0, 0, 1]
    assert sets.lengths.tolist() == [4, 3, 2]


def test_texts_without_a_word_are_one_when_they_are_the_same_letter_by_letter():
    assert word_sets(["?!", "…", "?!", ""]).unit.tolist() == [0, 1, 0, 2]


def test_the_rarest_word_has_the_first_column():
    sets = word_sets(["a b", "a b", "a c"])
    assert sets.vocabulary.tolist() == ["c", "b", "a"]
    assert sets.words.toarray().tolist() == [[0, 1, 1], [0, 1, 1], [1, 0, 1]]


def test_no_text_at_all():
    sets = word_sets([])
    assert len(near_pairs(sets, np.zeros(0, np.int64)).asked) == 0


def test_thousands_of_texts_of_one_template_are_not_paired_with_one_another(monkeypatch):
    monkeypatch.setattr(near_duplicates, "MOST_SHARING", 5)
    template = [f"what we saw on the news of day {number}" for number in range(20)]
    few = ["six words that are here twice", "six words that are here twice again"]
    found = pairs_of([*template, *few], range(22))
    assert set(found) == {(set_of(few[0]), set_of(few[1])), (set_of(few[1]), set_of(few[0]))}


def test_how_far_it_is_grows_to_all_and_changes_nothing(monkeypatch):
    texts = [f"common words of headline number {place % 7}" for place in range(45)]
    plain = word_sets(texts)
    monkeypatch.setattr(near_duplicates, "READ", 10)
    monkeypatch.setattr(near_duplicates, "BLOCK", 1)
    read, paired = [], []
    found = word_sets(texts, lambda done, total: read.append((done, total)))
    assert read == [(10, 45), (20, 45), (30, 45), (40, 45), (45, 45)]
    assert (found.words != plain.words).nnz == 0
    assert found.unit.tolist() == plain.unit.tolist()
    near_pairs(found, np.arange(45), progress=lambda done, total: paired.append((done, total)))
    assert [total for _, total in paired] == [7] * len(paired)
    assert [done for done, _ in paired] == sorted({done for done, _ in paired})
    assert paired[-1] == (7, 7)
