"""A few headlines of each category, the same ones every time, to show what it is about."""

from __future__ import annotations

import numpy as np
import pandas as pd

SEED = 42


def examples_by_category(frame: pd.DataFrame, per: int = 3) -> dict[str, list[str]]:
    """Return category -> up to ``per`` different headlines of it, drawn at random with a fixed seed.

    A headline of nothing but white space is none; a category without headlines has an empty list.
    """
    codes = frame["category"].cat.codes.to_numpy()
    order = np.random.default_rng(SEED).permutation(len(codes))
    order = order[np.argsort(codes[order], kind="stable")]
    places = np.searchsorted(codes[order], np.arange(len(frame["category"].cat.categories) + 1))
    headlines = frame["headline"].array
    found = {}
    for code, category in enumerate(frame["category"].cat.categories):
        chosen: dict[str, None] = {}
        for row in order[places[code] : places[code + 1]]:
            headline = headlines[row]
            if isinstance(headline, str) and headline.strip():
                chosen[headline.strip()] = None
            if len(chosen) == per:
                break
        found[str(category)] = list(chosen)
    return found
