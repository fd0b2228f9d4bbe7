"""`data records`: what the Records of Explore list, on the command line."""

from __future__ import annotations

import json

import pytest

from core.data.importing import import_file

RECORDS = [
    {"headline": "Storm over the sea", "category": "WEIRD NEWS", "date": "2014-01-05", "short_description": "Wind."},
    {"headline": "Calm\nsea", "category": "CRIME", "date": "2014-02-01", "authors": "Ann"},
    {"headline": "A storm of goals", "category": "SPORTS", "short_description": "Storms again."},
    {"headline": "Stormy night", "category": "WORLD NEWS", "date": "2015-03-01", "link": "https://a.b/c"},
]


@pytest.fixture
def records(core, tmp_path):
    file = tmp_path / "in.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    import_file(file, "few")

    def run(*arguments):
        return core("data", "records", "few", *arguments)

    return run


@pytest.mark.parametrize(
    ("arguments", "rows"),
    [
        ((), [0, 1, 2, 3]),
        (("--search", "storm -goals"), [0, 3]),
        (("--group", "NEWS", "--grouping", "huffpost-12"), [0, 3]),
        (("--category", "CRIME", "--category", "SPORTS"), [1, 2]),
        (("--from", "2014-02", "--to", "2014-12"), [1]),
        (("--headline-length", "-12"), [1, 3]),
        (("--description-length", "6-"), [2]),
        (("--described", "--sort", "longest"), [0, 2]),
        (("--undated",), [2]),
        (("--lacking", "link:missing", "--lacking", "authors:missing", "--sort", "newest"), [3, 1, 0, 2]),
        (("--search", "nowhere"), []),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_filters(records, arguments, rows):
    document = records(*arguments, "--json").json
    assert [record["row"] for record in document["records"]] == rows
    assert (document["rows"], document["of"], document["dataset"]) == (len(rows), 4, "few")


def test_people_get_a_line_a_row_and_a_file(records, tmp_path):
    done = records("--limit", "2", "--output", tmp_path / "all.jsonl")
    assert done.out.split("\n")[0] == "4 of 4 rows"
    assert "Calm sea" in done.out
    assert len((tmp_path / "all.jsonl").read_text().rstrip("\n").split("\n")) == 4
    again = records("--category", "CRIME", "--output", tmp_path / "all.jsonl")
    assert (again.status, again.out) == (2, "")
    assert again.err.endswith("exists already; choose another name, or add --overwrite to replace it\n")
    assert records("--category", "CRIME", "--output", tmp_path / "all.jsonl", "--overwrite").status == 0
    assert len((tmp_path / "all.jsonl").read_text().rstrip("\n").split("\n")) == 1
    assert "the first 2 are listed; --top N lists more" in records("--limit", "2").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--search", "/(/"), "the regular expression '(' cannot be used: unclosed group; mend it"),
        (("--category", "Sprots"), "category 'Sprots' is none of the 4; did you mean 'SPORTS'?"),
        (("--category", "X"), "category 'X' is none of the 4; choose one of: CRIME, SPORTS, WEIRD NEWS, WORLD NEWS"),
        (("--sort", "x"), "order 'x' is unknown; choose one of: row, newest"),
        (("--headline-length", "9"), "'9' is no range of lengths; write it as 20-80"),
        (("--output", "x.txt"), "file 'x.txt' would be of an unknown kind; end its name with .csv or .jsonl"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_bad_input_is_one_line(records, arguments, message):
    done = records(*arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("error: ") and message in done.err and done.err.count("\n") == 1
