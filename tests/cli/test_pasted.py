"""``pasted`` and what ``classify`` adds about one headline, as a person types them."""

import csv

import pytest


def test_from_a_wrong_answer_to_a_dataset_that_has_it(trained, tmp_path):
    core, _ = trained
    text = ("--headline", "=Gulls return to the harbour")
    assert core("pasted", "list").out == "no pasted text is kept\n"
    assert core("pasted", "join", "sample", "--name", "more").status == 2
    assert core("pasted", "keep", *text, "--category", "ENVIRONMENT", "--json").json["category"] == "ENVIRONMENT"
    assert core("pasted", "list", "--json").json["pasted"][0]["headline"] == text[1]
    assert core("pasted", "export", tmp_path / "p.csv", "--json").json["rows"] == 1
    with (tmp_path / "p.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["headline"] == f"'{text[1]}"
    rows = core("data", "show", "sample", "--json").json["rows"]
    assert core("pasted", "join", "sample", "--name", "more", "--json").json["rows"] == rows + 1
    assert core("pasted", "remove", *text).status == 0
    assert core("pasted", "remove", *text).status == 2
    assert core("data", "delete", "more", "--yes").status == 0


def test_one_headline_is_explained_with_what_would_change_it_and_what_is_like_it(trained):
    core, train = trained
    one = ("--run", train["run"], "--headline", "Senate votes on the budget")
    found = core("classify", *one, "--explain", "--nearest", 2, "--json")
    (result,) = found.json["results"]
    assert result["changes"]["without"]["label"] != result["label"]
    assert len(result["nearest"]) == 2
    assert result["nearest"][0]["similarity"] >= result["nearest"][1]["similarity"] > 0
    told = core("classify", "--run", train["run"], "--headline", "Qzxwv", "--explain").out
    assert "note: The model knows no word of this text" in told


BAD = [("pasted", "export", "p.xlsx"), ("pasted", "keep", "--headline", " ", "--category", "A")]


@pytest.mark.parametrize("arguments", BAD, ids=["ending", "blank"])
def test_bad_input_is_told_in_one_line(core, arguments):
    done = core(*arguments)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)


def test_a_category_that_nothing_has_needs_to_be_called_new(trained):
    core, _ = trained
    text = ("--headline", "Gulls at sea", "--category", "ENVIROMENT")
    done = core("pasted", "keep", *text)
    assert (done.status, done.out) == (2, "")
    assert done.err.endswith("add --new if it is a new one; did you mean 'ENVIRONMENT'?\n")
    assert core("pasted", "keep", *text, "--new", "--json").json["category"] == "ENVIROMENT"
    assert core("pasted", "remove", *text[:2]).status == 0
