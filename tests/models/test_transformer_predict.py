import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.models.transformer_predict import batches_of, padded


@given(st.lists(st.integers(1, 50), max_size=60), st.integers(1, 200))
def test_batches_keep_the_budget_and_cover_every_row(lengths, budget):
    ordered = np.sort(np.array(lengths, dtype=np.int64))
    batches = list(batches_of(ordered, budget))
    assert [row for batch in batches for row in range(len(ordered))[batch]] == list(range(len(ordered)))
    for batch in batches:
        count, longest = len(ordered[batch]), ordered[batch].max()
        assert count == 1 or count * longest <= budget


def test_a_batch_is_as_large_as_it_may_be():
    assert [(batch.start, batch.stop) for batch in batches_of(np.array([2, 2, 3, 3, 9]), 9)] == [(0, 3), (3, 4), (4, 5)]


def test_padding_is_masked():
    ids, mask = padded([[5, 6, 7], [8]], padding=0)
    assert ids.tolist() == [[5, 6, 7], [8, 0, 0]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]
