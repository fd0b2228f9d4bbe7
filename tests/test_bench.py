"""The bench measures in processes of its own, leaves nothing, and gives both sides and their ratio."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from core import bench
from core.errors import InputError
from tests import homes


@pytest.fixture(scope="module")
def part(tmp_path_factory):
    """Return a file of a part of the sample, since how long it takes is not what is tested."""
    file = tmp_path_factory.mktemp("part") / "part.jsonl"
    file.write_text(homes.part_of_sample(), encoding="utf-8")
    return file


def test_import_is_measured_round_by_round(home, part):
    found = bench.bench_import(part, 2)
    assert [row["round"] for row in found["measured"]] == [1, 2]
    assert {row["rows"] for row in found["measured"]} == {len(part.read_bytes().splitlines())}
    assert all(row["seconds"] > 0 and row["peak_memory_mb"] > 0 for row in found["measured"])
    assert list(home.iterdir()) == []


def test_logistic_runs_both_recipes_on_the_same_rows(home, part):
    found = bench.bench_logistic(part, 1)
    notebook, ours = found["measured"]
    assert (notebook["preset"], notebook["target"]) == ("notebook", "group")
    assert (ours["preset"], ours["target"]) == ("default", "category")
    assert notebook["test_rows"] == ours["test_rows"]
    assert found["ratio"] == pytest.approx(notebook["seconds"] / ours["seconds"], abs=0.01)
    assert list(home.iterdir()) == []


def test_an_edit_is_measured_against_training_again(home, part):
    found = bench.bench_grouping(part, 1)
    (row,) = found["measured"]
    assert row["labels"] == 42 and row["rows"] > 42
    assert 0 < row["edit_s"] <= row["slowest_edit_s"] < row["retrain_s"]
    assert row["frontier_s"] > 0 and row["suggest_s"] > 0
    assert found["ratio"] == row["ratio"] == pytest.approx(row["retrain_s"] / row["edit_s"], rel=0.05)
    assert list(home.iterdir()) == []


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nope\.csv' does not exist; give a file of headlines"):
        bench.bench_import(tmp_path / "nope.csv", 1)


def test_the_reason_of_a_command_that_fails_is_passed_on(tmp_path):
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(InputError, match=r"the measured command ended with status 2: .*empty"):
        bench.bench_logistic(tmp_path / "empty.csv", 1)


def test_answers_files_and_requests_are_measured_with_the_starter(home, part, monkeypatch):
    for name, few in (("TEXTS", 10), ("REQUESTS", 160), ("SCORED_ROWS", 1)):
        monkeypatch.setattr(f"core.bench_classify.{name}", few)
    # In a thread: a browser of the same process may have a loop at work in this one.
    with ThreadPoolExecutor(1) as executor:
        found = executor.submit(bench.BENCHES["classify"], part, 1).result()
    by_name = {row["what"]: row for row in found["measured"]}
    assert list(by_name) == ["load", "one", "why", "changes", "score", "serve"]
    assert by_name["score"]["rows"] == len(part.read_bytes().splitlines())
    assert all(0 < row["median_ms"] <= row["p99_ms"] for name, row in by_name.items() if name != "score")
    assert by_name["serve"]["requests_per_s"] > 0
    assert list(home.iterdir()) == []
