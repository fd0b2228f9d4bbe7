from __future__ import annotations

import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.data import datasets
from core.data.guessing import Guess
from core.data.preview import preview
from core.data.records import Mapping
from core.errors import InputError

TABLE = "Titel,Rubrik,Tag,mark\n" + "".join(
    f'"The tide, number {number}, turns",{"SEA" if number % 2 else "FOOD"},{number % 28 + 1:02}/02/2020,x\n'
    for number in range(40)
)


@pytest.fixture
def table(inbox) -> str:
    Path("a.csv").write_text(TABLE)
    return "a.csv"


def test_what_is_seen_of_a_file(table):
    found = preview(table)
    assert (found.file, found.name, found.format) == ("a.csv", "a", "CSV")
    assert found.columns == ("Titel", "Rubrik", "Tag", "mark")
    assert found.mapping == Mapping("Titel", None, "Rubrik", "Tag")
    assert found.guesses[0] == Guess("headline", "Titel", "the texts, 26 characters on average")
    assert found.ignored == ("mark",)
    assert (found.looked_at, found.usable, found.whole, found.importable) == (40, 40, True, True)
    assert (found.date_order, found.undecided_dates) == ("day", False)
    assert found.problems == ("dates such as 03/04/2012 were read day first, as 16 of them can only be",)
    assert found.records[0] == {
        "headline": "The tide, number 0, turns",
        "short_description": None,
        "category": "FOOD",
        "date": "2020-02-01",
        "link": None,
        "authors": None,
    }
    assert len(found.records) == 10


def test_the_import_gives_what_was_shown(table, imported, rows_of):
    found = preview(table)
    dataset = imported(Path(table), mapping=found.mapping)
    assert rows_of(dataset)[:10] == list(found.records)
    assert (dataset.rows, dataset.notes) == (found.usable, found.problems)


def test_a_mapping_that_is_asked_for_is_not_guessed_at(table):
    found = preview(table, Mapping(headline="mark", category="Rubrik", date=""))
    assert found.mapping.named() == {"headline": "mark", "category": "Rubrik"}
    assert found.guesses == found.problems == ()
    assert [record["headline"] for record in found.records] == ["x"] * 10
    assert found.records[0]["date"] is None


@pytest.mark.parametrize(
    ("mapping", "problem"),
    [
        (Mapping("Titel"), "no column is the category; choose one"),
        (Mapping(category="Rubrik"), "no column is the headline; choose one"),
        (Mapping("Titel", category="Sparte"), "there is no column 'Sparte' in the beginning"),
        (
            Mapping("Titel", category="Titel"),
            "column 'Titel' is named for the headline and for the category; name another one with --category COL",
        ),
    ],
)
def test_a_mapping_that_cannot_be_used_is_a_problem(table, mapping, problem):
    found = preview(table, mapping)
    assert (found.problems, found.records, found.importable) == ((problem,), (), False)


def test_dates_that_may_be_either_are_asked_about(inbox):
    Path("a.csv").write_text("title,label,date\na,b,03/04/2012\nc,b,05/06/2012\n")
    found = preview("a.csv")
    assert (found.date_order, found.undecided_dates) == (None, True)
    assert found.records[0]["date"] is None
    assert "may be day first or month first" in found.problems[0]
    told = preview("a.csv", found.mapping, date_order="month")
    assert (told.date_order, told.undecided_dates, told.records[0]["date"]) == ("month", False, "2012-03-04")


def test_what_will_be_lost_is_counted(inbox):
    good = {"title": "a", "label": "b", "date": "2012-01-28"}
    rows = [good, {**good, "title": ""}, {**good, "date": "soon"}, {**good, "title": 3}, {**good, "title": " "}]
    Path("a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + "oops\n")
    found = preview("a.jsonl")
    assert (found.looked_at, found.usable) == (6, 2)
    assert found.problems == (
        "2 of the 6 records cannot be used: no headline",
        "1 of the 6 records cannot be used: bad JSON",
        "1 of the 6 records cannot be used: wrong type: headline is a number",
        "1 of the first 2 dates cannot be read; kept without a date",
    )


def test_a_category_that_hardly_repeats_is_doubted(inbox):
    Path("a.csv").write_text("title,label\n" + "".join(f"a,b{number}\n" for number in range(100)))
    assert preview("a.csv").problems == ("column 'label' has 100 different values in 100 rows; is it the category?",)


def test_only_the_beginning_is_read(inbox):
    columns = 10_000
    head = "title,label," + ",".join(f"c{number}" for number in range(columns)) + "\n"
    Path("wide.csv").write_text(head + ("a,b" + ",x" * columns + "\n") * 60)
    found = preview("wide.csv")
    assert (len(found.columns), found.whole, found.mapping) == (columns + 2, False, Mapping("title", None, "label"))
    assert found.looked_at < 30
    Path("long.jsonl").write_text('{"title": "a", "label": "b"}\n' * 1_001 + "\0")
    found = preview("long.jsonl")
    assert (found.looked_at, found.whole, found.problems) == (1_000, False, ())


def test_a_wide_parquet_file_is_read_where_its_names_tell_something(inbox):
    columns = {f"c{number}": ["x"] for number in range(400)} | {"title": ["a"], "label": ["b"]}
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    Path("a.parquet").write_bytes(file.getvalue())
    found = preview("a.parquet")
    assert (found.format, found.encoding, len(found.columns)) == ("Parquet", "", 402)
    assert found.records[0]["headline"] == "a"


def test_a_file_that_cannot_be_read_is_an_error(inbox):
    Path("a.csv").write_bytes(b"")
    with pytest.raises(InputError, match=r"^'a.csv' is empty; give a file with records$"):
        preview("a.csv")


def test_nothing_is_imported_by_a_look(table, home):
    preview(table)
    assert datasets.names() == []
    assert list(home.iterdir()) == []


def test_doubts_about_the_first_line_of_a_table_are_told(inbox):
    Path("a.csv").write_text("title,label,title\na,b,c\n")
    assert preview("a.csv").problems == ("two columns are called 'title'; the later one is 'title (3)' here",)
