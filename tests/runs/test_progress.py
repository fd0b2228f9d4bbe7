"""What a worker writes down as it goes, and how it hears that it should stop."""

import pytest

from core.models.classifier import Cancelled, Stopped
from core.runs import progress, states, status, store
from core.runs.spec import SpecGrouping, TrainingSpec

SPEC = TrainingSpec(dataset="d", fingerprint="f", categories=("A", "B"), grouping=SpecGrouping(name="raw"))


@pytest.fixture
def report(home, monkeypatch):
    """The report of a running run, on a clock that the test moves: each look is a second later."""
    run = store.create(SPEC)
    status.move(run.path, states.RUNNING)
    moments = iter(range(1000))
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(moments)))
    return progress.ProgressReport(store.load(run.id))


def written(report):
    return store.load(report.run.id).status["progress"]


def test_pace_and_time_left_are_those_of_the_phase(report):
    report("read", 1, 1)
    report("fit", 0, 100, rows=0)
    report("fit", 25, 100, rows=5000)
    assert written(report)["rows_per_second"] == 5000.0
    assert written(report)["seconds_left"] == 3.0
    report("fit", 50, 100, rows=10_000)
    assert written(report)["rows_per_second"] == 5000.0
    assert written(report)["seconds_left"] == 2.0
    assert written(report)["seconds"] == 4.0


def test_a_resumed_phase_is_paced_by_what_was_done_since(report):
    report("fit", 500, 1000, rows=50_000)
    report("fit", 510, 1000, rows=51_000)
    assert written(report)["rows_per_second"] == 1000.0
    assert written(report)["seconds_left"] == 49.0


def test_figures_are_events_and_the_last_ones_stay_in_the_progress(report):
    report("fit", 1, 10, loss=2.0, epoch=0.1)
    report("fit", 2, 10)
    report("fit", 3, 10, loss=1.5)
    events = store.metrics_events(report.run)
    assert [(event["step"], event["loss"]) for event in events] == [(1, 2.0), (3, 1.5)]
    assert (written(report)["loss"], written(report)["epoch"]) == (1.5, 0.1)
    report("evaluate", 0, 10)
    assert "loss" not in written(report)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_left_out_and_does_no_harm(report, value):
    report("fit", 1, 10, loss=value, epoch=1.0)
    assert written(report)["epoch"] == 1.0
    assert "loss" not in written(report)
    assert "loss" not in store.metrics_events(report.run)[0]


def test_the_last_step_of_a_phase_is_always_told(report, monkeypatch):
    monkeypatch.setattr(progress, "EVERY_SECONDS", 1e9)
    report("fit", 0, 3)
    report("fit", 1, 3)
    assert written(report)["step"] == 0
    report("fit", 3, 3)
    assert written(report)["step"] == 3


def test_a_cancel_comes_before_a_stop(report):
    report.stop_asked = True
    with pytest.raises(Stopped):
        report("fit", 1, 3)
    (report.run.path / "cancel").touch()
    with pytest.raises(Cancelled):
        report("fit", 1, 3)


def test_the_peak_of_memory_only_grows():
    before = progress.peak_memory()
    block = bytearray(50_000_000)
    assert progress.peak_memory() >= before > 5_000_000
    assert len(block) == 50_000_000
