"""``data words``, ``data shortcuts``, ``data drift``: what they find among known words, and what they refuse."""

import json

import pytest

from tests import planted
from tests.cli.conftest import CommandLine


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    line = CommandLine(tmp_path_factory.mktemp("words"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(line.home))
        planted.imported(line.home)
    return line


def told(line, *arguments):
    done = line(*arguments, "--json")
    assert (done.status, done.err) == (0, "")
    return done.json


def test_words_of_a_category_against_all_others_and_against_another_one(line):
    one = told(line, "data", "words", "planted", "--category", "SPORTS", "--length", 1)
    assert (one["rows"], one["against_rows"], one["read"], one["of"]) == (60, 180, 240, 240)
    assert [found["shown"] for found in one["ngrams"] if found["z"] > 0] == ["goals"]
    other = told(line, "data", "words", "planted", "--category", "SPORTS", "--against", "ARTS", "--length", 1)
    assert [found["ngram"] for found in other["ngrams"]] == ["goals", "murals"]
    assert other["against_rows"] == 60
    assert set(other["ngrams"][0]) == {
        "ngram", "shown", "words", "ours", "theirs", "our_share", "their_share", "log_odds", "z",
    }  # fmt: skip


def test_filters_hold_and_the_most_frequent_are_listed(line):
    one = told(
        line, "data", "words", "planted", "--search", "headline:goals", "--in", "headline", "--frequent", "--top", 2
    )
    assert one["rows"] == 60
    assert [found["ours"] for found in one["ngrams"]] == [60, 60]


def test_the_planted_shortcut_is_found_with_its_search_and_evidence(line):
    one, *others = told(line, "data", "shortcuts", "planted")["shortcuts"]
    # What changed in NEWS gives it away too, each in its own years.
    assert {other["shown"] for other in others} == {"Fresh Plan", "Stale Deal"}
    assert (one["shown"], one["class"], one["rows"], one["precision"]) == ("(PHOTOS)", "FASHION", 30, 1.0)
    assert one["search"] == "headline:/\\(PHOTOS\\)/"
    assert one["evidence"].startswith("Of 30 rows with “(PHOTOS)”, 100.0% are FASHION (95 % ")
    rows = told(line, "data", "records", "planted", "--search", one["search"], "--limit", 0)["rows"]
    assert rows == one["rows"]


def test_the_planted_change_is_found_and_too_little_is_said(line):
    document = told(line, "data", "drift", "planted", "--class", "NEWS", "--class", "SPORTS", "--words", 3)
    news, sports = document["classes"]
    assert (news["told_apart"], news["came"], news["went"]) == ("strongly", ["Fresh Plan"], ["Stale Deal"])
    assert sports["low"] <= 0.5
    assert "cannot be told apart" in sports["sentence"]
    assert sum(year["rows"] for year in news["years"]) == 60
    gone = told(line, "data", "drift", "planted", "--class", "NEWS", "--gap", 99999)["classes"][0]
    assert (gone["auc"], gone["reason"]) == (None, "no row is left on one side of the gap")


def test_for_people_tables_and_sentences(line):
    assert "NEWS  " in line("data", "drift", "planted", "--words", 2).out
    assert "3 shortcuts to categories" in line("data", "shortcuts", "planted").out
    assert "60 rows against 180 of all other rows" in line("data", "words", "planted", "--category", "NEWS").out


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["words", "nothing"], "there is no dataset 'nothing'"),
        (["words", "planted", "--category", "NEWZ"], "category 'NEWZ' is none of the 4"),
        (["words", "planted", "--against", "NEWZ"], "--against 'NEWZ' is neither a category nor a group of"),
        (["words", "planted", "--in", "link"], "--in 'link' is no field"),
        (["words", "planted", "--search", '"open'], "is not closed"),
        (["words", "planted", "--from", "2014"], "'2014' is no month"),
        (["shortcuts", "planted", "--precision", "2"], "'--precision'"),
        (["drift", "planted", "--class", "NEWZ"], "--class 'NEWZ' is none of the 4"),
        (["drift", "planted", "--grouping", "nothing"], "'nothing'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_is_refused_in_one_line(line, arguments, part):
    done = line("data", *arguments)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert part in done.err


def test_json_is_strict(line):
    out = line("data", "drift", "planted", "--json").out
    assert json.loads(out, parse_constant=pytest.fail)["classes"]
