"""Records written to a file: all of them, in order, safe in a spreadsheet, and read back as they were."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

from core.data import records_file
from core.data.engine import open_table
from core.data.safe_csv import unguarded
from core.errors import InputError

RECORDS = [
    {"headline": "=1+1", "short_description": 'a "b"\u2028c\nd', "category": "A", "date": "1850-02-03"},
    {"headline": "two, three", "short_description": "", "category": "-B", "link": "@x"},
    {"headline": "😀 شمس", "category": "A", "date": "2014-05-06", "authors": "Ann"},
]


@pytest.fixture
def table(imported, monkeypatch):
    # Less than the rows, so that parts are put together.
    monkeypatch.setattr(records_file, "PART", 2)
    return open_table(imported(RECORDS))


def plain(record):
    return {name: record.get(name) for name in ("headline", "short_description", "category", "date", "link", "authors")}


def test_json_lines_hold_the_records(table, tmp_path):
    file = tmp_path / "out.jsonl"
    size = records_file.write(table, np.array([2, 0, 1]), file)
    lines = file.read_bytes().rstrip(b"\n").split(b"\n")
    assert [json.loads(line) for line in lines] == [{"row": row, **plain(RECORDS[row])} for row in (2, 0, 1)]
    assert size == file.stat().st_size
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_csv_holds_the_records_and_starts_no_formula(table, tmp_path):
    file = tmp_path / "out.CSV"
    records_file.write(table, np.arange(3), file)
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"), newline="")))
    assert [row["headline"] for row in rows] == ["'=1+1", "two, three", "😀 شمس"]
    for number, (row, record) in enumerate(zip(rows, RECORDS, strict=True)):
        assert row.pop("row") == str(number)
        assert {name: unguarded(cell) for name, cell in row.items()} == {
            name: value or "" for name, value in plain(record).items()
        }


def test_no_rows_are_a_file_too(table, tmp_path):
    records_file.write(table, np.array([], dtype=np.int64), tmp_path / "none.csv")
    records_file.write(table, np.array([], dtype=np.int64), tmp_path / "none.jsonl")
    assert (tmp_path / "none.csv").read_text("utf-8-sig").strip().startswith("row,headline")
    assert (tmp_path / "none.jsonl").read_text() == ""


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("out.xlsx", "file 'out.xlsx' would be of an unknown kind; end its name with .csv or .jsonl"),
        ("gone/out.csv", "does not exist; make it first"),
    ],
)
def test_where_it_cannot_be_written_is_told(table, tmp_path, name, message):
    with pytest.raises(InputError) as told:
        records_file.write(table, np.arange(3), tmp_path / name)
    assert message in str(told.value)
