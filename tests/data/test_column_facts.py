from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import datasets
from core.data.column_facts import _commonest, describe_dates, describe_lengths, describe_texts, info, words
from core.data.columns import NO_DAY, NO_LENGTH


@pytest.fixture
def dataset(imported, few_records):
    return imported([*few_records, {**few_records[0], "short_description": " ä\u2003ö\x1c\n"}])


def test_info_tells_what_pandas_tells_without_reading_a_row(dataset):
    shown = info(dataset).set_index("column")
    frame = datasets.frame(dataset)
    assert shown.index.tolist() == list(frame.columns)
    assert shown["type"].tolist() == ["text", "text", "text", "date", "text", "text"]
    assert shown["non_null"].tolist() == frame.notna().sum().tolist()
    assert shown["missing"].tolist() == frame.isna().sum().tolist()
    assert (shown[["disk_bytes", "memory_bytes"]] > 0).all(axis=None)


def test_texts_are_described_as_pandas_describes_them(dataset):
    shown = describe_texts(dataset).set_index("column")
    frame = datasets.frame(dataset)
    for column in shown.index:
        plain = frame[column].astype("str").dropna().describe()
        assert shown.loc[column, ["count", "unique", "freq"]].tolist() == plain[["count", "unique", "freq"]].tolist()
        assert (frame[column] == shown.loc[column, "top"]).sum() == shown.loc[column, "freq"]
    assert shown.loc["headline", "top"] == "Tide turns"


def test_a_column_without_values_has_no_commonest(imported):
    shown = describe_texts(imported([{"headline": "a", "category": "A"}] * 2)).set_index("column")
    assert shown.loc["link", ["count", "unique", "freq"]].tolist() == [0, 0, 0]
    assert shown.loc["link", "top"] is None or pd.isna(shown.loc["link", "top"])


@given(st.lists(st.integers(0, 5), min_size=1))
def test_the_commonest_value_is_the_first_of_the_most(values):
    place, unique, freq = _commonest(np.array(values, dtype=np.uint64))
    counts = {value: values.count(value) for value in values}
    assert (unique, freq) == (len(counts), max(counts.values()))
    assert place == min(values.index(value) for value, count in counts.items() if count == freq)


def test_words_are_what_split_gives(dataset):
    frame, found = datasets.frame(dataset), words(dataset)
    for column, counts in found.items():
        plain = [len(text.split()) if isinstance(text, str) else NO_LENGTH for text in frame[column]]
        assert counts.tolist() == plain


@given(st.lists(st.integers(-1, 300), max_size=30).map(lambda one: np.array(one, dtype=np.int32)))
def test_lengths_are_described_as_pandas_describes_them(lengths):
    (shown,) = describe_lengths({("headline", "words"): lengths}).to_dict("records")
    plain = pd.Series(lengths[lengths >= 0], dtype="float64").describe()
    assert shown["count"] == plain["count"]
    got = [shown[name] for name in ("mean", "std", "min", "25%", "50%", "75%", "max")]
    assert got == pytest.approx(plain.tolist()[1:], nan_ok=True)


def test_dates():
    days = pd.to_datetime(["2012-01-28", "2014-05-01", "2014-05-02"]).to_numpy().astype("datetime64[D]").astype(int)
    assert describe_dates(np.append(days, NO_DAY)) == {
        "count": 3,
        "missing": 1,
        "first": "2012-01-28",
        "25%": "2012-01-28",
        "50%": "2014-05-01",
        "75%": "2014-05-02",
        "last": "2014-05-02",
    }
    assert set(describe_dates(np.array([NO_DAY])).values()) == {0, 1, None}
