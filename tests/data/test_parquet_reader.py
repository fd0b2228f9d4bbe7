from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.data import parquet_reader
from core.data.parquet_reader import ParquetRecords
from core.data.rejection import Rejection
from core.errors import InputError


def written(path, table: pa.Table):
    pq.write_table(table, path)
    return ParquetRecords(path, "'a.parquet'")


def test_rows_come_with_their_number_and_only_the_columns_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet_reader, "ROWS", 2)
    file = written(tmp_path / "a.parquet", pa.table({"a": ["x", None, "z"], "b": [1, 2, 3]}))
    assert file.columns == ("a", "b")
    assert list(file.records(["a"])) == [(1, {"a": "x"}), (2, {"a": None}), (3, {"a": "z"})]
    assert file.done == file.rows == 3


def test_bytes_that_are_no_text_reject_their_row_alone(tmp_path):
    broken = pa.Array.from_buffers(pa.string(), 2, pa.array([b"x", b"\xff"]).buffers())
    file = written(tmp_path / "a.parquet", pa.table({"a": broken}))
    (first, second) = file.records(["a"])
    assert first == (1, {"a": "x"})
    assert second == (2, Rejection("unreadable bytes", "columns: a"))


def test_a_row_over_1_mb_is_rejected(tmp_path):
    file = written(tmp_path / "a.parquet", pa.table({"a": ["x" * 1_000_001, "y" * 1_000_000]}))
    (first, second) = file.records(["a"])
    assert first[1].reason == "a line over 1 MB"
    assert second == (2, {"a": "y" * 1_000_000})


def test_two_columns_of_one_name(tmp_path):
    with pytest.raises(InputError) as caught:
        written(tmp_path / "a.parquet", pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]))
    assert str(caught.value) == "'a.parquet': two columns have one name; rename one of them"


def test_a_file_that_is_cut_short(tmp_path):
    whole = tmp_path / "a.parquet"
    written(whole, pa.table({"a": ["x"] * 1_000}))
    whole.write_bytes(whole.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"^'a.parquet': this Parquet file cannot be read \(.*\); get it again$"):
        ParquetRecords(whole, "'a.parquet'")


def test_a_file_that_is_damaged_inside(tmp_path):
    file = tmp_path / "a.parquet"
    written(file, pa.table({"a": [f"text {number}" for number in range(5_000)]}))
    content = bytearray(file.read_bytes())
    content[4:2_000] = b"\xff" * 1_996
    file.write_bytes(content)
    with pytest.raises(InputError, match="this Parquet file cannot be read"):
        list(ParquetRecords(file, "'a.parquet'").records(["a"]))
