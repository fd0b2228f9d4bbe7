from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.date_order import DateOrder
from core.data.dates import day_of
from core.errors import InputError

APRIL = dt.date(2012, 4, 3).toordinal() - dt.date(1970, 1, 1).toordinal()
MARCH = dt.date(2012, 3, 4).toordinal() - dt.date(1970, 1, 1).toordinal()


def read(*dates: str, given_order=None):
    """Return the days of ``dates``, decided over all of them, and who decided."""
    order = DateOrder(given_order)
    days = [day_of(date) for date in dates]
    for day in days:
        order.look(day)
    return [order.settled(day) for day in days], order


@pytest.mark.parametrize(
    ("dates", "first", "unreadable", "note"),
    [
        (["03/04/2012", "28/01/2012"], APRIL, 0, "were read day first, as 1 of them can only be"),
        (["03/04/2012", "01/28/2012"], MARCH, 0, "were read month first, as 1 of them can only be"),
        (
            ["03/04/2012", "28/01/2012", "29/01/2012", "01/28/2012"],
            APRIL,
            1,
            "were read day first, as 2 of them can only be; 1 can only be month first and were kept without a date",
        ),
        (
            ["03/04/2012"],
            None,
            1,
            "1 dates such as 03/04/2012 may be day first or month first (none has a number above",
        ),
        (["03/04/2012", "28/01/2012", "01/28/2012"], None, 3, "(1 speak for each) and were kept without a date"),
    ],
)
def test_the_whole_file_decides(dates, first, unreadable, note):
    days, order = read(*dates)
    assert days[0] == first
    assert order.unreadable == unreadable
    (told,) = order.notes()
    assert note in told


def test_who_names_the_order_is_believed():
    assert read("03/04/2012", "01/28/2012", given_order="day")[0] == [APRIL, None]
    assert read("03/04/2012", given_order="month")[0] == [MARCH]
    with pytest.raises(InputError, match=r"^date order 'us' is none; give day or month, whichever comes first$"):
        DateOrder("us")


def test_other_dates_say_nothing_about_the_order():
    days, order = read("2012-03-04", "04/04/2012", "", "soon")
    assert days[0] == MARCH
    assert days[2:] == [None, None]
    assert (order.order, order.notes(), order.unreadable) == (None, [], 1)


@given(st.lists(st.sampled_from(["03/04/2012", "28/01/2012", "01/28/2012", "2012-03-04"]), max_size=8))
def test_a_second_reading_is_needed_only_where_the_order_became_known_too_late(dates):
    first = DateOrder()
    early = []
    for day in map(day_of, dates):
        first.look(day)
        early.append(first.settled(day))
    again = first.known()
    for day in map(day_of, dates):
        again.look(day)
    late = [again.settled(day) for day in map(day_of, dates)]
    assert late == read(*dates)[0]
    assert not again.changed
    assert first.changed or early == late
