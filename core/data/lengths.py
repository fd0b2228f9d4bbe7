"""How long texts are: histograms whose long tail is cut off and said, never dropped in silence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

# The share of texts that may lie beyond the last bar.
TAIL = 0.005
MOST_BARS = 60


@dataclass(frozen=True)
class Histogram:
    """How many texts are how long.

    Attributes
    ----------
    bars: columns low, high (lengths, both inclusive) and rows, from the shortest up, without a gap.
    beyond: texts longer than the last bar; longest: the longest of all, 0 without texts.
    missing: rows without a text.
    """

    bars: pd.DataFrame
    beyond: int
    longest: int
    missing: int


def histogram(lengths: np.ndarray) -> Histogram:
    """Return how many of the texts are how long.

    ``lengths`` has shape (rows,), -1 where there is no text. Bars are 1, 2, 5, 10, ... wide, at most MOST_BARS of
    them, from 0 up to where all but TAIL of the texts are.
    """
    texts = lengths[lengths >= 0]
    missing = len(lengths) - len(texts)
    if len(texts) == 0:
        return Histogram(pd.DataFrame({"low": [], "high": [], "rows": []}, dtype="int64"), 0, 0, missing)
    counts = np.bincount(texts)
    upto = int(np.searchsorted(counts.cumsum(), np.ceil((1 - TAIL) * len(texts))))
    width = width_for(upto + 1)
    low = np.arange(0, upto + 1, width)
    padded = np.zeros(len(low) * width, dtype=np.int64)
    within = counts[: len(padded)]
    padded[: len(within)] = within
    rows = padded.reshape(-1, width).sum(axis=1)
    bars = pd.DataFrame({"low": low, "high": low + width - 1, "rows": rows})
    return Histogram(bars, int(len(texts) - rows.sum()), len(counts) - 1, missing)


def width_for(span: int) -> int:
    """Return the narrowest of 1, 2, 5, 10, 20, ... that covers ``span`` lengths with at most MOST_BARS bars."""
    power = 1
    while True:
        for one in (1, 2, 5):
            if one * power * MOST_BARS >= span:
                return one * power
        power *= 10
