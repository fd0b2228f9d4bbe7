"""Words, pairs and triples of a dataset's texts as numbers: counted once, added up for any choice of rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from core.evaluation.marks import Marks, marks
from core.models.tokens import Tokenizer, read

LONGEST = 3
HEADLINE, DESCRIPTION, BOTH = "headline", "description", "both"
FIELDS = (BOTH, HEADLINE, DESCRIPTION)
# Abbreviations with their full stops, and words with what joins their parts: U.S., don't, 19-year-old, Q&A.
WORD = r"(?u)(?:[^\W\d_]\.){2,}|\w+(?:['’&-]\w+)*"
READING = 0.7  # share of the time that it takes to cut texts into words
ABSENT = -1

Progress = Callable[[float], None]


def fewest(rows: int) -> int:
    """Return how often an n-gram must occur among ``rows`` rows to be counted: rarer ones say nothing."""
    return 1 if rows < 1_000 else 2 if rows < 10_000 else 5


def folded(word: str) -> str:
    """Return what words that count as one have in common: small letters, a straight apostrophe."""
    return word.lower().replace("’", "'")


@dataclass(frozen=True, eq=False)
class Level:
    """The n-grams of one length.

    Attributes
    ----------
    ids: the n-gram that begins at each token, `ABSENT` where none is counted, int32, shape (tokens,).
    parts: the words of each n-gram as places in `Ngrams.words`, int32, shape (n-grams, length).
    """

    ids: np.ndarray
    parts: np.ndarray

    def __len__(self) -> int:
        return len(self.parts)


@dataclass(frozen=True, eq=False)
class Ngrams:
    """The n-grams of the headlines and descriptions that were read; to be read, not changed.

    An n-gram is made of words that follow one another in one text, whatever punctuation stands between them.

    Attributes
    ----------
    lengths: tokens of each text, int64, shape (2 * rows,): headline and description of each row in turn.
    written: the words as they are written; surfaces: which one each token is, int32, shape (tokens,).
    words: the words that count, folded.
    levels: n-grams of 1, 2, … words.
    marks: what stands in brackets and the like in the headlines.
    """

    lengths: np.ndarray
    written: np.ndarray
    surfaces: np.ndarray
    words: np.ndarray
    levels: tuple[Level, ...]
    marks: Marks

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return len(self.lengths) // 2

    def counts(self, chosen: np.ndarray, field: str = BOTH) -> tuple[np.ndarray, ...]:
        """Return for each level how often each n-gram occurs in the ``chosen`` rows, int64, shape (n-grams,).

        Parameters
        ----------
        chosen: bool, shape (rows,).
        field: one of `FIELDS`.
        """
        if 2 * np.count_nonzero(chosen) <= self.rows:
            return self._counted(chosen, field)
        # Fewer tokens are looked at when the other rows are taken off the whole.
        if field not in self._whole:
            self._whole[field] = self._counted(np.ones(self.rows, dtype=bool), field)
        others = self._counted(~chosen, field)
        return tuple(every - other for every, other in zip(self._whole[field], others, strict=True))

    @cached_property
    def _whole(self) -> dict[str, tuple[np.ndarray, ...]]:
        """The counts of all rows by field, as far as somebody asked for them."""
        return {}

    def _counted(self, chosen: np.ndarray, field: str) -> tuple[np.ndarray, ...]:
        tokens = np.flatnonzero(self._tokens(chosen, field))
        found = (level.ids[tokens] for level in self.levels)
        return tuple(
            np.bincount(ids[ids >= 0], minlength=len(level)) for ids, level in zip(found, self.levels, strict=True)
        )

    def _tokens(self, chosen: np.ndarray, field: str) -> np.ndarray:
        """Return which tokens stand in ``field`` of the ``chosen`` rows, bool, shape (tokens,)."""
        texts = np.repeat(chosen, 2)
        if field != BOTH:
            texts[(1 if field == HEADLINE else 0) :: 2] = False
        return np.repeat(texts, self.lengths)

    def row_of_tokens(self) -> np.ndarray:
        """Return the row that each token is in, int32, shape (tokens,)."""
        return np.repeat(np.arange(len(self.lengths), dtype=np.int32) // 2, self.lengths)

    def names(self, level: int, places: np.ndarray) -> list[str]:
        """Return the n-grams at ``places`` of ``levels[level]``, folded, their words between single spaces."""
        return [" ".join(words) for words in self.words[self.levels[level].parts[places]]]

    def shown(self, level: int, places: np.ndarray) -> list[str]:
        """Return the n-grams at ``places`` as they are most often written; of equally frequent forms the first."""
        if level == 0:
            return self.written[self._spelling[places]].tolist()
        ids = self.levels[level].ids
        asked = np.zeros(len(self.levels[level]), dtype=bool)
        asked[places] = True
        found = np.flatnonzero((ids >= 0) & asked[ids])
        columns = list(range(level + 1))
        forms = pd.DataFrame({at: self.surfaces[found + at] for at in columns}).assign(id=ids[found])
        frequent = forms.groupby(["id", *columns]).size().rename("times").reset_index()
        best = frequent.sort_values(["id", "times"], ascending=[True, False], kind="stable").drop_duplicates("id")
        words = self.written[best.set_index("id")[columns].loc[places].to_numpy()]
        return [" ".join(parts) for parts in words]

    @cached_property
    def _spelling(self) -> np.ndarray:
        """The commonest written form of each word as a place in ``written``, shape (words,)."""
        ids = self.levels[0].ids
        times = np.bincount(self.surfaces[ids >= 0], minlength=len(self.written))
        word = np.full(len(self.written), ABSENT, dtype=np.int32)
        word[self.surfaces] = ids
        order = np.lexsort((-times, word))
        order = order[word[order] >= 0]
        return order[np.unique(word[order], return_index=True)[1]]


def count(headlines: Sequence[str], descriptions: Sequence[str], progress: Progress = lambda share: None) -> Ngrams:
    """Return the n-grams of these rows; ``progress`` gets the share done, and may end it by raising.

    Parameters
    ----------
    headlines, descriptions: of the same rows; "" where there is none.
    """
    texts = [text for row in zip(headlines, descriptions, strict=True) for text in row]
    codes: defaultdict[str, int] = defaultdict()
    codes.default_factory = codes.__len__
    reading = read(texts, Tokenizer(WORD, lowercase=False), codes, lambda share: progress(share * READING))
    written = np.array(list(codes), dtype=object)
    surfaces = reading.codes.astype(np.int32)
    word_of, words = pd.factorize(np.array([folded(word) for word in codes], dtype=object))
    least = fewest(len(headlines))
    ids, kept = _frequent(word_of[surfaces], len(words), least)
    levels = [Level(ids, np.arange(len(kept), dtype=np.int32)[:, None])]
    text = np.repeat(np.arange(len(texts), dtype=np.int32), reading.lengths)
    for length in range(2, LONGEST + 1):
        progress(READING + (1 - READING) * (length - 1) / LONGEST)
        levels.append(_longer(levels[-1], levels[0], text, length, least))
    progress(1.0)
    return Ngrams(reading.lengths, written, surfaces, words[kept], tuple(levels), marks(headlines, least))


def _frequent(ids: np.ndarray, size: int, least: int) -> tuple[np.ndarray, np.ndarray]:
    """Return new numbers for the ids that occur ``least`` times or more, and which ones those are."""
    kept = np.flatnonzero(np.bincount(ids, minlength=size) >= least)
    number = np.full(size, ABSENT, dtype=np.int32)
    number[kept] = np.arange(len(kept))
    return number[ids], kept


def _longer(shorter: Level, words: Level, text: np.ndarray, length: int, least: int) -> Level:
    """Return the n-grams of ``length`` words: those whose both parts of a word less are frequent enough too.

    Agrawal & Srikant, "Fast Algorithms for Mining Association Rules", 1994: no other one can be frequent.
    """
    ends = max(len(text) - length + 1, 0)
    first, second = shorter.ids[:ends], shorter.ids[1 : ends + 1]
    begins = np.flatnonzero((first >= 0) & (second >= 0) & (text[:ends] == text[length - 1 :]))
    keys = first[begins].astype(np.int64) * len(words) + words.ids[begins + length - 1]
    found, distinct = pd.factorize(keys)
    numbers, kept = _frequent(found, len(distinct), least)
    ids = np.full(len(text), ABSENT, dtype=np.int32)
    ids[begins] = numbers
    before, last = np.divmod(distinct[kept], max(len(words), 1))
    return Level(ids, np.column_stack([shorter.parts[before], last.astype(np.int32)]))
