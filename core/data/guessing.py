"""Which column of a file holds which field: told by its name, else by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.data.dates import UNREADABLE, day_of
from core.data.records import ALIASES, FIELDS, Mapping, detected

# A look at so many records and columns tells what stands in them, and is quick on the widest file.
LOOKED_AT = 300
MOST_COLUMNS = 300
NEARLY_ALL = 0.9
LONGEST_CATEGORY = 60
WORDS_OF_A_TEXT = 2.5
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+|[^\W\d_A-Za-z]+")
LINK = re.compile(r"(https?://|www\.)\S+")


@dataclass(frozen=True)
class Guess:
    """That ``column`` holds ``field``, and why it seems so."""

    field: str
    column: str
    reason: str


@dataclass(frozen=True)
class _Content:
    """What stands in a column.

    filled: values that are there; texts: those of them that are texts.
    """

    column: str
    filled: list[Any]
    texts: list[str]

    def share(self, fits: Callable[[Any], bool]) -> float:
        """Return the share of values of which ``fits`` is true."""
        return sum(map(fits, self.filled)) / len(self.filled)

    @property
    def different(self) -> int:
        return len(set(map(str, self.filled)))

    @property
    def length(self) -> float:
        """Characters of a text, on average."""
        return sum(map(len, self.texts)) / max(1, len(self.texts))

    @property
    def words(self) -> float:
        """Words of a text, on average."""
        return sum(len(text.split()) for text in self.texts) / max(1, len(self.texts))


def guessed(columns: Sequence[str], records: Sequence[dict[str, Any]]) -> tuple[Guess, ...]:
    """Return a Guess for each field that one of ``columns`` seems to hold, in the order of FIELDS.

    An obvious name counts most, then a name that ends in one (``news_category``), then the content of
    ``records``, the first of the file: dates, links, short values that repeat, the longest texts.
    """
    found: dict[str, Guess] = {}
    for field, column in detected(columns, Mapping()).named().items():
        found[field] = Guess(field, column, "its name")
    _by_likely_names(columns, found)
    _by_content(_contents(columns, records, found), found)
    return tuple(found[field] for field in FIELDS if field in found)


def _by_likely_names(columns: Sequence[str], found: dict[str, Guess]) -> None:
    used = {guess.column for guess in found.values()}
    words = {column: [word.casefold() for word in WORD.findall(column)] for column in columns[:MOST_COLUMNS]}
    for field, aliases in ALIASES.items():
        for column in words:
            alias = _ending(words[column], aliases)
            if field not in found and column not in used and alias:
                found[field] = Guess(field, column, f"its name ends in {alias}")
                used.add(column)


def _ending(words: list[str], aliases: Sequence[str]) -> str | None:
    """Return the alias that the words of a name end in."""
    return next((alias for alias in aliases if words[-alias.count("_") - 1 :] == alias.split("_")), None)


def _contents(
    columns: Sequence[str], records: Sequence[dict[str, Any]], found: dict[str, Guess]
) -> dict[str, _Content]:
    """Return what stands in the columns that hold no field yet, and in the headline's."""
    used = {guess.column for field, guess in found.items() if field != "headline"}
    contents = {}
    for column in [column for column in columns if column not in used][:MOST_COLUMNS]:
        filled = [value for record in records[:LOOKED_AT] if (value := record.get(column)) not in (None, "", [], {})]
        if filled:
            contents[column] = _Content(column, filled, [value for value in filled if type(value) is str])
    return contents


def _by_content(contents: dict[str, _Content], found: dict[str, Guess]) -> None:
    """Add the fields that only the content tells, each column at most once."""
    headline = contents.pop(found["headline"].column, None) if "headline" in found else None
    for field, choose in (("date", _date), ("link", _link), ("category", _category)):
        chosen = None if field in found else choose(contents.values())
        if chosen:
            found[field] = Guess(field, *chosen)
            del contents[chosen[0]]
    texts = sorted((one for one in contents.values() if _is_prose(one)), key=lambda one: one.length)
    if "headline" not in found and texts:
        # The title of a story is shorter than what it says.
        headline = texts.pop(0)
        found["headline"] = Guess(
            "headline", headline.column, _text_reason(headline, "the shorter" if texts else "the")
        )
    if "short_description" not in found and texts and (headline is None or texts[-1].length > headline.length):
        longest = texts[-1]
        found["short_description"] = Guess("short_description", longest.column, _text_reason(longest, "the longest"))


def _text_reason(content: _Content, which: str) -> str:
    return f"{which} texts, {content.length:,.0f} characters on average"


def _is_prose(content: _Content) -> bool:
    return len(content.texts) >= NEARLY_ALL * len(content.filled) and content.words >= WORDS_OF_A_TEXT


def _date(contents: Sequence[_Content]) -> tuple[str, str] | None:
    """Return the column of dates; numbers alone may be anything."""
    for content in contents:
        share = content.share(
            lambda value: not isinstance(value, (int, float)) and not _digits(value) and _is_day(value)
        )
        if share >= NEARLY_ALL:
            return content.column, f"{share:.0%} of its values are dates"
    return None


def _digits(value: Any) -> bool:
    return type(value) is str and value.strip().isdecimal()


def _is_day(value: Any) -> bool:
    return day_of(value) not in (None, UNREADABLE)


def _link(contents: Sequence[_Content]) -> tuple[str, str] | None:
    for content in contents:
        share = content.share(lambda value: type(value) is str and bool(LINK.fullmatch(value.strip())))
        if share >= NEARLY_ALL:
            return content.column, f"{share:.0%} of its values are links"
    return None


def _category(contents: Sequence[_Content]) -> tuple[str, str] | None:
    """Return the column of short values that repeat: rather names than numbers or sentences, and rarely missing."""
    fitting = [content for content in contents if _repeats(content)]
    if not fitting:
        return None
    best = max(fitting, key=lambda one: (len(one.texts) > 0, not _is_prose(one), len(one.filled), one.different))
    return best.column, f"short values that repeat: {best.different:,} different in {len(best.filled):,}"


def _repeats(content: _Content) -> bool:
    short = all(type(value) in (str, int) and len(str(value)) <= LONGEST_CATEGORY for value in content.filled)
    return short and 2 <= content.different <= len(content.filled) / 2 and content.words < 2 * WORDS_OF_A_TEXT
