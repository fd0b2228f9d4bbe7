"""Records in Explore: what the URL asks for is listed, what is changed goes to the URL, a file holds all of it."""

from __future__ import annotations

import csv
import io
import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from core.data.engine import ORDERS, open_table
from core.data.filters import Filters
from core.data.importing import import_file
from core.grouping.grouping import Grouping
from core.ui import record_detail, record_filters
from core.ui.records_view import ORDER_NAMES, content, order_of, page_of, row_of

DAYS = ["2014-01-05", "2014-01-05", None, "2014-01-05", "2014-03-01"]
RECORDS = [
    {"headline": f"Story {number}", "category": "AB"[number % 2], **({"date": day} if day else {})}
    for number, day in enumerate(DAYS)
]


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    file = folder / "in.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(folder))
        return open_table(import_file(file, "few"))


@pytest.mark.parametrize(
    ("asked", "pages", "page"), [(None, 9, 1), ("4", 9, 4), ("99", 9, 9), ("0", 9, 1), ("²", 9, 1), ("9" * 30, 9, 1)]
)
def test_a_page_is_one_that_there_is(asked, pages, page):
    assert page_of(asked, pages) == page


@pytest.mark.parametrize(("asked", "row"), [(None, None), ("0", 0), ("5", None), ("-1", None), ("9" * 30, None)])
def test_a_row_is_one_that_there_is(asked, row):
    assert row_of(asked, 5) == row


def test_each_order_has_a_name_and_a_link_with_another_one_gets_the_first():
    assert list(ORDER_NAMES) == list(ORDERS)
    assert (order_of("oldest"), order_of("x"), order_of(None)) == ("oldest", "row", "row")


def test_a_file_holds_all_that_the_filters_leave_in_order(few):
    filters = Filters(categories=("A",))
    shown = SimpleNamespace(table=few, mask=few.mask(filters, Grouping("raw")))
    lines = content(shown, "newest", ".jsonl").read().decode().rstrip("\n").split("\n")
    assert [json.loads(line)["row"] for line in lines] == [4, 0, 2]
    rows = csv.DictReader(io.StringIO(content(shown, "row", ".csv").read().decode("utf-8-sig"), newline=""))
    assert [row["headline"] for row in rows] == ["Story 0", "Story 2", "Story 4"]


def test_records_of_the_same_day_begin_with_those_of_the_category(few):
    assert record_detail.same_day(few, 1).tolist() == [3, 0]
    assert record_detail.same_day(few, 4).tolist() == []
    assert record_detail.day_text(pd.Timestamp("2014-01-05"), 2) == "2 other records of 2014-01-05"
    assert record_detail.day_text(pd.Timestamp("2014-01-05"), 9).endswith("; 8 of them, its category first")


def test_a_record_is_told_whole_and_as_text():
    record = pd.Series(
        {"category": "A_B", "date": pd.NaT, "authors": " ", "link": "javascript:x", "headline": "<b>",
         "short_description": None}
    )  # fmt: skip
    told = record_detail.facts(record, 1234, "G")
    assert told == (
        "**A\\_B** in group G · no date · no description · authors empty · link javascript\\:x · "
        "headline of 3 characters · row 1,234"
    )
    assert "&lt;b&gt;" in record_detail.text_html(record["headline"], None)
    assert record_detail.web_address(record["link"]) is None


def test_what_was_searched_is_underlined():
    found = record_detail.searched('head "two words" -not headline:/(a+)+$/ b&b')
    assert record_detail.text_html("Headlines: B&B <not>", None, found).split("strong>")[1] == (
        "<u>Head</u>lines: <u>B&amp;B</u> &lt;not&gt;</"
    )
    assert "<u>two-words</u>" in record_detail.text_html("h", "in two-words", found)


def test_months_are_those_of_the_rows(few):
    assert record_filters.spanned(few.month) == ["2014-01", "2014-02", "2014-03"]
    assert record_filters.spanned(few.month[:0]) == []
    # A date that was read wrong makes no list of 24,000 months.
    wide = np.array([0, 24_000], dtype=np.int32)
    assert len(record_filters.spanned(wide)) == record_filters.MOST_MONTHS + 1


SCRIPT = """
import streamlit as st
from core.data import datasets
from core.grouping.grouping import Grouping
from core.ui import records_view
from core.ui.explored import asked, explored
from core.ui.theme import palette_for

filters, _ = asked()
grouping = Grouping("g", {"A": "ALL", "B": "ALL"})
records_view.draw(explored(datasets.load("few"), grouping, filters, palette_for("light")))
"""


@pytest.fixture
def part(few, monkeypatch):
    """Return the part as Streamlit runs it, under the URL given."""
    from streamlit.testing.v1 import AppTest

    monkeypatch.setenv("COPYDESK_HOME", str(few.dataset.path.parent.parent))

    def run(**query):
        at = AppTest.from_string(SCRIPT, default_timeout=60)
        for name, value in query.items():
            at.query_params[name] = value
        return checked(at.run())

    return run


def checked(at):
    assert not at.exception, at.exception[0].value
    return at


def asked(at, name):
    found = at.query_params.get(name)
    return found[0] if isinstance(found, list) else found


def listed(at):
    return at.dataframe[0].value["row"].tolist()


def test_a_link_lists_its_records_and_tells_one_whole(part):
    at = part(q="story", cat="B", sort="newest", row="1")
    assert listed(at) == [1, 3]
    assert at.text_input(key="explore_records_search").value == "story"
    assert at.multiselect(key="explore_records_categories").value == ["B"]
    assert any("in group ALL" in caption.value and "row 1" in caption.value for caption in at.caption)


def test_what_is_changed_goes_to_the_url(part):
    at = part(row="1", page="1")
    at = checked(at.text_input(key="explore_records_search").set_value(' "story 4" ').run())
    assert (asked(at, "q"), asked(at, "row"), listed(at)) == ('"story 4"', None, [4])
    at = checked(at.text_input(key="explore_records_search").set_value("").run())
    at = checked(at.selectbox(key="explore_records_to").set_value("2014-01").run())
    assert (asked(at, "to"), listed(at)) == ("2014-01", [0, 1, 3])
    # The end that is moved past the other takes it along.
    at = checked(at.selectbox(key="explore_records_from").set_value("2014-03").run())
    assert (asked(at, "from"), asked(at, "to"), listed(at)) == ("2014-03", "2014-03", [4])
    at = checked(at.selectbox(key="explore_records_sort").set_value("oldest").run())
    assert asked(at, "sort") == "oldest"


def test_what_cannot_be_understood_stays_to_be_mended(part):
    at = part()
    at = checked(at.text_input(key="explore_records_search").set_value("/(/").run())
    assert at.text_input(key="explore_records_search").value == "/(/"
    (told,) = at.warning
    assert "unclosed group" in told.value and "as it was before" in told.value
    assert (asked(at, "q"), len(listed(at))) == (None, 5)
    at = checked(at.text_input(key="explore_records_headline_length").set_value("8-").run())
    assert at.text_input(key="explore_records_search").value == ""
    assert (asked(at, "hl"), at.dataframe.len) == ("8-", 0)
    assert any("No record is like that" in text.value for text in at.markdown)
