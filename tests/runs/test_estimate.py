"""What a run will take, from earlier runs of its kind and size."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.runs import states, status, store
from core.runs.estimate import estimate, scaled
from core.runs.spec import SpecGrouping, TrainingSpec


def spec(**changes):
    base = {"dataset": "d", "fingerprint": "f", "categories": ("A", "B"), "grouping": SpecGrouping(name="raw")}
    return TrainingSpec(**{**base, "hyperparameters": {"epochs": 7}, **changes})


def done(of, *, rows, seconds, host=None, state=states.SUCCEEDED):
    run = store.create(of)
    status.move(run.path, states.RUNNING, host=host or socket.gethostname())
    metrics = {"rows": rows // 5, "peak_memory_bytes": rows * 1000}
    status.move(run.path, state, seconds=seconds, metrics=metrics)
    return store.load(run.id)


def test_without_an_earlier_run_nothing_is_told(home):
    assert estimate(spec(), 1000, []) is None


def test_the_median_of_runs_of_that_size_is_told(home):
    runs = [done(spec(), rows=1000, seconds=seconds) for seconds in (10.0, 12.0, 50.0)]
    told = estimate(spec(), 1000, runs)
    assert (told.seconds, told.memory_bytes, told.runs) == (12.0, 1_000_000, 3)
    assert told.disk_bytes > 0


@pytest.mark.parametrize(
    "other",
    [
        {"model": "transformer"},
        {"target": "group"},
        {"preset": "notebook", "hyperparameters": {"epochs": 1}},
    ],
    ids=["model", "target", "preset"],
)
def test_another_kind_of_run_tells_nothing(home, other):
    assert estimate(spec(), 1000, [done(spec(**other), rows=1000, seconds=9.0)]) is None


def test_a_run_of_another_machine_or_one_that_failed_tells_nothing(home):
    runs = [
        done(spec(), rows=1000, seconds=9.0, host="elsewhere"),
        done(spec(), rows=1000, seconds=9.0, state=states.FAILED),
    ]
    assert estimate(spec(), 1000, runs) is None


def test_the_same_settings_tell_more_than_the_same_preset(home):
    runs = [
        done(spec(hyperparameters={"epochs": 99}), rows=1000, seconds=90.0),
        done(spec(), rows=1000, seconds=9.0),
    ]
    assert estimate(spec(), 1000, runs).seconds == 9.0
    assert estimate(spec(), 1000, runs[:1]).seconds == 90.0


@pytest.mark.parametrize(("rows", "known"), [(249, False), (251, True), (3999, True), (4001, False)])
def test_only_a_run_of_about_the_size_tells(home, rows, known):
    assert (estimate(spec(), rows, [done(spec(), rows=1000, seconds=9.0)]) is not None) is known


@given(
    sizes=st.lists(st.integers(100, 10_000), min_size=1, max_size=6),
    pace=st.floats(0.001, 10),
    rows=st.integers(100, 10_000),
)
def test_what_grows_with_the_rows_is_told_in_proportion(sizes, pace, rows):
    told = scaled(sizes, [pace * size for size in sizes], rows)
    assert told == pytest.approx(pace * rows, rel=0.11)
