"""`runs compare` as scripts meet it: two runs on the rows that neither was trained on."""

import pytest

from core.evaluation.comparison import OVERALL


@pytest.fixture(scope="module")
def two(trained):
    """The run of the sample, and one that was trained on the groups on the same rows."""
    core, done = trained
    again = core("train", "--dataset", "sample", "--target", "group", "--preset", "notebook", "--wait", "--json")
    assert again.status == 0, again.err
    return core, done["run"], again.json["run"]


def test_two_runs_on_the_same_rows(two):
    core, one, other = two
    found = core("runs", "compare", one, other, "--examples", 1, "--json").json
    assert found["not_tested"] is None
    tested = found["tested"]
    assert (tested["run"], tested["against"], tested["grouping"]) == (one, other, "huffpost-12")
    assert tested["differences"].keys() == set(OVERALL)
    for run, side in ((one, "after"), (other, "before")):
        own = core("evaluate", run, "--grouping", "huffpost-12", "--json").json
        assert tested["rows"] == own["rows"], "both were tested on all of them"
        assert tested["differences"]["accuracy"][side] == pytest.approx(own["accuracy"])
        assert tested["differences"]["macro_f1"][side] == pytest.approx(own["macro_f1"])
    text = core("runs", "compare", one, other, "--examples", 1).out
    assert tested["verdict"] in text and tested["gain"] in text
    assert all(row["headline"] in text for row in tested["examples"])
    assert sum(row["outcome"] == "only run right" for row in tested["examples"]) == 1


def test_another_split_leaves_the_common_rows_and_says_so(two):
    core, one, _ = two
    done = core("train", "--dataset", "sample", "--seed", 7, "--preset", "notebook", "--wait", "--json")
    elsewhere = done.json["run"]
    found = core("runs", "compare", one, elsewhere, "--json").json["tested"]
    mine, theirs = (core("evaluate", run, "--json").json["rows"] for run in (one, elsewhere))
    assert 0 < found["rows"] < mine
    assert (found["rows"] + found["rows_only_run"], found["rows"] + found["rows_only_against"]) == (mine, theirs)
    assert sum(remark.startswith("left out") for remark in found["remarks"]) == 2
    assert f"note: {found['remarks'][0]}" in core("runs", "compare", one, elsewhere).out
    assert core("runs", "delete", elsewhere, "--yes").status == 0


def test_a_grouping_that_one_cannot_answer_is_one_line_where_it_was_asked_for(two):
    core, one, other = two
    failed = core("runs", "compare", one, other, "--grouping", "raw")
    assert (failed.status, failed.out, failed.err.count("\n")) == (2, "", 1)
    assert "splits group" in failed.err
    found = core("runs", "compare", one, other, "--grouping", "huffpost-12", "--json").json
    assert found["tested"]["grouping"] == "huffpost-12"


def test_a_run_without_an_evaluation_is_compared_by_its_spec_and_the_reason_told(two):
    core, one, other = two
    file = core.home / "models" / other / "evaluation" / "probabilities.npy"
    kept = file.read_bytes()
    file.unlink()
    try:
        found = core("runs", "compare", one, other, "--json").json
        assert found["tested"] is None
        assert "probabilities.npy is missing" in found["not_tested"]
        assert f"Not compared row by row: {found['not_tested']}" in core("runs", "compare", one, other).out
    finally:
        file.write_bytes(kept)


def test_a_dataset_that_is_not_there_is_one_line(two):
    core, one, other = two
    failed = core("runs", "compare", one, other, "--dataset", "nope")
    assert failed.status == 2 and "nope" in failed.err and failed.err.count("\n") == 1
