"""The search that finds the rows of an n-gram or a mark, see core.data.query."""

from __future__ import annotations

from core.data.query import SPECIAL, parse
from core.errors import InputError
from core.evaluation.marks import BRACKET, LEAD
from core.evaluation.ngrams import BOTH, HEADLINE
from core.evaluation.shortcuts import WORDS


def search_for(shown: str, kind: str = WORDS, field: str = BOTH) -> str:
    """Return the search for an n-gram in ``field``, or for a mark, which stands in headlines.

    >>> search_for("White House", field="headline"), search_for("Recipe of the day:", "lead")
    ('headline:"White House"', 'headline:/^\\\\s*Recipe of the day:/')
    """
    if kind == WORDS:
        phrase = f'"{shown}"'
        return phrase if field == BOTH else f"{field}:{phrase}"
    literal = "".join(f"\\{letter}" if letter in SPECIAL or letter == "/" else letter for letter in shown)
    pattern = literal if kind == BRACKET else rf"^\s*{literal}" if kind == LEAD else rf"{literal}\s*$"
    return f"{HEADLINE}:/{pattern}/"


def narrowed(search: str, term: str) -> str:
    """Return ``search`` with ``term`` too, once; the term alone where both would be too long."""
    if term in search:
        return search
    both = f"{search.strip()} {term}".strip()
    try:
        parse(both)
    except InputError:
        return term
    return both
