"""The search box: what is read, what is found, and what is refused in one line."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.query import SEARCHED, Query, Term, parse, printed
from core.errors import InputError

WORD = st.text("ab'’-.(_é1:/", min_size=1, max_size=6)
FIELDS = st.sampled_from([None, *SEARCHED])


def terms():
    # What begins like another kind of term, or like a field, is no word.
    word = WORD.filter(lambda text: text[0] not in '-"“/' and ":" not in text)
    phrase = st.one_of(st.text(f"ab -/\n:'{mark}", min_size=1, max_size=8) for mark in '"”').filter(str.strip)
    expression = st.sampled_from(["a+", "^a b$", r"\d/\w", "[/]x", "(?-i)A|b"])
    kinds = [("word", word), ("phrase", phrase), ("expression", expression)]
    made = [st.builds(Term, st.just(kind), text, FIELDS, st.booleans()) for kind, text in kinds]
    return st.lists(st.one_of(made), max_size=4, unique=True).map(lambda found: Query(tuple(found)))


@given(terms())
def test_a_printed_query_is_read_as_the_same(query):
    assert parse(printed(query)) == query


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", []),
        ("  \n", []),
        ("storm", [Term("word", "storm")]),
        ("storm  STORM storm", [Term("word", "storm"), Term("word", "STORM")]),
        ('"two words"', [Term("phrase", "two words")]),
        ("“two words”", [Term("phrase", "two words")]),
        ("-storm", [Term("word", "storm", without=True)]),
        ("- storm", [Term("word", "-"), Term("word", "storm")]),
        ("Headline:storm", [Term("word", "storm", "headline")]),
        ("-short_description:“a b”", [Term("phrase", "a b", "description", True)]),
        ("link:/a b/ c", [Term("expression", "a b", "link"), Term("word", "c")]),
        ("/a\\/b/", [Term("expression", "a\\/b")]),
        ("/a/b/", [Term("expression", "a/b")]),
        ("10:30 WATCH: it's", [Term("word", "10:30"), Term("word", "WATCH:"), Term("word", "it's")]),
    ],
)
def test_terms(text, wanted):
    assert list(parse(text).terms) == wanted


def matches(query, text):
    (term,) = parse(query).terms
    return pl.Series([text]).str.contains(term.pattern).item()


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("storm", "The STORMS"),
        ("storm", "sandstorm\u2028storm"),
        ("ÉTÉ", "l'été"),
        ("don't", "I don’t"),
        ("(PHOTOS)", "Cats(photos)"),
        ("$1", "for $1.50"),
        ("c++", "in C++"),
        ("covid-19", "COVID-19's"),
        ('"black lives matter"', "#Black-Lives: matter!"),
        ('"black lives"', "black\u2028\n lives"),
        ('"!!!"', "so!!!"),
        ("/^the .*s$/", "The ships"),
        ("/(?-i)US\\b/", "the US"),
        ("/\\d{4}/", "in 2014"),
        ("شمس", "ال شمس"),
        ("😀", "hi😀"),
        ("\x00", "a\x00b"),
    ],
)
def test_found(query, text):
    assert matches(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("storm", "sandstorm"),
        ("ete", "été"),
        ("a.c", "abc"),
        ('"black live"', "black lives"),
        ('"black matter"', "black lives matter"),
        ("/^ship/", "the ship"),
        ("/(?-i)US\\b/", "us"),
    ],
)
def test_not_found(query, text):
    assert not matches(query, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('a "b', "the quotation mark before 'b' is not closed; close it"),
        ('""', "there is nothing between two quotation marks of the search; write words there"),
        ("/a", "the expression '/a' is not closed; end it with / or put the text into quotation marks"),
        ("/(a/", "the regular expression '(a' cannot be used: unclosed group; mend it"),
        ("/(?=a)/", "the regular expression '(?=a)' cannot be used: look-around, including look-ahead and "
         "look-behind, is not supported; mend it"),
        ("/a{1000}{1000}/", "the regular expression 'a{1000}{1000}' cannot be used: it is too large; mend it"),
        ("title:x", "there is no field 'title' to search; use headline:, description:, category:, link:, authors: "
         "or put the text into quotation marks"),
        ('"a"b', "in the search, a space is missing before 'b'; put one there"),
        ("a" * 1001, "a search of 1,001 characters is too long; use at most 1,000"),
        (" ".join(map(str, range(31))), "a search of 31 words is too long; use at most 30"),
    ],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_a_bad_search_is_told_in_one_line(text, message):
    with pytest.raises(InputError) as told:
        parse(text)
    assert str(told.value) == message


def test_an_expression_made_to_hang_is_searched_in_linear_time():
    # A backtracking engine would need 2 ** 5000 steps.
    assert not matches("/(a+)+$/", "a" * 5000 + "!")
