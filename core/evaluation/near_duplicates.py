"""Texts that are the same, or nearly so, by the words they have: exactly, among hundreds of thousands.

Two texts are alike when the Jaccard similarity of their word sets, words shared over words in either,
is at least a threshold. Comparing all pairs is out of reach, so pairs are found by prefix filtering: with the
words of each set in one order, the rarest first, two sets that share at least ``o`` words share at least ``l``
of the first ``size - o + l`` words of each. Chaudhuri, Ganti & Kaushik, "A primitive operator for similarity
joins in data cleaning", ICDE 2006; for l > 1 Wang, Li & Feng, "Can we beat the prefix filtering?", SIGMOD 2012.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.models.tokens import Reading, Tokenizer, read

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# One word in five may differ: as a headline that was given a new ending, not two of one topic.
ALIKE = 0.8
WORDS = Tokenizer(r"(?u)\w+")
# Words that two prefixes must share. With one, 4,247,634 pairs of 33,546 headlines with 167,616 have to be looked at,
# with two 156,184, in a fifth of the time; more make the prefixes longer than they save.
SHARED = 2
# A word at the rare end of more texts than this ties together texts of one template, whose pairs grow with the
# square of their number; of 167,616 headlines no such word is in more than 420.
MOST_SHARING = 600
# Products of prefixes in memory at once.
BLOCK = 4_000_000
READ = 10_000  # texts between two words of how far it is


@dataclass(frozen=True, eq=False)
class WordSets:
    """The words of texts; to be read, not changed.

    Attributes
    ----------
    words: 1 where a text has a word, float32, shape (texts, vocabulary), the rarest word in the first column.
    unit: texts with the same set of words have the same number, int64, shape (texts,). Texts without any word
        have one when they are the same letter by letter.
    lengths: words in each text, repeats counted, int64, shape (texts,).
    vocabulary: the word of each column.
    """

    words: csr_matrix
    unit: np.ndarray
    lengths: np.ndarray
    vocabulary: np.ndarray


@dataclass(frozen=True, eq=False)
class Pairs:
    """Units that are alike but not the same, each pair once from the side that was asked for.

    Attributes
    ----------
    asked, other: numbers of units, int64, shape (pairs,).
    likeness: Jaccard similarity, float64, shape (pairs,).
    """

    asked: np.ndarray
    other: np.ndarray
    likeness: np.ndarray


def word_sets(texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> WordSets:
    """Return the words of ``texts``, in lower case; ``progress`` is told texts read and texts in all."""
    from scipy.sparse import csr_matrix

    codes: defaultdict[str, int] = defaultdict()
    codes.default_factory = codes.__len__
    parts = []
    for begin in range(0, max(len(texts), 1), READ):
        parts.append(read(texts[begin : begin + READ], WORDS, codes))
        if progress:
            progress(min(begin + READ, len(texts)), len(texts))
    found = Reading(*(np.concatenate([getattr(one, name) for one in parts]) for name in ("codes", "lengths")))
    size = max(len(codes), 1)
    order = np.argsort(np.bincount(found.codes, minlength=len(codes)), kind="stable")
    column = np.empty(len(codes), dtype=np.int64)
    column[order] = np.arange(len(codes))
    # One number a text and word: sorted, they are the texts in order and the words of each, the rarest first.
    keys = found.texts.astype(np.int64) * size + column[found.codes]
    # np.unique takes 15 times as long as sorting: it hashes.
    keys.sort()
    text, word = np.divmod(keys[np.diff(keys, prepend=-1) > 0], size)
    begins = np.concatenate([[0], np.cumsum(np.bincount(text, minlength=len(texts)))])
    ones = np.ones(len(word), dtype=np.float32)
    words = csr_matrix((ones, word.astype(np.int32), begins.astype(np.int32)), shape=(len(texts), size))
    vocabulary = np.array(list(codes), dtype=object)[order]
    return WordSets(words, _units(texts, words), found.lengths, vocabulary)


def _units(texts: Sequence[str], words: csr_matrix) -> np.ndarray:
    """Return the number of each text's set of words."""
    parts = pairwise(words.indptr.tolist())
    keys = [
        words.indices[begin:end].tobytes() if end > begin else text
        for text, (begin, end) in zip(texts, parts, strict=True)
    ]
    return pd.factorize(np.array([*keys, None], dtype=object)[:-1])[0].astype(np.int64)


def near_pairs(
    sets: WordSets,
    asked: np.ndarray,
    alike: float = ALIKE,
    progress: Callable[[int, int], None] | None = None,
) -> Pairs:
    """Return the units that are alike to those of the texts ``asked`` (positions).

    No pair is missed, but for those tied by a word of `MOST_SHARING` texts or more alone.

    Parameters
    ----------
    progress: told how many of the units asked for are done, and how many there are.
    alike: least Jaccard similarity, over 2/3: below, two sets of two words could be alike that share only one.
    """
    units = int(sets.unit.max(initial=-1)) + 1
    first = np.full(units, len(sets.unit))
    np.minimum.at(first, sets.unit, np.arange(len(sets.unit)))
    words = sets.words[first]
    sizes = np.diff(words.indptr)
    prefixes = _prefixes(words, sizes, alike)
    among = np.bincount(prefixes.indices, minlength=prefixes.shape[1])
    wanted = np.unique(sets.unit[asked])
    columns = prefixes.T.tocsr()
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    done = 0
    for block in _blocks(wanted, prefixes, among):
        shared = (prefixes[block] @ columns).tocoo()
        one, other, common = block[shared.row], shared.col.astype(np.int64), shared.data
        least, most = np.minimum(sizes[one], sizes[other]), np.maximum(sizes[one], sizes[other])
        keep = (one != other) & (common >= SHARED) & (least >= alike * most)
        one, other = one[keep], other[keep]
        both = np.asarray(words[one].multiply(words[other]).sum(axis=1)).reshape(-1)
        likeness = both / (sizes[one] + sizes[other] - both)
        keep = likeness >= alike
        found.append((one[keep], other[keep], likeness[keep]))
        done += len(block)
        if progress:
            progress(done, len(wanted))
    return Pairs(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _prefixes(words: csr_matrix, sizes: np.ndarray, alike: float) -> csr_matrix:
    """Return of each set the rarest words, as many as two sets that are alike must share `SHARED` of."""
    from scipy.sparse import csr_matrix

    # Rounding must not ask for one word too many: 0.8 * 5 is not quite 4 everywhere.
    least = np.ceil(alike * sizes - 1e-9).astype(np.int64)
    lengths = np.minimum(sizes - least + SHARED, sizes)
    place = np.arange(words.nnz) - np.repeat(words.indptr[:-1], sizes)
    keep = place < np.repeat(lengths, sizes)
    among = np.bincount(words.indices[keep], minlength=words.shape[1])
    keep &= among[words.indices] <= MOST_SHARING
    owner = np.repeat(np.arange(len(sizes)), sizes)[keep]
    begins = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(sizes)))])
    ones = np.ones(int(keep.sum()), dtype=np.int32)
    return csr_matrix((ones, words.indices[keep], begins.astype(np.int32)), shape=words.shape)


def _blocks(wanted: np.ndarray, prefixes: csr_matrix, among: np.ndarray) -> list[np.ndarray]:
    """Return ``wanted`` in parts whose products with all prefixes fit into memory."""
    weight = np.concatenate([[0], np.cumsum(among[prefixes.indices], dtype=np.int64)])
    cost = (weight[prefixes.indptr[1:]] - weight[prefixes.indptr[:-1]])[wanted]
    part = np.cumsum(cost) // BLOCK
    return np.split(wanted, np.flatnonzero(np.diff(part)) + 1) if len(wanted) else []
