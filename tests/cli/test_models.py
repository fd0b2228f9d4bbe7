"""The models on the command line: listed, marked, retired, brought back, and asked by default."""

import json

import pytest

from core.cli.app import main


@pytest.fixture
def say(home, monkeypatch, capsys):
    """Return ``say(*arguments)`` -> (exit status, JSON document or None, stderr), in a home with the starter alone."""
    monkeypatch.delenv("COPYDESK_STARTER")

    def said(*arguments):
        status = main([*arguments, "--json"])
        out, err = capsys.readouterr()
        return status, json.loads(out) if out else None, err

    return said


def test_the_starter_answers_by_default(say):
    _, document, _ = say("models", "list")
    (one,) = document["models"]
    assert (one["run"], one["mark"], one["default"], one["retired"]) == ("starter", "default", True, False)
    _, document, _ = say("classify", "--headline", "Senate Passes Budget After Long Night", "--top", "1")
    assert (document["run"], document["results"][0]["label"]) == ("starter", "POLITICS & BUSINESS")


def test_retired_it_answers_no_more_and_comes_back(say):
    assert say("models", "retire", "starter")[1] == {"default": None, "retired": ["starter"]}
    assert say("models", "list")[1] == {"models": []}
    assert say("models", "list", "--all")[1]["models"][0]["mark"] == "retired"
    status, document, err = say("classify", "--headline", "Senate Votes")
    assert (status, document, err) == (2, None, "error: there is no model yet; start one with `train`\n")
    assert say("models", "bring-back", "starter")[1] == {"default": None, "retired": []}
    assert say("models", "default", "starter")[1] == {"default": "starter", "retired": []}
    assert say("models", "default", "--none")[1] == {"default": None, "retired": []}


def test_where_it_came_from_and_its_card(say):
    _, document, _ = say("models", "show", "starter")
    assert document["dataset"] == "huffpost"
    assert document["hyperparameters"]["kept_features"] == 46_000
    assert {"model/model.safetensors", "evaluation/rows.parquet"} <= {one["name"] for one in document["files"]}
    _, document, _ = say("models", "card", "starter")
    assert document["card"].startswith("# starter\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["models", "default"], "error: give either a RUN or --none, one of the two\n"),
        (["models", "bring-back", "starter"], "error: run 'starter' is not retired; there is nothing to bring back\n"),
        (
            ["models", "show", "nope"],
            "error: run 'nope' does not exist; the newest is starter; `runs list` shows all\n",
        ),
    ],
    ids=["neither", "in use", "unknown"],
)
def test_what_cannot_be_done(say, arguments, message):
    assert say(*arguments) == (2, None, message)


def test_a_file_is_scored(say, tmp_path):
    (tmp_path / "in.csv").write_text("id,headline\n1,Senate Votes On Budget\n2,\n")
    status, document, _ = say("score", str(tmp_path / "in.csv"), str(tmp_path / "out.jsonl"), "--top", "2")
    seconds = document.pop("seconds")
    assert (status, seconds > 0) == (0, True)
    output = str(tmp_path / "out.jsonl")
    rejected = f"{output}.rejected.jsonl"
    assert document == {"output": output, "rows": 1, "rejected": 1, "rejected_file": rejected, "resumed_at": 0}
    row = json.loads((tmp_path / "out.jsonl").read_text())
    assert (row["id"], row["label"], len(row["top_labels"])) == ("1", "POLITICS & BUSINESS", 2)
