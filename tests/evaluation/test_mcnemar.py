"""McNemar's test beside the exact binomial test, the chi-square distribution and published figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.mcnemar import EXACT_BELOW, mcnemar

COUNTS = st.integers(0, 400)


@given(COUNTS, COUNTS)
def test_few_rows_are_tested_by_the_binomial_distribution_and_many_by_chi_square(one, other):
    from scipy.stats import binomtest, chi2

    found = mcnemar(one, other)
    assert found.exact == (one + other < EXACT_BELOW)
    if found.exact:
        expected = binomtest(one, one + other, 0.5).pvalue if one + other else 1.0
        assert found.statistic is None
    else:
        expected = chi2.sf(found.statistic, 1)
    assert found.p_value == pytest.approx(expected, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize(
    ("one", "other", "statistic", "p_value"),
    [(121, 59, 20.67222, 5.450094e-06), (70, 59, 0.7751938, 0.3786151), (80, 59, 2.87769784, 0.08981434)],
)
def test_the_correction_gives_the_figures_that_statsmodels_checks_itself_against(one, other, statistic, p_value):
    """They are those of R's mcnemar.test, kept in statsmodels' own tests."""
    found = mcnemar(one, other)
    assert found.statistic == pytest.approx(statistic, rel=1e-6)
    assert found.p_value == pytest.approx(p_value, rel=1e-6)


@given(COUNTS, COUNTS)
def test_it_does_not_matter_which_run_comes_first(one, other):
    assert mcnemar(one, other).p_value == mcnemar(other, one).p_value


@given(COUNTS)
def test_equal_counts_are_no_difference(rows):
    assert mcnemar(rows, rows).p_value == 1.0


def test_two_runs_that_never_differ():
    assert mcnemar(0, 0).document() == {
        "only_first": 0,
        "only_second": 0,
        "exact": True,
        "statistic": None,
        "p_value": 1.0,
    }
