"""Decisions about labels: kept beside the data, appended to, undone, never lost and never written into a dataset."""

import json
import os
import subprocess
import sys

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import corrections, datasets
from core.data.corrections import CONFIRMED, CORRECTED, DISMISSED
from core.data.importing import import_file
from core.errors import DamagedError, InputError
from core.storage import REPOSITORY, data_root

LINES = "headline,category\nroses bloom,GARDEN\nferries wait,HARBOUR\nbeans climb,GARDEN\n"


@pytest.fixture
def few(home, tmp_path):
    (tmp_path / "few.csv").write_text(LINES)
    return import_file(tmp_path / "few.csv", "few")


def in_force(dataset):
    return {row: (one.verdict, one.to) for row, one in corrections.overlay(dataset.fingerprint).verdicts.items()}


def test_verdicts_are_kept_beside_the_dataset_which_stays_as_it_is(few):
    before = {path.name: path.read_bytes() for path in few.path.iterdir()}
    corrections.correct(few, 1, "GARDEN")
    corrections.confirm(few, 0)
    corrections.dismiss(few, 2)
    assert in_force(few) == {1: (CORRECTED, "GARDEN"), 0: (CONFIRMED, None), 2: (DISMISSED, None)}
    assert corrections.overlay(few.fingerprint).counts == {CORRECTED: 1, CONFIRMED: 1, DISMISSED: 1}
    assert corrections.corrected(few) == {1: "GARDEN"}
    assert {path.name: path.read_bytes() for path in few.path.iterdir()} == before
    assert datasets.load("few").fingerprint == few.fingerprint
    assert datasets.names() == ["few"]


def test_a_line_has_no_headline_but_all_that_is_needed_to_find_its_row(few):
    corrections.correct(few, 1, "GARDEN")
    line = json.loads(corrections.path_of(few.fingerprint).read_text())
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "row": 1,
        "verdict": "corrected",
        "category": "HARBOUR",
        "to": "GARDEN",
        "text": corrections.text_hash("ferries wait"),
        "fingerprint": few.fingerprint,
    }


def test_the_last_verdict_on_a_row_is_in_force(few):
    corrections.correct(few, 0, "HARBOUR")
    corrections.confirm(few, 0)
    assert in_force(few) == {0: (CONFIRMED, None)}
    assert corrections.corrected(few) == {}


def test_undo_takes_one_or_all_back_and_the_file_still_tells_everything(few):
    corrections.correct(few, 0, "HARBOUR")
    corrections.confirm(few, 1)
    assert corrections.undo(few, 0).to == "HARBOUR"
    assert in_force(few) == {1: (CONFIRMED, None)}
    assert corrections.undo_all(few) == 1
    assert in_force(few) == {}
    assert len(corrections.path_of(few.fingerprint).read_text().splitlines()) == 4


@pytest.mark.parametrize(
    ("decide", "message"),
    [
        (
            lambda few: corrections.correct(few, 3, "GARDEN"),
            "row 3 does not exist; dataset 'few' has the rows 0 to 2",
        ),
        (
            lambda few: corrections.confirm(few, -1),
            "row -1 does not exist; dataset 'few' has the rows 0 to 2",
        ),
        (
            lambda few: corrections.correct(few, 0, "GARDEN"),
            "row 0 is 'GARDEN' already; confirm it, or choose another category",
        ),
        (
            lambda few: corrections.correct(few, 0, "garden"),
            "category 'garden' is none of the 2 of dataset 'few'; choose one of them, spelled as `data show` prints it",
        ),
        (lambda few: corrections.undo(few, 0), "row '0' of dataset 'few' has no verdict to undo"),
    ],
)
def test_what_cannot_be_decided_is_told_in_one_line_and_leaves_nothing(few, decide, message):
    with pytest.raises(InputError) as told:
        decide(few)
    assert str(told.value) == message
    assert in_force(few) == {}


def test_the_same_content_under_another_name_has_the_same_verdicts(few, tmp_path):
    corrections.correct(few, 1, "GARDEN")
    datasets.delete("few")
    again = import_file(tmp_path / "few.csv", "renamed")
    assert corrections.corrected(again) == {1: "GARDEN"}


def test_half_a_line_of_a_killed_writer_costs_no_other_verdict(few):
    corrections.confirm(few, 0)
    with corrections.path_of(few.fingerprint).open("ab") as file:
        file.write(b'{"row": 1, "verdict": "corr')
    corrections.dismiss(few, 2)
    found = corrections.overlay(few.fingerprint)
    assert sorted(found.verdicts) == [0, 2]
    assert found.unreadable == 1


@pytest.mark.parametrize(
    "change",
    [
        {"row": "1"},
        {"row": True},
        {"row": -1},
        {"verdict": "wrong"},
        {"to": None},
        {"to": 7},
        {"category": None},
        {"fingerprint": "other"},
        {"more": 1},
    ],
    ids=str,
)
def test_a_line_that_is_no_verdict_on_this_content_is_counted_and_passed_over(few, change):
    made = corrections.correct(few, 1, "GARDEN")
    path = corrections.path_of(few.fingerprint)
    path.write_text(json.dumps(json.loads(path.read_text()) | change) + "\n")
    assert corrections.overlay(few.fingerprint) == corrections.Overlay({}, 1)
    assert made.to == "GARDEN"


def test_what_a_hand_wrote_for_rows_or_categories_that_are_not_there_is_not_learned(few):
    corrections.correct(few, 1, "GARDEN")
    path = corrections.path_of(few.fingerprint)
    line = json.loads(path.read_text())
    for change in ({"row": 99}, {"row": 0, "to": "NOWHERE"}):
        path.write_text(path.read_text() + json.dumps(line | change) + "\n")
    assert corrections.corrected(few) == {1: "GARDEN"}


def test_two_processes_at_once_lose_nothing(few):
    script = (
        "from core.data import corrections, datasets\n"
        "few = datasets.load('few')\n"
        "for _ in range(40): corrections.confirm(few, 0); corrections.undo(few, 0)\n"
    )
    environment = {**os.environ, "COPYDESK_HOME": str(data_root().parent)}
    with subprocess.Popen([sys.executable, "-c", script], cwd=REPOSITORY, env=environment) as other:
        for _ in range(40):
            corrections.correct(few, 1, "GARDEN")
    assert other.returncode == 0
    assert in_force(few) == {1: (CORRECTED, "GARDEN")}
    found = corrections.path_of(few.fingerprint).read_text().splitlines()
    assert len(found) == 120
    assert corrections.overlay(few.fingerprint).unreadable == 0


def test_on_a_full_disk_nothing_half_stays(few, monkeypatch):
    corrections.confirm(few, 0)
    before = corrections.path_of(few.fingerprint).read_bytes()
    write = os.write

    def half(descriptor, data):
        if len(data) < 50:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[: len(data) // 2])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(InputError, match=r"the verdict cannot be kept in .*\(No space left on device\); make room"):
        corrections.confirm(few, 1)
    assert corrections.path_of(few.fingerprint).read_bytes() == before


@given(
    st.lists(st.sampled_from("ABC"), min_size=1, max_size=20).flatmap(
        lambda names: st.tuples(
            st.just(names), st.dictionaries(st.integers(0, len(names) - 1), st.sampled_from("ABC"), max_size=5)
        )
    )
)
def test_applied_changes_the_corrected_rows_and_no_others(case):
    names, changes = case
    categories = pd.Series(pd.Categorical(names))
    found = corrections.applied(categories, changes)
    assert found.tolist() == [changes.get(row, name) for row, name in enumerate(names)]
    assert categories.tolist() == names


def test_a_file_that_is_there_and_cannot_be_read_is_told(few):
    corrections.path_of(few.fingerprint).mkdir()
    with pytest.raises(DamagedError, match=r"cannot be read \(Is a directory\); mend its permissions, or move it away"):
        corrections.overlay(few.fingerprint)
