import numpy as np
import pytest
from scipy.sparse import csr_matrix

from core.models.classifier import unreported
from core.models.lbfgs import both_labels, fit_lbfgs
from core.models.logistic import row_weights
from core.models.logistic_settings import settings_from
from core.models.softmax import cut, fit_softmax, softmax


def example(rows=300, features=12, labels=3):
    random = np.random.default_rng(5)
    dense = random.random((rows, features)) * (random.random((rows, features)) < 0.4)
    dense /= np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1e-9)
    truth = random.normal(size=(features, labels)) * 4
    targets = (dense @ truth + random.gumbel(size=(rows, labels))).argmax(axis=1)
    return csr_matrix(dense.astype(np.float32)), targets


def solve(solver, matrix, targets, weights=None, seed=1, **overrides):
    settings = settings_from("default", {"solver": solver, **overrides})
    fit = fit_lbfgs if solver == "lbfgs" else fit_softmax
    return fit(matrix, targets, weights, settings, seed=seed, report=unreported)


def test_softmax_sums_to_one_and_stands_any_score():
    scores = np.array([[0.0, 0.0], [1e4, -1e4], [-700.0, -700.0]], dtype=np.float32)
    np.testing.assert_allclose(softmax(scores), [[0.5, 0.5], [1, 0], [0.5, 0.5]])


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("labels", [2, 3])
def test_with_time_the_descent_comes_to_what_lbfgs_finds(labels, weighted):
    matrix, targets = example(labels=labels)
    weights = row_weights(targets, "balanced") if weighted else None
    exact = solve("lbfgs", matrix.astype(np.float64), targets, weights, C="1", tol="1e-9")
    found = solve("sgd", matrix, targets, weights, C="1", epochs="400", learning_rate="0.05")
    first, second = (softmax(matrix @ coefficients + intercept) for coefficients, intercept in (exact, found))
    np.testing.assert_allclose(first, second, atol=0.02)


def test_coefficients_of_a_feature_add_up_to_zero_over_the_labels():
    coefficients, _ = solve("sgd", *example())
    np.testing.assert_allclose(coefficients.sum(axis=1), 0, atol=1e-4)


@pytest.mark.parametrize("strength", ["1e-9", "1e-4", "0.01"])
def test_a_strong_penalty_leaves_only_the_shares_of_the_labels(strength):
    matrix, targets = example()
    coefficients, intercept = solve("sgd", matrix, targets, C=strength)
    assert np.abs(coefficients).max() < 0.2
    shares = np.bincount(targets) / len(targets)
    np.testing.assert_allclose(softmax(intercept[None].copy())[0], shares, atol=0.06)


@pytest.mark.parametrize("overrides", [{"learning_rate": "10"}, {"batch_size": "1"}, {"batch_size": "1024"}])
def test_no_setting_makes_it_lose_its_numbers(overrides):
    coefficients, intercept = solve("sgd", *example(), **overrides)
    assert np.isfinite(coefficients).all()
    assert np.isfinite(intercept).all()


def test_another_seed_is_another_order():
    matrix, targets = example()
    first, again, other = (solve("sgd", matrix, targets, seed=seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_batches_hold_each_row_once():
    matrix, targets = example(rows=50)
    batches = cut(matrix, targets, np.arange(50.0), 7, np.random.default_rng(0), unreported)
    assert [len(batch.targets) for batch in batches] == [7] * 7 + [1]
    rows = np.concatenate([batch.weights[:, 0] for batch in batches]).astype(int)
    assert sorted(rows) == list(range(50))
    for batch in batches:
        whole = np.zeros((len(batch.targets), 12), dtype=np.float32)
        whole[:, batch.features] = batch.matrix.toarray()
        own = batch.weights[:, 0].astype(int)
        np.testing.assert_array_equal(whole, matrix[own].toarray())
        np.testing.assert_array_equal(batch.targets, targets[own])
        np.testing.assert_array_equal(batch.transposed.toarray(), batch.matrix.toarray().T)


def test_row_weights_have_mean_one_and_make_labels_equal():
    targets = np.array([0] * 8 + [1] * 2)
    assert row_weights(targets, "none") is None
    balanced = row_weights(targets, "balanced")
    assert balanced.mean() == pytest.approx(1)
    assert np.bincount(targets, balanced).tolist() == pytest.approx([5, 5])
    root = row_weights(targets, "root")
    assert root.mean() == pytest.approx(1)
    assert root[-1] / root[0] == pytest.approx(2)


def test_two_labels_given_as_one_column_become_two():
    np.testing.assert_array_equal(both_labels(np.array([[3.0]])), [[-1.5, 1.5]])
    np.testing.assert_array_equal(both_labels(np.eye(3)), np.eye(3))
