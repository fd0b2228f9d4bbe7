"""Dates as files write them, read as days since 1970-01-01."""

from __future__ import annotations

import datetime as dt
import enum
import functools
import re
from email.utils import parsedate_to_datetime
from typing import Any, Literal, NamedTuple

EPOCH = dt.date(1970, 1, 1).toordinal()
# Printing is younger than the one; the other is far. Beyond stand marks for "none", 0001 or 9999, and slips.
FIRST_YEAR, LAST_YEAR = 1450, 2199
FIRST_DAY, LAST_DAY = dt.date(FIRST_YEAR, 1, 1).toordinal() - EPOCH, dt.date(LAST_YEAR, 12, 31).toordinal() - EPOCH
LONGEST = 100
# Below this a number is a year, a serial number or nothing, not seconds (1973-03-03).
SMALLEST_SECONDS = 1e8
LARGEST_SECONDS = 1e11
FIRST_WRITTEN, LAST_WRITTEN = 1000_01_01, 3000_01_01
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august",
          "september", "october", "november", "december")  # fmt: skip
YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?=$|[T\s])")
YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})(?=$|[T,\s])")
NUMBER = re.compile(r"-?[0-9]{1,25}(\.[0-9]{1,25})?")
WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
DAY, MONTH, YEAR = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?", r"(?P<month>[a-z]{3,9})\.?", r"(?P<year>[0-9]{4})"
END = r"(?=$|[T,\s])"
WRITTEN = tuple(
    re.compile(WEEKDAY + shape + END, re.IGNORECASE)
    for shape in (rf"{MONTH}\s+{DAY},?\s+{YEAR}", rf"{DAY}(?:\s+of)?[\s-]+{MONTH},?[\s-]+{YEAR}")
)


class Unreadable(enum.Enum):
    """The type of the answer for a date that is there but cannot be read."""

    UNREADABLE = "unreadable"


class EitherDay(NamedTuple):
    """What 03/04/2012 says: one day read day first, another read month first; None where there is no such day.

    Only the file as a whole can tell which is meant (core.data.date_order).
    """

    day_first: int | None
    month_first: int | None


UNREADABLE = Unreadable.UNREADABLE
Day = int | None | EitherDay | Literal[Unreadable.UNREADABLE]


def day_of(value: Any) -> Day:
    """Return the day that ``value`` names, None where it names none, UNREADABLE where it cannot be told.

    Read are date and datetime objects, ISO 8601 (also with ``/`` or ``.``), 20120128, ``28 January 2012``,
    ``Jan. 28, 2012``, 28.01.2012, RFC 2822 and the epoch in seconds, milliseconds or finer. A time of day is
    dropped; the day is the one that is written, whatever the zone, and the epoch counts in UTC. ``28/01/2012``
    is an EitherDay. Years before 1450 and after 2199 are no dates of news.
    """
    if value is None:
        return None
    if type(value) is str:
        # Longer texts are not worth remembering, or looking at.
        return _day_of_text(value) if len(value) <= LONGEST else UNREADABLE
    if isinstance(value, (dt.date, dt.datetime)):
        # pandas' NaT is a datetime without a year.
        return _number(value) if value == value else None
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
    found = YEAR_LAST.match(text)
    if found:
        return _either(int(found[1]), found[2], int(found[3]), int(found[4]))
    for read in (_iso, _written, parsedate_to_datetime):
        try:
            return _number(read(text))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return UNREADABLE


def _number(day: dt.date) -> int | Literal[Unreadable.UNREADABLE]:
    """Return the days from 1970-01-01 to ``day``."""
    return day.toordinal() - EPOCH if FIRST_YEAR <= day.year <= LAST_YEAR else UNREADABLE


def _day_of_number(number: float) -> int | Literal[Unreadable.UNREADABLE]:
    if FIRST_WRITTEN <= number < LAST_WRITTEN:
        digits = int(number)
        day = _calendar_day(digits // 10_000, digits // 100 % 100, digits % 100)
        return UNREADABLE if day is None else day
    if not SMALLEST_SECONDS <= abs(number) < LARGEST_SECONDS * 1e9:
        return UNREADABLE
    while abs(number) >= LARGEST_SECONDS:
        number /= 1000
    day = int(number // 86_400)
    return day if FIRST_DAY <= day <= LAST_DAY else UNREADABLE


def _calendar_day(year: int, month: int, day: int) -> int | None:
    """Return the number of a day, None where there is no such one."""
    try:
        number = _number(dt.date(year, month, day))
    except ValueError:
        return None
    return None if number is UNREADABLE else number


def _either(first: int, mark: str, second: int, year: int) -> Day:
    """Return what ``first``, ``second`` and ``year`` say; with dots, the day comes first everywhere."""
    day_first = _calendar_day(year, second, first)
    month_first = None if mark == "." else _calendar_day(year, first, second)
    if day_first == month_first or mark == ".":
        return UNREADABLE if day_first is None else day_first
    return EitherDay(day_first, month_first)


def _iso(text: str) -> dt.date:
    found = YEAR_FIRST.match(text)
    if found:
        return dt.date(int(found[1]), int(found[3]), int(found[4]))
    return dt.datetime.fromisoformat(text)


def _written(text: str) -> dt.date:
    for shape in WRITTEN:
        found = shape.match(text)
        if found:
            return dt.date(int(found["year"]), _month(found["month"]), int(found["day"]))
    raise ValueError(text)


def _month(name: str) -> int:
    """Return the number of the month of this name, whole or cut short: January, Jan, Sept."""
    for number, month in enumerate(MONTHS, start=1):
        if month.startswith(name.casefold()):
            return number
    raise ValueError(name)
