"""How sure the figures of a run are: 95 % intervals by drawing its rows again (bootstrap)."""

from __future__ import annotations

import numpy as np

from core.evaluation.judge import Judged
from core.evaluation.metrics import averaged, counts_of
from core.evaluation.ranking import in_top, losses, rank
from core.resampling import RESAMPLES, centred_interval, drawn

Interval = tuple[float, float]
STEP = 1 / 64  # nats to which a loss is rounded where rows are put into cells
# All others are shares, 0 to 1.
RANGES: dict[str, Interval] = {"kappa": (-1.0, 1.0), "log_loss": (0.0, float("inf"))}


def intervals(judged: Judged, *, resamples: int = RESAMPLES, seed: int = 0) -> dict[str, Interval]:
    """Return measure -> (low, high) for every single figure of ``judged``; the same for the same seed.

    Rows are drawn with replacement, as many as there are. Rows of the same true and predicted label
    that are alike in whether the true one is in the top three count alike, so their counts are drawn
    instead: the same draw (multinomial) for a fraction of the work. A row's loss is its own, so it is
    put with those within 1/64 nat and counts as their mean; what that leaves out of the variance
    is at most 1/64² / 4 nats², against about 1.
    """
    values = {**judged.metrics.headline(), **vars(rank(judged.probabilities, judged.true, judged.answerable))}
    if not judged.metrics.rows:
        return dict.fromkeys(values, (0.0, 0.0))
    random = np.random.default_rng(seed)
    draws = {**_of_counts(judged, resamples, random), "log_loss": _of_losses(judged, resamples, random)}
    found = {}
    for name, value in values.items():
        least, most = RANGES.get(name, (0.0, 1.0))
        low, high = centred_interval(value, draws[name])
        found[name] = (max(low, least), min(high, most))
    return found


def _of_counts(judged: Judged, draws: int, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Return each figure that counts rows, for each draw, shape (draws,)."""
    size = len(judged.metrics.labels)
    hit = in_top(judged.probabilities, judged.true, judged.answerable)
    cells, rows = np.unique((judged.true * size + judged.predicted) * 2 + hit, return_counts=True)
    pair, hit = np.divmod(cells, 2)
    true, predicted = np.divmod(pair, size)
    counts = drawn(rows, draws, random)
    return {
        **averaged(*counts_of(counts, true, predicted, size)),
        "top_3_accuracy": counts @ hit / judged.metrics.rows,
    }


def _of_losses(judged: Judged, draws: int, random: np.random.Generator) -> np.ndarray:
    """Return the log loss for each draw, shape (draws,)."""
    own = losses(judged.probabilities, judged.true)
    _, cell, rows = np.unique(np.round(own / STEP), return_inverse=True, return_counts=True)
    mean = np.bincount(cell, weights=own) / rows
    return drawn(rows, draws, random) @ mean / len(own)
