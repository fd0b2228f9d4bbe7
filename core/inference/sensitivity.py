"""How far an answer hangs on each word: what becomes of its probability when the word is left out.

This is occlusion (Zeiler & Fergus, "Visualizing and understanding convolutional networks", ECCV 2014; for words Li,
Monroe & Jurafsky, arXiv:1612.08220). It works for any model, and it is no cause: without a word it is another text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from core.inference.wordplaces import without, words_of

# Texts in, probabilities out, shape (texts, labels).
Predict = Callable[[Sequence[str]], np.ndarray]


def sensitivity(predict: Predict, text: str, label: int, *, most: int = 200) -> pd.DataFrame:
    """Return what each word of ``text`` adds to the probability of a label, all asked for in one batch.

    Parameters
    ----------
    predict: gives probabilities, shape (texts, labels).
    label: column of the probabilities.
    most: words looked at, from the beginning; the others are left out of the table.

    Returns one row a word, in the order of the text: word, start, end (places in ``text``), change (the probability as
    it is less that without the word, -1 to 1: positive words speak for the label).
    """
    words = words_of(text)[:most]
    found = np.asarray(predict([text, *(without(text, words, [place]) for place in range(len(words)))]), dtype=float)
    changes = found[0, label] - found[1:, label]
    rows = [(word.text, word.start, word.end, change) for word, change in zip(words, changes, strict=True)]
    frame = pd.DataFrame(rows, columns=["word", "start", "end", "change"])
    return frame.astype({"word": "str", "start": int, "end": int, "change": float})


def shaded_by(text: str, words: pd.DataFrame) -> list[tuple[str, float]]:
    """Return ``text`` in parts, each with its word's change over the largest one, -1 to 1; parts put together are it.

    Parameters
    ----------
    words: as of `sensitivity`.
    """
    most = float(words["change"].abs().max()) if len(words) else 0.0
    parts, begin = [], 0
    for row in words.itertuples():
        if row.start > begin:
            parts.append((text[begin : row.start], 0.0))
        parts.append((text[row.start : row.end], float(row.change) / most if most else 0.0))
        begin = row.end
    return parts + ([(text[begin:], 0.0)] if begin < len(text) else [])
