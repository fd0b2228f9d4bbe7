"""`whatif` as scripts meet it: differences, intervals, flipped rows, and runs that were trained on the groups."""

import json

import pytest

from core.grouping.builtin import HUFFPOST_12
from core.grouping.whatif import MEASURES

HALVES = {category: "VOICES AND NEWS" if "O" in category else "THE REST" for category in HUFFPOST_12.mapping}


@pytest.fixture(scope="module")
def halves(tmp_path_factory):
    file = tmp_path_factory.mktemp("groupings") / "halves.json"
    file.write_text(json.dumps(HALVES))
    return file


def test_a_grouping_beside_the_runs_own(trained, halves):
    core, done = trained
    found = core("whatif", done["run"], "--grouping", halves, "--json").json
    assert (found["grouping"], found["against"], found["groups"]) == ("halves", "huffpost-12", 2)
    assert found["differences"].keys() == set(MEASURES)
    gap = found["differences"]["accuracy"]
    assert gap["after"] == found["accuracy"] and gap["difference"] == pytest.approx(gap["after"] - gap["before"])
    assert gap["low"] <= gap["difference"] <= gap["high"]
    assert gap["difference"] * found["rows"] == pytest.approx(found["turned_right"] - found["turned_wrong"])
    assert found["flips"] == [] and found["retrained"] == []


def test_flipped_rows_come_with_their_headlines(trained, halves):
    core, done = trained
    found = core("whatif", done["run"], "--grouping", "raw", "--against", halves, "--flips", 2, "--json").json
    listed = found["flips"]
    assert [row["turned"] for row in listed] == ["wrong", "wrong", "right", "right"][: len(listed)]
    assert len(listed) >= 2
    for row in listed:
        assert (row["true"] == row["after"]) == (row["turned"] == "right")
        assert row["true"] == row["category"] and row["headline"]
    text = core("whatif", done["run"], "--grouping", "raw", "--against", halves, "--flips", 2).out
    assert listed[0]["headline"] in text
    assert "raw instead of halves" in text


def test_runs_that_were_trained_on_the_groups_stand_beside_what_was_foretold(trained, halves):
    core, done = trained
    arguments = ("--target", "group", "--grouping", halves, "--preset", "notebook", "--wait", "--json")
    again = core("train", "--dataset", "sample", *arguments).json
    elsewhere = core("train", "--dataset", "sample", *arguments, "--seed", 7).json
    found = core("whatif", done["run"], "--grouping", halves, "--json").json
    other, one = found["retrained"]
    assert (other["run"], other["differences"]) == (elsewhere["run"], None), "it was tested on other rows"
    assert one["run"] == again["run"]
    assert one["accuracy"] == pytest.approx(again["metrics"]["accuracy"])
    gap = one["differences"]["accuracy"]
    assert (gap["before"], gap["after"]) == (found["accuracy"], one["accuracy"])
    assert core("whatif", done["run"], "--grouping", "raw", "--json").json["retrained"] == []
    for run in (again, elsewhere):
        assert core("runs", "delete", run["run"], "--yes").status == 0


def test_one_group_for_all_is_said_to_be_pointless(trained, tmp_path):
    core, done = trained
    (tmp_path / "all.json").write_text(json.dumps(dict.fromkeys(HALVES, "all")))
    found = core("whatif", done["run"], "--grouping", tmp_path / "all.json", "--json").json
    assert (found["accuracy"], found["kappa"], found["information_kept"], found["groups"]) == (1.0, 0.0, 0.0, 1)
    assert found["remarks"] == ["all categories are one group: every answer is right, and none says anything"]


def test_other_names_for_the_same_groups_change_nothing(trained, tmp_path):
    core, done = trained
    renamed = {category: f"<b>{group}</b> 🗞️" for category, group in HUFFPOST_12.mapping.items()}
    (tmp_path / "renamed.json").write_text(json.dumps(renamed))
    found = core("whatif", done["run"], "--grouping", tmp_path / "renamed.json", "--json").json
    assert found["remarks"] == ["only names differ: no row changes its group"]
    assert (found["turned_right"], found["turned_wrong"]) == (0, 0)
    assert {gap["difference"] for gap in found["differences"].values()} == {0.0}


def test_a_run_whose_probabilities_are_gone_is_one_line(trained, halves):
    core, done = trained
    file = core.home / "models" / done["run"] / "evaluation" / "probabilities.npy"
    kept = file.read_bytes()
    file.unlink()
    try:
        failed = core("whatif", done["run"], "--grouping", halves)
        assert failed.status == 2 and failed.out == ""
        assert failed.err.startswith("error: ") and "probabilities.npy" in failed.err and failed.err.count("\n") == 1
    finally:
        file.write_bytes(kept)


def test_rows_whose_dataset_is_gone_come_without_headlines(trained, halves, tmp_path):
    core, done = trained
    folder, aside = core.home / "data" / "sample", tmp_path / "aside"
    folder.rename(aside)
    try:
        found = core("whatif", done["run"], "--grouping", "raw", "--against", halves, "--flips", 1, "--json").json
        assert {row["headline"] for row in found["flips"]} == {None}
    finally:
        aside.rename(folder)


def test_a_category_that_the_data_does_not_have_is_told(trained, tmp_path):
    core, done = trained
    (tmp_path / "typo.yaml").write_text("A: [Politcs, SPORTS]\nB: [CHESS]\n")
    told = "2 categories are not in {}: 'CHESS', 'Politcs' (meant for 'POLITICS'?)\n"
    saved = core("grouping", "save", tmp_path / "typo.yaml", "--name", "typo", "--json")
    assert saved.err == "warning: " + told.format("dataset 'sample'")
    assert saved.json["unknown"][1] == {"category": "Politcs", "meant": "POLITICS"}
    tried = core("whatif", done["run"], "--grouping", "typo", "--json")
    assert tried.status == 0
    assert told.format(f"the data of run '{done['run']}'") in tried.err
