"""``causes``: what it prints, for all classes and for one, and what it says of what cannot be."""

import json

import pytest

from core.evaluation.causes import ORDER

KEYS = {
    "run", "dataset", "grouping", "siblings", "class", "rows", "errors", "order", "causes", "per_class", "skipped",
    "examples", "seconds",
}  # fmt: skip
FIGURES = {
    "cause", "rows", "share", "matching", "share_of_wrong", "share_of_right", "lift", "low", "high",
}  # fmt: skip


def test_every_error_has_one_first_cause_and_classes_add_up(trained):
    line, run = trained
    done = line("causes", run["run"], "--json")
    assert (done.status, done.err) == (0, "")
    told = done.json
    wrong = line("evaluate", run["run"], "--json").json
    assert set(told) == KEYS
    assert told["errors"] == round(wrong["error_rate"] * wrong["rows"]) > 0
    assert told["order"] == [one["cause"] for one in told["causes"]] == list(ORDER)
    assert all(set(one) == FIGURES for one in told["causes"])
    assert sum(one["rows"] for one in told["causes"]) == told["errors"]
    assert sum(one["share"] for one in told["causes"]) == pytest.approx(1)
    assert {one["label"]: one["errors"] for one in told["per_class"]} == {
        one["label"]: one["fn"] for one in wrong["per_class"]
    }
    for cause in told["causes"]:
        assert cause["rows"] == sum(one["causes"][cause["cause"]] for one in told["per_class"])
    assert told["examples"] == {}


def test_of_raw_categories_siblings_are_told_and_of_groups_not(trained):
    line, run = trained
    groups, categories = (
        line("causes", run["run"], "--grouping", name, "--json").json for name in ("huffpost-12", "raw")
    )
    assert "sibling class" in groups["skipped"]
    assert "sibling class" not in categories["skipped"]
    outside = sum(one["rows"] for one in groups["causes"])
    assert categories["errors"] > outside
    alone = line("causes", run["run"], "--grouping", "raw", "--siblings", "raw", "--json").json
    assert alone["skipped"]["sibling class"] == "no two classes of raw are in one group of raw"


def test_one_class_with_its_rows(trained):
    line, run = trained
    every = line("causes", run["run"], "--json").json
    label = every["per_class"][0]["label"]
    one = line("causes", run["run"], "--class", label, "--top", 3, "--json").json
    assert (one["class"], one["errors"]) == (label, every["per_class"][0]["errors"])
    assert one["per_class"] == every["per_class"][:1]
    for cause in one["causes"]:
        listed = one["examples"][cause["cause"]]
        assert len(listed) == min(cause["rows"], 3)
        assert all(row["true"] == label != row["predicted"] and row["evidence"] for row in listed)


def test_for_people_a_table_and_what_was_not_told(trained):
    line, run = trained
    told = line("causes", run["run"], "--top", 1)
    assert told.status == 0
    assert "errors under huffpost-12 on sample, by first matching cause" in told.out
    assert "not told: sibling class, since no two classes of huffpost-12 are in one group of huffpost-12" in told.out


def test_another_dataset_of_three_rows_without_dates_and_descriptions(trained, tmp_path):
    line, run = trained
    names = [one["label"] for one in line("evaluate", run["run"], "--grouping", "raw", "--json").json["per_class"]]
    rows = [{"headline": "first words", "category": names[0]}, {"headline": "others", "category": "unheard of"}]
    (tmp_path / "three.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in [*rows, rows[0]]))
    assert line("data", "import", tmp_path / "three.jsonl", "--name", "three").status == 0
    try:
        told = line("causes", run["run"], "--grouping", "raw", "--dataset", "three", "--json").json
    finally:
        line("data", "delete", "three", "--yes")
    counts = {one["cause"]: one["rows"] for one in told["causes"]}
    assert (told["dataset"], told["rows"]) == ("three", 3)
    assert counts["label unknown to the run"] == 1
    assert told["skipped"] == {"no description": "no judged row has one", "later period": "no judged row has a date"}
    assert sum(counts.values()) == told["errors"]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--class", "NOBODY"], "class 'NOBODY' is none of the"),
        (["--grouping", "nothing"], "'nothing'"),
        (["--siblings", "nothing"], "'nothing'"),
        (["--dataset", "nothing"], "there is no dataset 'nothing'"),
        (["--top", "-1"], "'--top'"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(trained, arguments, part):
    line, run = trained
    done = line("causes", run["run"], *arguments)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert part in done.err
