"""Texts as numbers: which words a text has, in order, and which phrases they form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np

CHUNK = 5000
UNKNOWN = 0


@dataclass(frozen=True)
class Tokenizer:
    """How a text is cut into tokens, exactly as scikit-learn's TfidfVectorizer does it.

    Attributes
    ----------
    pattern: a regular expression that finds a token; no token holds a space.
    stop_words: tokens that are left out before phrases are formed.
    """

    pattern: str
    lowercase: bool = True
    stop_words: frozenset[str] = frozenset()

    @cached_property
    def _find(self) -> Callable[[str], list[str]]:
        return re.compile(self.pattern).findall

    def tokens(self, text: str) -> list[str]:
        """Return the tokens of ``text`` in order."""
        found = self._find(text.lower() if self.lowercase else text)
        return [token for token in found if token not in self.stop_words] if self.stop_words else found


class Codes(dict[str, int]):
    """Word -> its number from 1; every other word is 0."""

    def __missing__(self, word: str) -> int:
        return UNKNOWN


@dataclass(frozen=True)
class Reading:
    """The tokens of many texts as numbers, one text after the other.

    Attributes
    ----------
    codes: one a token, shape (tokens,); 0 is a token that is not known.
    lengths: the number of tokens of each text, shape (texts,).
    """

    codes: np.ndarray
    lengths: np.ndarray

    @property
    def texts(self) -> np.ndarray:
        """Return the text that each token is in, shape (tokens,)."""
        return np.repeat(np.arange(len(self.lengths), dtype=np.int32), self.lengths)


def read(
    texts: Sequence[str],
    tokenizer: Tokenizer,
    codes: dict[str, int],
    progress: Callable[[float], None] = lambda share: None,
) -> Reading:
    """Return ``texts`` with the number that ``codes`` gives each token; ``progress`` gets the share done.

    Parameters
    ----------
    codes: a dict that answers for every token, as a defaultdict or `Codes` does.
    """
    found, lengths = [np.zeros(0, np.int64)], []
    for begin in range(0, len(texts), CHUNK):
        chunk = [tokenizer.tokens(text) for text in texts[begin : begin + CHUNK]]
        lengths += map(len, chunk)
        found.append(np.fromiter(map(codes.__getitem__, chain.from_iterable(chunk)), dtype=np.int64))
        progress(min((begin + CHUNK) / len(texts), 1.0))
    return Reading(np.concatenate(found), np.asarray(lengths, dtype=np.int64))


def phrase_keys(reading: Reading, shortest: int, longest: int, base: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a key for each phrase of ``shortest`` to ``longest`` known tokens, and the text it is in.

    A key is the phrase's codes as the digits of a number in ``base``, filled up with zeros on the
    right: keys sort as the phrases do, word by word.
    """
    keys, texts = [], []
    found, known, text = reading.codes, reading.codes != UNKNOWN, reading.texts
    owner = text
    for length in range(1, longest + 1):
        if length > 1:
            following = reading.codes[length - 1 :]
            owner = owner[: len(following)]
            known = known[:-1] & (following != UNKNOWN) & (owner == text[length - 1 :])
            found = found[:-1] * base + following
        if length >= shortest:
            keys.append(found[known] * base ** (longest - length))
            texts.append(owner[known])
    return np.concatenate(keys), np.concatenate(texts)


def keys_of(phrases: Iterable[str], codes: dict[str, int], longest: int, base: int) -> np.ndarray:
    """Return the key of each phrase, given as words between single spaces; KeyError for an unknown word."""
    keys = []
    for phrase in phrases:
        words = phrase.split(" ")
        key = 0
        for word in words:
            key = key * base + codes[word]
        keys.append(key * base ** (longest - len(words)))
    return np.asarray(keys, dtype=np.int64)


def phrases_of(keys: np.ndarray, words: Sequence[str], longest: int, base: int) -> list[str]:
    """Return the phrase of each key; ``words[code - 1]`` is the word of a code."""
    names = np.asarray(["", *words], dtype=object)
    digits = [names[keys // base**place % base] for place in range(longest - 1, -1, -1)]
    return [" ".join(parts).rstrip(" ") for parts in zip(*digits, strict=True)]
