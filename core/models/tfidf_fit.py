"""Choosing the features of a TF-IDF vectorizer from the training texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import numpy as np
import pandas as pd

from core.errors import InputError
from core.models.classifier import Report
from core.models.logistic_settings import LogisticSettings
from core.models.tfidf import Block, Matrix, Tfidf, blocks_of, counted, weighted
from core.models.tokens import Reading, Tokenizer, phrase_keys, phrases_of, read

PARTS = 100
LARGEST_KEY = 2**63


@dataclass(frozen=True)
class Found:
    """What the training texts hold of one block.

    Attributes
    ----------
    features: in the order of the columns of ``counts``.
    counts: how often each text has each feature, shape (texts, features).
    """

    block: Block
    features: list[str]
    counts: Matrix

    def kept(self, keep: np.ndarray) -> Found:
        """Return only the features where ``keep`` is true."""
        features = [feature for feature, stays in zip(self.features, keep, strict=True) if stays]
        return Found(self.block, features, only_columns(self.counts, keep))


def fit_tfidf(
    texts: Sequence[str], settings: LogisticSettings, report: Report, dtype: type = np.float32
) -> tuple[Tfidf, Matrix]:
    """Return the vectorizer for ``texts`` and their vectors, shape (texts, features).

    Raises InputError when no feature is left by min_df, max_df and max_features.
    """
    blocks = blocks_of(settings)
    fewest, most = limits(settings, len(texts))
    found: list[Found] = []
    streams = [(tokenizer, list(members)) for tokenizer, members in groupby(blocks, lambda block: block.tokenizer)]
    for place, (tokenizer, members) in enumerate(streams):
        reading, words = known_words(texts, tokenizer, fewest, _part(report, place, len(streams)))
        pulse = partial(report, "vectorize", _done(place + 0.5, len(streams)), PARTS)
        found += [find(block, reading, words, fewest, most, pulse) for block in members]
    found = _most_frequent(found, settings.max_features)
    _check_some(found, settings, len(texts))
    report("vectorize", PARTS - 1, PARTS)
    vectorizer, matrix = _vectorized(blocks, found, settings.sublinear_tf, dtype)
    report("vectorize", PARTS, PARTS)
    return vectorizer, matrix


def limits(settings: LogisticSettings, texts: int) -> tuple[float, float]:
    """Return the fewest and the most texts that a feature may be in."""
    fewest, most = (value if isinstance(value, int) else value * texts for value in (settings.min_df, settings.max_df))
    return max(fewest, 1), most


def _part(report: Report, place: int, parts: int) -> Callable[[float], None]:
    """Return what reports a share of the reading, which is half of a part."""
    return lambda share: report("vectorize", _done(place + share / 2, parts), PARTS)


def _done(part: float, parts: int) -> int:
    return int(part / parts * (PARTS - 1))


def known_words(
    texts: Sequence[str], tokenizer: Tokenizer, fewest: float, progress: Callable[[float], None]
) -> tuple[Reading, list[str]]:
    """Return the texts as codes, and the words of the codes 1, 2, … in order.

    Words in fewer than ``fewest`` texts are unknown: no phrase with one could be frequent enough.
    """
    codes: defaultdict[str, int] = defaultdict()
    codes.default_factory = codes.__len__
    reading = read(texts, tokenizer, codes, progress)
    names = list(codes)
    counts = counted(reading.texts, reading.codes, (len(texts), len(names)))
    kept = np.flatnonzero(np.bincount(counts.indices, minlength=len(names)) >= fewest)
    ordered = sorted(kept.tolist(), key=names.__getitem__)
    translation = np.zeros(len(names) + 1, dtype=np.int64)
    translation[ordered] = np.arange(1, len(ordered) + 1)
    return Reading(translation[reading.codes], reading.lengths), [names[code] for code in ordered]


def find(
    block: Block, reading: Reading, words: list[str], fewest: float, most: float, pulse: Callable[[], None]
) -> Found:
    """Return the features of ``block`` that are in ``fewest`` to ``most`` of the texts.

    ``pulse`` is called between the steps that take long, and may end them by raising.
    Raises InputError when phrases of that many words cannot be told apart.
    """
    base = len(words) + 1
    if base**block.longest >= LARGEST_KEY:
        raise InputError(
            f"{len(words):,} different words are too many for phrases of {block.longest} words; "
            "raise min_df or lower ngram_max"
        )
    keys, texts = phrase_keys(reading, block.shortest, block.longest, base)
    pulse()
    columns, distinct = pd.factorize(keys, sort=True)
    pulse()
    counts = counted(texts, columns, (len(reading.lengths), len(distinct)))
    pulse()
    in_texts = np.bincount(counts.indices, minlength=len(distinct))
    keep = (in_texts >= fewest) & (in_texts <= most)
    features = phrases_of(distinct[keep], words, block.longest, base)
    return Found(block, features, only_columns(counts, keep))


def only_columns(counts: Matrix, keep: np.ndarray) -> Matrix:
    """Return the columns where ``keep`` is true."""
    from scipy.sparse import csr_matrix

    stays = keep[counts.indices]
    ends = np.concatenate([[0], np.cumsum(stays)])[counts.indptr]
    columns = (np.cumsum(keep) - 1)[counts.indices[stays]].astype(np.int32)
    shape = (counts.shape[0], int(keep.sum()))
    return csr_matrix((counts.data[stays], columns, ends.astype(np.int32)), shape=shape)


def _most_frequent(found: list[Found], limit: int | None) -> list[Found]:
    """Return only the ``limit`` features that occur most often over all blocks, of equal ones the first."""
    totals = [np.bincount(one.counts.indices, one.counts.data, len(one.features)) for one in found]
    every = np.concatenate(totals)
    if limit is None or len(every) <= limit:
        return found
    keep = np.zeros(len(every), dtype=bool)
    keep[np.argsort(-every, kind="stable")[:limit]] = True
    ends = np.cumsum([len(total) for total in totals])
    return [one.kept(part) for one, part in zip(found, np.split(keep, ends[:-1]), strict=True)]


def _check_some(found: list[Found], settings: LogisticSettings, texts: int) -> None:
    """Raise InputError when there is no feature at all."""
    if not any(one.features for one in found):
        raise InputError(
            f"no word is left in the {texts:,} training texts with min_df {settings.min_df} and max_df "
            f"{settings.max_df}; lower min_df, raise max_df, or give texts with words"
        )


def _vectorized(blocks: tuple[Block, ...], found: list[Found], sublinear: bool, dtype: type) -> tuple[Tfidf, Matrix]:
    """Return the vectorizer of the features found, and the vectors."""
    from scipy.sparse import hstack

    idfs = [inverse_frequency(one.counts) for one in found]
    parts = [
        weighted(one.counts, idf, one.block.weight, sublinear, dtype) for one, idf in zip(found, idfs, strict=True)
    ]
    features = {one.block.name: one.features for one in found}
    vectorizer = Tfidf(blocks, features, np.concatenate(idfs), sublinear)
    return vectorizer, hstack(parts, format="csr", dtype=dtype)


def inverse_frequency(counts: Matrix) -> np.ndarray:
    """Return ln((1 + texts) / (1 + texts with it)) + 1 for each feature."""
    texts, features = counts.shape
    return np.log((1 + texts) / (1 + np.bincount(counts.indices, minlength=features))) + 1
