"""The bench of quality: what it measures, and that both ways find the same near-duplicates."""

from core import bench_quality
from core.data.near_duplicates import near_pairs
from tests import flawed


def test_both_ways_find_the_same_pairs():
    texts = [flawed.LONG, flawed.NEARLY, " ".join(reversed(flawed.LONG.split())), "a calm day", "!", "?"]
    found = near_pairs(texts)
    assert bench_quality.exact_pairs(texts) == {(0, 1), (0, 2), (1, 2)}
    assert bench_quality.exact_pairs(texts) == set(zip(found.one.tolist(), found.other.tolist(), strict=True))


def test_a_search_is_measured(home):
    flawed.imported(home, "bench")
    found = bench_quality.measure("bench")
    assert {kind: tuple(counts) for kind, counts in found["flaws"].items()} == flawed.FLAWS
    assert (found["pairs"], found["exact_pairs"], found["recall"]) == (1, 1, 1.0)
    assert found["rows_cleaned"] < found["rows"] == len(flawed.RECORDS)
    assert found["peak_memory_mb"] > 0
