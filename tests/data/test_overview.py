from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import datasets
from core.data.overview import (
    columns_overview,
    describe,
    describe_dates,
    distribution,
    missing,
    nested_distribution,
    with_label,
)

GROUPS = {"ARTS": "CULTURE", "STYLE": "CULTURE"}


def frame_of(categories: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"category": pd.Categorical(categories, categories=sorted({*categories, "NEVER"}))})


@pytest.fixture
def frame(imported, few_records) -> pd.DataFrame:
    return datasets.frame(imported(few_records))


def test_distribution_is_sorted_by_size_then_name():
    shown = distribution(frame_of(["B", "C", "A", "B"]))
    assert shown.to_dict("list") == {"label": ["B", "A", "C"], "rows": [2, 1, 1], "share": [0.5, 0.25, 0.25]}


@pytest.mark.parametrize("group_of", [GROUPS, lambda category: GROUPS.get(category, category)])
def test_distribution_over_groups(group_of):
    shown = distribution(frame_of(["ARTS", "STYLE", "ARTS", "CRIME"]), group_of)
    assert shown.to_dict("list") == {"label": ["CULTURE", "CRIME"], "rows": [3, 1], "share": [0.75, 0.25]}


def test_nested_distribution_has_the_largest_group_first():
    shown = nested_distribution(frame_of(["ARTS", "STYLE", "STYLE", "CRIME", "CRIME"]), GROUPS)
    assert shown.to_dict("list") == {
        "group": ["CULTURE", "CULTURE", "CRIME"],
        "category": ["STYLE", "ARTS", "CRIME"],
        "rows": [2, 1, 2],
        "share": [0.4, 0.2, 0.4],
    }


@given(st.lists(st.sampled_from(["ARTS", "STYLE", "CRIME", "MONEY"])))
def test_each_row_is_counted_once(categories):
    frame = frame_of(categories)
    flat, grouped, nested = distribution(frame), distribution(frame, GROUPS), nested_distribution(frame, GROUPS)
    assert flat["rows"].sum() == grouped["rows"].sum() == nested["rows"].sum() == len(categories)
    assert nested.groupby("group")["rows"].sum().to_dict() == dict(zip(grouped["label"], grouped["rows"], strict=True))
    assert sorted(nested["category"]) == sorted(flat["label"]) == sorted(set(categories))
    for label, rows in zip(grouped["label"], grouped["rows"], strict=True):
        assert len(with_label(frame, label, GROUPS)) == rows


def test_rows_with_a_label_are_those_of_the_category_or_of_the_group():
    frame = frame_of(["ARTS", "CRIME", "STYLE"])
    assert with_label(frame, "ARTS", GROUPS).index.tolist() == [0]
    assert with_label(frame, "CULTURE", GROUPS).index.tolist() == [0, 2]
    assert with_label(frame, "CULTURE").empty


def test_columns(frame):
    shown = columns_overview(frame).set_index("column")
    assert shown.index.tolist() == list(frame.columns)
    assert shown["type"].tolist() == ["str", "str", "category", "datetime64[ms]", "str", "str"]
    assert shown["non_null"].tolist() == [3, 2, 3, 2, 1, 1]
    assert shown["missing"].tolist() == [0, 1, 0, 1, 2, 2]
    assert shown["empty"].tolist() == [0, 1, 0, 0, 0, 0]
    assert shown["distinct"].tolist() == [3, 2, 2, 2, 1, 1]
    assert (shown["memory_bytes"] > 0).all()


def test_missing_and_empty_are_told_apart(frame):
    shown = missing(frame)
    assert list(shown.columns) == ["column", "kind", "rows", "share"]
    counts = {(column, kind): rows for column, kind, rows, _ in shown.itertuples(index=False) if rows}
    assert counts == {
        ("short_description", "missing"): 1,
        ("short_description", "empty"): 1,
        ("date", "missing"): 1,
        ("link", "missing"): 2,
        ("authors", "missing"): 2,
    }
    assert shown["share"].tolist() == [rows / 3 for rows in shown["rows"]]


def test_lengths_of_texts():
    texts = {"headline": ["a bc", " ä\u2003ö \n"], "short_description": ["", None]}
    shown = describe(pd.DataFrame(texts, dtype="str")).set_index(["text", "unit"])
    assert list(shown.columns) == ["count", "mean", "std", "min", "25%", "50%", "75%", "max"]
    assert shown.loc[("headline", "characters"), ["count", "min", "mean", "max"]].tolist() == [2, 4, 5, 6]
    assert shown.loc[("headline", "words"), ["count", "min", "max"]].tolist() == [2, 2, 2]
    assert shown.loc[("description", "characters"), ["count", "min", "max"]].tolist() == [1, 0, 0]
    assert shown.loc[("description", "words"), ["count", "min", "max"]].tolist() == [1, 0, 0]


@given(st.lists(st.text("ab \n\t\u2003\u00a0", max_size=9), min_size=1))
def test_words_are_what_split_gives(texts):
    frame = pd.DataFrame({"headline": texts, "short_description": texts}, dtype="str")
    shown = describe(frame).set_index(["text", "unit"])
    words = [len(text.split()) for text in texts]
    assert shown.loc[("headline", "words"), ["min", "max"]].tolist() == [min(words), max(words)]


def test_dates(frame):
    assert describe_dates(frame) == {
        "count": 2,
        "missing": 1,
        "first": pd.Timestamp("2012-01-28"),
        "25%": pd.Timestamp("2012-01-28"),
        "50%": pd.Timestamp("2012-01-28"),
        "75%": pd.Timestamp("2014-05-01"),
        "last": pd.Timestamp("2014-05-01"),
    }


def test_an_empty_frame_is_described_too(frame):
    nothing = frame.head(0)
    assert distribution(nothing).empty
    assert nested_distribution(nothing, GROUPS).empty
    assert missing(nothing)["share"].tolist() == [0.0] * 12
    assert describe(nothing)["count"].tolist() == [0] * 4
    assert describe_dates(nothing)["first"] is None
    assert len(columns_overview(nothing)) == 6
