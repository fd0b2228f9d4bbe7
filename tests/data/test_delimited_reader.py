from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.delimited_reader import DELIMITERS, delimited, delimiter_of
from core.data.rejection import Rejection
from core.errors import InputError

CELL = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from(',;\t|"\n\r\u2028'), max_size=8
)


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
    content = b'title,label\na,"b\n' + (b"c" * 97 + b",d\n") * 12_000
    _, records = read(content)
    assert records[0] == (2, "a line over 1 MB")
    assert len(records) == 12_001
    assert records[-1] == (12_002, {"title": "c" * 97, "label": "d"})


def test_columns_without_name_or_with_one_name_stay_apart():
    assert read(b"title,,label,title\na,b,c,d\n") == (
        ("title", "column 2", "label", "title (4)"),
        [(2, {"title": "a", "column 2": "b", "label": "c", "title (4)": "d"})],
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b'"title,label\na,b\n',
            "'a.csv': the first line cannot be read as column names (a quote that is never closed); mend it",
        ),
        (
            b"title,label\ra,b\r",
            "'a.csv': the first line cannot be read as column names (a carriage return outside quotes); mend it",
        ),
        pytest.param(
            b"t," * 600_000,
            "'a.csv': the first line cannot be read as column names (a line over 1 MB); mend it",
            id="a long line",
        ),
        (b"tit\xffle,label\n", "'a.csv': the column names have unreadable bytes; save the file as UTF-8"),
    ],
)
def test_a_header_that_is_none(content, message):
    with pytest.raises(InputError) as caught:
        read(content)
    assert str(caught.value) == message


def test_a_zero_byte_rejects_its_row_alone():
    assert read(b"title,label\na\0,b\nc,d\n")[1] == [(2, "a zero byte"), (3, {"title": "c", "label": "d"})]


def test_quotes_that_never_match_cost_no_more_than_reading_them_a_few_times(monkeypatch):
    # Each line, read first, leaves a quote open, and read within quotes leaves it open again.
    monkeypatch.setattr("core.data.delimited_reader.READ_AGAIN", 100_000)
    lines = 20_000
    taken = []

    class Counted(io.BytesIO):
        def readline(self, *size: int) -> bytes:
            taken.append(1)
            return super().readline(*size)

    _, records = delimited(Counted(b"title,label\n" + b'a",b,"c\n' * lines), b"title,label\n", "'a.csv'")
    found = list(records)
    assert len(found) == lines
    assert {value.reason for _, value in found} == {"a quote that is never closed"}
    assert len(taken) == lines + 2


def test_rows_over_several_lines_are_read_until_the_patience_ends(monkeypatch):
    monkeypatch.setattr("core.data.delimited_reader.READ_AGAIN", 10)
    content = b'title,label\n"a\nb",c\n' + b'd,"e\n' + b"f,g\n" * 3 + b'"h\ni",j\n'
    reasons = [value if isinstance(value, str) else value["title"] for _, value in read(content)[1]]
    assert reasons == ["a\nb", "bad quotes", "f", "f", "f", "a quote that is never closed", 'i"']


def test_a_field_beyond_the_limit_of_the_csv_module_is_read():
    text = "x" * 200_000
    assert read(f"title,label\n{text},b\n".encode())[1] == [(2, {"title": text, "label": "b"})]


@pytest.mark.parametrize("first", [b"sep=;\r\n", b'"sep=;"\n'])
def test_a_first_line_may_tell_the_delimiter(first):
    assert read(first + b"title, with a comma;label\na;b\n") == (
        ("title, with a comma", "label"),
        [(3, {"title, with a comma": "a", "label": "b"})],
    )
