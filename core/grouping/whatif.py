"""What a grouping keeps of what the raw categories say."""

from __future__ import annotations

import numpy as np

ROUNDING = 1e-12


def information_kept(joint: np.ndarray) -> float:
    """Return I(true category; predicted group) / H(true category), from 0 to 1.

    Merging always raises accuracy; this falls as groups swallow distinctions, so the two are
    read together.

    Parameters
    ----------
    joint: counts of shape (categories, groups), true raw category against predicted group.
    """
    total = joint.sum()
    if total == 0:
        return 0.0
    share = joint / total
    by_category, by_group = share.sum(axis=1), share.sum(axis=0)
    entropy = -_plogp(by_category).sum()
    # A single category has none; rounding may leave it a trace.
    if entropy < ROUNDING:
        return 0.0
    mutual = _plogp(share).sum() - _plogp(by_category).sum() - _plogp(by_group).sum()
    return float(np.clip(mutual / entropy, 0.0, 1.0))


def _plogp(share: np.ndarray) -> np.ndarray:
    """Return p·ln p, 0 where p is 0."""
    return np.where(share > 0, share * np.log(np.where(share > 0, share, 1.0)), 0.0)
