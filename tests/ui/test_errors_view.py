"""What the list of errors reads from a link and writes into one, and one record as HTML: whole and harmless."""

import re
from datetime import date
from html import unescape

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.errors import Query
from core.inference.pulls import Pulls
from core.ui.error_detail import text_html
from core.ui.errors_view import confidence_of, confidence_text, day_of, heading, page_of
from core.ui.theme import DARK, LIGHT, contrast

FIRST, LAST = date(2012, 1, 28), date(2022, 9, 23)


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_range_of_confidence_comes_back_from_the_link(one, other):
    bounds = (min(one, other) / 100, max(one, other) / 100)
    assert confidence_of(confidence_text(bounds)) == bounds


@pytest.mark.parametrize("asked", [None, "", "0.5", "a-b", "0.9-0.1", "-1-2", "0.1-0.2-0.3", "nan-1", "0.2-1.5"])
def test_a_range_that_is_none_is_all_of_it(asked):
    assert confidence_of(asked) == (0.0, 1.0)


def test_all_of_it_is_left_out_of_the_link():
    assert confidence_text((0.0, 1.0)) is None


@pytest.mark.parametrize(
    ("asked", "day"),
    [
        ("2015-03-01", date(2015, 3, 1)),
        ("1999-01-01", FIRST),
        ("2050-01-01", LAST),
        ("2015-13-01", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_day_is_no_further_out_than_the_rows(asked, day):
    assert day_of(asked, FIRST, LAST) == day


@pytest.mark.parametrize(
    ("asked", "page"), [("2", 2), ("9", 3), ("0", 1), ("-1", 1), ("x", 1), ("", 1), (None, 1), ("²", 1)]
)
def test_a_page_is_one_that_there_is(asked, page):
    assert page_of(asked, 3) == page


@pytest.mark.parametrize(
    ("query", "rows", "text"),
    [
        (Query(), 12345, "12,345 wrong rows"),
        (Query(kind="all"), 1, "1 row"),
        (Query(kind="right", true="A"), 2, "2 right rows of A"),
        (Query(true="A", predicted="B"), 2, "2 rows of A taken for B"),
        (Query(predicted="B"), 1, "1 wrong row taken for B"),
        (Query(kind="right", predicted="B"), 208, "208 right rows taken for B"),
        (Query(kind="all", predicted="B", order="row"), 2, "2 rows taken for B"),
        (Query(true="A", search="the"), 2, "2 wrong rows of A, filtered"),
        (Query(kind="right", true="A", predicted="A"), 3, "3 rows of A rightly taken for A"),
        (Query(true="*A*"), 0, "0 wrong rows of \\*A\\*"),
    ],
    ids=str,
)
def test_the_heading_says_what_is_listed(query, rows, text):
    assert heading(query, rows) == text


def pulled(**pull):
    words = pd.DataFrame({"feature": list(pull), "difference": list(pull.values())})
    return Pulls("A", "B", words)


@given(st.text(), st.text())
def test_a_text_is_shown_whole_and_cannot_be_markup(headline, description):
    html = text_html(headline, description, pulled(script=2.0, alert=-1.0), LIGHT)
    assert unescape(re.sub(r"<[^>]*>", "", html)) == headline + description
    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z]+)", html))
    assert tags <= {"div", "strong", "span"}


def test_markup_in_a_headline_is_text():
    html = text_html('<script>alert("x")</script>', "", pulled(script=2.0), LIGHT)
    assert "<script" not in html
    assert "&lt;" in html


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_words_that_pulled_either_way_can_be_read_on_their_shade(palette):
    html = text_html("budget cake night", "", pulled(budget=3.0, cake=-3.0, night=0.01), palette)
    shades = re.findall(r"background:(#\w+);color:(#\w+);[^>]*>(\w+)<", html)
    assert [word for *_, word in shades] == ["budget", "cake"]
    assert shades[0][0] != shades[1][0]
    assert all(contrast(ink, fill) >= 4.5 for fill, ink, _ in shades)


def test_without_known_pulls_the_text_stands_plain():
    assert text_html("A & B", "", None, LIGHT).count("<span") == 0
    assert "A &amp; B<" in text_html("A & B", "more", None, LIGHT)
