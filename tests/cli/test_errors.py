"""The records behind the figures on the command line, and `evaluate` on data that fits the run badly."""

import csv
import json

import pytest

from core.data.safe_csv import unguarded


def imported(core, tmp_path, name, records):
    (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    done = core("data", "import", tmp_path / f"{name}.jsonl", "--name", name)
    assert done.status == 0, done.err
    return name


def answer(core, run, headline):
    done = core("classify", "--run", run, "--headline", headline, "--grouping", "raw", "--json")
    return done.json["results"][0]["label"]


def test_the_errors_are_those_of_the_matrix(trained):
    core, done = trained
    judged = core("evaluate", done["run"], "--json").json
    found = core("errors", done["run"], "--top", 1000, "--json").json
    assert (found["rows"], found["of"]) == (judged["totals"]["fn"], judged["rows"])
    for row, true in enumerate(judged["labels"]):
        for column, predicted in enumerate(judged["labels"]):
            if row != column:
                listed = [e for e in found["errors"] if (e["true"], e["predicted"]) == (true, predicted)]
                # Rows of the matrix are true, columns predicted.
                assert len(listed) == judged["confusion"][row][column]


def test_right_ones_and_all_can_be_listed_too(trained):
    core, done = trained
    counts = {
        kind: core("errors", done["run"], "--kind", kind, "--top", 0, "--json").json["rows"]
        for kind in ("wrong", "right", "all")
    }
    assert counts["wrong"] + counts["right"] == counts["all"]


def test_filters_and_order(trained):
    core, done = trained
    found = core(
        "errors", done["run"], "--kind", "all", "--search", "the", "--most", 0.5, "--order", "margin", "--json"
    ).json
    assert found["errors"]
    for one in found["errors"]:
        assert one["confidence"] <= 0.5
        assert "the" in f"{one['headline']} {one['short_description']}".casefold()
    margins = [one["margin"] for one in found["errors"]]
    assert margins == sorted(margins)


def test_the_csv_has_all_of_them_and_no_formula(trained, tmp_path):
    core, done = trained
    records = [
        {"headline": "=HYPERLINK(1)", "category": "POLITICS", "short_description": "-1\n@x"},
        {"headline": "Senate votes, again", "category": "POLITICS"},
    ]
    name = imported(core, tmp_path, "formulas", records)
    file = tmp_path / "out.csv"
    told = core("errors", done["run"], "--dataset", name, "--kind", "all", "--top", 1, "--csv", file)
    assert told.status == 0, told.err
    assert "2 of 2 rows" in told.out
    assert "the first 1 are listed" in told.out
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {unguarded(row["headline"]) for row in rows} == {record["headline"] for record in records}
    assert {unguarded(row["short_description"]) for row in rows} == {"-1\n@x", ""}
    assert not [cell for row in rows for cell in row.values() if cell.lstrip()[:1] in tuple("=+-@")]
    core("data", "delete", name, "--yes")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--kind", "wrongly"], "kind 'wrongly' is unknown; choose one of: wrong, right, all"),
        (["--order", "x"], "order 'x' is unknown; choose one of: surest, unsure, margin, newest, oldest, row"),
        (["--since", "May 1"], "--since 'May 1' is no day; write it as YYYY-MM-DD"),
        (["--least", "0.9", "--most", "0.1"], "confidence from 0.9 to 0.1 is no range; give two of 0 to 1 in order"),
        (["--true", "NOPE"], "true 'NOPE' is none of the 12 under grouping 'huffpost-12'; choose one of: "
         "ARTS & CULTURE, CRIME, EDUCATION, ENTERTAINMENT, …"),
        (["--csv", "/nowhere/at/all.csv"], "folder '/nowhere/at' does not exist; make it first"),
    ],
    ids=str,
)  # fmt: skip
def test_bad_input_is_one_line(trained, options, message):
    core, done = trained
    told = core("errors", done["run"], *options)
    assert (told.status, told.out, told.err) == (2, "", f"error: {message}\n")


def test_a_dataset_that_is_gone_leaves_figures_but_no_headlines(core, tmp_path):
    records = [{"headline": f"{word} {n}", "category": kind} for kind, word in ("Ax", "By") for n in range(20)]
    name = imported(core, tmp_path, "gone", records)
    run = core("train", "--dataset", name, "--wait", "--json").json["run"]
    core("data", "delete", name, "--yes")
    assert core("evaluate", run).status == 0
    assert core("errors", run).err == (
        "error: the dataset of this run is not here; import its file to see the headlines\n"
    )


def test_labels_that_the_run_does_not_know_are_wrong_counted_and_said(trained, tmp_path):
    core, done = trained
    records = [
        {"headline": "Senate votes on the budget", "category": "POLITICS"},
        {"headline": "How to prune a rose", "category": "GARDENING"},
        {"headline": "Roses again", "category": "GARDENING"},
    ]
    name = imported(core, tmp_path, "garden", records)
    found = core("evaluate", done["run"], "--dataset", name, "--grouping", "raw", "--json").json
    assert found["unknown_labels"] == {"GARDENING": 2}
    row = next(one for one in found["per_class"] if one["label"] == "GARDENING")
    assert (row["support"], row["tp"], row["fp"], row["recall"]) == (2, 0, 0, 0.0)
    assert found["top_3_accuracy"] <= 1 / 3
    assert found["log_loss"] > 2 / 3 * 15
    text = core("evaluate", done["run"], "--dataset", name, "--grouping", "raw").out
    assert "note: 2 of the 3 rows have a label that the run does not know, so all are wrong: 'GARDENING' (2)" in text
    core("data", "delete", name, "--yes")


def test_three_rows_of_one_class_all_right_and_without_a_date(trained, tmp_path):
    core, done = trained
    headlines = ["Senate votes on the budget", "President signs the bill", "Congress and the Senate"]
    label = answer(core, done["run"], headlines[0])
    records = [{"headline": headlines[0] + " " * n, "category": label} for n in range(3)]
    name = imported(core, tmp_path, "three", records)
    found = core("evaluate", done["run"], "--dataset", name, "--grouping", "raw", "--json").json
    assert (found["rows"], found["accuracy"], found["macro_f1"], found["kappa"]) == (3, 1.0, 1.0, 0.0)
    # Wilson's interval of 3 of 3 begins at 3 / (3 + z²).
    assert found["intervals"]["accuracy"] == [pytest.approx(0.4385, abs=1e-4), 1.0]
    assert found["intervals"]["macro_f1"] is None
    assert found["majority_share"] == 1.0
    text = core("evaluate", done["run"], "--dataset", name, "--grouping", "raw").out
    assert "no row is wrong" in text
    assert "1.000  [too few errors for an interval]" in text
    listed = core("errors", done["run"], "--dataset", name, "--grouping", "raw", "--json").json
    assert (listed["rows"], listed["errors"]) == (0, [])
    told = core("errors", done["run"], "--dataset", name, "--since", "2020-01-01")
    assert told.err == "error: no row of dataset 'three' has a date; leave the period out\n"
    core("data", "delete", name, "--yes")


def test_evaluate_has_an_interval_for_every_single_figure(trained):
    core, done = trained
    found = core("evaluate", done["run"], "--json").json
    assert {"accuracy", "macro_f1", "weighted_recall", "kappa", "top_3_accuracy", "log_loss"} <= found[
        "intervals"
    ].keys()
    for name, (low, high) in found["intervals"].items():
        assert low <= found[name] <= high
    assert found["unknown_labels"] == {}
    text = core("evaluate", done["run"]).out
    low, high = found["intervals"]["accuracy"]
    assert f"{found['accuracy']:.3f}  [{low:.3f} to {high:.3f}]" in text
    assert core("evaluate", done["run"], "--json").json["intervals"] == found["intervals"]
