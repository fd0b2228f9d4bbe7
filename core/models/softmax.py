"""Multinomial logistic regression by minibatch descent, for many sparse features and many labels.

A few passes reach what a solver run to its end does not: the features of rare words are moved
only as often as they are met, which holds back what would be learned by heart. A batch touches only
some of the features, so it is kept in their own short numbering, and a step costs little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.models.classifier import Report
from core.models.logistic_settings import LogisticSettings

REPORTS_PER_EPOCH = 10
BATCHES_PER_CHECK = 16
# The intercept is met by every row, most features by few: it takes far smaller steps.
INTERCEPT_RATE = 0.008  # for each row
SMALLEST_SCALE = 1e-6
# What few rows get: an epoch of so many batches, of at least so many rows, and so many rows seen in all.
FEWEST_BATCHES, SMALLEST_BATCH, FEWEST_SEEN, MOST_EPOCHS = 20, 8, 40_000, 100
TINY = 1e-12

Matrix = Any  # scipy.sparse.csr_matrix, which is slow to import


@dataclass(frozen=True)
class Batch:
    """Some rows of the training data.

    Attributes
    ----------
    features: the columns that occur, shape (local,).
    matrix, transposed: the rows over those columns alone, shape (rows, local) and (local, rows).
    targets: the number of the label of each row.
    weights: of each row, shape (rows, 1); None: all are one.
    """

    features: np.ndarray
    matrix: Matrix
    transposed: Matrix
    targets: np.ndarray
    weights: np.ndarray | None


def fit_softmax(
    matrix: Matrix,
    targets: np.ndarray,
    weights: np.ndarray | None,
    settings: LogisticSettings,
    *,
    seed: int,
    report: Report,
) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients of shape (features, labels) and intercepts of shape (labels,), float32.

    Parameters
    ----------
    matrix: float32 rows, shape (rows, features).
    targets: the number of the label of each row, from 0 without a gap.
    weights: of the rows, of mean one; None: all are one.
    """
    random = np.random.default_rng(seed)
    epochs, size = _passes(matrix.shape[0], settings)
    batches = cut(matrix, targets, weights, size, random, report)
    model = Descent(matrix.shape, int(targets.max()) + 1, settings, _prior(targets, weights))
    total = epochs * len(batches)
    every = -(-len(batches) // REPORTS_PER_EPOCH)
    losses: list[float] = []
    seen = 0
    for step in range(total):
        if step % len(batches) == 0:
            order = random.permutation(len(batches))
        left = 1 - step / total
        batch = batches[order[step % len(batches)]]
        losses.append(model.learn(batch, left))
        seen += len(batch.targets)
        if (step + 1) % every == 0 or step + 1 == total:
            figures = {"loss": float(np.mean(losses)), "epoch": (step + 1) / len(batches)}
            report("fit", step + 1, total, rows=seen, learning_rate=model.rate * left, **figures)
            losses = []
        elif step % BATCHES_PER_CHECK == 0:
            report("fit", step, total, rows=seen)
    return model.result()


def _passes(rows: int, settings: LogisticSettings) -> tuple[int, int]:
    """Return epochs and batch size: as set, but smaller batches and more passes where rows are few.

    Seven passes over five hundred rows are hardly a step: nothing but the commonest label is learned.
    """
    size = min(settings.batch_size, max(SMALLEST_BATCH, rows // FEWEST_BATCHES))
    return max(settings.epochs, min(MOST_EPOCHS, -(-FEWEST_SEEN // rows))), size


def cut(
    matrix: Matrix,
    targets: np.ndarray,
    weights: np.ndarray | None,
    size: int,
    random: np.random.Generator,
    report: Report,
) -> list[Batch]:
    """Return the rows, shuffled, as batches of ``size``."""
    from scipy.sparse import csr_matrix

    order = random.permutation(matrix.shape[0])
    batches = []
    for begin in range(0, len(order), size):
        if len(batches) % BATCHES_PER_CHECK == 0:
            report("fit", 0, 1)
        rows = order[begin : begin + size]
        part = matrix[rows]
        features, places = np.unique(part.indices, return_inverse=True)
        shape = (len(rows), len(features))
        local = csr_matrix((part.data, places.astype(np.int32), part.indptr), shape=shape)
        row_weights = None if weights is None else weights[rows, None].astype(np.float32)
        batches.append(Batch(features, local, local.T.tocsr(), targets[rows], row_weights))
    return batches


def _prior(targets: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    """Return the logarithm of the weighted share of each label."""
    shares = np.bincount(targets, weights)
    return np.log(shares / shares.sum()).astype(np.float32)


class Descent:
    """The state of the descent: coefficients are ``scale * direction``, so that the penalty costs nothing."""

    def __init__(self, shape: tuple[int, int], labels: int, settings: LogisticSettings, intercept: np.ndarray) -> None:
        rows, features = shape
        self.direction = np.zeros((features, labels), dtype=np.float32)
        self.scale = 1.0
        self.intercept = intercept.copy()
        self.rate = settings.learning_rate
        # scikit-learn's C for two labels is that of one column of coefficients; here they are two of half size.
        self.penalty = (2.0 if labels == 2 else 1.0) / (settings.C * rows)

    def learn(self, batch: Batch, left: float) -> float:
        """Take one step on ``batch``, ``left`` of the first one's length; return its mean loss before."""
        rows = len(batch.targets)
        own = self.direction[batch.features]
        scores = batch.matrix @ own
        scores *= np.float32(self.scale)
        scores += self.intercept
        error = softmax(scores)
        loss = -np.log(error[np.arange(rows), batch.targets] + TINY).mean()
        error[np.arange(rows), batch.targets] -= 1
        if batch.weights is not None:
            error *= batch.weights
        self.intercept -= np.float32(INTERCEPT_RATE * left) * error.sum(axis=0)
        error *= np.float32(self.rate * left / self.scale)
        own -= batch.transposed @ error
        self.direction[batch.features] = own
        # Last: it may scale all of direction, of which own is a copy.
        self._shrink(self.rate * left * rows)
        return float(loss)

    def _shrink(self, rate: float) -> None:
        """Take the penalty's part of a step, in the form that is stable at any rate."""
        self.scale /= 1 + rate * self.penalty
        if self.scale < SMALLEST_SCALE:
            self.direction *= np.float32(self.scale)
            self.scale = 1.0

    def result(self) -> tuple[np.ndarray, np.ndarray]:
        """Return coefficients and intercepts."""
        return self.direction * np.float32(self.scale), self.intercept


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return the probabilities of scores, row by row; ``scores`` is overwritten."""
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores
