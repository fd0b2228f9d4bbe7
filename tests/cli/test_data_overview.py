"""data overview: counts under filters, beside another dataset, as JSON and for people."""

import json

import pytest

RECORDS = [
    {"headline": "Senate votes", "category": "POLITICS", "date": "2014-01-05", "short_description": "A night."},
    {"headline": "Senate rests", "category": "POLITICS", "date": "2014-03-09", "short_description": ""},
    {"headline": "Goal", "category": "SPORTS"},
]


@pytest.fixture
def small(core):
    for name, records in {"d": RECORDS, "other": RECORDS[1:]}.items():
        file = core.home / f"{name}.jsonl"
        file.write_text("".join(json.dumps(record) + "\n" for record in records))
        assert core.inside("data", "import", file, "--name", name).status == 0
    return core


def test_all_that_the_first_screen_counts(small):
    shown = small.inside("data", "overview", "d", "--grouping", "huffpost-12", "--against", "other", "--json").json
    assert (shown["rows"], shown["of"], shown["undated"]) == (3, 3, 1)
    assert [(one["label"], one["rows"]) for one in shown["categories"]] == [("POLITICS", 2), ("SPORTS", 1)]
    assert [one["label"] for one in shown["groups"]] == ["POLITICS & BUSINESS", "SPORTS"]
    assert shown["imbalance"]["categories"]["ratio"] == 2
    assert shown["months"] == [{"month": "2014-01", "rows": 1}, {"month": "2014-03", "rows": 1}]
    assert shown["lifespans"][0]["last"] == "2014-03"
    assert {(one["column"], one["kind"]): one["rows"] for one in shown["missing"]}[("date", "missing")] == 1
    assert [one["text"] for one in shown["lengths"]] == ["headline", "description"]
    assert {one["column"]: one["missing"] for one in shown["columns"]}["date"] == 1
    against = shown["against"]
    assert (against["dataset"], against["rows"]) == ("other", 2)
    assert against["categories"][0]["difference"] == pytest.approx(2 / 3 - 1 / 2)


def test_filters_narrow_what_is_counted(small):
    shown = small.inside("data", "overview", "d", "--search", "senate", "--from", "2014-02", "--json").json
    assert [(one["label"], one["rows"]) for one in shown["categories"]] == [("POLITICS", 1)]
    none = small.inside("data", "overview", "d", "--search", "nothing", "--json").json
    assert (none["rows"], none["months"], none["lengths"][0]["mean"]) == (0, [], None)


def test_the_text_for_people_says_the_same(small):
    shown = small.inside("data", "overview", "d", "--against", "other")
    assert (shown.status, shown.err) == (0, "")
    for words in ("3 of 3", "POLITICS", "2014-03", "beside other, 2 of 2 rows", "short_description"):
        assert words in shown.out


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--category", "NOPE"], "category 'NOPE'"), (["--against", "nope"], "no dataset 'nope'")],
)
def test_what_is_not_there_is_said_in_one_line(small, options, words):
    done = small.inside("data", "overview", "d", *options)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert words in done.err
