"""The words of a text with their places in it, and the text without some of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

# An apostrophe inside a word belongs to it: "don't" goes as a whole.
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_SPACES = re.compile(r"[^\S\n]{2,}")


@dataclass(frozen=True)
class Word:
    """A word of a text: ``text[start:end]``."""

    text: str
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    """Return the words of ``text`` in order; what stands between them is no word."""
    return [Word(match.group(), *match.span()) for match in _WORD.finditer(text)]


def without(text: str, words: Sequence[Word], places: Collection[int]) -> str:
    """Return ``text`` without the words at ``places`` of ``words``; the spaces around them become one."""
    return replaced(text, words, dict.fromkeys(places, ""))


def replaced(text: str, words: Sequence[Word], by: dict[int, str]) -> str:
    """Return ``text`` with other words at the places that ``by`` names; an empty one leaves one space."""
    parts, begin = [], 0
    for place in sorted(by):
        parts += [text[begin : words[place].start], by[place]]
        begin = words[place].end
    parts.append(text[begin:])
    return _SPACES.sub(" ", "".join(parts)).strip()
