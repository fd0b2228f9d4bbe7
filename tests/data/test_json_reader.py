from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import json_window
from core.data.json_document import json_array
from core.data.json_reader import json_lines
from core.data.rejection import Rejection
from core.errors import InputError

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def of_lines(content: bytes) -> list:
    return list(json_lines(io.BytesIO(content)))


def of_array(content: bytes) -> list:
    return list(json_array(io.BytesIO(content), "'a.json'"))


def as_read(value):
    return value if isinstance(value, dict) else "not an object"


def reasons(read: list) -> list:
    return [(line, value.reason if isinstance(value, Rejection) else value) for line, value in read]


@given(st.lists(VALUES), st.booleans())
def test_lines_give_each_value(values, ascii_only):
    content = "\n".join(json.dumps(value, ensure_ascii=ascii_only) for value in values).encode()
    expected = [(line, as_read(value)) for line, value in enumerate(values, start=1)]
    assert reasons(of_lines(content)) == expected


@given(st.lists(VALUES), st.booleans(), st.sampled_from([None, 1]), st.integers(1, 40))
def test_an_array_gives_each_value_whatever_the_chunks(values, ascii_only, indent, chunk):
    content = json.dumps(values, ensure_ascii=ascii_only, indent=indent).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_window, "CHUNK", chunk)
        read = reasons(of_array(content))
    assert [value for _, value in read] == [as_read(value) for value in values]
    assert [line for line, _ in read] == sorted(line for line, _ in read)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "bad JSON"),
        (b"{'a': 1}", "bad JSON"),
        (b'{"a": 1} {"a": 2}', "bad JSON"),
        (b'{"a": ' + b"[" * 100_000, "bad JSON"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "bad JSON"),
        (b"[1]", "not an object"),
        (b"null", "not an object"),
        (b'"a"', "not an object"),
        (b'{"a": "\xff"}', "unreadable bytes"),
        (b'{"a": "\\ud83d"}', "half a surrogate pair"),
        (b'{"\\uDE00": 1}', "half a surrogate pair"),
        (b'{"a": "' + b"x" * 1_000_000 + b'"}', "a line over 1 MB"),
    ],
)
def test_a_line_that_is_no_record_is_rejected_alone(line, reason):
    good = b'{"a": "\\ud83d\\ude00"}'
    assert reasons(of_lines(b"\n".join([good, line, b"", b" \r", good]))) == [
        (1, {"a": "😀"}),
        (2, reason),
        (5, {"a": "😀"}),
    ]


def test_line_separators_inside_text_end_no_line():
    text = "a\u2028b\u2029c\x85d\x0be\x1cf"
    assert of_lines(json.dumps({"a": text}, ensure_ascii=False).encode()) == [(1, {"a": text})]


@pytest.mark.parametrize(
    ("element", "reason"),
    [
        (b'{"a": "\xff"}', "unreadable bytes"),
        (b'{"a": "\\ud83d"}', "half a surrogate pair"),
        (b"9" * 5_000, "bad JSON"),
        (b'{"a": "' + rb"\"}]\\" * 300_000 + b'", "b": [{}]}', "a line over 1 MB"),
        (b'{"a": "' + b"x" * 999_999 + b'"}', "a line over 1 MB"),
        (b"17", "not an object"),
    ],
)
def test_an_element_that_is_no_record_is_rejected_alone(element, reason):
    assert reasons(of_array(b'[\n{"a": 1},\n' + element + b',\n{"a": 2}\n]')) == [
        (2, {"a": 1}),
        (3, reason),
        (4, {"a": 2}),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'[{"a": 1},\n{"a": oops}]', "line 2: expecting value"),
        (b'[{"a": 1}\n{"a": 2}]', "line 2: ',' or ']' should stand where '{' is"),
        (b'[{"a": 1},\n\n]', "line 3: expecting value"),
        (b'[{"a": 1},\n{"a": 2}', "line 2: it ends before the array does"),
        (b'[{"a": 1},\n{"a": "2', "line 2: it ends before the array does"),
        (b'[{"a": 1},\n{"a": ' + b'"x' * 800_000, "line 2: expecting ',' delimiter"),
        (b'[\n{"a": "' + b"x" * 1_500_000, "line 2: it ends before the array does"),
        (b'[{"a": 1}]\n\n[', "line 3: there is text after the array's end"),
    ],
)
def test_where_an_array_breaks_is_told(content, message):
    with pytest.raises(InputError) as caught:
        of_array(content)
    assert str(caught.value) == (f"'a.json': the JSON array breaks on {message}; mend it, or give one record a line")


@given(st.lists(VALUES, min_size=1), st.data())
def test_an_array_cut_anywhere_is_an_error(values, data):
    content = json.dumps(values).encode()
    with pytest.raises(InputError, match="the JSON array breaks on line 1: "):
        of_array(content[: data.draw(st.integers(1, len(content) - 1))])
