"""The bench of label noise: what is flipped, and how the first ones listed are counted."""

import numpy as np
import pandas as pd
import pytest

from core import bench, bench_labels
from core.data.sample import import_sample
from core.grouping.builtin import default_for
from tests import homes

KEYS = {"flipped_to", "rows", "flipped", "base_rate", "first_100", "first_1000", "first_1_percent", "first_flipped"}


@pytest.mark.parametrize("kind", bench_labels.KINDS)
def test_a_twentieth_is_flipped_and_nothing_else(home, kind):
    names = import_sample().categories
    categories = pd.Series(np.resize(names, 400), dtype="str")
    noisy, flipped = bench_labels.flip(categories, kind, 7)
    assert flipped.sum() == 20
    assert ((noisy != categories).to_numpy() == flipped).all()
    again, _ = bench_labels.flip(categories, kind, 7)
    assert again.equals(noisy)


def test_siblings_are_flipped_within_their_group(home):
    names = import_sample().categories
    grouping = default_for(names)
    categories = pd.Series(np.resize(names, 2_000), dtype="str")
    noisy, flipped = bench_labels.flip(categories, "sibling", 0)
    sizes = {group: len(members) for group, members in grouping.members(names).items()}
    for before, after in zip(categories[flipped], noisy[flipped], strict=True):
        same = grouping.group_of(before) == grouping.group_of(after)
        assert same == (sizes[grouping.group_of(before)] > 1)


def test_the_first_ones_are_counted():
    flipped = np.array([True, False, True, False])
    table = pd.DataFrame({"row": [2, 1, 0, 3], "flagged": [True, True, False, False]})
    assert bench_labels.precision(table, flipped) == {
        "first_100": 0.5,
        "first_1000": 0.5,
        "first_1_percent": 0.0,
        "first_flipped": 0.5,
        "lift": 1.0,
        "flagged": 2,
        "flagged_precision": 0.5,
        "flagged_recall": 0.5,
    }


def test_both_kinds_are_measured_and_nothing_stays(home, tmp_path):
    part = tmp_path / "part.jsonl"
    part.write_text(homes.part_of_sample(), encoding="utf-8")
    found = bench.BENCHES["label-noise"](part, 1)
    assert [row["flipped_to"] for row in found["measured"]] == ["any", "sibling"]
    rows = len(part.read_bytes().splitlines())
    for row in found["measured"]:
        assert row.keys() >= KEYS
        assert (row["rows"], row["flipped"]) == (rows, round(rows * 0.05))
        assert row["base_rate"] == pytest.approx(0.05, abs=0.001)
        assert row["peak_memory_mb"] > 0
    assert list(home.iterdir()) == []
