"""The whole way on the command line, with the keys that others script against."""

import json

import pytest

from core.grouping.builtin import HUFFPOST_12
from tests import homes

LINES = [
    {"headline": f"{word} {number}", "category": kind}
    for kind, word in (("A", "cat"), ("B", "dog"))
    for number in range(9)
]


def test_import_show_list_and_delete(core, tmp_path):
    file = tmp_path / "news.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in LINES) + "not json\n")
    done = core("data", "import", file, "--name", "news", "--json")
    assert done.status == 0
    assert (done.json["dataset"], done.json["rows"], done.json["rejected"], done.json["categories"]) == (
        "news",
        18,
        1,
        2,
    )
    assert {"fingerprint", "seconds"} <= done.json.keys()
    assert core("data", "show", "news", "--json").json == done.json
    assert core("data", "list", "--json").json == {"datasets": [done.json]}
    assert core("data", "delete", "news", "--yes").status == 0
    assert core("data", "list", "--json").json == {"datasets": []}


def test_columns_can_be_named(core, tmp_path):
    (tmp_path / "t.csv").write_text("kop;rubriek\nkat;A\nhond;B\n", encoding="utf-8")
    done = core(
        "data", "import", tmp_path / "t.csv", "--name", "t", "--headline", "kop", "--category", "rubriek", "--json"
    )
    assert done.json["rows"] == 2


def test_train_prints_run_state_seconds_and_metrics(trained):
    _, done = trained
    assert done["state"] == "succeeded"
    assert done["seconds"] > 0
    assert {"accuracy", "macro_f1", "weighted_f1"} <= done["metrics"].keys()
    assert done["metrics"]["accuracy"] > 1 / done["metrics"]["labels"]


def test_runs_list_and_show(trained):
    core, done = trained
    shown = core("runs", "show", done["run"], "--json").json
    keys = {"run", "state", "model", "target", "grouping", "dataset", "created_at", "seconds", "progress", "metrics"}
    assert keys | {"error"} <= shown.keys()
    assert core("runs", "list", "--json").json == {"runs": [shown], "damaged": []}
    assert "succeeded after" in core("runs", "logs", done["run"], "--follow").out


@pytest.mark.parametrize(("grouping", "labels"), [("huffpost-12", 12), ("raw", 42)])
def test_evaluate_has_the_keys_that_scripts_rely_on(trained, grouping, labels):
    core, done = trained
    found = core("evaluate", done["run"], "--grouping", grouping, "--json").json
    keys = {"run", "dataset", "grouping", "rows", "accuracy", "macro_f1", "weighted_f1", "labels", "confusion"}
    assert keys | {"totals", "per_class", "seconds"} <= found.keys()
    assert len(found["labels"]) == len(found["confusion"]) == len(found["per_class"]) == labels
    assert sum(map(sum, found["confusion"])) == found["rows"] == done["metrics"]["rows"]
    assert found["totals"].keys() == {"tp", "fp", "fn", "tn"}


def test_whatif_with_a_grouping_from_a_file(trained, tmp_path):
    core, done = trained
    halves = {category: "VOICES AND NEWS" if "O" in category else "THE REST" for category in HUFFPOST_12.mapping}
    (tmp_path / "halves.json").write_text(json.dumps(halves))
    found = core("whatif", done["run"], "--grouping", tmp_path / "halves.json", "--json").json
    assert found["labels"] == ["THE REST", "VOICES AND NEWS"]
    assert 0 <= found["information_kept"] <= 1
    raw = core("whatif", done["run"], "--grouping", "raw", "--json").json
    assert raw["accuracy"] <= found["accuracy"]


def test_evaluate_on_another_dataset_scores_all_of_its_rows(trained, tmp_path):
    core, done = trained
    lines = [
        {"headline": "Senate passes the budget", "category": "POLITICS"},
        {"headline": "Goal!", "category": "SPORTS"},
    ]
    (tmp_path / "two.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    core("data", "import", tmp_path / "two.jsonl", "--name", "two")
    found = core("evaluate", done["run"], "--dataset", "two", "--json").json
    assert (found["dataset"], found["rows"]) == ("two", 2)
    core("data", "delete", "two", "--yes")


def test_rows_that_were_trained_on_are_counted_in_another_dataset(trained, tmp_path):
    core, done = trained
    lines = homes.part_of_sample().strip().split("\n")
    (tmp_path / "reversed.jsonl").write_text("\n".join(reversed(lines)), encoding="utf-8")
    core("data", "import", tmp_path / "reversed.jsonl", "--name", "reversed")
    found = core("evaluate", done["run"], "--dataset", "reversed", "--json").json
    assert found["rows"] == len(lines)
    assert found["seen_in_training"] == len(lines) - done["metrics"]["rows"]
    assert core("evaluate", done["run"], "--json").json["seen_in_training"] == 0
    assert "the figures flatter it" in core("evaluate", done["run"], "--dataset", "reversed").out
    core("data", "delete", "reversed", "--yes")


def test_evaluate_on_the_training_data_itself_scores_the_test_rows_alone(trained):
    core, done = trained
    assert core("evaluate", done["run"], "--dataset", "sample", "--json").json["rows"] == done["metrics"]["rows"]


def test_classify_one(trained):
    core, done = trained
    found = core(
        "classify", "--run", done["run"], "--headline", "Senate votes on the budget", "--explain", "--json"
    ).json
    (answer,) = found["results"]
    keys = {"headline", "label", "confidence", "probabilities", "seconds", "explanation"}
    assert keys <= answer.keys()
    assert found["run"] == done["run"]
    assert len(answer["probabilities"]) == 12
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert answer["label"] == max(answer["probabilities"], key=answer["probabilities"].get)
    assert answer["confidence"] == pytest.approx(answer["probabilities"][answer["label"]])
    assert answer["explanation"]["words"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lines.txt", "Senate votes\u2028again\n\nGoal in the final\n"),
        ("t.csv", "title,summary\nSenate votes again,\nGoal in the final,late\n"),
        ("t.jsonl", '{"headline": "Senate votes again"}\n{"headline": "Goal in the final"}\n'),
    ],
)
def test_classify_a_file_keeps_the_order(trained, tmp_path, name, text):
    core, done = trained
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = core("classify", "--run", done["run"], "--file", tmp_path / name, "--top", "3", "--json").json["results"]
    assert [answer["headline"].split()[0] for answer in found] == ["Senate", "Goal"]
    assert all(len(answer["probabilities"]) == 3 for answer in found)


def test_the_same_run_answers_under_another_grouping(trained):
    core, done = trained
    found = core("classify", "--run", done["run"], "--headline", "Goal", "--grouping", "raw", "--json").json
    assert len(found["results"][0]["probabilities"]) == 42


def test_export_gives_a_scikit_learn_pipeline_with_the_same_answers(trained, tmp_path):
    import joblib

    core, done = trained
    found = core("export", done["run"], tmp_path / "pipeline.joblib", "--json").json
    assert found["bytes"] == (tmp_path / "pipeline.joblib").stat().st_size
    pipeline = joblib.load(tmp_path / "pipeline.joblib")
    text = "Senate votes on the budget"
    answer = core("classify", "--run", done["run"], "--headline", text, "--grouping", "raw", "--json").json["results"][
        0
    ]
    ours = [answer["probabilities"][label] for label in pipeline.classes_]
    assert pipeline.predict_proba([text])[0] == pytest.approx(ours, abs=1e-4)


def test_groupings_are_saved_shown_and_listed(core, tmp_path):
    (tmp_path / "g.yaml").write_text("DESK: [A, B]\nOTHER: [C]\n")
    saved = core("grouping", "save", tmp_path / "g.yaml", "--name", "desks", "--note", "by desk", "--json").json
    assert (saved["grouping"], saved["version"], saved["groups"], saved["note"]) == ("desks", 1, 2, "by desk")
    assert {**core("grouping", "show", "desks", "--json").json, "checked_with": None, "unknown": []} == saved
    names = [one["grouping"] for one in core("grouping", "list", "--json").json["groupings"]]
    assert names == ["huffpost-12", "raw", "desks"]
    shown = core("grouping", "show", "desks").out
    (tmp_path / "again.yaml").write_text(shown)
    again = core("grouping", "save", tmp_path / "again.yaml", "--name", "again", "--json").json
    assert again["partition"] == saved["partition"]


def test_a_failed_run_exits_with_1(core):
    core("data", "sample")
    done = core(
        "train",
        "--dataset",
        "sample",
        "--preset",
        "notebook",
        "--set",
        "max_df=1",
        "--set",
        "min_df=400",
        "--wait",
        "--json",
    )
    assert done.status == 1
    assert done.json["state"] == "failed"
    assert done.json["error"]


def test_a_run_is_started_cancelled_and_deleted(core, hold):
    core("data", "sample")
    hold("fit")
    started = core("train", "--dataset", "sample", "--json").json
    assert started["state"] in {"queued", "running"}
    refused = core("runs", "delete", started["run"], "--yes")
    assert (refused.status, refused.out) == (2, "")
    assert core("runs", "cancel", started["run"], "--json").json == {"run": started["run"], "state": "cancelled"}
    assert core("runs", "delete", started["run"], "--yes").status == 0
    assert core("runs", "list", "--json").json == {"runs": [], "damaged": []}
