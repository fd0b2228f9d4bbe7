"""Rows that share a key."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.data.duplicates import contradicting, keys_of, normalised, repeats

WORDS = st.lists(st.sampled_from(["a", "A", " a", "b", ""]), max_size=12)


@given(WORDS)
def test_texts_have_one_key_when_they_are_the_same(texts):
    keys = keys_of(texts)
    assert [[one == other for other in texts] for one in texts] == (keys[:, None] == keys[None, :]).tolist()


@given(WORDS)
def test_what_is_left_without_the_surplus_has_no_repeats(texts):
    keys = keys_of(list(map(normalised, texts)))
    same = repeats(keys)
    left = np.delete(keys, same.surplus)
    assert len(set(left.tolist())) == len(left) == len(set(keys.tolist()))
    assert same.groups == sum(keys.tolist().count(key) > 1 for key in set(keys.tolist()))
    assert same.among.tolist() == [row for row, key in enumerate(keys) if keys.tolist().count(key) > 1]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=12))
def test_contradicting_rows_are_all_those_of_a_text_under_several_categories(rows):
    keys, categories = (np.array([row[side] for row in rows], dtype=np.uint64) for side in (0, 1))
    mixed = {key for key, _ in rows if len({category for other, category in rows if other == key}) > 1}
    assert contradicting(keys, categories).tolist() == [place for place, (key, _) in enumerate(rows) if key in mixed]
