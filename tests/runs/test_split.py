"""The split: complete, stratified, repeatable, and blind to what was seen."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from core.runs.spec import SpecGrouping, Split, TrainingSpec
from core.runs.split import columns_of, first_test_day, split_frame, split_past, split_rows

ROWS = st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(0, 30)), min_size=1, max_size=80)


def spec(seed=42, share=0.2, target="category", mapping=None):
    return TrainingSpec(
        dataset="d",
        fingerprint="f",
        categories=tuple("ABCD"),
        split=Split(test_share=share, seed=seed),
        target=target,
        grouping=SpecGrouping(name="g", mapping=mapping or {}),
    )


def series(rows):
    return pd.Series([f"text {number}" for _, number in rows]), pd.Series(pd.Categorical([c for c, _ in rows]))


@given(ROWS, st.integers(0, 1000), st.floats(0.05, 0.9))
def test_every_row_is_on_one_side_and_the_same_text_never_on_both(rows, seed, share):
    texts, categories = series(rows)
    training, test = split_rows(texts, categories, spec(seed, share))
    assert sorted([*training, *test]) == list(range(len(rows)))
    assert not set(texts.iloc[training]) & set(texts.iloc[test])
    assert len(training) > 0


@given(ROWS, st.integers(0, 1000))
def test_the_split_is_repeatable(rows, seed):
    first, second = (split_rows(*series(rows), spec(seed)) for _ in range(2))
    np.testing.assert_array_equal(first[1], second[1])


def test_the_split_does_not_depend_on_target_or_grouping_so_that_runs_can_be_compared():
    texts, categories = pd.Series([f"t{n}" for n in range(400)]), pd.Series(pd.Categorical(list("ABCD") * 100))
    by_category = split_rows(texts, categories, spec())
    by_group = split_rows(texts, categories, spec(target="group", mapping={"A": "X", "B": "X"}))
    np.testing.assert_array_equal(by_category[1], by_group[1])
    other = split_rows(texts, categories, spec(seed=1))
    assert by_category[1].tolist() != other[1].tolist()


def test_each_category_gives_its_share():
    categories = pd.Series(pd.Categorical(["A"] * 100 + ["B"] * 50 + ["C"] * 3 + ["D"] * 10))
    texts = pd.Series([f"t{n}" for n in range(163)])
    _, test = split_rows(texts, categories, spec())
    assert categories.iloc[test].value_counts().to_dict() == {"A": 20, "B": 10, "C": 1, "D": 2}


def test_categories_too_small_to_split_are_pooled_by_group():
    categories = pd.Series(pd.Categorical(["A"] * 10 + ["B"] * 2 + ["C"] * 1))
    texts = pd.Series([f"t{n}" for n in range(13)])
    _, test = split_rows(texts, categories, spec(target="group", mapping={"B": "X", "C": "X"}))
    assert categories.iloc[test].isin(["B", "C"]).sum() == 1


DATED = st.lists(
    st.tuples(st.integers(0, 30), st.one_of(st.none(), st.integers(0, 12))), min_size=1, max_size=80
)  # number of the text, day


def dated(rows):
    texts = pd.Series([f"text {number}" for number, _ in rows])
    days = [pd.NaT if day is None else pd.Timestamp("2020-01-01") + pd.Timedelta(days=day) for _, day in rows]
    return texts, pd.Series(days, dtype="datetime64[s]")


@given(DATED, st.floats(0.05, 0.9))
def test_trained_on_the_past_no_row_is_later_than_a_test_row_and_no_text_is_known(rows, share):
    texts, dates = dated(rows)
    training, test = split_past(texts, dates, share)
    assert not set(training) & set(test)
    assert not set(texts.iloc[training]) & set(texts.iloc[test])
    if len(test):
        assert dates.iloc[training].max() < dates.iloc[test].min()
    left_out = sorted(set(range(len(rows))) - set(training) - set(test))
    assert all(pd.isna(dates[row]) or texts[row] in set(texts.iloc[training]) for row in left_out)


@given(DATED, st.floats(0.05, 0.9))
def test_no_other_day_comes_nearer_to_the_share(rows, share):
    _, dates = dated(rows)
    day = first_test_day(dates, share)
    days = sorted(dates.dropna().unique())
    if len(days) < 2:
        assert day is None
        return
    miss = {other: abs(float((dates >= other).sum()) - share * dates.notna().sum()) for other in days[1:]}
    assert miss[day] == min(miss.values())


def test_the_latest_fifth_of_days_of_equal_size_is_tested():
    dates = pd.Series(pd.date_range("2020-01-01", periods=10).repeat(3))
    texts = pd.Series([f"t{n}" for n in range(30)])
    training, test = split_past(texts, dates, 0.2)
    assert test.tolist() == list(range(24, 30))
    assert training.tolist() == list(range(24))


def test_a_frame_is_split_as_its_spec_has_it():
    frame = pd.DataFrame({"category": pd.Categorical(list("AB") * 10), "date": pd.date_range("2020-01-01", periods=20)})
    texts = pd.Series([f"t{n}" for n in range(20)])
    assert columns_of(spec()) == ["headline", "short_description", "category"]
    past = spec().model_copy(update={"split": Split(kind="past")})
    assert columns_of(past) == ["headline", "short_description", "category", "date"]
    np.testing.assert_array_equal(split_frame(frame, texts, past)[1], np.arange(16, 20))
    np.testing.assert_array_equal(split_frame(frame, texts, spec())[1], split_rows(texts, frame["category"], spec())[1])
