"""What the tests of core.data share: small files to import, and what comes out."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from core.data import datasets
from core.data.datasets import Dataset
from core.data.importing import import_file

FEW = [
    {"headline": "Tide turns", "short_description": "It did.", "category": "SEA", "date": "2012-01-28", "link": "a:b"},
    {"headline": "Bread rises", "short_description": "", "category": "FOOD", "date": "2014-05-01", "authors": "Ann"},
    {"headline": "Ships sail", "short_description": None, "category": "SEA"},
]


def lines(records: list[Any]) -> bytes:
    """Return ``records`` as JSON lines."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


@pytest.fixture
def few_records() -> list[dict[str, Any]]:
    """Return three records: with all that can be there, with an empty description, with as little as can be."""
    return [dict(record) for record in FEW]


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the files to import, which is also the current one."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def imported(home: Path, inbox: Path) -> Callable[..., Dataset]:
    """Return a function that imports bytes, or records, or a Path, as a dataset with a name of its own."""
    numbers = itertools.count(1)

    def do(content: bytes | list[Any] | Path, file: str = "in.jsonl", **options: Any) -> Dataset:
        path = content if isinstance(content, Path) else Path(file)
        if not isinstance(content, Path):
            path.write_bytes(lines(content) if isinstance(content, list) else content)
        return import_file(path, f"d{next(numbers)}", **options)

    return do


@pytest.fixture
def rows_of() -> Callable[[Dataset], list[dict[str, Any]]]:
    """Return a function that gives a dataset's rows as plain values: None where missing, dates in ISO."""

    def plain(value: Any) -> Any:
        if value is None or pd.isna(value):
            return None
        return value.date().isoformat() if isinstance(value, pd.Timestamp) else value

    def do(dataset: Dataset) -> list[dict[str, Any]]:
        rows = datasets.frame(dataset).to_dict("records")
        return [{name: plain(value) for name, value in row.items()} for row in rows]

    return do
