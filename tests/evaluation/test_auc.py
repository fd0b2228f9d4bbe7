"""The area under the curve: as scikit-learn counts it, its variance as the definition gives it."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.evaluation.auc import auc, cross_validated

ROWS = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=4, max_size=20)


def by_definition(scores, positive):
    """Return area and DeLong's variance by comparing every pair."""
    above, below = scores[positive][:, None], scores[~positive][None, :]
    wins = (above > below) + (above == below) / 2
    spread = wins.mean(axis=1).var(ddof=1) / len(wins) + wins.mean(axis=0).var(ddof=1) / wins.shape[1]
    return wins.mean(), spread


@given(ROWS)
def test_every_pair_counts(rows):
    scores, positive = (np.array(one) for one in zip(*rows, strict=True))
    assume(1 < positive.sum() < len(rows) - 1)
    assert auc(scores.astype(float), positive) == pytest.approx(by_definition(scores, positive))


def test_it_is_scikit_learn_s():
    from sklearn.metrics import roc_auc_score

    random = np.random.default_rng(0)
    scores, positive = random.integers(0, 9, 50).astype(float), random.random(50) < 0.4
    assert auc(scores, positive)[0] == pytest.approx(roc_auc_score(positive, scores))


def test_one_side_alone_says_nothing():
    assert auc(np.arange(3.0), np.ones(3, dtype=bool)) == (0.5, 0.25)


def test_folds_add_up_with_what_they_have_in_common_and_stay_within_bounds():
    middle, low, high = cross_validated([(0.8, 0.01), (0.6, 0.01)])
    assert middle == pytest.approx(0.7)
    assert (low, high) == pytest.approx((0.7 - 1.96 * 0.1225, 0.7 + 1.96 * 0.1225), abs=1e-3)
    assert cross_validated([(0.99, 0.04)] * 2)[2] == 1.0
