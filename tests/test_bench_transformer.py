"""The sides of the bench, on the sample and few rows; the real one takes minutes."""

import pytest

from core import bench_transformer as bench
from tests import homes


@pytest.fixture
def few(home, monkeypatch):
    """Import the sample, and measure with a handful of rows."""
    homes.import_part(bench.DATASET)
    for name, count in {"TRAINING_ROWS": 16, "ANSWERED_ROWS": 16, "MEMORY_STEPS": 1}.items():
        monkeypatch.setattr(bench, name, count)


def test_both_recipes_are_measured_on_the_same_rows(few):
    found = [bench.train_side(recipe, "minilm") for recipe in ("notebook", "default")]
    assert [side["rows"] for side in found] == [16, 16]
    assert min(side["rows_per_s"] for side in found) > 0
    assert bench.rows(16) == bench.rows(16)
    assert len(set(bench.rows(None)[0])) == len(bench.rows(None)[0])


def test_answers_and_memory_are_measured(few):
    assert all(bench.answer_side(recipe, "minilm")["rows_per_s"] > 0 for recipe in ("notebook", "default"))
    found = bench.memory_side("default", "minilm")
    assert found["rows"] == len(bench.rows(None)[0])
    assert found["peak_memory_mb"] > found["beyond_model_mb"]


def test_ratios_are_of_medians():
    measured = [
        {"side": "train", "recipe": recipe, "rows_per_s": rate}
        for recipe, rates in {"notebook": (2, 4, 100), "default": (1, 12, 14)}.items()
        for rate in rates
    ]
    measured.append({"side": "train", "recipe": "default", "precision": "fp32", "rows_per_s": 8})
    assert bench._ratio(measured, "train") == 3
    assert bench._ratio(measured, "train", ours="fp32") == 2
