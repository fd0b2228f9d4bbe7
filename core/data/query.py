"""What is typed into the search box, read: words, "phrases", -without, field:word, /regular expression/.

All terms of a query have to hold. Case is ignored (Unicode's simple folding), accents count: é is not e.
A word also stands for longer ones that begin with it, a phrase for its whole words in that order, whatever
punctuation, spaces or line ends stand between. Terms are turned into expressions for Polars' engine, which
takes time linear in the text whatever the expression (docs.rs/regex).
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from core.errors import InputError, shorten

Kind = Literal["word", "phrase", "expression"]
# As typed -> column of a dataset.
SEARCHED = {
    "headline": "headline",
    "description": "short_description",
    "category": "category",
    "link": "link",
    "authors": "authors",
}
# Where a term without a field is looked for; one of them is enough.
PLAIN = ("headline", "description")
LONGEST, MOST_TERMS = 1_000, 30
SPECIAL = frozenset("\\.+*?()|[]{}^$#&-~")
# What may be typed straight and printed curly, or the other way round.
ALIKE = {"'": "['’]", "’": "['’]", "“": '["“”]', "”": '["“”]', '"': '["“”]'}
FIELD = re.compile(r"([A-Za-z_]+):(?=\S)")
EXPRESSION = re.compile(r"/((?:[^/\\]|\\.|/(?!\s|$))+)/(?=\s|$)", re.DOTALL)
PHRASES = {'"': re.compile(r'"([^"]*)"'), "“": re.compile(r"“([^”]*)”")}


@dataclass(frozen=True)
class Term:
    """One thing that has to be there, or must not be.

    Attributes
    ----------
    text: as typed, without what marks its kind.
    field: a key of `SEARCHED`; None for headline or description.
    without: the rows that do not have it are meant.
    """

    kind: Kind
    text: str
    field: str | None = None
    without: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of which one has to have it."""
        return tuple(SEARCHED[field] for field in ((self.field,) if self.field else PLAIN))

    @property
    def pattern(self) -> str:
        """The regular expression that finds it in one column."""
        if self.kind == "expression":
            return f"(?i){self.text}"
        if self.kind == "phrase" and (words := re.findall(r"\w+", self.text)):
            return r"(?i)\b" + r"\W+".join(map(_literal, words)) + r"\b"
        return rf"(?i){_start(self.text)}{_literal(self.text)}"


@dataclass(frozen=True)
class Query:
    """Terms that all have to hold; without any, every row is found."""

    terms: tuple[Term, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are searched."""
        return tuple(dict.fromkeys(column for term in self.terms for column in term.columns))


@functools.lru_cache(maxsize=256)
def parse(text: str) -> Query:
    """Return the query that ``text`` asks for.

    >>> parse('storm -headline:"tropical storm"').terms
    (Term(kind='word', text='storm', field=None, without=False), \
Term(kind='phrase', text='tropical storm', field='headline', without=True))

    Raises InputError for a quotation mark or slash that is not closed, an unknown field, an expression that
    is none or is too large, and a query that is too long.
    """
    if len(text) > LONGEST:
        raise InputError(f"a search of {len(text):,} characters is too long; use at most {LONGEST:,}")
    terms: list[Term] = []
    place = _past_spaces(text, 0)
    while place < len(text):
        term, place = _term(text, place)
        terms.append(term)
        if place < len(text) and not text[place].isspace():
            raise InputError(f"in the search, a space is missing before {shorten(text[place:])}; put one there")
        place = _past_spaces(text, place)
    if len(terms) > MOST_TERMS:
        raise InputError(f"a search of {len(terms):,} words is too long; use at most {MOST_TERMS}")
    return Query(tuple(dict.fromkeys(terms)))


def printed(query: Query) -> str:
    """Return the text that `parse` reads as ``query``."""
    return " ".join(
        ("-" if term.without else "") + (f"{term.field}:" if term.field else "") + term.text.join(_marks(term))
        for term in query.terms
    )


def _marks(term: Term) -> tuple[str, str]:
    if term.kind == "word":
        return "", ""
    if term.kind == "expression":
        return "/", "/"
    return ("“", "”") if '"' in term.text else ('"', '"')


def _past_spaces(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _term(text: str, place: int) -> tuple[Term, int]:
    """Return the term that begins at ``place``, and where it ends."""
    without = text[place] == "-" and place + 1 < len(text) and not text[place + 1].isspace()
    place += without
    field = None
    if found := FIELD.match(text, place):
        field, place = _field(found[1]), found.end()
    if text[place] in PHRASES:
        kind, content, end = _phrase(text, place)
    elif text[place] == "/":
        kind, content, end = _expression(text, place)
    else:
        kind, content = "word", re.compile(r"\S+").match(text, place)[0]
        end = place + len(content)
    return Term(kind, content, field, without), end


def _field(name: str) -> str:
    found = {**{field: field for field in SEARCHED}, "short_description": "description"}.get(name.lower())
    if found is None:
        raise InputError(
            f"there is no field {shorten(name)} to search; use {', '.join(f'{field}:' for field in SEARCHED)} "
            f"or put the text into quotation marks"
        )
    return found


def _phrase(text: str, place: int) -> tuple[Kind, str, int]:
    found = PHRASES[text[place]].match(text, place)
    if not found:
        raise InputError(f"the quotation mark before {shorten(text[place + 1 :])} is not closed; close it")
    if not found[1].strip():
        raise InputError("there is nothing between two quotation marks of the search; write words there")
    return "phrase", found[1], found.end()


def _expression(text: str, place: int) -> tuple[Kind, str, int]:
    found = EXPRESSION.match(text, place)
    if not found:
        raise InputError(
            f"the expression {shorten(text[place:])} is not closed; end it with / or put the text into quotation marks"
        )
    check_expression(found[1])
    return "expression", found[1], found.end()


def check_expression(expression: str) -> None:
    """Raise InputError for a regular expression that Polars' engine does not take."""
    import polars as pl

    try:
        pl.Series([""]).str.contains(f"(?i){expression}", strict=True)
    except pl.exceptions.ComputeError as error:
        reason = "it is too large" if "size limit" in str(error) else _reason(str(error))
        raise InputError(f"the regular expression {shorten(expression)} cannot be used: {reason}; mend it") from error


def _reason(message: str) -> str:
    """Return what of the engine's message names the fault."""
    found = re.search(r"^error: (.+)$", message, re.MULTILINE)
    return found[1] if found else "it is none"


def _start(word: str) -> str:
    """Return what has to stand before a word: nothing that it could be the end of; signs may stand anywhere."""
    kind = unicodedata.category(word[0])
    return r"\b" if kind[0] == "L" or kind in ("Nd", "Pc") else ""


def _literal(text: str) -> str:
    return "".join(ALIKE.get(letter) or (f"\\{letter}" if letter in SPECIAL else letter) for letter in text)
