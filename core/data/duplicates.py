"""Rows that are the same: by all fields, by text, by text but for case and white space; and what they are called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


def keys_of(texts: list[str]) -> np.ndarray:
    """Return a number for each text, the same for the same text, uint64, shape (texts,).

    It is a hash of 64 bits (SipHash): of five million texts two different ones meet with a chance of 1 in 1.5 million.
    """
    return pd.util.hash_array(np.array([*texts, None], dtype=object)[:-1], categorize=False)


def with_category(keys: np.ndarray, categories: np.ndarray) -> np.ndarray:
    """Return keys that are the same where ``keys`` and the numbers of the categories both are, shape (rows,)."""
    # An odd factor of many bits (the golden ratio's): distinct categories stay apart.
    return keys + categories.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)


def normalised(text: str) -> str:
    """Return ``text`` without what case and white space make of it.

    >>> normalised(" Tide  TURNS\\n") == normalised("tide turns")
    True
    """
    return " ".join(text.casefold().split())


@dataclass(frozen=True, eq=False)
class Repeats:
    """Rows that share a key; to be read, not changed.

    Attributes
    ----------
    first: of each row the first one with its key, int64, shape (rows,).
    among: rows with a key that another row has too, ascending, int64.
    groups: number of keys that several rows have.
    """

    first: np.ndarray
    among: np.ndarray
    groups: int

    @property
    def surplus(self) -> np.ndarray:
        """Rows that repeat an earlier one, ascending."""
        return np.flatnonzero(self.first != np.arange(len(self.first)))


def repeats(keys: np.ndarray) -> Repeats:
    """Return which rows share one of ``keys``, shape (rows,)."""
    codes, _ = pd.factorize(keys)
    counts = np.bincount(codes) if len(codes) else np.zeros(0, dtype=np.int64)
    first = np.full(len(counts), len(codes))
    np.minimum.at(first, codes, np.arange(len(codes)))
    return Repeats(first[codes], np.flatnonzero(counts[codes] > 1), int((counts > 1).sum()))


def contradicting(keys: np.ndarray, categories: np.ndarray) -> np.ndarray:
    """Return the rows whose key another row has under another category, ascending.

    Parameters
    ----------
    keys, categories: shape (rows,); a category is any number.
    """
    same = repeats(keys)
    differs = categories[same.first] != categories
    mixed = np.zeros(len(keys), dtype=bool)
    mixed[same.first[differs]] = True
    return np.flatnonzero(mixed[same.first])
