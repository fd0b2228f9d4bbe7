"""How sure the figures of a run are: 95 % intervals, of shares by Wilson's formula, else by drawing rows again."""

from __future__ import annotations

from math import isnan, nan

import numpy as np

from core.evaluation.judge import Judged
from core.evaluation.metrics import averaged, counts_of
from core.evaluation.proportions import wilson
from core.evaluation.ranking import losses, rank
from core.resampling import RESAMPLES, centred_interval, drawn

Interval = tuple[float, float]
# What is not told: of a handful of errors, rows drawn again hold the true figure far more seldom than in 95 %.
NONE: Interval = (nan, nan)
FEWEST = 10  # wrong rows, and right ones, from which the rows are drawn again
STEP = 1 / 64  # nats to which a loss is rounded where rows are put into cells
# Shares of rows; weighted recall is the accuracy.
SHARES = ("accuracy", "error_rate", "weighted_recall", "top_3_accuracy", "majority_share")
# All others are 0 to 1.
RANGES: dict[str, Interval] = {"kappa": (-1.0, 1.0), "log_loss": (0.0, float("inf"))}


def intervals(judged: Judged, *, resamples: int = RESAMPLES, seed: int = 0) -> dict[str, Interval]:
    """Return measure -> (low, high) for every single figure of ``judged``; the same for the same seed.

    What is a share of rows has the interval of Wilson, 1927, which also holds for few rows and near 0 or 1.
    All others are `NONE` unless `FEWEST` rows are wrong and as many right: draws of a handful say too little,
    and draws of none nothing at all. Otherwise rows are drawn with replacement, as many as there are. Rows of
    the same true and predicted label count alike, so their counts are drawn
    instead: the same draw (multinomial) for a fraction of the work. A row's loss is its own, so it is
    put with those within 1/64 nat and counts as their mean; what that leaves out of the variance
    is at most 1/64² / 4 nats², against about 1.
    """
    values = {**judged.metrics.headline(), **vars(rank(judged.probabilities, judged.true, judged.answerable))}
    found = dict.fromkeys(values, NONE)
    rows = judged.metrics.rows
    if not rows:
        return found
    for name in SHARES:
        low, high = wilson(round(values[name] * rows), rows)
        found[name] = (float(low), float(high))
    right = int(np.trace(judged.metrics.confusion))
    if min(right, rows - right) < FEWEST:
        return found
    random = np.random.default_rng(seed)
    draws = {**_of_counts(judged, resamples, random), "log_loss": _of_losses(judged, resamples, random)}
    for name, value in values.items():
        if name in SHARES:
            continue
        least, most = RANGES.get(name, (0.0, 1.0))
        low, high = centred_interval(value, draws[name])
        found[name] = (max(low, least), min(high, most))
    return found


def document(found: dict[str, Interval]) -> dict[str, list[float] | None]:
    """Return intervals as JSON; None for one that is not told."""
    return {name: None if isnan(low) else [low, high] for name, (low, high) in found.items()}


def _of_counts(judged: Judged, draws: int, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Return each figure that counts rows, for each draw, shape (draws,)."""
    size = len(judged.metrics.labels)
    cells, rows = np.unique(judged.true * size + judged.predicted, return_counts=True)
    true, predicted = np.divmod(cells, size)
    return averaged(*counts_of(drawn(rows, draws, random), true, predicted, size))


def _of_losses(judged: Judged, draws: int, random: np.random.Generator) -> np.ndarray:
    """Return the log loss for each draw, shape (draws,)."""
    own = losses(judged.probabilities, judged.true)
    _, cell, rows = np.unique(np.round(own / STEP), return_inverse=True, return_counts=True)
    mean = np.bincount(cell, weights=own) / rows
    return drawn(rows, draws, random) @ mean / len(own)
