"""grouping suggest and grouping frontier, with the keys that others script against."""

import json

import pytest


@pytest.fixture(scope="module")
def of_groups(trained):
    """Return the id of a run on groups in the same folder."""
    core, _ = trained
    done = core("train", "--dataset", "sample", "--target", "group", "--wait", "--json")
    assert done.status == 0, done.err
    return done.json["run"]


def test_suggest_prints_merges_with_their_evidence(trained):
    core, done = trained
    found = core("grouping", "suggest", "--run", done["run"], "--json").json
    assert found.keys() == {"run", "dataset", "grouping", "merges", "splits", "seconds"}
    assert (found["run"], found["dataset"], found["grouping"], found["splits"]) == (done["run"], "sample", "raw", [])
    assert 0 < len(found["merges"]) <= 10
    for merge in found["merges"]:
        assert 0 < merge["score"] <= 1
        assert merge["a"] in merge["categories"]["a"]
        assert merge["sentence"].endswith(".")
        assert merge["effect"].keys() == {"accuracy", "macro_f1", "information_kept"}
        assert len(merge["pairs"]) <= 5


def test_suggest_for_a_grouping_and_at_most_so_many(trained, tmp_path):
    core, done = trained
    (tmp_path / "desks.json").write_text(json.dumps({"TECH": "DESK", "SCIENCE": "DESK", "POLITICS": "DESK"}))
    found = core(
        "grouping", "suggest", "--run", done["run"], "--grouping", tmp_path / "desks.json", "--top", 1, "--json"
    )
    assert len(found.json["merges"]) == 1
    (split,) = found.json["splits"]
    assert split["group"] == "DESK"
    assert sorted(name for part in split["parts"] for name in part["categories"]) == ["POLITICS", "SCIENCE", "TECH"]


def test_suggest_tells_people_why_and_what_it_does(trained):
    core, done = trained
    out = core("grouping", "suggest", "--run", done["run"], "--grouping", "huffpost-12", "--top", 2).out
    assert "1. split " in out
    assert "AUC " in out
    assert out.count("information kept ") == 4


def test_suggest_with_two_groups_says_that_no_merge_is_left(trained, tmp_path):
    core, done = trained
    categories = core("data", "show", "sample", "--json").json["category_counts"]
    halves = {name: "FIRST" if name < "M" else "SECOND" for name in categories}
    (tmp_path / "halves.json").write_text(json.dumps(halves))
    out = core("grouping", "suggest", "--run", done["run"], "--grouping", tmp_path / "halves.json").out
    assert out.startswith("no merge to suggest")


def test_frontier_goes_from_all_categories_to_two_groups(trained):
    core, done = trained
    found = core("grouping", "frontier", "--run", done["run"], "--json").json
    assert found.keys() == {"run", "dataset", "points", "seconds"}
    for objective in ("accuracy", "macro_f1", "information_kept"):
        points = [point for point in found["points"] if point["objective"] == objective]
        assert [point["groups"] for point in points] == list(range(42, 1, -1))
        assert all(len(point["partition"]) == point["groups"] for point in points)
    whatif = core("whatif", done["run"], "--grouping", "raw", "--json").json
    for measure in ("accuracy", "macro_f1", "information_kept"):
        assert found["points"][0][measure] == pytest.approx(whatif[measure])


def test_frontier_prints_one_line_a_number_of_groups(trained):
    core, done = trained
    lines = core("grouping", "frontier", "--run", done["run"]).out.rstrip("\n").split("\n")
    assert lines[0].split() == ["groups", "accuracy", "macro", "f1", "information", "kept"]
    assert [int(line.split()[0]) for line in lines[1:]] == list(range(42, 1, -1))


@pytest.mark.parametrize("command", ["suggest", "frontier"])
def test_a_run_of_groups_is_refused_in_one_line(trained, of_groups, command):
    core, _ = trained
    done = core("grouping", command, "--run", of_groups)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert "train one with --target category" in done.err


def test_suggest_without_the_run_s_dataset_says_so(trained, tmp_path):
    core, done = trained
    sample = core.home / "data" / "sample"
    sample.rename(tmp_path / "sample")
    try:
        refused = core("grouping", "suggest", "--run", done["run"])
    finally:
        (tmp_path / "sample").rename(sample)
    assert refused.status == 2
    assert "import the same file again" in refused.err


@pytest.mark.parametrize("command", ["suggest", "frontier"])
def test_a_run_that_there_is_not(trained, command):
    core, _ = trained
    assert "does not exist" in core("grouping", command, "--run", "nothing-1234").err
