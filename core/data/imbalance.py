"""How unevenly rows spread over labels, in a few figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Imbalance:
    """How unevenly rows spread over ``labels`` labels that have rows.

    Attributes
    ----------
    entropy: Shannon's, -sum p log2 p, in bits. What a reader who knows the shares still has to be told of a label.
    evenness: entropy over its most, log2 labels (Pielou); 1 where all are equally large. None for fewer than two.
    gini: Gini's coefficient of the labels' rows; 0 where all are equally large, towards 1 where one has nearly all.
    ratio: rows of the largest over rows of the smallest. None without rows.
    effective: 2 ** entropy (Hill's number of order 1): so many equally large labels would be as hard to tell.
    """

    labels: int
    entropy: float
    evenness: float | None
    gini: float
    ratio: float | None
    effective: float


def imbalance(rows: np.ndarray) -> Imbalance:
    """Return how unevenly ``rows``, of each label, spread; labels without rows do not count.

    Gini's coefficient is sum (2 i - n - 1) x_i / (n sum x) over the sizes x in ascending order, i from 1 to n.
    """
    sizes = np.sort(np.asarray(rows, dtype=np.float64))
    sizes = sizes[sizes > 0]
    labels = len(sizes)
    if labels == 0:
        return Imbalance(labels=0, entropy=0.0, evenness=None, gini=0.0, ratio=None, effective=0.0)
    shares = sizes / sizes.sum()
    # Adding nothing turns a minus nothing, of one label, into nothing.
    entropy = float(-(shares * np.log2(shares)).sum()) + 0.0
    place = 2 * np.arange(1, labels + 1) - labels - 1
    return Imbalance(
        labels=labels,
        entropy=entropy,
        evenness=entropy / float(np.log2(labels)) if labels > 1 else None,
        # Of equally large labels, rounding may leave a little less than nothing.
        gini=max(0.0, float((place * shares).sum() / labels)),
        ratio=float(sizes[-1] / sizes[0]),
        effective=float(2**entropy),
    )
