"""Scoring a file: every row with its answer, all columns, in order; killed anywhere it goes on; nothing half-made."""

import csv
import json
import multiprocessing
import os
import select
import signal
import subprocess
import sys
import types

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import CopydeskError, InputError
from core.grouping.builtin import RAW
from core.inference import score as scoring
from core.inference import score_input, score_journal
from core.inference.classify import classify, load_model
from core.inference.score import score
from core.inference.scorer import scorer_of
from core.runs import store
from core.storage import REPOSITORY

HEADLINES = ["Senate Passes Budget", "Quarterback Wins Game", "", 'Cake Recipes, "Easy"\nAnd Quick', "!!!", "=SUM(A1)"]
GOOD = [HEADLINES[place] for place in (0, 1, 3, 5)]


@pytest.fixture(scope="module")
def model():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COPYDESK_STARTER")
        yield load_model(store.load("starter"))


def records():
    return [{"id": str(number), "headline": text, "note": f"n{number}"} for number, text in enumerate(HEADLINES)]


def write(path, rows):
    """Write the rows in the format that the path's ending names."""
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    elif path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter="\t" if path.suffix == ".tsv" else ",")
            writer.writeheader()
            writer.writerows(rows)
    return path


def read(path):
    """Return the rows of an output; what a table writes as JSON is read as such."""
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").rstrip("\n").split("\n")]
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ","))
    for row in rows:
        row |= {name: json.loads(row[name]) for name in ("confidence", "top_labels", "top_probabilities")}
    return rows


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet"])
@pytest.mark.parametrize("into", ["csv", "tsv", "jsonl", "parquet"])
def test_each_row_comes_back_with_its_answer(model, tmp_path, ending, into):
    source, output = write(tmp_path / f"in.{ending}", records()), tmp_path / f"out.{into}"
    found = score(source, output, model.run)
    rows = read(output)
    assert (found.rows, found.rejected) == (len(rows), len(HEADLINES) - len(rows)) == (4, 2)
    assert [{name: row[name] for name in ("id", "headline", "note")} for row in rows] == [
        row for row in records() if row["headline"] in GOOD
    ]
    for row, answer in zip(rows, classify(model, [(text, "") for text in GOOD]), strict=True):
        assert (row["label"], row["predicted_category"]) == (answer.label, answer.predicted_category)
        assert row["top_labels"] == list(answer.probabilities)[:3]
        assert row["top_probabilities"] == pytest.approx(list(answer.probabilities.values())[:3], abs=1e-6)
        assert row["confidence"] == pytest.approx(answer.confidence, abs=1e-6)
    rejected = [json.loads(line) for line in found.rejected_file.read_text(encoding="utf-8").splitlines()]
    assert [one["reason"].split(";")[0] for one in rejected] == [
        "headline is empty",
        "headline '!!!' has no letter or digit",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        source.name,
        output.name,
        f"{output.name}.rejected.jsonl",
    ]


def test_types_of_a_parquet_file_stay(model, tmp_path):
    table = pa.table(
        {"headline": GOOD, "seen": pa.array([1, None, 3, 4], pa.int16()), "tags": [["a"], [], None, ["b"]]}
    )
    pq.write_table(table, tmp_path / "in.parquet")
    score(tmp_path / "in.parquet", tmp_path / "out.parquet", model.run, RAW, top=1)
    written = pq.read_table(tmp_path / "out.parquet")
    assert written.select(table.column_names).equals(table)
    assert written.column_names[3:] == ["label", "confidence", "predicted_category", "top_labels", "top_probabilities"]
    assert written["label"].to_pylist() == written["predicted_category"].to_pylist()


def test_several_processes_answer_as_one(model, tmp_path, monkeypatch):
    # New processes run the main module again, which a test of a page may have left to be that page.
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
    monkeypatch.setitem(scoring.ROWS, "logistic", 3)
    source = write(tmp_path / "in.jsonl", [{"headline": f"{GOOD[place % 4]} {place}"} for place in range(11)])
    alone, several = tmp_path / "alone.jsonl", tmp_path / "several.jsonl"
    score(source, alone, model.run, processes=0)

    def kill(taken, share):
        for child in multiprocessing.active_children():
            child.kill()
            child.join()

    with pytest.raises(CopydeskError, match=r"a process that scored was killed, .* what is done stays"):
        score(source, several, model.run, processes=1, progress=kill)
    assert score(source, several, model.run, processes=2).resumed_at >= 3
    assert several.read_bytes() == alone.read_bytes()


class Broken(Exception):
    """Breaks a scoring off."""


@pytest.mark.parametrize("into", ["csv", "parquet"])
@pytest.mark.parametrize("after", [1, 2, 3])
def test_broken_off_it_goes_on_where_it_was(model, tmp_path, monkeypatch, into, after):
    monkeypatch.setitem(scoring.ROWS, "logistic", 2)
    source = write(tmp_path / "in.csv", records())
    whole, output = tmp_path / f"whole.{into}", tmp_path / f"out.{into}"
    score(source, whole, model.run)
    calls = []

    def breaks(taken, share):
        calls.append(taken)
        if len(calls) == after:
            raise Broken

    with pytest.raises(Broken):
        score(source, output, model.run, progress=breaks)
    assert not output.exists()
    # What a kill leaves: a part and a rejection that the journal does not know of.
    folder = score_journal.folder_of(output)
    (folder / f"part-000009.{into}").write_text("half")
    with (folder / "rejected.jsonl").open("a") as file:
        file.write('{"line": 0, "rea')
    found = score(source, output, model.run)
    assert (found.resumed_at, found.rows, found.rejected) == (2 * after, 4, 2)
    assert output.read_bytes() == whole.read_bytes()
    assert found.rejected_file.read_bytes() == (tmp_path / f"whole.{into}.rejected.jsonl").read_bytes()
    assert not folder.exists()


def test_it_goes_on_only_with_the_same(model, tmp_path, monkeypatch):
    monkeypatch.setitem(scoring.ROWS, "logistic", 2)
    source, output = write(tmp_path / "in.csv", records()), tmp_path / "out.csv"

    def breaks(taken, share):
        raise Broken

    with pytest.raises(Broken):
        score(source, output, model.run, progress=breaks)
    with pytest.raises(InputError, match="was begun with another input, model or setting; --restart throws away"):
        score(source, output, model.run, RAW)
    assert score(source, output, model.run, RAW, restart=True).resumed_at == 0


def test_killed_it_goes_on(model, tmp_path):
    """A process of its own is killed as soon as its first part is there; the one beside it ends too."""
    rows = [{"headline": f"Senate Passes Budget Number {number}"} for number in range(40_000)]
    source, output = write(tmp_path / "in.parquet", rows), tmp_path / "out.parquet"
    program = (
        "import sys; from pathlib import Path; from core.inference.score import score; from core.runs import store\n"
        "def first(taken, share): print(taken, flush=True); sys.stdin.read()\n"
        f"score(Path({str(source)!r}), Path({str(output)!r}), store.load('starter'), progress=first, processes=1)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    taken = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    # Both write to it: it ends when the last of them does.
    assert select.select([process.stdout], [], [], 60)[0]
    assert process.stdout.read() == ""
    found = score(source, output, model.run, processes=0)
    assert (found.resumed_at, found.rows) == (taken, 40_000)
    assert pq.read_table(output)["headline"].to_pylist() == [row["headline"] for row in rows]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"output": "out.xlsx"}, "output '.*out.xlsx' has another ending; name it with one of .csv, .tsv, .jsonl"),
        ({"output": "no/out.csv"}, "folder '.*no' does not exist; make it first"),
        ({"output": "in.csv", "overwrite": True}, "output '.*in.csv' is the input or a folder; choose another name"),
        ({"input": "out.csv.rejected.jsonl"}, "records of '.*out.csv' without an answer go to the input; choose"),
        ({"output": "there.csv"}, "output '.*there.csv' exists already; choose another name, or give --overwrite"),
        ({"rows": [{"headline": "A", "label": "b"}]}, "the input has a column 'label' already; give --prefix"),
        ({"rows": [{"text": "A", "n": "b"}]}, "has no column of headlines among 'text', 'n'; name it with --headline"),
        ({"rows": [{"headline": " "}]}, "none of its 1 records can be scored \\(headline is empty; .*\\); give a file"),
    ],
    ids=["ending", "folder", "itself", "rejected", "there", "name", "no headline", "nothing"],
)
def test_what_cannot_be_scored(model, tmp_path, change, message):
    source = write(tmp_path / change.pop("input", "in.csv"), change.pop("rows", records()))
    (tmp_path / "there.csv").write_text("mine")
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(InputError, match=message):
        score(source, tmp_path / change.pop("output", "out.csv"), model.run, **change)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert (tmp_path / "there.csv").read_text() == "mine"


def test_a_later_column_does_not_fit_into_a_table(model, tmp_path, monkeypatch):
    monkeypatch.setitem(scoring.ROWS, "logistic", 1)
    source = write(tmp_path / "in.jsonl", [{"headline": "A One"}, {"headline": "B Two", "more": [1]}])
    for ending in ("csv", "parquet"):
        with pytest.raises(InputError, match=r"a later record has a column 'more', which the first 1 columns"):
            score(source, tmp_path / f"out.{ending}", model.run)
        assert list(tmp_path.iterdir()) == [source]
    assert score(source, tmp_path / "out.jsonl", model.run).rows == 2
    assert read(tmp_path / "out.jsonl")[1]["more"] == [1]


@pytest.mark.parametrize("empty", [range(6), range(4), range(4, 6), [5]], ids=["all", "first", "last", "one"])
def test_a_batch_of_parquet_without_any_headline(model, tmp_path, monkeypatch, empty):
    monkeypatch.setitem(scoring.ROWS, "logistic", 2)
    rows = [{"headline": "" if place in empty else f"Senate Votes {place}", "n": place} for place in range(6)]
    source, output = write(tmp_path / "in.parquet", rows), tmp_path / "out.parquet"
    if len(empty) == 6:
        with pytest.raises(InputError, match="none of its 6 records can be scored"):
            score(source, output, model.run)
        return
    assert score(source, output, model.run).rejected == len(empty)
    assert [row["n"] for row in read(output)] == [place for place in range(6) if place not in empty]


@pytest.mark.parametrize("into", ["csv", "tsv"])
def test_a_cell_with_any_line_break_stays_one_cell(model, tmp_path, into):
    texts = ["Senate\rVotes", "Senate\r\nVotes", "Senate\nVotes", "\rSenate", "Senate\u2028Votes\r"]
    rows = [{"headline": text, "a\rb": 'say "so"\r'} for text in texts]
    score(write(tmp_path / "in.jsonl", rows), tmp_path / f"out.{into}", model.run)
    assert [{name: row[name] for name in rows[0]} for row in read(tmp_path / f"out.{into}")] == rows


def test_what_is_no_number_in_json_is_null_there(model, tmp_path):
    nan, inf = float("nan"), float("-inf")
    rows = [{"headline": "Senate Votes", "x": nan, "deep": {"y": [inf, 1.5]}}]
    source = write(tmp_path / "in.parquet", rows)
    score(source, tmp_path / "out.jsonl", model.run)
    (row,) = read(tmp_path / "out.jsonl")
    assert (row["x"], row["deep"]) == (None, {"y": [None, 1.5]})


def test_rejections_are_those_of_the_output_beside_them(model, tmp_path):
    source, output = write(tmp_path / "in.csv", records()), tmp_path / "out.csv"
    rejected_file = score(source, output, model.run).rejected_file
    assert rejected_file.exists()
    write(source, [{"headline": "Senate Votes"}])
    assert score(source, output, model.run, overwrite=True).rejected_file is None
    assert not rejected_file.exists()


def test_long_records_make_a_short_batch(model, tmp_path, monkeypatch):
    monkeypatch.setattr(score_input, "MOST_CHARACTERS", 1000)
    source = write(tmp_path / "in.jsonl", [{"headline": "Senate", "note": "x" * 400} for _ in range(8)])
    taken = []
    score(source, tmp_path / "out.jsonl", model.run, progress=lambda done, share: taken.append(done))
    assert taken == [3, 6, 8]


def test_names_can_have_a_prefix(model, tmp_path):
    source = write(tmp_path / "in.jsonl", [{"headline": "Senate Votes", "label": "mine"}])
    score(source, tmp_path / "out.jsonl", model.run, prefix="predicted_")
    (row,) = read(tmp_path / "out.jsonl")
    assert (row["label"], row["predicted_label"]) == ("mine", "POLITICS & BUSINESS")


def test_no_texts_no_answers(model):
    found = scorer_of(model, top=2).answers([])
    assert (found.order.shape, found.category.shape) == ((0, 2), (0,))
    assert np.array_equal(found.probabilities, np.zeros((0, 2)))
