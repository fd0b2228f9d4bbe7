"""What a record is: its fields, which columns hold them, and which values are usable."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core.data.dates import Day, day_of
from core.errors import InputError, shorten

FIELDS = ("headline", "short_description", "category", "date", "link", "authors")
REQUIRED = ("headline", "category")
# Longest headline that is a record, in characters.
MAX_HEADLINE = 10_000
# Longest name of a category, in characters; what is longer is a text.
MAX_CATEGORY = 200
# Records after which a column that nobody has seen counts as not there.
CHECKED_AFTER = 1_000
SEEN_NAMES = 1_000
# Names held to know a record's keys again, in all; records may each have thousands of their own.
SHAPE_NAMES = 100_000

ALIASES = {
    "headline": ("headline", "title", "head", "heading", "news_headline"),
    "short_description": (
        "short_description", "description", "summary", "abstract", "subtitle", "teaser", "deck",
    ),
    "category": ("category", "label", "topic", "section", "class", "target"),
    "date": ("date", "published", "pub_date", "published_at", "publish_date", "timestamp", "datetime"),
    "link": ("link", "url", "href"),
    "authors": ("authors", "author", "byline"),
}  # fmt: skip
OPTIONS = {field: f"--{'description' if field == 'short_description' else field} COL" for field in FIELDS}

TYPE_NAMES = {bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "an object"}

# headline, short_description, category, date, link, authors
Row = tuple[str, str | None, str, Day, str | None, str | None]


@dataclass(frozen=True)
class Mapping:
    """The column that holds each field; None: find it by its name; "": there is none, whatever the names say."""

    headline: str | None = None
    short_description: str | None = None
    category: str | None = None
    date: str | None = None
    link: str | None = None
    authors: str | None = None

    def named(self) -> dict[str, str]:
        """Return field -> column for the fields that have one."""
        return {field: column for field, column in dataclasses.asdict(self).items() if column}


class Unusable(ValueError):
    """A record that cannot be a row; the message is the reason, the same for all of its kind."""


def folded(column: str) -> str:
    """Return a column's name without case, spaces, ``_`` and ``-``: ``News Headline`` is ``newsheadline``."""
    return column.casefold().replace("_", "").replace("-", "").replace(" ", "")


def detected(columns: Iterable[str], mapping: Mapping) -> Mapping:
    """Return ``mapping`` with the fields it leaves open filled from the obvious names among ``columns``."""
    named = mapping.named()
    by_name: dict[str, str] = {}
    for column in columns:
        if column not in named.values():
            by_name.setdefault(folded(column), column)
    for field, aliases in ALIASES.items():
        found = next((by_name[folded(alias)] for alias in aliases if folded(alias) in by_name), None)
        if getattr(mapping, field) is None and found is not None:
            named[field] = found
    return dataclasses.replace(mapping, **named)


def recognised(columns: Iterable[str]) -> int:
    """Return how many fields the names of ``columns`` tell."""
    return len(detected(columns, Mapping()).named())


class ColumnFinder:
    """Finds the columns of a file whose records may each have other keys, while it is read.

    A field keeps the first column found for it, so the answer depends on the file alone.
    """

    def __init__(self, wanted: Mapping) -> None:
        self.wanted = wanted
        self.mapping = wanted
        self.seen: dict[str, None] = {}
        self.records = 0
        self._shapes: set[tuple[str, ...]] = set()
        self._shape_names = 0
        check_once(wanted)

    def look(self, record: dict[str, Any]) -> Mapping:
        """Return the mapping for ``record``, having learned from its keys; InputError as ``check``."""
        shape = tuple(record)
        if shape not in self._shapes:
            self.learn(shape)
        self.records += 1
        if self.records == CHECKED_AFTER:
            self.check()
        return self.mapping

    def learn(self, columns: tuple[str, ...]) -> None:
        """Take ``columns`` into account."""
        if self._shape_names >= SHAPE_NAMES:
            self._shapes.clear()
            self._shape_names = 0
        self._shapes.add(columns)
        self._shape_names += len(columns)
        self.mapping = detected(columns, self.mapping)
        used = set(self.mapping.named().values())
        for column in columns:
            if len(self.seen) < SEEN_NAMES or column in used:
                self.seen[column] = None

    def check(self) -> None:
        """Raise InputError when a column that was named, or that training needs, has not been seen."""
        found = ", ".join(shorten(column) for column in list(self.seen)[:30]) or "none"
        for field, column in self.wanted.named().items():
            if column not in self.seen:
                raise InputError(
                    f"there is no column {shorten(column)} for the {_spoken(field)}; the columns found are "
                    f"{found}; name one of them with {OPTIONS[field]}"
                )
        for field in REQUIRED:
            if not getattr(self.mapping, field):
                raise InputError(
                    f"no column is the {field}; the columns found are {found}; name one of them with {OPTIONS[field]}"
                )

    def ignored(self) -> tuple[str, ...]:
        """Return the columns seen that hold no field."""
        used = set(self.mapping.named().values())
        return tuple(column for column in self.seen if column not in used)


def check_once(mapping: Mapping) -> None:
    """Raise InputError when one column is named for two fields."""
    fields: dict[str, str] = {}
    for field, column in mapping.named().items():
        if column in fields:
            raise InputError(
                f"column {shorten(column)} is named for the {_spoken(fields[column])} and for the "
                f"{_spoken(field)}; name another one with {OPTIONS[field]}"
            )
        fields[column] = field


def _spoken(field: str) -> str:
    return field.replace("_", " ")


def typed_row(record: dict[str, Any], mapping: Mapping) -> Row:
    """Return the typed values of ``record``; raise Unusable.

    The headline is kept as it is, the category is stripped, and written out where it is a number; a missing or
    null description is None, an empty one stays "". An unreadable date leaves the record good.
    """
    headline = _text(record, mapping.headline, "headline")
    if headline is None or not headline.strip():
        raise Unusable("no headline")
    if len(headline) > MAX_HEADLINE:
        raise Unusable(f"headline over {MAX_HEADLINE:,} characters")
    return (
        headline,
        _text(record, mapping.short_description, "short_description"),
        _category(record, mapping.category),
        day_of(_value(record, mapping.date)),
        _text(record, mapping.link, "link"),
        _authors(record, mapping.authors),
    )


def _value(record: dict[str, Any], column: str | None) -> Any:
    return record.get(column) if column else None


def _text(record: dict[str, Any], column: str | None, field: str) -> str | None:
    value = _value(record, column)
    if value is None or type(value) is str:
        return value
    # NaN is how tables say that there is nothing.
    if isinstance(value, float) and value != value:
        return None
    raise Unusable(f"wrong type: {field} is {_type_of(value)}")


def _category(record: dict[str, Any], column: str | None) -> str:
    value = _value(record, column)
    if isinstance(value, (int, float)) and value == value and type(value) is not bool:
        # A table with gaps makes 3.0 of 3.
        value = str(int(value) if isinstance(value, float) and value.is_integer() else value)
    category = (value if type(value) is str else _text(record, column, "category") or "").strip()
    if not category:
        raise Unusable("no category")
    if len(category) > MAX_CATEGORY:
        raise Unusable(f"category over {MAX_CATEGORY} characters")
    return category


def _authors(record: dict[str, Any], column: str | None) -> str | None:
    value = _value(record, column)
    if type(value) is not list:
        return _text(record, column, "authors")
    if not all(type(item) is str for item in value):
        raise Unusable("wrong type: authors is a list of other things than texts")
    return ", ".join(value)


def _type_of(value: Any) -> str:
    return TYPE_NAMES.get(type(value), f"a {type(value).__name__}")


def text_from(headline: str, description: str | None = None) -> str:
    """Return what a model reads of one record: headline, a space, description; trimmed."""
    return f"{headline} {description or ''}".strip()


def text_of(frame: pd.DataFrame) -> pd.Series:
    """Return ``text_from`` of each row (dtype str)."""
    description = frame["short_description"].fillna("")
    return (frame["headline"] + " " + description).str.strip().rename("text")
