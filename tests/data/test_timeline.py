from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.columns import NO_MONTH, month_number, month_text
from core.data.timeline import APART, FEWEST, Timeline, bins, grouped, lifespans, step_of, timeline

NAMES = ("ARTS", "CRIME", "STYLE")
ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.one_of(st.just(NO_MONTH), st.integers(-30, 40)), st.booleans()), max_size=40
)


def times_of(rows):
    category, month, mask = (np.array([row[part] for row in rows], dtype=int) for part in range(3))
    return timeline(category, month, mask.astype(bool), NAMES)


def spread(**months):
    """Return a timeline with rows of each label in the months named, counted from 2014-01."""
    first = month_number("2014-01")
    found = [(NAMES.index(label), first + month, True) for label, all_months in months.items() for month in all_months]
    return times_of(found)


@given(ROWS)
def test_rows_are_counted_by_label_and_month(rows):
    times = times_of(rows)
    plain = Counter((category, month) for category, month, shown in rows if shown and month != NO_MONTH)
    got = {
        (category, times.first + month): int(times.counts[category, month])
        for category, month in zip(*np.nonzero(times.counts), strict=True)
    }
    assert got == dict(plain)
    assert times.undated == sum(shown and month == NO_MONTH for _, month, shown in rows)
    if plain:
        months = [month for _, month in plain]
        assert (times.first, times.months) == (min(months), max(months) - min(months) + 1)


@given(ROWS, st.sampled_from([1, 12, 120, 1200]))
def test_each_row_is_in_one_bin_and_shares_add_up(rows, step):
    times = times_of(rows)
    shown = bins(times, step)
    assert shown["rows"].sum() == times.counts.sum()
    assert (shown["rows"] > 0).all()
    for first, last, share in shown.groupby(["first", "last"], as_index=False)["share"].sum().itertuples(index=False):
        assert share == pytest.approx(1)
        assert month_number(last) - month_number(first) == step - 1
        assert step == 1 or first.endswith("-01")


@given(ROWS)
def test_groups_are_the_sum_of_their_categories(rows):
    times = times_of(rows)
    culture = grouped(times, lambda name: "CULTURE" if name in ("ARTS", "STYLE") else name)
    assert culture.labels == ("CRIME", "CULTURE")
    assert culture.counts.tolist() == [times.counts[1].tolist(), (times.counts[0] + times.counts[2]).tolist()]


def test_a_month_without_rows_is_a_gap():
    shown = bins(spread(ARTS=[0, 2, 2], CRIME=[2]))
    assert shown.to_dict("list") == {
        "label": ["ARTS", "ARTS", "CRIME"],
        "first": ["2014-01", "2014-03", "2014-03"],
        "last": ["2014-01", "2014-03", "2014-03"],
        "rows": [1, 2, 1],
        "share": [1.0, pytest.approx(2 / 3), pytest.approx(1 / 3)],
    }


@pytest.mark.parametrize(("months", "step"), [(1, 1), (180, 1), (181, 12), (2161, 120), (96_000, 1200)])
def test_long_spans_are_counted_in_longer_bins(months, step):
    assert step_of(months) == step


def test_births_and_deaths_are_marked_by_the_rule():
    last = 40
    shown = lifespans(
        spread(
            ARTS=list(range(last + 1)),
            CRIME=[APART + month % 9 for month in range(FEWEST)],
            STYLE=[20, 21],
        )
    ).set_index("label")
    assert shown.loc["ARTS", ["first", "last", "born", "ended"]].tolist() == ["2014-01", "2017-05", False, False]
    assert shown.loc["CRIME", ["begins", "ends", "born", "ended"]].tolist() == ["2014-07", "2015-03", True, True]
    # Two rows are too few to tell of a beginning or an end.
    assert shown.loc["STYLE", ["born", "ended"]].tolist() == [False, False]


def test_a_stray_row_in_a_hundred_hides_neither_birth_nor_death():
    months = [0] + [12] * 100 + [24] * 100 + [40]
    shown = lifespans(spread(ARTS=months, CRIME=list(range(41)))).set_index("label").loc["ARTS"]
    assert shown[["first", "begins", "ends", "last"]].tolist() == ["2014-01", "2015-01", "2016-01", "2017-05"]
    assert shown[["born", "ended"]].tolist() == [True, True]


def test_a_label_that_goes_on_while_all_rows_get_fewer_has_not_ended():
    months = list(range(20)) * 100 + list(range(20, 41))
    shown = lifespans(spread(ARTS=months, CRIME=months)).set_index("label")
    assert shown["ends"].tolist() == ["2015-09", "2015-09"]
    assert not shown[["born", "ended"]].any(axis=None)


@given(ROWS)
def test_a_life_runs_from_its_first_row_to_its_last(rows):
    times = times_of(rows)
    for one in lifespans(times).itertuples(index=False):
        months = np.flatnonzero(times.counts[NAMES.index(one.label)])
        ends = [month_text(times.first + int(months[place])) for place in (0, -1)]
        assert [one.first, one.last] == ends
        assert one.first <= one.begins <= one.ends <= one.last


def test_without_dates_nothing_is_drawn_and_all_is_told():
    times = times_of([(0, NO_MONTH, True), (1, NO_MONTH, False)])
    assert isinstance(times, Timeline)
    assert (times.months, times.undated) == (0, 1)
    assert bins(times).empty
    assert lifespans(times).empty
