"""What the probabilities behind the answers are worth: where the true label ranks, and how surprising it is.

A true label that the model cannot answer has probability 0: it is in no top k, and it costs as much as a
label that the model rules out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

TOP = 3
# As scikit-learn's log_loss does for single precision; half precision, which is stored, ends at 6e-8.
FLOOR = float(np.finfo(np.float32).eps)


@dataclass(frozen=True)
class Ranking:
    """Figures over rows that come from probabilities and not from answers alone.

    Attributes
    ----------
    top_3_accuracy: share of rows whose true label is among the three most probable ones, 0 to 1.
    log_loss: mean of -ln of the true label's probability, in nats; 0 is best.
    """

    top_3_accuracy: float
    log_loss: float


def in_top(probabilities: np.ndarray, true: np.ndarray, answerable: np.ndarray, k: int = TOP) -> np.ndarray:
    """Return whether each row's true label is among the ``k`` most probable ones, bool, shape (rows,).

    Of equal probabilities the first label counts as the more probable one, as in what is answered.
    (scikit-learn's top_k_accuracy_score takes the last; without ties both are the same.)

    Parameters
    ----------
    probabilities: shape (rows, labels).
    true: position of each row's true label, shape (rows,).
    answerable: whether the model can answer each label, bool, shape (labels,).
    """
    own = probabilities[np.arange(len(true)), true][:, None]
    before = np.arange(probabilities.shape[1]) < true[:, None]
    ahead = (probabilities > own) | ((probabilities == own) & before)
    return ((ahead & answerable).sum(axis=1) < k) & answerable[true]


def losses(probabilities: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return -ln of the probability of each row's true label, in nats, float64, shape (rows,).

    A probability counts as no less than `FLOOR` and no more than 1 - `FLOOR`, since one of 0 would
    make the mean infinite. Arguments as for `in_top`.
    """
    own = probabilities[np.arange(len(true)), true].astype(np.float64)
    return -np.log(np.clip(own, FLOOR, 1 - FLOOR))


def rank(probabilities: np.ndarray, true: np.ndarray, answerable: np.ndarray) -> Ranking:
    """Return the figures; all are 0 without rows. Arguments as for `in_top`."""
    if not len(true):
        return Ranking(0.0, 0.0)
    return Ranking(
        top_3_accuracy=float(in_top(probabilities, true, answerable).mean()),
        log_loss=float(losses(probabilities, true).mean()),
    )
