"""Runs filtered, sorted, put side by side, and how far they are in words."""

import pytest

from core.errors import InputError
from core.runs import compare, listing, states, status, store, wording
from core.runs.spec import SpecGrouping, TrainingSpec


def spec(**changes):
    base = {"dataset": "news", "fingerprint": "f", "categories": ("A", "B"), "grouping": SpecGrouping(name="raw")}
    return TrainingSpec(**{**base, "hyperparameters": {"epochs": 7, "C": 1.0}, **changes})


@pytest.fixture
def three(home):
    """A good run, a bad one on other data, and one that waits."""
    good, bad, waiting = (store.create(spec(dataset=name)) for name in ("news", "sport", "news"))
    for run, accuracy in ((good, 0.9), (bad, 0.1)):
        status.move(run.path, states.RUNNING)
        status.move(run.path, states.SUCCEEDED, seconds=1 / accuracy, metrics={"accuracy": accuracy})
    store.rename(good, "Best of all")
    return [store.load(run.id) for run in (good, bad, waiting)]


def test_filters_leave_what_matches_all_of_them(three):
    good, bad, _ = three
    assert listing.matching(three) == three
    assert listing.matching(three, state=["succeeded"]) == [good, bad]
    assert listing.matching(three, dataset="news", state=["succeeded"]) == [good]
    assert listing.matching(three, words="best OF") == [good]
    assert listing.matching(three, words="best sport") == []
    assert listing.matching(three, model="transformer") == []
    with pytest.raises(InputError, match="state 'done' is unknown; choose one of: queued"):
        listing.matching(three, state=["done"])


def test_numbers_fall_texts_rise_and_what_is_unknown_comes_last(three):
    good, bad, waiting = three
    assert listing.sorted_by(three, "accuracy") == [good, bad, waiting]
    assert listing.sorted_by(three, "seconds") == [bad, good, waiting]
    assert listing.sorted_by(three, "created") == [waiting, bad, good]
    assert listing.sorted_by(three, "dataset")[-1] == bad
    with pytest.raises(InputError, match="sort key 'age' is unknown; choose one of: created, accuracy"):
        listing.sorted_by(three, "age")


def test_a_document_has_place_and_disk(three):
    documents = [listing.document(run) for run in three]
    assert [document["place"] for document in documents] == [None, None, 1]
    assert all(document["disk_bytes"] > 0 for document in documents)


def test_two_runs_side_by_side_mark_what_differs(home):
    one, other = (
        store.create(spec()),
        store.create(spec(preset="mine", hyperparameters={"epochs": 7, "C": 2.0, "k": 1})),
    )
    lines = {line.field: line for line in compare.compare(one, other)}
    assert {name for name, line in lines.items() if line.differs and line.part == "spec"} == {"preset", "C", "k"}
    assert (lines["k"].one, lines["k"].other) == (None, 1)
    assert not lines["epochs"].differs
    assert not any(line.differs for line in compare.compare(one, one))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"phase": "fit", "step": 1200, "total": 7000, "rows_per_second": 8123.4, "seconds_left": 12.34},
         "fit · 1,200 of 7,000 · 8,123 rows/s · about 12 s left in this phase"),
        ({"phase": "fit", "step": 12, "total": 1000, "at_most": True, "seconds_left": 9999.0},
         "fit · 12 of at most 1,000"),
        ({"phase": "read", "step": 0, "total": 1}, "read"),
    ],
)  # fmt: skip
def test_how_far_a_run_is(home, changes, text):
    run = store.create(spec())
    status.move(run.path, states.RUNNING)
    status.record_progress(run.path, changes)
    assert wording.how_far(store.load(run.id)) == text


def test_time_left_goes_by_earlier_runs_where_there_are_any(home):
    from core.runs import clock

    run = store.create(spec(), expected_seconds=7200.0)
    assert wording.how_far(run, 2) == "waits, place 2 in the queue"
    status.move(run.path, states.RUNNING, started=clock.stamp())
    assert wording.time_left(store.load(run.id)) == "about 2 h 0 min left"
    (run.path / "cancel").touch()
    assert wording.how_far(store.load(run.id)) == "being cancelled"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (10, "10 s"), (59.4, "59 s"), (61, "1 min 1 s"), (569, "9 min 29 s"),
     (600, "10 min"), (3599, "1 h 0 min"), (3725, "1 h 2 min"), (90_000, "25 h 0 min")],
)  # fmt: skip
def test_times_are_short(seconds, text):
    assert wording.duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (44_000_000, "44 MB"), (1.2e9, "1.2 GB")]
)
def test_sizes_are_short(count, text):
    assert wording.size(count) == text
