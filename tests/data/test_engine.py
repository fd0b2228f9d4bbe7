"""Counts and search: Arrow and Polars answer alike, and as a plain loop over the rows does."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import columns, datasets, engine
from core.data.engine import ORDERS, open_table
from core.data.filters import LACKING, Filters
from core.data.query import parse
from core.data.texts import check_cost
from core.errors import DamagedError, InputError
from core.grouping.grouping import Grouping

GROUPING = Grouping("g", {"A": "B", "C": "X"})
EPOCH = dt.date(1970, 1, 1)
TEXT = st.one_of(
    st.text("ab \n\u2028\x00\x1f😀éشA", max_size=6),
    st.sampled_from(["", " ", "\u3000", "Ab's b", "b\x00a", "مرحبا b", "the “B”", "bab AB"]),
)
RECORD = st.fixed_dictionaries(
    {
        "headline": TEXT,
        "short_description": st.none() | TEXT,
        "category": st.sampled_from(["A", "B", "C", "a|b"]),
        "date": st.none() | st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)) | st.dates(EPOCH, dt.date(1970, 4, 1)),
        "link": st.none() | TEXT,
        "authors": st.none() | TEXT,
    }
)
RECORDS = st.lists(RECORD, min_size=1, max_size=9)
FILTERS = st.builds(
    Filters,
    categories=st.sampled_from([(), ("A",), ("A", "a|b"), ("NONE",)]),
    groups=st.sampled_from([(), ("B",), ("X", "A")]),
    months=st.sampled_from([None, ("1970-01", "1970-02"), ("0001-01", "1970-03"), ("1970-02", "9999-12")]),
    search=st.sampled_from(["", "b", "-a", '"ab s"', "headline:é", "/^a|b$/", "category:a -link:b"]),
    headline_length=st.sampled_from([None, (0, 3), (2, 5)]),
    description_length=st.sampled_from([None, (0, 0), (1, 99)]),
    has_description=st.sampled_from([None, True, False]),
    has_date=st.sampled_from([None, True, False]),
    lacking=st.lists(st.sampled_from(LACKING), max_size=2, unique=True).map(tuple),
)


def write(records, folder):
    """Write records as a dataset's file, in row groups of two."""
    kinds = [(name, pa.date32() if name == "date" else pa.string()) for name in datasets.FIELDS]
    table = pa.Table.from_pylist(records, schema=pa.schema(kinds))
    pq.write_table(table, Path(folder) / datasets.RECORDS, row_group_size=2, use_dictionary=["category"])
    return SimpleNamespace(name="d", path=Path(folder), rows=len(records))


def opened(records):
    """Return the table as Arrow and as Polars reads it."""
    folder = tempfile.TemporaryDirectory()
    dataset = write(records, folder.name)
    tables = [open_table(dataset, large=large) for large in (10**9, 0)]
    for table in tables:
        table.folder = folder
    return tables


def texts(record, *names):
    return [record[name] for name in names if record[name] is not None]


def is_found(record, search):
    """Answer the searches of FILTERS by hand."""
    plain = [text.lower() for text in texts(record, "headline", "short_description")]

    def begins(word, among):
        import re

        return any(re.search(rf"\b{word}", text.lower()) for text in among)

    def whole(text):
        letters = "".join(letter if letter.isalnum() or letter == "_" else " " for letter in text)
        return " ab s " in f" {' '.join(letters.split())} "

    return {
        "": lambda: True,
        "b": lambda: begins("b", plain),
        "-a": lambda: not begins("a", plain),
        '"ab s"': lambda: any(map(whole, plain)),
        "headline:é": lambda: begins("é", [record["headline"]]),
        "/^a|b$/": lambda: any(text.startswith("a") or text.endswith("b") for text in plain),
        "category:a -link:b": lambda: begins("a", [record["category"]]) and not begins("b", texts(record, "link")),
    }[search]()


def is_kept(record, filters):
    """Answer the filters by hand."""
    date, description = record["date"], record["short_description"]
    lengths = {
        "headline_length": len(record["headline"]),
        "description_length": -1 if description is None else len(description),
    }

    def lacks(what):
        name, kind = what.split(":")
        value = record[name]
        return value is None if kind == "missing" else isinstance(value, str) and not value.strip()

    return all(
        [
            not filters.categories or record["category"] in filters.categories,
            not filters.groups or GROUPING.group_of(record["category"]) in filters.groups,
            not filters.months or (date is not None and filters.months[0] <= date.isoformat()[:7] <= filters.months[1]),
            *(
                not getattr(filters, name) or getattr(filters, name)[0] <= size <= getattr(filters, name)[1]
                for name, size in lengths.items()
            ),
            filters.has_description in (None, bool((description or "").strip())),
            filters.has_date in (None, date is not None),
            not filters.lacking or any(map(lacks, filters.lacking)),
            is_found(record, filters.search),
        ]
    )


@settings(max_examples=40)
@given(RECORDS, FILTERS)
def test_a_mask_is_what_a_loop_over_the_rows_says(records, filters):
    for table in opened(records):
        assert table.mask(filters, GROUPING).tolist() == [is_kept(record, filters) for record in records]


@settings(max_examples=25)
@given(RECORDS)
def test_both_ways_of_reading_know_the_same_of_each_row(records):
    small, large = opened(records)
    for name in ("rows", "categories"):
        assert getattr(small, name) == getattr(large, name)
    for name in ("category", "day", "month", "headline_length", "description_length"):
        one, other = getattr(small, name), getattr(large, name)
        assert one.dtype == other.dtype == np.int32
        assert one.tolist() == other.tolist()
        assert not one.flags.writeable and not other.flags.writeable
    for name, one in small.presence.items():
        assert one.tolist() == large.presence[name].tolist()
    assert [small.categories[code] for code in small.category] == [record["category"] for record in records]
    assert small.day.tolist() == [
        engine.NO_DAY if record["date"] is None else (record["date"] - EPOCH).days for record in records
    ]
    months = [columns.NO_MONTH if number == columns.NO_MONTH else number for number in small.month.tolist()]
    assert [columns.month_text(month) for month in months if month != columns.NO_MONTH] == [
        record["date"].isoformat()[:7] for record in records if record["date"]
    ]


@settings(max_examples=25)
@given(RECORDS, st.sampled_from(ORDERS), st.integers(0, 4), st.integers(1, 9))
def test_pages_put_together_are_the_rows_in_order(records, order, first, count):
    small, large = opened(records)
    mask = small.mask(Filters(categories=("A", "B")), GROUPING)
    whole = small.positions(mask, order=order)
    assert sorted(whole.tolist()) == np.flatnonzero(mask).tolist()
    for table in (small, large):
        assert table.positions(mask, first, count, order).tolist() == whole[first : first + count].tolist()
    keys = {
        "row": lambda row: row,
        "newest": lambda row: (small.day[row] == engine.NO_DAY, -int(small.day[row]), row),
        "oldest": lambda row: (small.day[row] == engine.NO_DAY, small.day[row], row),
        "longest": lambda row: (-len(records[row]["headline"]), row),
        "shortest": lambda row: (len(records[row]["headline"]), row),
        "category": lambda row: (records[row]["category"], row),
        "headline": None,
    }
    if keys[order]:
        assert whole.tolist() == sorted(whole.tolist(), key=keys[order])


def test_headlines_are_sorted_whatever_their_case_and_marks():
    heads = ["beta", "“Alpha zwei", "alpha eins longer", "ALPHA EINS", "", "alpha eins longer"]
    for table in opened([{"headline": head, "category": "A"} for head in heads]):
        assert table.positions(np.ones(6, dtype=bool), order="headline").tolist() == [4, 3, 2, 5, 1, 0]


@settings(max_examples=15)
@given(RECORDS, st.lists(st.integers(0, 8), max_size=5))
def test_records_are_those_asked_for(records, asked):
    asked = [row for row in asked if row < len(records)]
    for table in opened(records):
        shown = table.records(np.array(asked, dtype=np.int64))
        assert shown.index.tolist() == asked
        for row, record in zip(asked, shown.to_dict("records"), strict=True):
            date = record.pop("date")
            assert (None if pd.isna(date) else date.date()) == records[row]["date"]
            assert {name: None if pd.isna(value) else value for name, value in record.items()} == {
                name: value for name, value in records[row].items() if name != "date"
            }
        mask = np.isin(np.arange(len(records)), asked)
        parts = list(table.texts(mask, ["headline"]))
        assert [row for part in parts for row in part.index] == sorted(set(asked))


@pytest.fixture(scope="module")
def pair():
    return opened([{"headline": f"row {number}", "category": "A"} for number in range(5)])


def test_few_rows_of_long_texts_stay_in_their_file_too(pair, monkeypatch):
    held, stored = pair
    assert type(held._texts) is not type(stored._texts)
    monkeypatch.setattr(engine, "LARGE_FILE", 100)
    assert type(open_table(held.dataset)._texts) is type(stored._texts)


def test_a_mask_is_made_once(pair):
    for table in pair:
        filters = Filters(search="headline:row", groups=("B",))
        assert table.mask(filters, GROUPING) is table.mask(filters, Grouping("other", {"A": "B"}))
        assert not table.mask(filters, GROUPING).flags.writeable
        assert not table.mask(filters, Grouping("raw")).any()


def test_an_expression_that_would_take_too_long_is_refused(pair):
    for table in pair:
        with pytest.raises(InputError, match=r"would take about 0 s over 5 rows; make it simpler"):
            check_cost(table._texts, parse("/row/"), 5, seconds=0)
        check_cost(table._texts, parse("row"), 5, seconds=0)
        assert table.search(parse("/[34]$/")).tolist() == [False] * 3 + [True] * 2


def test_what_there_is_not_is_told(pair):
    with pytest.raises(InputError, match=r"order 'x' is unknown; choose one of: row, newest"):
        pair[0].positions(np.ones(5, dtype=bool), order="x")
    with pytest.raises(InputError, match=r"a dataset has no column 'title'; it has headline"):
        pair[1].records(np.array([0]), ["title"])


@pytest.mark.parametrize("large", [0, 10**9], ids=["polars", "arrow"])
@pytest.mark.parametrize("damage", ["cut", "gone", "short"])
def test_a_damaged_file_is_told(tmp_path, large, damage):
    dataset = write([{"headline": "a", "category": "A"}] * 3, tmp_path)
    file = tmp_path / datasets.RECORDS
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-20])
    elif damage == "gone":
        file.unlink()
    else:
        dataset.rows = 4
    with pytest.raises(DamagedError, match=r"does not hold \d rows of records; restore it from a backup"):
        open_table(dataset, large=large)
