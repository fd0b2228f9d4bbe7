"""Filters: which rows are looked at, as they stand in the URL, as chips, and as a frozen value to compare.

Several values of one field are joined by or, fields by and.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from core.data.query import parse
from core.errors import InputError, shorten

Range = tuple[int, int]
Months = tuple[str, str]
# Ends of a range that is open there.
FIRST_MONTH, LAST_MONTH, MOST = "0001-01", "9999-12", 2**31 - 1
MONTH = re.compile(r"(?!0000)\d{4}-(0[1-9]|1[0-2])", re.ASCII)
SIDES = {"with": True, "without": False}
# Columns that a record may lack, and how.
LACKING = tuple(
    f"{column}:{kind}" for column in ("short_description", "date", "link", "authors") for kind in ("missing", "empty")
)


@dataclass(frozen=True)
class Filters:
    """What rows have to be like; the defaults leave all of them.

    Attributes
    ----------
    categories: raw ones; groups: of the grouping on screen. A row is in one of them.
    months: first and last as "YYYY-MM", both included; a row without a date is in none.
    search: as typed, see core.data.query.
    headline_length, description_length: in characters, both ends included; a missing text has no length.
    has_description: whether there is one, of more than white space; has_date: whether there is one.
    lacking: of `LACKING`, a column and how it has nothing: "link:missing", "authors:empty". One is enough.
    """

    categories: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    months: Months | None = None
    search: str = ""
    headline_length: Range | None = None
    description_length: Range | None = None
    has_description: bool | None = None
    has_date: bool | None = None
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chip:
    """One filter in words, and the filters without it."""

    text: str
    rest: Filters


# Field -> its name in the URL; months have two.
NAMES = {
    "categories": "cat",
    "groups": "grp",
    "search": "q",
    "headline_length": "hl",
    "description_length": "dl",
    "has_description": "desc",
    "has_date": "dated",
    "lacking": "lack",
}
FROM, TO = "from", "to"
FILTERED = {
    "search": "the search",
    "headline_length": "the length of headlines",
    "description_length": "the length of descriptions",
    "has_description": "the filter of descriptions",
    "has_date": "the filter of dates",
    "lacking": "the filter of what is missing",
}
PARAMS = (*NAMES.values(), FROM, TO)


def from_params(params: Mapping[str, str]) -> Filters:
    """Return the filters that a URL asks for; what cannot be read is left out, and told by `problems`."""
    return _read(params, lambda message: None)


def problems(params: Mapping[str, str]) -> list[str]:
    """Return a line for each filter of a URL that cannot be read."""
    found: list[str] = []
    _read(params, found.append)
    return found


def to_params(filters: Filters) -> dict[str, str]:
    """Return the filters in force as names and values of a URL."""
    written = {name: _written(getattr(filters, field)) for field, name in NAMES.items()}
    first, last = filters.months or (FIRST_MONTH, LAST_MONTH)
    written[FROM] = first if first != FIRST_MONTH else ""
    written[TO] = last if last != LAST_MONTH else ""
    return {name: value for name, value in written.items() if value}


def chips(filters: Filters) -> list[Chip]:
    """Return a chip for each value that is in force, in the order of the fields."""
    return [Chip(text, rest) for field in fields(Filters) for text, rest in _chips(filters, field.name)]


def _chips(filters: Filters, name: str) -> Iterator[tuple[str, Filters]]:
    value = getattr(filters, name)
    if isinstance(value, tuple) and name in ("categories", "groups", "lacking"):
        for one in value:
            rest = tuple(other for other in value if other != one)
            yield WORDS[name](one), replace(filters, **{name: rest})
    elif value is not None and value != "":
        yield WORDS[name](value), replace(filters, **{name: "" if name == "search" else None})


def _months_text(months: Months) -> str:
    first, last = months
    if first == last:
        return first
    if first == FIRST_MONTH:
        return f"up to {last}"
    return f"from {first}" if last == LAST_MONTH else f"{first} to {last}"


def _length_text(what: str) -> Callable[[Range], str]:
    def text(bounds: Range) -> str:
        low, high = bounds
        if high == MOST:
            return f"{what} of {low:,} characters or more"
        size = f"{low:,}" if low == high else f"{low:,}–{high:,}"
        return f"{what} of {size} character{'' if low == high == 1 else 's'}"

    return text


def _lacking_text(value: str) -> str:
    column, kind = value.split(":")
    return f"{column.replace('short_', '')} {kind}"


WORDS: dict[str, Callable[[Any], str]] = {
    "categories": lambda name: f"category {name}",
    "groups": lambda name: f"group {name}",
    "months": _months_text,
    "search": lambda typed: f"search {typed}",
    "headline_length": _length_text("headline"),
    "description_length": _length_text("description"),
    "has_description": lambda there: "with description" if there else "without description",
    "has_date": lambda there: "with date" if there else "without date",
    "lacking": _lacking_text,
}


def _written(value: Any) -> str:
    """Return a field's value as it stands in a URL, "" for one that is not in force."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "with" if value else "without"
    if isinstance(value, str):
        return value
    if value and isinstance(value[0], int):
        return f"{value[0]}-{value[1] if value[1] != MOST else ''}"
    return "|".join(one.replace("\\", "\\\\").replace("|", "\\|") for one in value)


def _read(params: Mapping[str, str], tell: Callable[[str], None]) -> Filters:
    read: dict[str, Any] = {}
    for field, name in NAMES.items():
        if text := params.get(name, ""):
            try:
                read[field] = READ[field](text)
            except InputError as error:
                tell(f"{FILTERED[field]} in the link is left out: {error}")
    try:
        read["months"] = _months(params.get(FROM, ""), params.get(TO, ""))
    except InputError as error:
        tell(f"the filter of months in the link is left out: {error}")
    return Filters(**read)


def _names(text: str) -> tuple[str, ...]:
    """Return the values that `_written` joined."""
    found = re.findall(r"((?:[^|\\]|\\.|\\$)+)", text, re.DOTALL)
    return tuple(dict.fromkeys(re.sub(r"\\(.)", r"\1", one, flags=re.DOTALL) for one in found))


def _search(text: str) -> str:
    parse(text)
    return text


def _range(text: str) -> Range:
    found = re.fullmatch(r"(\d{0,9})-(\d{0,9})", text, re.ASCII) if text != "-" else None
    low, high = (int(found[1] or 0), int(found[2] or MOST)) if found else (1, 0)
    if low > high:
        raise InputError(f"{shorten(text)} is no range of lengths; write it as 20-80")
    return low, high


def length_range(text: str | None) -> Range | None:
    """Return the lengths that "20-80", "-20" or "80-" names, None for nothing; InputError for others.

    >>> length_range("20-80"), length_range("-20"), length_range(" ")
    ((20, 80), (0, 20), None)
    """
    return _range(text.strip()) if text and text.strip() else None


def range_text(bounds: Range | None) -> str:
    """Return the text that `length_range` reads as ``bounds``."""
    return _written(bounds)


def _side(text: str) -> bool:
    if text not in SIDES:
        raise InputError(f"{shorten(text)} is neither; write with or without")
    return SIDES[text]


def _lacking(text: str) -> tuple[str, ...]:
    names = _names(text)
    for name in names:
        if name not in LACKING:
            raise InputError(f"{shorten(name)} is nothing to lack; use one of {', '.join(LACKING)}")
    return names


def months_of(first: str | None, last: str | None) -> Months | None:
    """Return the months from ``first`` to ``last``, either of which may be left open; InputError for others."""
    return _months(first or "", last or "")


def _months(first: str, last: str) -> Months | None:
    for text in (first, last):
        if text and not MONTH.fullmatch(text):
            raise InputError(f"{shorten(text)} is no month; write it as 2014-05")
    if not first and not last:
        return None
    if last and first > last:
        raise InputError(f"the months from {first} to {last} end before they begin; swap the two")
    return first or FIRST_MONTH, last or LAST_MONTH


READ: dict[str, Callable[[str], Any]] = {
    "categories": _names,
    "groups": _names,
    "search": _search,
    "headline_length": _range,
    "description_length": _range,
    "has_description": _side,
    "has_date": _side,
    "lacking": _lacking,
}
