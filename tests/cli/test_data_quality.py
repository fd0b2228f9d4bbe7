"""``data quality`` and ``data clean`` as scripts meet them."""

import pytest

from core import background
from tests import flawed


@pytest.fixture
def few(home, monkeypatch):
    monkeypatch.setattr(background, "start", flawed.started_here)
    return flawed.imported(home)


def test_flaws_are_told_as_one_document(core, few):
    found = core("data", "quality", "flawed", "--examples", "1", "--json").json
    assert (found["dataset"], found["rows"], found["near_compared"]) == ("flawed", few.rows, True)
    told = {one["kind"]: (one["rows"], one["groups"], one["removable"]) for one in found["findings"]}
    assert told == flawed.FLAWS
    lines = next(one for one in found["findings"] if one["kind"] == "lines")
    assert lines["step"] == "join-lines"
    assert lines["examples"] == [
        {"row": 12, "group": 0, "headline": flawed.RECORDS[12]["headline"], "category": "TRAVEL"}
    ]


def test_flaws_are_told_for_people_and_found_once(core, few, monkeypatch):
    first = core("data", "quality", "flawed", "--no-near")
    assert "Line breaks in the text" in first.out
    assert "Texts were not compared for near-duplicates; --near does it." in first.out
    compared = core("data", "quality", "flawed")
    assert "Nearly the same text" in compared.out

    def never(*_, **__):
        raise AssertionError("it was searched again")

    monkeypatch.setattr(background, "start", never)
    assert core("data", "quality", "flawed").out == compared.out
    assert core("data", "quality", "flawed", "--no-near").out == compared.out


def test_a_copy_is_written_and_its_recipe_taken_again(core, few):
    made = core("data", "clean", "flawed", "--drop-duplicates", "--join-lines", "--drop-small", 2, "--json").json
    assert (made["dataset"], made["rows"]) == ("flawed-clean", few.rows - 6)
    assert made["recipe"]["steps"] == {"join-lines": True, "drop-duplicates": True, "drop-small": 2}
    assert made["recipe"]["counts"] == {"join-lines": 2, "drop-duplicates": 2, "drop-small": 4}
    again = core("data", "clean", "flawed", "--like", "flawed-clean", "--name", "again", "--json").json
    assert again["fingerprint"] == made["fingerprint"]
    assert "left out   6" in core("data", "clean", "flawed", "--like", "flawed-clean", "--name", "third").out


def test_leakage_is_measured_and_kept(core, few, monkeypatch):
    found = core("data", "leakage", "flawed", "--json").json
    assert (found["dataset"], found["rows"]) == ("flawed", few.rows)
    assert [one["split"] for one in found["splits"]] == ["naive", "copydesk"]
    assert all(0 <= one["same"] + one["near"] <= one["rows"] for one in found["splits"])
    assert found["splits"][0]["train"] + found["splits"][0]["rows"] == few.rows

    def never(*_, **__):
        raise AssertionError("it was measured again")

    monkeypatch.setattr(background, "start", never)
    assert "without them" in core("data", "leakage", "flawed").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "no step of cleaning is chosen; choose from: fix-encoding"),
        (["--keep-language", "Klingon"], "keep-language does not know 'Klingon'"),
        (["--join-lines", "--name", "flawed"], "dataset 'flawed' exists already; choose another name"),
        (["--join-lines", "--name", "a/b"], "dataset name 'a/b' cannot be used"),
        (["--drop-longer", "9999"], "nothing in dataset 'flawed' needs drop-longer 9999; no copy was written"),
        (["--like", "flawed"], "dataset 'flawed' is no cleaned copy; name one that `data clean` made"),
        (["--like", "flawed", "--join-lines"], "--like 'flawed' takes the steps of that copy; leave out --join-lines"),
        (["--drop-small", "-1"], "Invalid value for '--drop-small'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_cannot_be_done_is_told_in_one_line(core, few, arguments, told):
    done = core("data", "clean", "flawed", *arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"error: {told}")
    assert done.err.count("\n") == 1


def test_an_unknown_dataset_is_told(core, few):
    assert core("data", "quality", "nowhere").err.startswith("error: there is no dataset 'nowhere'")
