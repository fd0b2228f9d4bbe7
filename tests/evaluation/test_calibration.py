"""Reliability: scikit-learn's bins, Guo's figures, and what does not depend on the order of rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from core.evaluation.calibration import (
    BINNINGS,
    class_reliability,
    expected_calibration_error,
    maximum_calibration_error,
    reliability,
)

ROWS = st.lists(st.tuples(st.floats(0, 1, width=16), st.booleans()), min_size=1, max_size=200)


def arrays(rows):
    return np.array([confidence for confidence, _ in rows]), np.array([right for _, right in rows])


@given(ROWS, st.integers(1, 20))
def test_bins_of_equal_width_are_scikit_learns(rows, bins):
    confidence, right = arrays(rows)
    table = reliability(confidence, right, bins=bins, binning="equal width")
    accuracy, mean = calibration_curve(right, confidence, n_bins=bins, strategy="uniform", pos_label=True)
    np.testing.assert_allclose(table["accuracy"], accuracy)
    np.testing.assert_allclose(table["confidence"], mean)


@given(ROWS, st.integers(1, 20), st.sampled_from(BINNINGS))
def test_every_row_is_in_one_bin_whatever_the_order(rows, bins, binning):
    confidence, right = arrays(rows)
    table = reliability(confidence, right, bins=bins, binning=binning)
    assert table["rows"].sum() == len(rows)
    assert len(table) <= bins
    assert ((table["low"] <= table["confidence"] + 1e-9) & (table["confidence"] <= table["high"] + 1e-9)).all()
    assert (table["rows"] * table["accuracy"]).sum() == pytest.approx(right.sum())
    turned = reliability(confidence[::-1], right[::-1], bins=bins, binning=binning)
    assert expected_calibration_error(turned) == pytest.approx(expected_calibration_error(table))


def test_bins_of_equal_count_hold_as_many_rows_each():
    confidence = np.random.default_rng(0).permutation(1000) / 1000
    table = reliability(confidence, confidence > 0.5, bins=10)
    assert table["rows"].between(99, 101).all()
    assert len(table) == 10


@given(ROWS, st.integers(1, 20))
def test_the_error_is_the_published_sum_over_bins(rows, bins):
    confidence, right = arrays(rows)
    table = reliability(confidence, right, bins=bins, binning="equal width")
    gaps, total = [], 0.0
    for m in range(bins):
        # Guo et al.: the m-th bin is ((m-1)/M, m/M]; 0 is put into the first.
        inside = ((confidence > m / bins) | ((confidence == 0) & (m == 0))) & (confidence <= (m + 1) / bins)
        if inside.any():
            gaps.append(abs(right[inside].mean() - confidence[inside].mean()))
            total += inside.mean() * gaps[-1]
    assert expected_calibration_error(table) == pytest.approx(total)
    assert maximum_calibration_error(table) == pytest.approx(max(gaps))


@given(ROWS)
def test_a_single_bin_tells_confidence_less_accuracy(rows):
    confidence, right = arrays(rows)
    table = reliability(confidence, right, bins=1)
    assert expected_calibration_error(table) == pytest.approx(abs(confidence.mean() - right.mean()))


def test_equal_confidences_stay_together():
    table = reliability(np.full(50, 0.75), np.arange(50) < 30)
    assert table[["rows", "confidence", "accuracy"]].values.tolist() == [[50, 0.75, 0.6]]


@pytest.mark.parametrize("binning", BINNINGS)
def test_no_rows_have_no_bins_and_no_error(binning):
    table = reliability(np.zeros(0), np.zeros(0, dtype=bool), binning=binning)
    assert len(table) == 0
    assert (expected_calibration_error(table), maximum_calibration_error(table)) == (0.0, 0.0)


def test_the_probability_of_one_class_is_held_against_how_often_it_is_true():
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.2, 0.8], [0.2, 0.8]])
    table = class_reliability(probabilities, np.array([0, 1, 1, 0]), 0, bins=2, binning="equal width")
    assert table[["rows", "confidence", "accuracy"]].values.tolist() == [[2, 0.2, 0.5], [2, 0.9, 0.5]]
