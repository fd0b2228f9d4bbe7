"""Information kept: 1 for a perfect classifier of raw categories, 0 for one group or for guessing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import mutual_info_score

from core.grouping.whatif import information_kept

COUNTS = arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.integers(0, 40))


def test_known_values():
    assert information_kept(np.diag([5, 3, 2])) == pytest.approx(1.0)
    assert information_kept(np.array([[5], [3]])) == 0.0
    assert information_kept(np.array([[2, 2], [3, 3]])) == pytest.approx(0.0, abs=1e-12)
    assert information_kept(np.zeros((2, 2))) == 0.0
    assert information_kept(np.array([[4, 1]])) == 0.0


@given(COUNTS)
def test_it_is_mutual_information_over_entropy(joint):
    true = np.repeat(np.repeat(np.arange(joint.shape[0]), joint.shape[1]), joint.ravel())
    group = np.repeat(np.tile(np.arange(joint.shape[1]), joint.shape[0]), joint.ravel())
    kept = information_kept(joint)
    assert 0.0 <= kept <= 1.0
    if len(set(true.tolist())) > 1:
        expected = mutual_info_score(true, group) / mutual_info_score(true, true)
        assert kept == pytest.approx(expected, abs=1e-9)


@given(COUNTS)
def test_merging_two_groups_never_gains_information(joint):
    if joint.shape[1] > 1:
        merged = np.column_stack([joint[:, 0] + joint[:, 1], joint[:, 2:]])
        assert information_kept(merged) <= information_kept(joint) + 1e-9
