"""TF-IDF features: words, phrases and capitalised words as sparse vectors of fixed length.

The numbers are those of scikit-learn's TfidfVectorizer, one for each block, side by side; phrases
are counted as whole numbers, not as texts, which takes about half the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.models.logistic_settings import LogisticSettings
from core.models.shared_reading import PieceCodes, can_share, shared_readings
from core.models.tokens import Codes, Reading, Tokenizer, keys_of, phrase_keys, read

TOKENS = {"words": r"(?u)\b\w\w+\b", "words-and-signs": r"(?u)\w+|[^\w\s]"}
CAPITALISED = r"(?u)\b(?=\w*[A-ZÀ-ÖØ-Þ])\w+"

Matrix = Any  # scipy.sparse.csr_matrix, which is slow to import


@dataclass(frozen=True)
class Block:
    """One tf-idf vector of a text: phrases of ``shortest`` to ``longest`` tokens, of length ``weight``."""

    name: str
    tokenizer: Tokenizer
    shortest: int
    longest: int
    weight: float = 1.0


def blocks_of(settings: LogisticSettings) -> tuple[Block, ...]:
    """Return the blocks that ``settings`` ask for; those with an equal tokenizer stand together."""
    stop_words = english_stop_words() if settings.stop_words == "english" else frozenset()
    tokenizer = Tokenizer(TOKENS[settings.tokens], settings.lowercase, stop_words)
    shortest, longest = settings.ngram_min, settings.ngram_max
    if settings.phrase_weight is None or longest == 1:
        blocks = [Block("words", tokenizer, shortest, longest)]
    else:
        blocks = [Block("words", tokenizer, 1, 1)] if shortest == 1 else []
        blocks.append(Block("phrases", tokenizer, max(shortest, 2), longest, settings.phrase_weight))
    if settings.capitals_weight:
        capitals = Tokenizer(CAPITALISED, False, stop_words)
        blocks.append(Block("capitals", capitals, 1, 1, settings.capitals_weight))
    return tuple(blocks)


def english_stop_words() -> frozenset[str]:
    """Return scikit-learn's list of frequent English words."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS)


@dataclass(frozen=True)
class BlockTable:
    """The features of one block, in the order of their keys."""

    block: Block
    codes: Codes
    keys: np.ndarray
    base: int

    @cached_property
    def _column_of_word(self) -> np.ndarray:
        """Return the column of each word's code, -1 where it is no feature; for a block of single words."""
        columns = np.full(self.base, -1, dtype=np.int64)
        columns[self.keys] = np.arange(len(self.keys))
        return columns

    def columns(self, keys: np.ndarray) -> np.ndarray:
        """Return the column of each key, -1 where it is no feature."""
        if self.block.longest == 1:
            # A key is the code itself: looked up in a third of the time of a search.
            return self._column_of_word[keys]
        found = np.full(len(keys), -1, dtype=np.int64)
        # Most phrases end with a word that no feature ends with: a look at it spares the search.
        likely = np.flatnonzero(self._ends[keys % self.base])
        if len(likely):
            asked = keys[likely]
            places = np.searchsorted(self.keys, asked)
            places[places == len(self.keys)] = 0
            found[likely] = np.where(self.keys[places] == asked, places, -1)
        return found

    @cached_property
    def _ends(self) -> np.ndarray:
        """Return whether a feature of phrases ends with the word of each code; 0 stands for one of fewer words."""
        ends = np.zeros(self.base, dtype=bool)
        ends[self.keys % self.base] = True
        return ends


@dataclass(frozen=True)
class Tfidf:
    """A fitted vectorizer.

    Attributes
    ----------
    features: block name -> its features, sorted word by word; the columns, in the order of the blocks.
    idf: shape (features,): ln((1 + texts) / (1 + texts with it)) + 1.
    """

    blocks: tuple[Block, ...]
    features: dict[str, list[str]]
    idf: np.ndarray
    sublinear: bool

    @cached_property
    def names(self) -> list[str]:
        """Return all features, column by column."""
        return [feature for block in self.blocks for feature in self.features[block.name]]

    def kept(self, columns: np.ndarray) -> Tfidf:
        """Return the vectorizer of only these ``columns``, ascending; lengths are those of what is left."""
        stays = np.zeros(len(self.names), dtype=bool)
        stays[columns] = True
        features, begin = {}, 0
        for block in self.blocks:
            own = self.features[block.name]
            part = stays[begin : begin + len(own)]
            features[block.name] = [feature for feature, keep in zip(own, part, strict=True) if keep]
            begin += len(own)
        return Tfidf(self.blocks, features, self.idf[columns], self.sublinear)

    @cached_property
    def tables(self) -> list[BlockTable]:
        """Return what looks features up; ValueError when they are out of order or not all different."""
        return [self._table(block) for block in self.blocks]

    def _table(self, block: Block) -> BlockTable:
        peers = [self.features[peer.name] for peer in self.blocks if peer.tokenizer == block.tokenizer]
        words = sorted({word for features in peers for feature in features for word in feature.split(" ")})
        codes = Codes(zip(words, range(1, len(words) + 1), strict=True))
        base = len(words) + 1
        keys = keys_of(self.features[block.name], codes, block.longest, base)
        if (np.diff(keys) <= 0).any():
            raise ValueError(f"the features of block {block.name} are not in order, or one is there twice")
        return BlockTable(block, codes, keys, base)

    @cached_property
    def _pieces(self) -> PieceCodes:
        """Return what each piece of a text is to the tokenizers of the blocks."""
        return PieceCodes([(table.block.tokenizer, table.codes) for table in self._by_tokenizer.values()])

    @cached_property
    def _by_tokenizer(self) -> dict[Tokenizer, BlockTable]:
        """Return tokenizer -> the table of its first block; blocks with an equal tokenizer share their codes."""
        return {table.block.tokenizer: table for table in reversed(self.tables)}

    def _readings(self, texts: Sequence[str]) -> dict[Tokenizer, Reading]:
        """Return ``texts`` as each tokenizer reads them."""
        if can_share(texts, len(self._by_tokenizer)):
            return dict(zip(self._by_tokenizer, shared_readings(texts, self._pieces), strict=True))
        return {tokenizer: read(texts, tokenizer, table.codes) for tokenizer, table in self._by_tokenizer.items()}

    def transform(self, texts: Sequence[str], dtype: type = np.float32) -> Matrix:
        """Return the vectors of ``texts``, shape (texts, features)."""
        from scipy.sparse import hstack

        readings = self._readings(texts)
        parts, begin = [], 0
        for table in self.tables:
            counts = _known_counts(readings[table.block.tokenizer], table)
            end = begin + len(table.keys)
            parts.append(weighted(counts, self.idf[begin:end], table.block.weight, self.sublinear, dtype))
            begin = end
        return hstack(parts, format="csr", dtype=dtype)


def _known_counts(reading: Reading, table: BlockTable) -> Matrix:
    """Return how often each text has each feature of the block."""
    keys, texts = phrase_keys(reading, table.block.shortest, table.block.longest, table.base)
    columns = table.columns(keys)
    known = columns >= 0
    return counted(texts[known], columns[known], (len(reading.lengths), len(table.keys)))


def counted(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> Matrix:
    """Return a sparse matrix of how often each pair of row and column occurs, columns ascending."""
    from scipy.sparse import csr_matrix

    ones = np.ones(len(rows), dtype=np.float64)
    counts = csr_matrix((ones, (rows.astype(np.int32), columns.astype(np.int32))), shape=shape)
    counts.sort_indices()
    return counts


def weighted(counts: Matrix, idf: np.ndarray, weight: float, sublinear: bool, dtype: type) -> Matrix:
    """Return tf-idf vectors of length ``weight`` for counts; a text without features stays zero."""
    from scipy.sparse import csr_matrix

    values = (1.0 + np.log(counts.data)) if sublinear else counts.data.copy()
    values *= idf[counts.indices]
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    lengths = np.sqrt(np.bincount(rows, weights=values * values, minlength=counts.shape[0]))
    values *= weight / lengths[rows]
    return csr_matrix((values.astype(dtype), counts.indices, counts.indptr), shape=counts.shape)
