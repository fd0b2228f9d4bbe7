"""Multinomial logistic regression by stochastic gradient descent over sparse features.

With a hundred thousand short texts, a quasi-Newton method such as lbfgs passes over all rows for
each small step. Here each step looks at a few hundred rows and touches only the features that
occur in them, so that a handful of passes is enough: seconds instead of minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

REPORT_EVERY = 40
INTERCEPT_RATE = 0.02


@dataclass(frozen=True)
class _Batch:
    """Rows of one step, over only the features that occur in them.

    Attributes
    ----------
    features: their columns in the whole matrix, shape (used,).
    rows: csr matrix (batch, used); columns: its transpose, csr as well.
    y: label positions, shape (batch,).
    """

    features: np.ndarray
    rows: Any
    columns: Any
    y: np.ndarray


def fit_softmax(
    x: Any,
    y: np.ndarray,
    *,
    labels: int,
    weight: np.ndarray,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    alpha: float,
    seed: int,
    report: Callable[..., None],
) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients (labels, features) and intercept (labels,), float32.

    Minimises the weighted cross-entropy plus ``alpha``/2 times the squared coefficients, by steps
    of ``learning_rate`` a row that fall to nothing in a straight line. The decay of all
    coefficients is kept as one factor, so that a step never touches a feature it does not see
    (Bottou, Stochastic Gradient Descent Tricks, 2012).

    Parameters
    ----------
    x: csr matrix (rows, features), float32.
    y: label positions, shape (rows,).
    weight: weight of each label, shape (labels,).
    report: called as report(epoch, epochs) now and then, with loss=mean cross-entropy after each epoch.
    """
    random = np.random.default_rng(seed)
    batches = _batches(x, y, batch_size, random)
    coefficients = np.zeros((x.shape[1], labels), dtype=np.float32)
    share = np.bincount(y, minlength=labels) / len(y)
    intercept = np.log(np.maximum(share, 1e-9)).astype(np.float32)
    scale, step, steps = 1.0, 0, epochs * len(batches)
    for epoch in range(epochs):
        loss = 0.0
        for place in random.permutation(len(batches)):
            if step % REPORT_EVERY == 0:
                report(epoch, epochs)
            batch = batches[place]
            rate = learning_rate * (1 - step / steps)
            step += 1
            used = coefficients[batch.features]
            scores = batch.rows @ used
            scores *= np.float32(scale)
            scores += intercept
            gradient = softmax(scores)
            true = np.arange(len(batch.y)), batch.y
            loss -= float(np.log(np.maximum(gradient[true], 1e-12)).sum())
            gradient[true] -= 1
            gradient *= weight[batch.y][:, None]
            scale *= 1 - rate * batch_size * alpha
            intercept -= np.float32(rate * INTERCEPT_RATE) * gradient.sum(axis=0)
            gradient *= np.float32(rate / scale)
            used -= batch.columns @ gradient
            coefficients[batch.features] = used
        report(epoch + 1, epochs, loss=loss / len(y))
    return np.ascontiguousarray((coefficients * np.float32(scale)).T), intercept


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return exp(scores) over its sum in each row, stable for large scores; ``scores`` is overwritten."""
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores


def _batches(x: Any, y: np.ndarray, size: int, random: np.random.Generator) -> list[_Batch]:
    """Return the rows in a random order, cut into batches of ``size``."""
    from scipy import sparse

    order = random.permutation(x.shape[0])
    x, y = x[order], y[order]
    batches = []
    for begin in range(0, x.shape[0], size):
        part = x[begin : begin + size]
        features, places = np.unique(part.indices, return_inverse=True)
        shape = (part.shape[0], len(features))
        rows = sparse.csr_matrix((part.data, places.astype(np.int32), part.indptr), shape=shape)
        batches.append(_Batch(features, rows, rows.T.tocsr(), y[begin : begin + size]))
    return batches
