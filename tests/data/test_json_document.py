from __future__ import annotations

import io
import json

import pytest

from core.data import json_window
from core.data.json_document import json_array, list_name
from core.errors import InputError

A, B = {"title": "a", "tags": [{"n": 1}]}, {"title": "b [{", "label": "x"}


def read(document: str, under: str) -> list:
    return list(json_array(io.BytesIO(document.encode()), "'a.json'", under))


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ('{"articles": [{"title": "a"}]}', "articles"),
        ('{"status": "ok", "n": {"of": [1, [{}]]}, "list": [], "data": [\n{"title": "a"},', "data"),
        ('{\n  "data": [\n    {\n      "title": "a', "data"),
        ('{"data": [\n{"title": "a"},\n{"title": "b"}\n]}', "data"),
        ('\n {"data"\n:\n[\n{', "data"),
        # JSON lines, whatever is in their records.
        ('{"title": "a", "tags": [{"n": 1}]}', None),
        ('{"title": "a", "tags": [{"n": 1}', None),
        ('{"tags": [{"n": 1}], "title": "a"}\n{"tags": []}', None),
        ('{"tags": [{"n": 1}], oops}\n{"title": "a"}\n', None),
        ('{"title": "a"}\n', None),
        # One record written over several lines, columns, nothing.
        ('{\n"title": "a",\n"label": "b"\n}', None),
        ('{"title": {"0": "a"}, "label": {"0": "b"}}', None),
        ('{"data": ["a"]}', None),
        ('{"data": [', None),
        ("{}", None),
        ("{", None),
        ("{" * 100_000, None),
        ("{1: [{", None),
    ],
)
def test_the_name_of_the_list_of_records(head, name):
    assert list_name(head.encode()) == name


@pytest.mark.parametrize("chunk", [1, 2, 7, 1 << 18])
@pytest.mark.parametrize("indent", [None, 1])
def test_the_records_under_a_name(monkeypatch, chunk, indent):
    monkeypatch.setattr(json_window, "CHUNK", chunk)
    document = {"n": 1, "not": {"data": ["]"]}, "data": [A, B, 3], "more": [1, [{}], "{"], "z": {"a": [{}]}, 'é"': None}
    found = read(json.dumps(document, indent=indent), "data")
    assert [value for _, value in found][:2] == [A, B]
    assert found[2][1].reason == "not an object"


def test_lines_are_counted_from_the_beginning_of_the_file():
    assert [line for line, _ in read('{"n": 1,\n"data": [\n{},\n\n{}]}\n', "data")] == [3, 5]


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        (', "test": [{"title": "c"}]}', "a second list of records, 'test', begins there; give each its file"),
        ("", "it ends before the array does"),
        (', "n"', "it ends before the array does"),
        (", 3: 4}", "a name should stand there"),
        (', "open', "a name should stand there"),
        ("} {}", "there is text after the array's end"),
        ("]}", "',' or '}' should stand where ']' is"),
    ],
)
def test_what_follows_the_list(rest, message):
    with pytest.raises(InputError) as caught:
        read('{"data": [{}]' + rest, "data")
    assert str(caught.value) == (
        f"'a.json': the JSON array breaks on line 1: {message}; mend it, or give one record a line"
    )


def test_nesting_without_end_is_given_up(monkeypatch):
    monkeypatch.setattr(json_window, "MOST_MARKS", 5_000)
    with pytest.raises(InputError, match="what stands there is too large or too deeply nested"):
        read('{"data": [{}, ' + "[" * 10_000 + "]" * 10_000 + "]}", "data")
