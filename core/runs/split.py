"""Which rows are trained on and which are kept for the test."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.runs.spec import FEWEST_RECORDS, TrainingSpec


def split_rows(texts: pd.Series, categories: pd.Series, spec: TrainingSpec) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of the training rows and of the test rows, both ascending.

    The split depends on the records, the share and the seed, so that runs with different models,
    targets and groupings are judged on the same rows. It is stratified by raw category.
    Rows with the same text stay on one side: a test row is never one that was learned by heart.
    Only categories too small to be split are pooled by the label that is trained on.
    """
    unit, first = _units(texts)
    strata = _strata(categories.astype(str).to_numpy()[first], spec)
    is_test = np.zeros(len(first), dtype=bool)
    random = np.random.default_rng(spec.split.seed)
    for stratum in sorted(set(strata)):
        members = random.permutation(np.flatnonzero(strata == stratum))
        is_test[members[: _test_size(len(members), spec.split.test_share)]] = True
    rows = is_test[unit]
    return np.flatnonzero(~rows), np.flatnonzero(rows)


def _units(texts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return for each row the number of its distinct text, and for each of those its first row."""
    unit, distinct = pd.factorize(texts)
    first = np.full(len(distinct), len(unit))
    np.minimum.at(first, unit, np.arange(len(unit)))
    return unit, first


def _strata(categories: np.ndarray, spec: TrainingSpec) -> np.ndarray:
    """Return the stratum of each distinct text: its category, or the pool of the small ones."""
    names, codes, counts = np.unique(categories, return_inverse=True, return_counts=True)
    strata = [
        f"category {name}" if count >= FEWEST_RECORDS else f"pool {spec.target_of(name)}"
        for name, count in zip(names, counts, strict=True)
    ]
    return np.asarray(strata)[codes]


def _test_size(rows: int, share: float) -> int:
    """Return how many of ``rows`` are tested: at least one of three, and never all."""
    if rows < FEWEST_RECORDS:
        return 0
    return min(max(1, round(rows * share)), rows - 1)
