"""Intervals and tests of shares: SciPy's figures, published examples, and counts that are too few."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.evaluation.proportions import adjusted, difference, p_values, paired_difference, wilson

COUNTS = st.integers(1, 400).flatmap(lambda rows: st.tuples(st.integers(0, rows), st.just(rows)))


@given(COUNTS)
def test_the_interval_of_a_share_is_scipys(counts):
    right, rows = counts
    expected = stats.binomtest(right, rows).proportion_ci(method="wilson")
    low, high = wilson(right, rows)
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert low <= right / rows <= high


def test_no_row_says_nothing():
    assert [float(end) for end in wilson(0, 0)] == [0.0, 1.0]
    assert [float(one) for one in difference(0, 0, 3, 4)] == [0.0, -1.0, 1.0]
    assert float(p_values(0, 0, 3, 4)) == 1.0


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [((56, 70, 48, 80), 0.0524, 0.3339), ((9, 10, 3, 10), 0.1705, 0.8090), ((10, 10, 0, 20), 0.6791, 1.0)],
)
def test_the_interval_of_a_difference_is_newcombes_published_one(counts, low, high):
    gap, *ends = difference(*counts)
    assert gap == pytest.approx(counts[0] / counts[1] - counts[2] / counts[3])
    assert [float(end) for end in ends] == pytest.approx([low, high], abs=5e-5)


@given(COUNTS, COUNTS)
def test_the_p_value_is_that_of_the_chi_square_test(one, other):
    (right, rows), (other_right, other_rows) = one, other
    found = float(p_values(right, rows, other_right, other_rows))
    if right + other_right in (0, rows + other_rows):
        assert found == 1.0
        return
    table = [[right, rows - right], [other_right, other_rows - other_right]]
    assert found == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue, abs=1e-10)


@given(COUNTS, COUNTS)
def test_a_difference_turned_round_is_its_opposite(one, other):
    gap, low, high = difference(*one, *other)
    back, back_low, back_high = difference(*other, *one)
    assert (gap, low, high) == pytest.approx((-back, -back_high, -back_low), abs=1e-12)
    assert low <= gap <= high


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_many_looks_are_allowed_for_as_scipy_does(p):
    np.testing.assert_allclose(adjusted(np.array(p)), stats.false_discovery_control(p), atol=1e-12)


@pytest.mark.parametrize(
    ("table", "ends"),
    [
        # Newcombe, 1998, table of examples.
        ((36, 12, 2, 0), (0.0569, 0.3404)),
        # Fagerland, Lydersen & Laake, 2014, airway hyper-responsiveness: with the correction for continuity.
        ((1, 1, 7, 12), (-0.507, -0.026)),
    ],
)
def test_the_paired_difference_is_the_published_one(table, ends):
    assert paired_difference(*table) == pytest.approx(ends, abs=5e-4)


@given(st.tuples(*[st.integers(0, 60)] * 4))
def test_a_paired_difference_lies_in_its_interval_and_turns_with_the_sides(table):
    both, one, other, neither = table
    low, high = paired_difference(both, one, other, neither)
    gap = (one - other) / max(sum(table), 1)
    assert -1 <= low <= gap <= high <= 1
    assert low < high
    assert paired_difference(both, other, one, neither) == pytest.approx((-high, -low))


@given(st.integers(1, 60), st.integers(0, 60))
def test_without_anything_in_common_a_paired_difference_is_that_of_other_rows(right, wrong):
    """A correlation of 0, as without a row that both have right, leaves the interval of independent shares."""
    rows = right + wrong
    _, low, high = difference(right, rows, 0, rows)
    assert paired_difference(0, right, 0, wrong) == pytest.approx((float(low), float(high)))
