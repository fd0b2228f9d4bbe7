"""Slices: every row in one of them, figures against slow sums, the planted one found, chance not taken for one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.evaluation.slices import (
    FEWEST_ROWS,
    MOST_VALUES,
    Dimension,
    dimension,
    dimensions_of,
    expected_right,
    names,
    rows_of,
    sentence,
    slices,
    smallest_slice,
    worst_slices,
)

TEXT = st.one_of(st.none(), st.sampled_from(["", " ", "one", "two words", "three words here", "missing", "empty"]))
RECORDS = st.lists(
    st.tuples(TEXT, st.sampled_from("AB"), st.one_of(st.none(), st.integers(0, 900)), TEXT), min_size=1, max_size=60
)


def records(rows):
    start = pd.Timestamp("2019-11-01")
    days = [pd.NaT if day is None else start + pd.Timedelta(days=day) for _, _, day, _ in rows]
    return pd.DataFrame(
        {
            "headline": pd.Series([f"headline {number}" for number in range(len(rows))], dtype="str"),
            "short_description": pd.Series([text for text, _, _, _ in rows], dtype="str"),
            "category": pd.Categorical([category for _, category, _, _ in rows]),
            "date": pd.Series(days, dtype="datetime64[s]"),
            "link": pd.Series([None] * len(rows), dtype="str"),
            "authors": pd.Series([author for _, _, _, author in rows], dtype="str"),
        }
    )


def true_of(frame):
    return frame["category"]


@given(RECORDS, st.sampled_from(names()))
def test_every_row_is_in_one_slice_that_can_be_named(rows, name):
    frame = records(rows)
    if name in ("year", "month", "date") and frame["date"].isna().all():
        with pytest.raises(InputError, match=f"no row has a date, so there are no slices by {name}"):
            dimension(name, frame, true_of(frame))
        return
    found = dimension(name, frame, true_of(frame))
    assert len(found.codes) == len(rows)
    assert len(set(found.labels)) == len(found.labels)
    assert set(found.codes) == set(range(len(found.labels)))
    parts = [rows_of(found.key(place), {name: found}) for place in range(len(found.labels))]
    np.testing.assert_array_equal(np.sum(parts, axis=0), 1)


def test_what_is_missing_empty_and_present_is_told_apart():
    frame = records([(None, "A", 0, None), ("", "A", 0, ""), (" ", "A", 0, "missing"), ("text", "B", 0, "Ann")])
    description = dimension("description", frame, true_of(frame))
    assert [description.labels[code] for code in description.codes] == ["missing", "empty", "empty", "present"]
    authors = dimension("authors", frame, true_of(frame))
    assert [authors.labels[code] for code in authors.codes] == ["(missing)", "empty", "missing", "Ann"]


def test_lengths_are_ranges_of_about_as_many_rows_that_hold_what_they_say():
    frame = records([("word " * (number % 17), "A", 0, None) for number in range(300)])
    found = dimension("short_description", frame, true_of(frame))
    assert found.labels == ("0–3 words", "4–6 words", "7–9 words", "10–13 words", "14–16 words")
    lengths = np.arange(300) % 17
    for place, label in enumerate(found.labels):
        low, high = (int(end) for end in label.removesuffix(" words").split("–"))
        inside = lengths[found.codes == place]
        assert (inside.min(), inside.max()) == (low, high)


def test_a_column_of_100_000_values_tells_nothing_apart_and_says_so():
    frame = pd.DataFrame({"link": pd.Series([f"https://example.org/{n}" for n in range(100_000)], dtype="str")})
    found = dimension("link", frame, pd.Series(pd.Categorical(["A"] * 100_000)))
    assert found.labels == ("other values",)
    assert found.note == "link has 100,000 different values and none on 30 rows, so it tells no slices apart"


def test_rare_values_of_a_column_with_many_are_put_together():
    names_ = ["Ann"] * 50 + ["Bob"] * 40 + [f"author {n}" for n in range(MOST_VALUES)]
    frame = pd.DataFrame({"authors": pd.Series(names_, dtype="str")})
    found = dimension("authors", frame, pd.Series(pd.Categorical(["A"] * len(names_))))
    assert found.labels == ("Ann", "Bob", "other values")
    assert found.note == "authors has 62 different values; the 2 commonest stand by themselves"


def test_another_column_is_named():
    with pytest.raises(InputError, match=r"there are no slices by 'mood'; choose one of: description, length, year"):
        dimension("mood", records([("a", "A", 0, None)]), pd.Series(pd.Categorical(["A"])))


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=80))
def test_figures_are_those_of_the_rows_and_of_all_others(rows):
    codes, right = (np.array(column) for column in zip(*rows, strict=True))
    table = slices(Dimension("d", tuple("abcd"), codes), right, np.full(len(rows), 0.5))
    assert table["rows"].sum() == len(rows)
    assert table["errors"].sum() == (~right).sum()
    for place, row in enumerate(table.itertuples()):
        inside = codes == place
        if 0 < inside.sum() < len(rows):
            assert row.accuracy == pytest.approx(right[inside].mean())
            assert row.rest == pytest.approx(right[~inside].mean())
            assert row.difference == pytest.approx(row.accuracy - row.rest)
            assert row.low <= row.difference <= row.high
            assert row.excess == pytest.approx(row.errors - (~right[~inside]).mean() * row.rows)
            assert row.p <= row.q <= 1


def test_a_class_is_expected_to_be_as_right_as_its_rows_are():
    true, right = np.array([0, 0, 1, 1, 1, 1]), np.array([1, 0, 1, 1, 1, 0], dtype=bool)
    assert expected_right(true, right).tolist() == [0.5, 0.5, 0.75, 0.75, 0.75, 0.75]
    assert len(expected_right(np.zeros(0, dtype=int), np.zeros(0, dtype=bool))) == 0


def planted(rows=6000, seed=0):
    """Return three dimensions, and answers that are right 9 times of 10 but half the time where a=1 meets b=1."""
    random = np.random.default_rng(seed)
    dimensions = [Dimension(name, ("0", "1", "2"), random.integers(0, 3, rows)) for name in "abc"]
    bad = (dimensions[0].codes == 1) & (dimensions[1].codes == 1)
    return dimensions, random.random(rows) < np.where(bad, 0.5, 0.9), bad


def test_the_pair_that_was_made_worse_is_the_worst_found():
    dimensions, right, bad = planted()
    found = worst_slices(dimensions, right, np.full(len(right), right.mean()))
    assert found.table["slice"].iloc[0] == "a=1 & b=1"
    np.testing.assert_array_equal(rows_of("a=1 & b=1", {one.name: one for one in dimensions}), bad)
    assert found.looked_at == 9 + 27
    assert (found.table["rows"] >= found.smallest).all()
    assert (found.table["high"] < 0).all()


@pytest.mark.parametrize("seed", range(5))
def test_where_nothing_is_worse_next_to_nothing_is_found(seed):
    dimensions, _, _ = planted(seed=seed)
    right = np.random.default_rng(100 + seed).random(6000) < 0.8
    assert len(worst_slices(dimensions, right, np.full(6000, 0.8)).table) <= 1


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_zero_errors_and_nothing_but_errors_have_no_worst_slice(share):
    dimensions, _, _ = planted(rows=300)
    right = np.full(300, bool(share))
    found = worst_slices(dimensions, right, right.astype(float))
    assert found.table.empty
    assert list(found.table.columns) == list(slices(dimensions[0], right, right.astype(float)).columns)


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_few_rows_have_slices_and_none_that_is_worst(rows):
    dimensions = [Dimension(name, ("0",) if rows else (), np.zeros(rows, dtype=int)) for name in "ab"]
    right = np.zeros(rows, dtype=bool)
    assert slices(dimensions[0], right, np.zeros(rows))["rows"].sum() == rows
    assert worst_slices(dimensions, right, np.zeros(rows)).table.empty
    assert worst_slices([], right, np.zeros(rows)).table.empty


def test_small_slices_are_not_searched():
    assert smallest_slice(100) == FEWEST_ROWS
    assert smallest_slice(40_000) == 200
    codes = np.repeat([0, 1], [980, 20])
    right = codes == 0
    found = worst_slices([Dimension("a", ("most", "few"), codes)], right, np.full(1000, 0.98))
    assert found.table.empty


def test_a_value_may_hold_what_parts_conditions():
    one = Dimension("authors", ("Ann & Bob", "x=y & z"), np.array([0, 1, 1]))
    year = Dimension("year", ("2014", "2015"), np.array([0, 0, 1]))
    known = {"authors": one, "year": year}
    assert rows_of("authors=Ann & Bob", known).tolist() == [True, False, False]
    assert rows_of("year=2014 & authors=x=y & z", known).tolist() == [False, True, False]
    assert dimensions_of("year=2014 & authors=x=y & z") == ["year", "authors"]


@pytest.mark.parametrize("key", ["", "year", "year=1066", "mood=good", "year=2014 & year=1066", "&", " & "])
def test_a_slice_that_there_is_not_is_told_in_one_line(key):
    year = Dimension("year", ("2014",), np.zeros(2, dtype=int))
    with pytest.raises(InputError) as error:
        rows_of(key, {"year": year})
    assert str(error.value).startswith(f"there is no slice {key!r}; write a value as in the table")


@pytest.mark.parametrize(
    ("right", "told"),
    [
        (
            np.repeat([True, False, True], [60, 40, 100]),
            "a=x: 40 of 100 rows are wrong; its accuracy 0.600 is 0.400 below the 1.000 of all other rows "
            "(95 %: 0.302 to 0.498); 0.200 of that go with the classes it holds.",
        ),
        (
            np.repeat([True, False, True, False], [80, 20, 80, 20]),
            "a=x: 20 of 100 rows are wrong, about as many as elsewhere.",
        ),
    ],
)
def test_each_slice_has_a_sentence(right, told):
    table = slices(Dimension("a", ("x", "y"), np.repeat([0, 1], 100)), right, np.full(200, 0.8))
    assert sentence(table.iloc[0]) == told
