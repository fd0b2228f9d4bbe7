from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.dates import UNREADABLE, day_of

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
    ["soon", "03/04/2012", "2012", "2012-13-01", "2012-02-30", 2012, 0, True, [], {}, float("inf"), 20121399, "9" * 30],
)
def test_what_cannot_be_told_is_not_guessed(value):
    assert day_of(value) is UNREADABLE


@given(st.dates())
def test_every_day_is_read_back(day):
    number = day.toordinal() - dt.date(1970, 1, 1).toordinal()
    assert day_of(day) == day_of(day.isoformat()) == day_of(f"{day.isoformat()}T10:00:00Z") == number


@given(st.one_of(st.text(), st.floats(), st.integers()))
def test_nothing_that_a_file_can_hold_raises(value):
    day_of(value)
