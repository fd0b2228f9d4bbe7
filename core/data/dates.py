"""Dates as files write them, read as days since 1970-01-01."""

from __future__ import annotations

import datetime as dt
import enum
import functools
import re
from email.utils import parsedate_to_datetime
from typing import Any, Literal

EPOCH = dt.date(1970, 1, 1).toordinal()
WRITTEN = ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y")
# Below this a number is a year, a serial number or nothing, not seconds (1973-03-03).
SMALLEST_SECONDS = 1e8
LARGEST_SECONDS = 1e11
FIRST_WRITTEN, LAST_WRITTEN = 1000_01_01, 3000_01_01
YEAR_FIRST = re.compile(r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})(?=$|[T\s])")
NUMBER = re.compile(r"-?[0-9]{1,25}(\.[0-9]{1,25})?")


class Unreadable(enum.Enum):
    """The type of the answer for a date that is there but cannot be read."""

    UNREADABLE = "unreadable"


UNREADABLE = Unreadable.UNREADABLE
Day = int | None | Literal[Unreadable.UNREADABLE]


def day_of(value: Any) -> Day:
    """Return the day that ``value`` names, None where it names none, UNREADABLE where it cannot be told.

    Read are date and datetime objects, ISO 8601 (also with ``/``), 20120128, ``28 January 2012``,
    ``January 28, 2012``, RFC 2822 and the epoch in seconds, milliseconds or finer. A time of day is dropped;
    the day is the one that is written, whatever the zone, and the epoch counts in UTC. ``03/04/2012`` is
    not guessed at.
    """
    if value is None:
        return None
    if type(value) is str:
        return _day_of_text(value)
    if isinstance(value, (dt.date, dt.datetime)):
        return value.toordinal() - EPOCH
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return None if value != value else _day_of_number(value)
    return UNREADABLE


# News comes many records a day: one reading for each day is enough.
@functools.lru_cache(maxsize=20_000)
def _day_of_text(text: str) -> Day:
    text = text.strip()
    if not text:
        return None
    if NUMBER.fullmatch(text):
        return _day_of_number(float(text))
    for read in (_iso, _written, _mail):
        try:
            return read(text).toordinal() - EPOCH
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return UNREADABLE


def _day_of_number(number: float) -> Day:
    if FIRST_WRITTEN <= number < LAST_WRITTEN:
        return _day_of_digits(int(number))
    if not SMALLEST_SECONDS <= abs(number) < LARGEST_SECONDS * 1e9:
        return UNREADABLE
    while abs(number) >= LARGEST_SECONDS:
        number /= 1000
    return int(number // 86_400)


def _day_of_digits(digits: int) -> Day:
    """Return the day of 20120128."""
    try:
        return dt.date(digits // 10_000, digits // 100 % 100, digits % 100).toordinal() - EPOCH
    except ValueError:
        return UNREADABLE


def _iso(text: str) -> dt.date:
    found = YEAR_FIRST.match(text)
    if found:
        return dt.date(int(found[1]), int(found[3]), int(found[4]))
    return dt.datetime.fromisoformat(text)


def _written(text: str) -> dt.date:
    for shape in WRITTEN:
        try:
            return dt.datetime.strptime(text, shape)
        except ValueError:
            continue
    raise ValueError(text)


def _mail(text: str) -> dt.date:
    return parsedate_to_datetime(text)
