"""Decisions as a file: there and back, safe in a spreadsheet, and found again in similar data."""

import csv
import io
import json

import pytest

from core.data import corrections
from core.data.corrections_file import Taken, export_to, exported, import_from, taken_over
from core.data.importing import import_file
from core.errors import InputError

LINES = ["roses bloom,GARDEN", "ferries wait,HARBOUR", "=beans climb,GARDEN", "gulls return,=HARBOUR"]


def imported(tmp_path, lines, name):
    (tmp_path / f"{name}.csv").write_text("headline,category\n" + "\n".join(lines) + "\n")
    return import_file(tmp_path / f"{name}.csv", name)


@pytest.fixture
def few(home, tmp_path):
    return imported(tmp_path, LINES, "few")


@pytest.fixture
def decided(few):
    corrections.correct(few, 1, "GARDEN")
    corrections.confirm(few, 2)
    corrections.correct(few, 0, "=HARBOUR")
    return few


def in_force(dataset):
    return {row: (one.verdict, one.to) for row, one in corrections.overlay(dataset.fingerprint).verdicts.items()}


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_what_is_written_can_be_taken_over_again(decided, kind, tmp_path):
    file, before = tmp_path / f"out.{kind}", in_force(decided)
    assert export_to(decided, file) == (3, 0)
    assert import_from(decided, file) == Taken(0, 3, {})
    corrections.undo_all(decided)
    assert import_from(decided, file) == Taken(3, 0, {})
    assert in_force(decided) == before


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_a_verdict_on_a_row_that_there_is_not_is_left_out_and_counted(decided, kind, tmp_path):
    path = corrections.path_of(decided.fingerprint)
    line = json.loads(path.read_text().splitlines()[0])
    path.write_text(path.read_text() + json.dumps(line | {"row": decided.rows}) + "\n")
    file = tmp_path / f"out.{kind}"
    assert export_to(decided, file) == (3, 1)
    assert import_from(decided, file) == Taken(0, 3, {})


def test_no_cell_starts_a_formula(decided):
    rows = list(csv.reader(io.StringIO(exported(decided, "csv"))))
    assert rows[0] == ["row", "verdict", "category", "to", "text", "at", "fingerprint", "headline"]
    assert [row[-1] for row in rows[1:]] == ["ferries wait", "'=beans climb", "roses bloom"]
    assert rows[3][3] == "'=HARBOUR"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_verdicts_find_their_rows_in_an_enlarged_file(decided, tmp_path):
    more = imported(tmp_path, ["tulips nod,GARDEN", *LINES], "more")
    assert taken_over(more, exported(decided, "jsonl"), "jsonl") == Taken(3, 0, {})
    assert in_force(more) == {2: ("corrected", "GARDEN"), 3: ("confirmed", None), 1: ("corrected", "=HARBOUR")}


def test_a_text_that_has_another_category_by_now_is_no_such_row(decided, tmp_path):
    other = imported(tmp_path, ["ferries wait,GARDEN", *LINES[2:]], "other")
    found = taken_over(other, exported(decided, "jsonl"), "jsonl")
    assert found == Taken(1, 0, {"no such row": 2})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"verdict": "undone"}, "not a verdict"),
        ({"to": None}, "not a verdict"),
        ({"to": "NOWHERE"}, "a category that the dataset does not have"),
        ({"to": "HARBOUR"}, "the row has that category"),
        ({"row": 99}, "no such row"),
        ({"row": "x"}, "no such row"),
        ({"row": None}, "no such row"),
        ({"row": float("inf")}, "no such row"),
        ({"fingerprint": "other", "text": "?"}, "no such row"),
    ],
    ids=str,
)
def test_a_line_that_does_not_fit_is_counted_with_its_reason(few, change, reason):
    corrections.correct(few, 1, "GARDEN")
    line = json.loads(exported(few, "jsonl"))
    corrections.undo_all(few)
    assert taken_over(few, json.dumps(line | change), "jsonl") == Taken(0, 0, {reason: 1})
    assert in_force(few) == {}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b"nonsense\n", "line 1 is not JSON; give a file that `labels export` wrote"),
        ("a.jsonl", b"\n[1]\n", "line 2 is not an object; give a file that `labels export` wrote"),
        ("a.jsonl", b"\xff\xfe", "is not UTF-8 text; save it as UTF-8"),
        ("a.csv", b"row,verdict\n", "the file has no column to; give one that `labels export` wrote"),
        ("a.csv", b'row,verdict,to\n"1,2', "the file is not valid CSV"),
        ("a.txt", b"", "file 'a.txt' has another ending; name it FILE.jsonl or FILE.csv"),
    ],
)
def test_what_is_no_such_file_is_told_in_one_line(few, tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as told:
        import_from(few, tmp_path / name)
    assert message in str(told.value)


def test_a_file_or_folder_that_is_not_there_is_named(few, tmp_path):
    with pytest.raises(InputError, match=r"gone\.csv' does not exist; give one that `labels export` wrote"):
        import_from(few, tmp_path / "gone.csv")
    with pytest.raises(InputError, match=r"folder .*gone' does not exist; make it first"):
        export_to(few, tmp_path / "gone" / "out.csv")
