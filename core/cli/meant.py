"""Names that are not there, and those that they may be meant for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from core.cli.printing import counted, say
from core.data.category_names import spelling
from core.errors import shorten

SHOWN, CLOSE = 8, 0.75


def meant_for(name: str, there: Iterable[str]) -> str | None:
    """Return the one of ``there`` that ``name`` is nearly spelled like, None where none is close.

    >>> meant_for("Politcs", ["POLITICS", "SPORTS"])
    'POLITICS'
    """
    by_spelling = {spelling(one): one for one in there}
    close = get_close_matches(spelling(name), by_spelling, 1, CLOSE)
    return by_spelling[close[0]] if close else None


def choices(name: str, there: Sequence[str]) -> str:
    """Return what to do about a ``name`` that is none of ``there``, as the end of a sentence.

    >>> choices("Politcs", ["POLITICS", "SPORTS"])
    "did you mean 'POLITICS'?"
    """
    close = meant_for(name, there)
    if close is not None:
        return f"did you mean {shorten(close)}?"
    return f"choose one of: {', '.join(there[:SHOWN])}{', …' * (len(there) > SHOWN)}"


def strangers(asked: Iterable[str], there: Iterable[str]) -> dict[str, str | None]:
    """Return those of ``asked`` that are not ``there``, with the name that each may be meant for."""
    known = list(there)
    return {name: meant_for(name, known) for name in asked if name not in known}


def strangers_sentence(found: Mapping[str, str | None], where: str) -> str:
    """Return what is to be said of categories that ``where`` does not have.

    >>> strangers_sentence({"Politcs": "POLITICS", "CHESS": None}, "dataset 'huffpost'")
    "2 categories are not in dataset 'huffpost': 'Politcs' (meant for 'POLITICS'?), 'CHESS'"
    """
    named = [shorten(name) + (f" (meant for {shorten(close)}?)" if close else "") for name, close in found.items()]
    some = ", ".join(named[:SHOWN]) + ", …" * (len(named) > SHOWN)
    return f"{counted(len(found), 'category is', 'categories are')} not in {where}: {some}"


def warn_of_strangers(asked: Iterable[str], there: Iterable[str], where: str) -> dict[str, str | None]:
    """Warn of the categories ``asked`` for that ``where`` does not have; return them as `strangers` does."""
    found = strangers(asked, there)
    if found:
        say(f"warning: {strangers_sentence(found, where)}")
    return found
