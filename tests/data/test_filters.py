"""Filters in the URL and as chips."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.filters import LACKING, MOST, Chip, Filters, chips, from_params, months_of, problems, to_params

NAMES = st.lists(st.text("A|\\& ,\n", min_size=1, max_size=4), max_size=3, unique=True).map(tuple)
SIZES = st.tuples(st.integers(0, 300), st.one_of(st.integers(0, 300), st.just(MOST))).map(sorted).map(tuple)
MONTH = st.builds("{:04d}-{:02d}".format, st.integers(1, 9999), st.integers(1, 12))
SIDE = st.sampled_from([None, True, False])
FILTERS = st.builds(
    Filters,
    categories=NAMES,
    groups=NAMES,
    months=st.one_of(st.none(), st.lists(MONTH, min_size=2, max_size=2).map(sorted).map(tuple)),
    search=st.sampled_from(["", "a", 'x -"y z"', "/a|b/"]),
    headline_length=st.one_of(st.none(), SIZES),
    description_length=st.one_of(st.none(), SIZES),
    has_description=SIDE,
    has_date=SIDE,
    lacking=st.lists(st.sampled_from(LACKING), max_size=2, unique=True).map(tuple),
)  # fmt: skip


@given(FILTERS.filter(lambda filters: filters.months != ("0001-01", "9999-12")))
def test_the_url_tells_the_filters(filters):
    params = to_params(filters)
    assert from_params(params) == filters
    assert problems(params) == []
    assert all(params.values())


@given(FILTERS)
def test_a_chip_taken_away_leaves_the_others(filters):
    shown = chips(filters)
    for place, chip in enumerate(shown):
        assert [other.text for other in chips(chip.rest)] == [
            other.text for number, other in enumerate(shown) if number != place
        ]
    while shown:
        filters, shown = shown[0].rest, chips(shown[0].rest)
    assert filters == Filters()


def test_chips_say_what_is_filtered():
    filters = Filters(
        categories=("TECH", "FOOD"),
        months=("2014-01", "2014-01"),
        search="storm",
        headline_length=(0, 20),
        description_length=(300, MOST),
        has_date=True,
        lacking=("link:missing",),
    )
    assert [chip.text for chip in chips(filters)] == [
        "category TECH",
        "category FOOD",
        "2014-01",
        "search storm",
        "headline of 0–20 characters",
        "description of 300 characters or more",
        "with date",
        "link missing",
    ]
    assert chips(Filters(months=months_of("2014-02", None))) == [Chip("from 2014-02", Filters())]
    assert chips(Filters(months=months_of(None, "2014-02")))[0].text == "up to 2014-02"


@pytest.mark.parametrize(
    ("params", "what", "why"),
    [
        ({"hl": "9-2"}, "the length of headlines", "'9-2' is no range of lengths; write it as 20-80"),
        ({"dl": "-"}, "the length of descriptions", "'-' is no range of lengths; write it as 20-80"),
        ({"desc": "maybe"}, "the filter of descriptions", "'maybe' is neither; write with or without"),
        ({"from": "2014-13"}, "the filter of months", "'2014-13' is no month; write it as 2014-05"),
        ({"from": "2015-01", "to": "2014-01"}, "the filter of months",
         "the months from 2015-01 to 2014-01 end before they begin; swap the two"),
        ({"q": "/(/"}, "the search", "the regular expression '(' cannot be used: unclosed group; mend it"),
        ({"lack": "row:missing"}, "the filter of what is missing",
         f"'row:missing' is nothing to lack; use one of {', '.join(LACKING)}"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)  # fmt: skip
def test_what_cannot_be_read_is_left_out_and_told(params, what, why):
    assert from_params(params) == Filters()
    assert problems(params) == [f"{what} in the link is left out: {why}"]
    assert from_params({**params, "cat": "A"}) == Filters(categories=("A",))


def test_other_parts_of_the_url_are_no_filters():
    assert from_params({"dataset": "d", "page": "2", "cat": ""}) == Filters()
