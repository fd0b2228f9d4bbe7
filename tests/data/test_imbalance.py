from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.data.imbalance import imbalance

SIZES = st.lists(st.integers(0, 10_000), max_size=30).map(np.array)


def test_figures_of_three_labels():
    found = imbalance(np.array([2, 1, 1]))
    assert (found.labels, found.entropy, found.ratio) == (3, 1.5, 2.0)
    assert found.evenness == pytest.approx(1.5 / math.log2(3))
    assert found.gini == pytest.approx(1 / 6)
    assert found.effective == pytest.approx(2**1.5)


@pytest.mark.parametrize("labels", [2, 7])
def test_equally_large_labels_are_even(labels):
    found = imbalance(np.full(labels, 5))
    assert found.evenness == pytest.approx(1)
    assert found.effective == pytest.approx(labels)
    assert (found.gini, found.ratio) == (pytest.approx(0), 1.0)


def test_one_label_and_none_have_no_evenness():
    assert (imbalance(np.array([9, 0])).evenness, str(imbalance(np.array([9])).entropy)) == (None, "0.0")
    nothing = imbalance(np.array([], dtype=int))
    assert (nothing.labels, nothing.ratio, nothing.evenness, nothing.effective) == (0, None, None, 0.0)


@given(SIZES)
def test_gini_is_the_mean_difference_of_pairs_over_twice_the_mean(sizes):
    there = sizes[sizes > 0].astype(float)
    if len(there):
        pairs = np.abs(there[:, None] - there[None, :]).mean()
        assert imbalance(sizes).gini == pytest.approx(pairs / (2 * there.mean()))


@given(SIZES, st.integers(1, 9))
@example(np.ones(5, dtype=int), 1)
def test_figures_do_not_depend_on_order_or_unit(sizes, factor):
    one, other = imbalance(sizes), imbalance(sizes[::-1] * factor)
    for name in ("labels", "entropy", "evenness", "gini", "ratio", "effective"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-9)
    assert 0 <= one.gini < 1
    assert one.effective <= one.labels + 1e-9
