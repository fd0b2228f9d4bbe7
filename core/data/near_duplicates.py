"""Texts that are nearly the same, by MinHash LSH: pairs whose sets of words have a Jaccard similarity of 0.8 or more.

A MinHash keeps of a set the least of its words' hashes under each of many permutations; two sets agree in one of
those with the probability of their Jaccard similarity (Broder, "On the resemblance and containment of documents",
1997). Cut into bands, signatures that agree in a whole band are candidates (Leskovec, Rajaraman & Ullman, "Mining
of Massive Datasets", chapter 3), which are then compared word by word: what is returned is near, and of what is
just near enough one pair in 1,900 is missed.

Signatures are datasketch's. Its tables of buckets are Python sets, 1.9 GB of them for 210 thousand texts;
here a band is one number a text, and equal ones are found by sorting.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.errors import CopydeskError

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

DATASKETCH = "datasketch==2.0.0"
ALIKE = 0.8
# Texts with a similarity of .8 share one of 32 bands of 7 with a probability of .9995, those of .5 with .22.
BANDS, WIDTH, SEED = 32, 7, 1
WORD = re.compile(r"\w+")
# Texts of one template meet in one bucket: from so many on each is compared with the first and with the next alone.
MOST_IN_BUCKET = 100
EVERY = 2_000  # texts between two words of how far it is
COMPARED = 50_000  # pairs compared at once
MOST_HELD = 4_000_000  # pairs in memory before those that were found twice are let go

Told = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class NearPairs:
    """Texts that are nearly the same, each pair once; to be read, not changed.

    Attributes
    ----------
    one, other: positions of texts, ``one`` before ``other``, int64, shape (pairs,); ordered.
    likeness: Jaccard similarity of their sets of words, float64, shape (pairs,).
    """

    one: np.ndarray
    other: np.ndarray
    likeness: np.ndarray


def near_pairs(texts: Sequence[str], alike: float = ALIKE, progress: Told = lambda done, all_: None) -> NearPairs:
    """Return the pairs of ``texts`` with a similarity of ``alike`` or more; those without a word are near to none.

    Whether a pair is found depends on its two texts alone, unless it is among `MOST_IN_BUCKET` of one template.

    Parameters
    ----------
    alike: from 0.8 on few are missed.
    progress: told how much is done, and the number of texts as the whole of it.
    """
    words, hashes = _word_sets(texts, lambda done: progress(done // 4, len(texts)))
    sizes = np.diff(words.indptr)
    named = np.flatnonzero(sizes)
    bands = _bands(words[named], hashes, lambda done: progress((len(texts) + 3 * done) // 4, len(texts)))
    one, other = _candidates(bands)
    one, other = named[one], named[other]
    likeness = np.concatenate(
        [np.zeros(0)]
        + [
            _jaccard(words, sizes, one[begin : begin + COMPARED], other[begin : begin + COMPARED])
            for begin in range(0, len(one), COMPARED)
        ]
    )
    keep = likeness >= alike - 1e-9
    return NearPairs(one[keep], other[keep], likeness[keep])


def _word_sets(texts: Sequence[str], progress: Callable[[int], None]) -> tuple[csr_matrix, np.ndarray]:
    """Return which text has which word, int32, shape (texts, vocabulary), and the hash of each word, uint32."""
    from scipy.sparse import csr_matrix

    codes: dict[str, int] = {}
    indices = array("i")
    begins = np.zeros(len(texts) + 1, dtype=np.int64)
    for place, text in enumerate(texts):
        if place % EVERY == 0:
            progress(place)
        indices.extend({codes.setdefault(word, len(codes)) for word in WORD.findall(text.lower())})
        begins[place + 1] = len(indices)
    columns = np.frombuffer(indices, dtype=np.int32) if indices else np.zeros(0, dtype=np.int32)
    shape = (len(texts), max(len(codes), 1))
    words = csr_matrix((np.ones(len(columns), dtype=np.int32), columns, begins.astype(np.int32)), shape=shape)
    words.sort_indices()
    hashes = pd.util.hash_array(np.array([*codes, None], dtype=object)[:-1], categorize=False)
    return words, (hashes >> np.uint64(32)).astype(np.uint32)


def _bands(words: csr_matrix, hashes: np.ndarray, progress: Callable[[int], None]) -> np.ndarray:
    """Return a number for each band of each text's signature, uint32, shape (bands, texts)."""
    try:
        from datasketch import MinHash
    except ModuleNotFoundError as error:
        raise CopydeskError(f"finding near-duplicates needs datasketch; run: pip install {DATASKETCH}") from error
    of_words = hashes[words.indices]
    ends = words.indptr.tolist()
    texts = len(ends) - 1
    found = np.empty((BANDS, texts), dtype=np.uint32)
    weights = np.random.default_rng(SEED).integers(1, 2**63, size=WIDTH, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    sets = (of_words[ends[place] : ends[place + 1]] for place in range(texts))
    # Words are hashed already, each once.
    signatures = MinHash.generator(sets, num_perm=BANDS * WIDTH, seed=SEED, hashfunc=int)
    for begin in range(0, texts, EVERY):
        progress(begin)
        block = [next(signatures).hashvalues for _ in range(min(EVERY, texts - begin))]
        cut = np.stack(block).reshape(len(block), BANDS, WIDTH).astype(np.uint64)
        found[:, begin : begin + len(block)] = ((cut * weights).sum(axis=2, dtype=np.uint64) >> np.uint64(32)).T
    progress(texts)
    return found


def _candidates(bands: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of texts that agree in a band, each once and ordered, ``one`` before ``other``."""
    texts = max(bands.shape[1], 1)
    found = [np.zeros(0, dtype=np.int64)]
    for band in bands:
        found += [one * texts + other for one, other in _pairs_of_band(band)]
        # Most pairs are found in several bands: held once, those of millions of texts fit into memory.
        if sum(map(len, found)) > MOST_HELD + 2 * len(found[0]):
            found = [np.unique(np.concatenate(found))]
    pairs = np.unique(np.concatenate(found))
    return pairs // texts, pairs % texts


def _pairs_of_band(band: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the pairs of texts that agree in one band, ``one`` before ``other``; all buckets of one size together."""
    # Stable, so that the texts of a bucket are ascending.
    order = np.argsort(band, kind="stable")
    begins = np.flatnonzero(np.diff(band[order].astype(np.int64), prepend=-1))
    sizes = np.diff(begins, append=len(order))
    for size in np.unique(sizes[sizes > 1]).tolist():
        members = order[begins[sizes == size][:, None] + np.arange(size)]
        if size <= MOST_IN_BUCKET:
            one, other = np.triu_indices(size, 1)
        else:
            # Each with the first and with the next.
            one = np.concatenate([np.zeros(size - 1, dtype=np.int64), np.arange(size - 1)])
            other = np.concatenate([np.arange(1, size), np.arange(1, size)])
        yield members[:, one].reshape(-1), members[:, other].reshape(-1)


def _jaccard(words: csr_matrix, sizes: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    both = np.asarray(words[one].multiply(words[other]).sum(axis=1)).reshape(-1)
    return both / (sizes[one] + sizes[other] - both)


def near_groups(pairs: NearPairs, texts: int) -> np.ndarray:
    """Return the number of each text's group, int64, shape (texts,): texts that pairs tie together have the same."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    ties = coo_matrix((np.ones(len(pairs.one), dtype=np.int8), (pairs.one, pairs.other)), shape=(texts, texts))
    return connected_components(ties, directed=False)[1].astype(np.int64)


def near_an_earlier(pairs: NearPairs, texts: int) -> np.ndarray:
    """Return which texts are near to an earlier one that is not so itself, bool, shape (texts,).

    Without those no two texts of ``pairs`` are left, and none is left out that is near to none of the rest.
    """
    found = np.zeros(texts, dtype=bool)
    # By the later text: whether the earlier one stays is then decided.
    order = np.lexsort([pairs.one, pairs.other])
    for one, other in zip(pairs.one[order].tolist(), pairs.other[order].tolist(), strict=True):
        if not found[one]:
            found[other] = True
    return found
