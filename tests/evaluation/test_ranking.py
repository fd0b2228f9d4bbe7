"""Top-3 accuracy and log loss are scikit-learn's, also where a true label is one that the model cannot give."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from core.evaluation.ranking import FLOOR, in_top, losses, rank

ALL = np.ones(5, dtype=bool)


@st.composite
def scored(draw):
    rows = draw(st.integers(1, 30))
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    return random.dirichlet(np.full(5, 0.3), rows).astype(np.float32), random.integers(0, 5, rows)


@given(scored())
@pytest.mark.filterwarnings("ignore:The y_prob values do not sum to one")
def test_both_figures_are_scikit_learns(case):
    probabilities, true = case
    found = rank(probabilities, true, ALL)
    # Rounded to single precision, small ones can be equal: scikit-learn takes the last of them.
    if all(len(set(row)) == 5 for row in probabilities.tolist()):
        expected = reference.top_k_accuracy_score(true, probabilities, k=3, labels=range(5))
        assert found.top_3_accuracy == pytest.approx(expected)
    expected = reference.log_loss(true, np.minimum(probabilities, 1.0), labels=range(5))
    assert found.log_loss == pytest.approx(expected, rel=1e-5)


@given(scored())
def test_the_first_of_the_top_is_the_answer(case):
    probabilities, true = case
    np.testing.assert_array_equal(in_top(probabilities, true, ALL, k=1), probabilities.argmax(axis=1) == true)
    assert in_top(probabilities, true, ALL, k=5).all()


def test_of_equal_probabilities_the_first_label_is_ahead():
    even = np.full((4, 4), 0.25, dtype=np.float32)
    assert in_top(even, np.arange(4), np.ones(4, dtype=bool)).tolist() == [True, True, True, False]


def test_a_label_that_the_model_cannot_give_is_in_no_top_and_takes_no_place_in_one():
    probabilities = np.array([[0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 1.0]], dtype=np.float32)
    answerable = np.array([False, True, True, True])
    assert in_top(probabilities, np.array([0, 2]), answerable).tolist() == [False, True]
    assert losses(probabilities, np.array([0, 3])) == pytest.approx([-np.log(FLOOR), FLOOR])


def test_without_rows_all_is_zero():
    found = rank(np.zeros((0, 3), dtype=np.float32), np.zeros(0, dtype=int), ALL[:3])
    assert (found.top_3_accuracy, found.log_loss) == (0.0, 0.0)
