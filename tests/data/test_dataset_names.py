from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.dataset_names import free_name, suggested_name
from core.storage import checked_name


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("News_Category_Dataset_v3.json", "News_Category_Dataset_v3"),
        ("/tmp/huffpost.jsonl.gz", "huffpost"),
        ("C:\\news\\Schlagzeilen (2).CSV", "Schlagzeilen-2"),
        ("a.b.csv.zip", "a-b"),
        ("a..b.csv", "a-b"),
        (".csv", "dataset"),
        ("..", "dataset"),
        ("üü.csv", "dataset"),
    ],
)
def test_a_name_is_made_from_the_files(file, name):
    assert suggested_name(file) == name


@given(st.text())
def test_whatever_the_file_is_called_the_name_can_be_used(file):
    assert checked_name("dataset", suggested_name(file))


def test_a_name_that_is_taken_gets_a_number(imported, few_records):
    assert free_name("d1") == "d1"
    imported(few_records)
    assert free_name("d1") == "d1-2"
    assert free_name("D1") == "D1-2"
    imported(few_records)
    assert free_name("d3") == "d3"
