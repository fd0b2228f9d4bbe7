from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.delimited_reader import DELIMITERS, delimited, delimiter_of
from core.data.rejection import Rejection
from core.errors import InputError

CELL = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(',;\t|"\n\r\u2028'), max_size=8)


def read(content: bytes) -> tuple[tuple[str, ...], list]:
    columns, records = delimited(io.BytesIO(content), content[:65_536], "'a.csv'")
    return columns, [(line, value.reason if isinstance(value, Rejection) else value) for line, value in records]


@given(
    st.lists(st.tuples(CELL, CELL, CELL)),
    st.sampled_from(DELIMITERS),
    # With \n alone as the end, csv.writer of Python 3.11 leaves \r unquoted, and it is lost.
    st.sampled_from([("\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_MINIMAL)]),
)
def test_what_a_table_program_writes_is_read_back(rows, delimiter, style):
    end, quoting = style
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(["title", "label", "text, more"])
    writer.writerows(rows)
    columns, records = read(file.getvalue().encode())
    assert columns == ("title", "label", "text, more")
    assert [tuple(record.values()) for _, record in records] == rows


@given(st.binary(max_size=60).map(lambda tail: b"title,label\n" + tail))
def test_every_line_is_in_a_row_or_rejected(content):
    _, records = read(content)
    lines = content.removesuffix(b"\n").count(b"\n") + 1
    numbers = [line for line, _ in records]
    assert numbers == sorted(set(numbers))
    assert all(2 <= line <= lines for line in numbers)


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        (b"headline,category\n", ","),
        (b"headline;category\n", ";"),
        (b"headline\tcategory\n", "\t"),
        (b"headline|category\n", "|"),
        (b'"headline";"category, raw";"category"\n', ";"),
        (b"Titel;Rubrik;Text, lang\n", ";"),
        (b"headline\n", ","),
    ],
)
def test_the_delimiter_is_told_from_the_header(header, delimiter):
    assert delimiter_of(header) == delimiter


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"a", "fewer cells than columns"),
        (b"a,b,c", "more cells than columns"),
        (b'"a"b,c', "bad quotes"),
        (b"a\rb,c", "a carriage return outside quotes"),
        (b"\xff,b", "unreadable bytes"),
        (b"x" * 1_000_001, "a line over 1 MB"),
        (b'a,"b', "a quote that is never closed"),
    ],
)
def test_a_line_that_is_no_row_is_rejected_alone(line, reason):
    content = b"\n".join([b"title,label", b'"a\nb",c', line, b"", b"d,e"])
    expected = [(2, {"title": "a\nb", "label": "c"}), (4, reason), (6, {"title": "d", "label": "e"})]
    assert read(content) == (("title", "label"), expected)


def test_a_quote_left_open_takes_no_more_than_its_line():
    content = b'title,label\na,"b\n' + b"c,d\n" * 300_000
    _, records = read(content)
    assert records[0] == (2, "a line over 1 MB")
    assert len(records) == 300_001
    assert records[-1] == (300_002, {"title": "c", "label": "d"})


def test_columns_without_name_or_with_one_name_stay_apart():
    assert read(b"title,,label,title\na,b,c,d\n") == (
        ("title", "column 2", "label", "title (4)"),
        [(2, {"title": "a", "column 2": "b", "label": "c", "title (4)": "d"})],
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'"title,label\na,b\n', "'a.csv': the first line cannot be read as column names; mend it"),
        (b"title,label\ra,b\r", "'a.csv': the first line cannot be read as column names; mend it"),
        (b"tit\xffle,label\n", "'a.csv': the column names have unreadable bytes; save the file as UTF-8"),
    ],
)
def test_a_header_that_is_none(content, message):
    with pytest.raises(InputError) as caught:
        read(content)
    assert str(caught.value) == message
