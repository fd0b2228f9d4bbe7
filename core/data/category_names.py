"""Category names that seem to mean the same: spelled differently, or with their words in another order."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping

WORD = re.compile(r"[^\W_]+")
ARTICLES = {"the", "a", "an", "and"}


def spelling(name: str) -> str:
    """Return what is left of a name without case, spaces and punctuation; ``&`` is "and".

    >>> spelling("Arts & Culture") == spelling("ARTS and-culture")
    True
    """
    return "".join(_words(name))


def words_of(name: str) -> str:
    """Return the words of a name in the order of the alphabet, without articles and "and".

    >>> words_of("CULTURE & ARTS") == words_of("The Arts and Culture")
    True
    """
    return " ".join(sorted(set(_words(name)) - ARTICLES)) or spelling(name)


def _words(name: str) -> list[str]:
    return WORD.findall(unicodedata.normalize("NFKC", name).casefold().replace("&", " and "))


def spelled_differently(counts: Mapping[str, int]) -> list[tuple[str, ...]]:
    """Return the names that differ by case, spaces or punctuation alone, each set with the commonest first.

    Parameters
    ----------
    counts: category -> rows.
    """
    return _alike(counts, spelling)


def worded_differently(counts: Mapping[str, int]) -> list[tuple[str, ...]]:
    """Return the names with the same words in another order, or with an article more or less."""
    sets = _alike(counts, words_of)
    return [names for names in sets if len({spelling(name) for name in names}) > 1]


def merged_names(counts: Mapping[str, int]) -> dict[str, str]:
    """Return name -> the commonest of its spellings, for the names that are another one."""
    return {name: names[0] for names in spelled_differently(counts) for name in names[1:]}


def _alike(counts: Mapping[str, int], key: Callable[[str], str]) -> list[tuple[str, ...]]:
    sets: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(counts, key=lambda name: (-counts[name], name)):
        # A name of punctuation alone is like no other.
        sets[key(name) or name].append(name)
    return [tuple(names) for names in sets.values() if len(names) > 1]
