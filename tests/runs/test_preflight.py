"""What is looked at before a run starts."""

from collections import namedtuple

import pytest

from core.data.importing import import_file
from core.errors import InputError
from core.grouping.grouping import Grouping
from core.runs import preflight
from core.runs.spec import plan
from tests.runs.test_spec import dataset

USAGE = namedtuple("usage", "total used free")


def test_a_run_that_can_start_has_an_outlook(home):
    data = dataset(A=900, B=900)
    outlook = preflight.look_ahead(plan(data), data)
    assert outlook.seconds is None
    assert outlook.runs == 0
    assert outlook.memory_bytes > 100_000_000
    assert outlook.disk_bytes > 100_000
    assert outlook.warnings == ()


def test_too_little_disk_is_refused_before_there_is_a_run(home, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: USAGE(1, 1, 1_000_000))
    with pytest.raises(InputError, match=r"the run needs about .* on disk and 1\.0 MB are free at .*; free some space"):
        plan(dataset(A=9, B=9))
    assert list(home.iterdir()) == []


def test_more_memory_than_there_is_is_refused(home, monkeypatch):
    monkeypatch.setattr(preflight, "total_memory", lambda: 1_000_000)
    with pytest.raises(InputError, match=r"of memory and this machine has 1\.0 MB; train on fewer rows"):
        plan(dataset(A=9, B=9))


def test_memory_that_is_taken_now_is_a_warning(home, monkeypatch):
    monkeypatch.setattr(preflight, "free_memory", lambda: 1_000_000)
    data = dataset(A=900, B=900)
    (warning,) = preflight.look_ahead(plan(data), data).warnings
    assert warning.startswith("the run needs about ")
    assert warning.endswith(" of memory, and 1.0 MB are free now")


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ({"A": 900, "B": 49}, "category B has under 10 test rows: figures by label weigh little"),
        ({"A": 900, "B": 49, "C": 9}, "2 labels, B among them, have under 10 test rows: figures by label weigh little"),
    ],
)
def test_labels_with_few_test_rows_are_told(home, counts, text):
    data = dataset(**counts)
    assert preflight.look_ahead(plan(data), data).warnings == (text,)


def test_a_grouping_that_knows_no_category_is_told(home):
    data = dataset(A=900, B=900)
    spec = plan(data, grouping=Grouping("desks", {"X": "Y"}), target="group")
    (warning,) = preflight.look_ahead(spec, data).warnings
    assert warning.startswith("grouping 'desks' names no category of dataset 'd'")


def test_what_the_system_tells_is_plausible(home):
    assert 0 < preflight.free_memory() <= preflight.total_memory()
    assert preflight.free_disk() > 0


def imported(folder, lines):
    (folder / "dated.csv").write_text("headline,category,date\n" + "\n".join(lines) + "\n")
    return import_file(folder / "dated.csv", "dated")


def test_a_split_by_time_tells_what_it_keeps_apart(home, tmp_path):
    lines = [f"old {n},{'AB'[n % 2]},2020-01-0{1 + n % 8}" for n in range(80)]
    lines += [f"new {n},C,2020-02-01" for n in range(20)] + ["when,A,"]
    data = imported(tmp_path, lines)
    assert preflight.look_ahead(plan(data, split="past"), data).warnings == (
        "tests on 20 rows from 2020-02-01 on, and learns from earlier ones alone",
        "1 row without a date is neither learned from nor tested on",
        "category C has no earlier row, so the model never answers so: 20 test rows count as wrong there",
        "2 labels, A among them, have under 10 test rows: figures by label weigh little",
    )


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (lambda n: "", "has no date, so its past cannot be told from what came later; choose split random"),
        (lambda n: "2020-01-01", "has a single day, so its past cannot be told from what came later"),
        (
            lambda n: f"2020-01-0{1 + n % 2}",
            "has a single category before 2020-01-02, 'A', and a classifier needs two or more",
        ),
    ],
)
def test_what_cannot_be_split_by_time_is_refused_before_there_is_a_run(home, tmp_path, day, told):
    data = imported(tmp_path, [f"text {n},{'AB'[n % 2]},{day(n)}" for n in range(20)])
    with pytest.raises(InputError) as error:
        plan(data, split="past")
    assert told in str(error.value) and "\n" not in str(error.value)
