"""The bench of Explore: what it grows, which views it measures, and that both sides are asked the same."""

from __future__ import annotations

import json

import pytest

from core import bench, bench_explore
from core.data import datasets
from core.data.engine import open_table
from core.data.importing import import_file
from core.data.query import parse

RECORDS = [
    {"headline": f"Harbour opens after {word} storm", "category": "AB"[number % 2], "date": "2014-05-01"}
    for number, word in enumerate(["winter", "summer", "autumn"])
]


@pytest.fixture
def grown(home, tmp_path):
    file = tmp_path / "in.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    import_file(file, bench_explore.BASE)
    assert bench_explore.grow(8) == {"rows": 8}
    return datasets.load(bench_explore.GROWN)


def test_the_rows_are_repeated_with_changes(grown):
    frame = datasets.frame(grown)
    assert len(frame) == grown.rows == 8
    assert frame["category"].value_counts().to_dict() == grown.category_counts
    assert frame["headline"].is_unique
    originals = frame["headline"].str.replace(r" no\. \d+$", "", regex=True)
    assert set(originals) == {record["headline"] for record in RECORDS}


def test_each_view_is_measured_once_and_pandas_is_asked_the_same(grown):
    found = bench_explore.measure(1)
    names = [row["view"] for row in found["views"]]
    assert len(set(names)) == len(names)
    assert {"open", "distribution", "over time", "lengths", "records"} < set(names)
    assert sum(name.startswith("search") for name in names) == 6
    assert 0 < found["memory"]["opened_mb"] <= found["memory"]["peak_mb"]
    assert set(bench_explore.pandas_side(1)) < set(names)


def test_searches_are_of_words_that_the_data_have(grown):
    table = open_table(grown)
    found = {name: int(table.search(parse(text)).sum()) for name, text in bench_explore.queries(table).items()}
    assert found["search a word"] == found["search two words"] == 8
    assert found["search without a word"] == 0
    assert found["search a phrase"] > 0


def test_a_size_is_for_explore_alone(home):
    from core.cli.app import main

    assert main(["bench", "import", "--rows", "1000"]) == 2
    assert bench.BENCHES["explore"] is bench_explore.bench_explore
