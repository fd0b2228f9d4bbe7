from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.dates import EPOCH, FIRST_DAY, LAST_DAY, UNREADABLE, EitherDay, day_of

DAY = 15367  # 2012-01-28


@pytest.mark.parametrize(
    "value",
    [
        "2012-01-28",
        " 2012-01-28 ",
        "2012-1-28",
        "2012/01/28",
        "20120128",
        "2012-W04-6",
        "2012-01-28T23:59:59Z",
        "2012-01-28T23:59:59.123456+05:00",
        "2012-01-28 00:00:01 EST",
        "28 January 2012",
        "January 28, 2012",
        "Jan 28, 2012",
        "Sat, 28 Jan 2012 22:10:00 -0500",
        "Jan. 28, 2012",
        "january 28 2012",
        "28th of January, 2012",
        "28-Jan-2012",
        "28 JAN 2012 10:30",
        "Saturday, January 28, 2012",
        "Sat Jan 28 2012 22:10:00 GMT-0500 (EST)",
        "January 28, 2012 10:30 AM",
        "28.01.2012",
        "28.1.2012, 10:30",
        "2012.01.28",
        20120128,
        1327708800,
        1327795199.9,
        1327708800000,
        1327708800000000,
        "1327708800",
        "1327708800000",
        dt.date(2012, 1, 28),
        dt.datetime(2012, 1, 28, 23, 59),
        dt.datetime(2012, 1, 28, 23, 59, tzinfo=dt.timezone(dt.timedelta(hours=-5))),
    ],
)
def test_usual_ways_to_write_a_day(value):
    assert day_of(value) == DAY


@pytest.mark.parametrize("value", [None, "", "  ", float("nan")])
def test_nothing_is_no_date(value):
    assert day_of(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "soon", "2012", "2012-13-01", "2012-02-30", 2012, 0, True, [], {}, float("inf"), 20121399, "9" * 30,
        " " * 100 + "2012-01-28",
        "0001-01-01", "0001-01-01T00:00:00", "9999-12-31", "1449-12-31", "2200-01-01", 22000101, 10010101, 8e10,
        -9e10, "-90000000000",
        "31/02/2012", "13/13/2012", "1/28/12", "01/28/0001", "00.01.2012", "January 2012", "May 32, 2012",
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_not_guessed(value):
    assert day_of(value) is UNREADABLE


@pytest.mark.parametrize("mark", ["/", "-"])
def test_a_date_with_the_year_last_has_two_readings(mark):
    march, april = (dt.date(2012, month, day).toordinal() - EPOCH for month, day in ((3, 4), (4, 3)))
    assert day_of(f"03{mark}04{mark}2012") == day_of(f"3{mark}4{mark}2012 10:30 PM") == EitherDay(april, march)
    assert day_of(f"28{mark}01{mark}2012") == EitherDay(DAY, None)
    assert day_of(f"01{mark}28{mark}2012") == EitherDay(None, DAY)
    assert day_of(f"04{mark}04{mark}2012") == dt.date(2012, 4, 4).toordinal() - EPOCH


def test_a_time_that_is_none_is_no_date():
    assert day_of(pd.NaT) is None


@given(st.dates(dt.date(1450, 1, 1), dt.date(2199, 12, 31)))
def test_every_day_is_read_back(day):
    number = day.toordinal() - EPOCH
    assert day_of(day) == day_of(day.isoformat()) == day_of(f"{day.isoformat()}T10:00:00Z") == number
    assert day_of(day.strftime("%d.%m.%Y")) == day_of(f"{day:%B} {day.day}, {day.year}") == number
    read = day_of(day.strftime("%d/%m/%Y"))
    assert (read.day_first if isinstance(read, EitherDay) else read) == number


@given(st.one_of(st.text(), st.floats(), st.integers(), st.integers(-(10**21), 10**21).map(str)))
def test_what_a_file_can_hold_is_no_day_before_1450_or_after_2199(value):
    day = day_of(value)
    for one in day if isinstance(day, EitherDay) else (day,):
        assert one in (None, UNREADABLE) or FIRST_DAY <= one <= LAST_DAY
