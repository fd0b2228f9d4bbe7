"""Marks of a headline: what stands in brackets, the name of a column before a colon, what follows a stroke."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BRACKET, LEAD, TAIL = "bracket", "lead", "tail"
MOST_LETTERS, MOST_WORDS = 40, 6
BRACKETS = re.compile(rf"\([^()]{{1,{MOST_LETTERS}}}\)|\[[^\[\]]{{1,{MOST_LETTERS}}}\]")
LEADING = re.compile(rf"([^:|]{{2,{MOST_LETTERS}}}:)\s")
TAILING = re.compile(rf"\s([|–—-]\s[^|–—-]{{2,{MOST_LETTERS}}})$")


def marks_of(headline: str) -> list[str]:
    """Return the marks of ``headline`` as they are written, each once.

    >>> marks_of("Recipe Of The Day: Soup (PHOTOS)"), marks_of("What a day | Good News")
    (['(PHOTOS)', 'Recipe Of The Day:'], ['| Good News'])
    """
    # A run of white space at an end would be gone through once for each of its letters.
    headline = headline.strip()
    found = BRACKETS.findall(headline) if "(" in headline or "[" in headline else []
    if ":" in headline and (lead := LEADING.match(headline)):
        found.append(lead[1])
    if tail := TAILING.search(headline):
        found.append(tail[1])
    return [mark for mark in dict.fromkeys(found) if len(mark.split()) <= MOST_WORDS]


def kind_of(mark: str) -> str:
    """Return which kind of mark it is."""
    return BRACKET if mark[0] in "([" else LEAD if mark[-1] == ":" else TAIL


@dataclass(frozen=True, eq=False)
class Marks:
    """The marks of many headlines; those that differ in case alone are one.

    Attributes
    ----------
    names: the marks in small letters; shown: as they are most often written.
    rows, ids: the row and the place in ``names`` of each, int32, shape (found,); rows ascending, a pair once.
    """

    names: list[str]
    shown: list[str]
    rows: np.ndarray
    ids: np.ndarray


def marks(headlines: Sequence[str], least: int = 1) -> Marks:
    """Return the marks that stand in at least ``least`` of ``headlines``."""
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    found: list[tuple[int, str]] = []
    for row, headline in enumerate(headlines):
        ours = {mark.lower(): mark for mark in marks_of(headline)}
        for name, written in ours.items():
            forms[name][written] += 1
            found.append((row, name))
    names = [name for name, written in forms.items() if written.total() >= least]
    place = {name: at for at, name in enumerate(names)}
    kept = [(row, place[name]) for row, name in found if name in place]
    pairs = np.array(kept, dtype=np.int32).reshape(-1, 2)
    return Marks(names, [forms[name].most_common(1)[0][0] for name in names], pairs[:, 0], pairs[:, 1])
