from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from core.data.dates import UNREADABLE
from core.data.records import ALIASES, ColumnFinder, Mapping, Unusable, detected, text_from, text_of, typed_row
from core.errors import InputError

PLAIN = Mapping("headline", "short_description", "category", "date", "link", "authors")


@pytest.mark.parametrize(("field", "alias"), [(field, alias) for field, names in ALIASES.items() for alias in names])
@pytest.mark.parametrize("spelled", [str, str.upper, lambda name: name.replace("_", " ").title(), "-{}".format])
def test_an_obvious_name_is_found_however_it_is_spelled(field, alias, spelled):
    column = spelled(alias)
    assert detected([column], Mapping()).named() == {field: column}


def test_the_first_of_several_names_wins_and_what_is_named_is_not_taken_twice():
    columns = ["summary", "title", "description", "headline", "topic"]
    assert detected(columns, Mapping()) == Mapping("headline", "description", "topic")
    assert detected(columns, Mapping(headline="description")) == Mapping("description", "summary", "topic")


def test_a_field_can_be_said_to_have_no_column():
    columns = ["title", "label", "date", "url"]
    assert detected(columns, Mapping(date="", link="")) == Mapping("title", None, "label", "", "")
    assert detected(columns, Mapping(date="")).named() == {"headline": "title", "category": "label", "link": "url"}
    assert "no column is the category" in check(Mapping(category=""), *columns)
    assert typed_row({"title": "a", "label": "b", "": "c"}, Mapping("title", "", "label", "", "", "")) == (
        ("a", None, "b", None, None, None)
    )


def check(wanted: Mapping, *columns: str) -> str:
    finder = ColumnFinder(wanted)
    finder.learn(columns)
    with pytest.raises(InputError) as caught:
        finder.check()
    return str(caught.value)


def test_a_wrong_name_is_told_with_the_columns_and_the_option():
    assert check(Mapping(headline="Titel"), "headline", "category") == (
        "there is no column 'Titel' for the headline; the columns found are 'headline', 'category'; "
        "name one of them with --headline COL"
    )
    assert check(Mapping(short_description="text"), "headline", "category") == (
        "there is no column 'text' for the short description; the columns found are 'headline', 'category'; "
        "name one of them with --description COL"
    )
    assert check(Mapping(), "Titel", "label") == (
        "no column is the headline; the columns found are 'Titel', 'label'; name one of them with --headline COL"
    )
    assert check(Mapping(), "title") == (
        "no column is the category; the columns found are 'title'; name one of them with --category COL"
    )


def test_one_column_cannot_be_two_fields():
    with pytest.raises(InputError) as caught:
        ColumnFinder(Mapping(headline="a", category="a"))
    assert str(caught.value) == (
        "column 'a' is named for the headline and for the category; name another one with --category COL"
    )


def test_a_column_that_comes_late_is_still_found():
    finder = ColumnFinder(Mapping())
    first, second = {"title": "a", "label": "b"}, {"title": "a", "label": "b", "summary": "c", "x": 1}
    assert finder.look(first) == Mapping("title", None, "label")
    assert finder.look(second) == Mapping("title", "summary", "label")
    assert finder.ignored() == ("x",)


def test_a_thousand_records_are_enough_to_miss_a_column():
    finder = ColumnFinder(Mapping(category="Rubrik"))
    with pytest.raises(InputError, match="there is no column 'Rubrik'"):
        for _ in range(1_000):
            finder.look({"headline": "a"})


def test_values_are_kept_as_they_are_but_for_the_category():
    record = {
        "headline": " a\u2028b ",
        "short_description": "",
        "category": "\tSEA\n",
        "date": dt.datetime(1970, 1, 3, 23),
        "link": None,
        "authors": ["Ann", "Ben"],
    }
    assert typed_row(record, PLAIN) == (" a\u2028b ", "", "SEA", 2, None, "Ann, Ben")


def test_a_date_that_cannot_be_read_keeps_the_record():
    row = typed_row({"headline": "a", "category": "b", "date": "soon"}, PLAIN)
    assert row == ("a", None, "b", UNREADABLE, None, None)


@pytest.mark.parametrize(
    ("value", "category"),
    [(3, "3"), (0, "0"), (3.0, "3"), (2.5, "2.5"), (1e6, "1000000"), (-1, "-1"), ("3.0", "3.0"), (" 3 ", "3")],
)
def test_a_number_is_a_category(value, category):
    assert typed_row({"headline": "a", "category": value}, PLAIN)[2] == category


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"headline": None}, "no headline"),
        ({"headline": ""}, "no headline"),
        ({"headline": " \u00a0\n"}, "no headline"),
        ({"headline": float("nan")}, "no headline"),
        ({"headline": 3}, "wrong type: headline is a number"),
        ({"headline": True}, "wrong type: headline is a boolean"),
        ({"headline": ["a"]}, "wrong type: headline is a list"),
        ({"headline": "a" * 10_001}, "headline over 10,000 characters"),
        ({"category": None}, "no category"),
        ({"category": "  "}, "no category"),
        ({"category": True}, "wrong type: category is a boolean"),
        ({"category": float("nan")}, "no category"),
        ({"category": "c" * 201}, "category over 200 characters"),
        ({"short_description": {"a": 1}}, "wrong type: short_description is an object"),
        ({"link": 1.5}, "wrong type: link is a number"),
        ({"authors": 7}, "wrong type: authors is a number"),
        ({"authors": ["a", 7]}, "wrong type: authors is a list of other things than texts"),
        ({"authors": b"a"}, "wrong type: authors is a bytes"),
    ],
)
def test_a_record_that_cannot_be_a_row_says_why(change, reason):
    with pytest.raises(Unusable) as caught:
        typed_row({"headline": "a", "category": "b"} | change, PLAIN)
    assert str(caught.value) == reason


def test_the_longest_headline_is_a_row():
    row = typed_row({"headline": "ä" * 10_000, "category": "b"}, PLAIN)
    assert len(row[0]) == 10_000


def test_the_text_is_headline_and_description_trimmed():
    frame = pd.DataFrame(
        {"headline": [" Tide", "Bread", "Ships "], "short_description": ["turns. ", "", None]}, dtype="str"
    )
    texts = text_of(frame)
    assert texts.tolist() == ["Tide turns.", "Bread", "Ships"]
    assert texts.tolist() == [
        text_from(headline, None if pd.isna(description) else description)
        for headline, description in zip(frame["headline"], frame["short_description"], strict=True)
    ]
