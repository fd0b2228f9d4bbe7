"""The figures agree with scikit-learn's, whatever classes are absent."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from core.confusion import confusion_matrix
from core.evaluation.metrics import averaged, counts_of, error_matrix, metrics_from_confusion, row_shares

LABELS = ["a", "b", "c", "d"]
PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60)


def measured(pairs):
    true, predicted = np.array(pairs).T
    return true, predicted, metrics_from_confusion(confusion_matrix(true, predicted, 4), LABELS)


@given(PAIRS)
def test_the_matrix_is_scikit_learns(pairs):
    true, predicted, found = measured(pairs)
    np.testing.assert_array_equal(found.confusion, reference.confusion_matrix(true, predicted, labels=range(4)))


@given(PAIRS)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
def test_the_averages_are_scikit_learns(pairs):
    true, predicted, found = measured(pairs)
    assert found.accuracy == pytest.approx(reference.accuracy_score(true, predicted))
    for average in ("macro", "weighted"):
        precision, recall, f1, _ = reference.precision_recall_fscore_support(
            true, predicted, average=average, zero_division=0
        )
        assert getattr(found, f"{average}_precision") == pytest.approx(precision)
        assert getattr(found, f"{average}_recall") == pytest.approx(recall)
        assert getattr(found, f"{average}_f1") == pytest.approx(f1)
    # scikit-learn's is not a number where all rows are one class and rightly so.
    kappa = np.nan_to_num(reference.cohen_kappa_score(true, predicted))
    assert found.kappa == pytest.approx(kappa, abs=1e-12)


@given(PAIRS)
def test_each_class_counts_every_row_once(pairs):
    *_, found = measured(pairs)
    table = found.per_class
    assert (table[["tp", "fp", "fn", "tn"]].sum(axis=1) == len(pairs)).all()
    assert table["support"].sum() == len(pairs) == found.rows
    assert found.totals["tp"] + found.totals["fn"] == len(pairs)
    assert found.totals["fp"] == found.totals["fn"]
    assert found.error_rate == pytest.approx(found.totals["fn"] / len(pairs))


@given(PAIRS)
def test_the_errors_are_what_is_off_the_diagonal(pairs):
    *_, found = measured(pairs)
    assert error_matrix(found.confusion).sum() == found.rows - np.trace(found.confusion)
    assert (np.diag(error_matrix(found.confusion)) == 0).all()
    sums = row_shares(found.confusion).sum(axis=1)
    assert np.allclose(sums[found.confusion.sum(axis=1) > 0], 1)
    assert (sums[found.confusion.sum(axis=1) == 0] == 0).all()


def test_a_small_table_by_hand():
    found = metrics_from_confusion(np.array([[3, 1, 0], [2, 4, 0], [0, 0, 0]]), ["a", "b", "absent"])
    assert found.per_class.to_dict("records") == [
        {
            "label": "a",
            "precision": 0.6,
            "recall": 0.75,
            "f1": pytest.approx(2 / 3),
            "specificity": pytest.approx(2 / 3),
            "support": 4,
            "tp": 3,
            "fp": 2,
            "fn": 1,
            "tn": 4,
            "error_share": pytest.approx(1 / 3),
        },
        {
            "label": "b",
            "precision": 0.8,
            "recall": pytest.approx(2 / 3),
            "f1": pytest.approx(8 / 11),
            "specificity": 0.75,
            "support": 6,
            "tp": 4,
            "fp": 1,
            "fn": 2,
            "tn": 3,
            "error_share": pytest.approx(2 / 3),
        },
        {
            "label": "absent",
            "precision": 0,
            "recall": 0,
            "f1": 0,
            "specificity": 1,
            "support": 0,
            "tp": 0,
            "fp": 0,
            "fn": 0,
            "tn": 10,
            "error_share": 0,
        },
    ]
    assert found.macro_f1 == pytest.approx((2 / 3 + 8 / 11) / 2)
    assert found.majority_share == 0.6


def test_nothing_at_all_does_no_harm():
    found = metrics_from_confusion(np.zeros((0, 0), dtype=int), [])
    assert (found.rows, found.accuracy, found.macro_f1, found.majority_share) == (0, 0, 0, 0)


def test_a_matrix_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"a matrix of shape \(2, 3\) does not fit 2 labels"):
        metrics_from_confusion(np.zeros((2, 3)), ["a", "b"])


def test_the_document_is_plain_json_with_the_keys_that_scripts_rely_on():
    document = metrics_from_confusion(np.array([[3, 1], [2, 4]]), ["a", "b"]).document()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    keys = {"rows", "accuracy", "macro_f1", "weighted_f1", "labels", "confusion", "totals", "per_class"}
    assert keys <= document.keys()
    assert document["per_class"][0].keys() == {
        "label", "precision", "recall", "f1", "specificity", "support", "tp", "fp", "fn", "tn", "error_share",
    }  # fmt: skip


@given(st.lists(PAIRS, min_size=1, max_size=4))
def test_a_stack_of_counts_gives_what_each_gives_alone(draws):
    cells = [(true, predicted) for true in range(4) for predicted in range(4)]
    true, predicted = np.array(cells).T
    counts = np.array([[pairs.count(cell) for cell in cells] for pairs in draws])
    stacked = averaged(*counts_of(counts, true, predicted, 4))
    for place, pairs in enumerate(draws):
        *_, alone = measured(pairs)
        assert {name: pytest.approx(values[place]) for name, values in stacked.items()} == alone.headline()


@given(PAIRS)
def test_the_shares_of_errors_add_up_to_all_of_them(pairs):
    *_, found = measured(pairs)
    assert found.per_class["error_share"].sum() == pytest.approx(1.0 if found.totals["fn"] else 0.0)
