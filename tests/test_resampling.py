"""Drawing cells is drawing rows: as many each time, none that is not there, spread as the multinomial says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.resampling import centred_interval, drawn, summed

COUNTS = st.lists(st.integers(0, 60), min_size=1, max_size=30).filter(any).map(np.array)


@given(COUNTS, st.integers(0, 5))
def test_each_draw_has_as_many_rows_and_meets_no_empty_cell(counts, seed):
    found = drawn(counts, 7, np.random.default_rng(seed))
    assert found.shape == (7, len(counts))
    assert (found.sum(axis=1) == counts.sum()).all()
    assert (found[:, counts == 0] == 0).all()


def test_rare_and_common_cells_spread_as_a_multinomial_does():
    counts = np.array([1, 3, 16, 17, 200, 763])
    found = drawn(counts, 20_000, np.random.default_rng(0))
    shares = counts / counts.sum()
    np.testing.assert_allclose(found.mean(axis=0), counts, rtol=0.03)
    expected = counts.sum() * (np.diag(shares) - np.outer(shares, shares))
    np.testing.assert_allclose(np.diag(np.cov(found.T)), np.diag(expected), rtol=0.05)
    assert np.cov(found.T)[0, 5] == pytest.approx(expected[0, 5], rel=0.4)


def test_the_same_seed_draws_the_same():
    counts = np.array([5, 500, 3])
    one, other = (drawn(counts, 9, np.random.default_rng(4)) for _ in range(2))
    np.testing.assert_array_equal(one, other)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-9, 9)), max_size=20))
def test_columns_of_equal_index_are_added_up(cells):
    index, values = np.array(cells, dtype=np.int64).reshape(-1, 2).T
    found = summed(values[None], index, 5)
    assert found.tolist() == [[int(values[index == place].sum()) for place in range(5)]]


def test_an_interval_lies_about_the_figure_wherever_the_draws_do():
    draws = np.random.default_rng(0).normal(7.0, 1.0, 50_000)
    low, high = centred_interval(0.5, draws)
    assert (low - 0.5, high - 0.5) == pytest.approx((-1.96, 1.96), abs=0.03)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=9), st.floats(-5, 5))
def test_an_interval_never_leaves_its_figure_out(draws, value):
    low, high = centred_interval(value, np.array(draws))
    assert low <= value <= high
