"""``labels`` from the search to a run that learned the corrections, as a person types it."""

import json

import pytest

SUBJECTS = {"GARDEN": ["roses bloom", "beans climb"], "HARBOUR": ["ferries wait", "gulls return"]}


@pytest.fixture
def few(core, tmp_path):
    """The command line with 40 rows, of which row 0 has the wrong label."""
    rows = [(f"{phrase} {number}", name) for name, both in SUBJECTS.items() for phrase in both for number in range(10)]
    rows[0] = (rows[0][0], "HARBOUR")
    (tmp_path / "few.csv").write_text("headline,category\n" + "".join(f"{text},{name}\n" for text, name in rows))
    assert core("data", "import", tmp_path / "few.csv", "--name", "few").status == 0
    return core


def labels(core, command, *arguments):
    return core("labels", command, "--dataset", "few", *arguments)


def test_from_the_search_to_a_run_with_corrections(few, tmp_path):
    found = labels(few, "find", "--wait", "--json").json
    assert (found["state"], found["rows"], found["judged"], found["left_out"]) == ("succeeded", 40, 40, {})
    first = labels(few, "list", "--top", 1, "--json").json["candidates"][0]
    assert (first["row"], first["rank"], first["category"], first["suggested"]) == (0, 1, "HARBOUR", "GARDEN")
    assert first["sentence"].startswith("Given HARBOUR; ")
    assert labels(few, "correct", 0, "GARDEN").out == "row 0 is to be GARDEN instead of HARBOUR\n"
    assert labels(few, "confirm", 1, "--json").json["verdict"] == "confirmed"
    assert labels(few, "dismiss", 2).out == "row 2 is put aside\n"
    assert 0 not in [one["row"] for one in labels(few, "list", "--json").json["candidates"]]
    told = labels(few, "list", "--all", "--json").json["candidates"][0]
    assert (told["row"], told["verdict"], told["to"]) == (0, "corrected", "GARDEN")
    made = labels(few, "verdicts", "--json").json
    assert [made[name] for name in ("corrected", "confirmed", "dismissed")] == [1, 1, 1]

    run = few("train", "--dataset", "few", "--corrections", "--wait", "--json").json
    assert run["metrics"]["corrected_rows"] in (0, 1)
    spec = json.loads((few.home / "models" / run["run"] / "spec.json").read_text())
    assert spec["corrections"] == {"0": "GARDEN"}
    assert labels(few, "undo", 0).out == "row 0 has no verdict any more\n"
    again = json.loads((few.home / "models" / run["run"] / "spec.json").read_text())
    assert again == spec

    assert labels(few, "export", tmp_path / "out.csv").out == f"wrote 2 verdicts to {tmp_path / 'out.csv'}\n"
    assert labels(few, "undo", "--all", "--yes").out == "took back 2 verdicts\n"
    assert labels(few, "verdicts").out == "Nothing was decided yet.\n"
    assert labels(few, "import", tmp_path / "out.csv", "--json").json == {"taken": 2, "known": 0, "refused": {}}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["labels", "list", "--dataset", "few"], "no search for wrong labels has ended in dataset 'few' yet"),
        (["labels", "list", "--dataset", "few", "--category", "X"], "category 'X' is none of the 2 of dataset 'few'"),
        (["labels", "cancel", "--dataset", "few"], "no search for wrong labels is at work in dataset 'few'"),
        (["labels", "correct", "--dataset", "few", "99", "GARDEN"], "row 99 does not exist"),
        (["labels", "undo", "--dataset", "few"], "give either a ROW or --all, one of the two"),
        (["labels", "undo", "--dataset", "few", "0", "--all"], "give either a ROW or --all, one of the two"),
        (["labels", "undo", "--dataset", "few", "--all", "--json"], "--json asks no question; add --yes"),
        (["labels", "export", "--dataset", "few", "out.txt"], "file 'out.txt' has another ending"),
        (["labels", "find", "--dataset", "gone"], "there is no dataset 'gone'; there are: few"),
        (["train", "--dataset", "few", "--corrections"], "dataset 'few' has no corrected label"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "",
)
def test_what_cannot_be_done_is_one_line(few, arguments, message):
    done = few(*arguments)
    assert done.status == 2
    assert done.err.startswith(f"error: {message}")
    assert done.err.count("\n") == 1


def test_a_search_without_a_result_is_no_success(core, tmp_path):
    (tmp_path / "tiny.csv").write_text("headline,category\na,A\nb,B\nc,B\n")
    core("data", "import", tmp_path / "tiny.csv", "--name", "tiny")
    done = core("labels", "find", "--dataset", "tiny", "--wait", "--json")
    assert done.status == 1
    assert done.json["state"] == "failed"
    assert done.json["error"].startswith("dataset 'tiny' has 0 of 2 categories with 4 different headlines")
