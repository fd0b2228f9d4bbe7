"""What a run cost, from what it has told and what lies on disk."""

from core.runs.cost import Cost, cost, times_as_long
from core.runs.spec import SpecGrouping, TrainingSpec
from core.runs.store import Run

SPEC = TrainingSpec(dataset="d", fingerprint="f", categories=("A", "B"), grouping=SpecGrouping(name="raw"))


def run(path, metrics):
    return Run("run", path, SPEC, {"state": "succeeded", "metrics": metrics})


def test_pace_is_rows_over_the_whole_training_and_size_that_of_the_model_alone(tmp_path):
    (tmp_path / "model" / "deep").mkdir(parents=True)
    (tmp_path / "model" / "a.bin").write_bytes(bytes(300))
    (tmp_path / "model" / "deep" / "b.bin").write_bytes(bytes(50))
    (tmp_path / "evaluation.npy").write_bytes(bytes(9000))
    metrics = {"train_seconds": 4.0, "training_rows": 1000, "classified_rows_per_s": 77.0}
    found = cost(run(tmp_path, metrics))
    assert found == Cost(4.0, 1000, 250.0, 77.0, 350)
    assert found.document()["training_rows_per_s"] == 250.0


def test_what_was_never_told_is_none(tmp_path):
    assert cost(run(tmp_path / "gone", None)) == Cost(None, None, None, None, 0)


def test_times_as_long():
    slow, fast, untold = (Cost(seconds, 1, None, None, 0) for seconds in (6.0, 2.0, None))
    assert (times_as_long(slow, fast), times_as_long(fast, slow)) == (3.0, 1 / 3)
    assert times_as_long(slow, untold) is None
    assert times_as_long(untold, slow) is None
