"""scikit-learn's logistic regression by lbfgs, run until it converges, with a report an iteration."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.models.classifier import Report
from core.models.logistic_settings import LogisticSettings
from core.models.softmax import TINY, softmax

SAMPLE = 4096

Matrix = Any  # scipy.sparse.csr_matrix, which is slow to import


class IterationReport:
    """A callback of scikit-learn: tells the loss on a sample of the rows after each iteration."""

    max_propagation_depth = None

    def __init__(self, matrix: Matrix, targets: np.ndarray, max_iter: int, report: Report) -> None:
        # An even spread, so that no order of the rows can make the sample one-sided.
        rows = np.unique(np.linspace(0, len(targets) - 1, SAMPLE).astype(int))
        self.matrix, self.targets, self.rows = matrix[rows], targets[rows], len(targets)
        self.max_iter, self.report, self.iteration = max_iter, report, 0

    def setup(self, estimator: Any, context: Any) -> None:
        """Nothing to prepare."""

    def teardown(self, estimator: Any, context: Any) -> None:
        """Nothing to tidy."""

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Report before the first iteration too, so that a cancel never waits for one."""
        if self.iteration == 0:
            self.report("fit", 0, self.max_iter, rows=0, at_most=True)

    def on_fit_task_end(self, estimator: Any, context: Any, *, fitted_estimator: Any = None) -> bool:
        """Report an iteration; the task around them all has no coefficients yet and is passed over."""
        if context.task_name == "lbfgs-iter" and fitted_estimator is not None:
            self.iteration += 1
            loss = self.loss(fitted_estimator.coef_, fitted_estimator.intercept_)
            rows = self.iteration * self.rows
            self.report("fit", self.iteration, self.max_iter, rows=rows, at_most=True, loss=loss)
        return False

    def loss(self, coefficients: np.ndarray, intercept: np.ndarray) -> float:
        """Return the mean log loss on the sample."""
        scores = both_labels(self.matrix @ coefficients.T + intercept)
        return float(-np.log(softmax(scores)[np.arange(len(self.targets)), self.targets] + TINY).mean())


def fit_lbfgs(
    matrix: Matrix,
    targets: np.ndarray,
    weights: np.ndarray | None,
    settings: LogisticSettings,
    *,
    seed: int,
    report: Report,
) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients of shape (features, labels) and intercepts of shape (labels,).

    The parameters are those of `core.models.softmax.fit_softmax`; the seed decides nothing.
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=settings.C, max_iter=settings.max_iter, tol=settings.tol, random_state=seed)
    model.set_callbacks(IterationReport(matrix, targets, settings.max_iter, report))
    model.fit(matrix, targets, sample_weight=weights)
    iterations = int(model.n_iter_.max())
    report("fit", iterations, iterations, rows=iterations * len(targets))
    return both_labels(model.coef_.T), both_labels(model.intercept_[None])[0]


def both_labels(values: np.ndarray) -> np.ndarray:
    """Return a column for each label, where two labels were given as one column: half of it each.

    >>> both_labels(np.array([[3.0]]))
    array([[-1.5,  1.5]])
    """
    return np.hstack([-values / 2, values / 2]) if values.shape[1] == 1 else values
