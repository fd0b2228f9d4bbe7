"""The split: complete, stratified, repeatable, and blind to what was seen."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from core.runs.spec import SpecGrouping, Split, TrainingSpec
from core.runs.split import split_rows

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
