"""What is to be classified: checked texts, in the order of the file, with the line of what is wrong."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.inference.items import check_headline, items_in

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1, max_size=30).filter(
    lambda text: any(letter.isalnum() for letter in text)
)


@pytest.mark.parametrize("headline", ["a", "7", "  ünïcode  ", "😀 ok", "x" * 10_000])
def test_a_headline_with_a_letter_or_digit_is_returned_as_it_is(headline):
    assert check_headline(headline) == headline


@pytest.mark.parametrize("headline", ["", " \n\t", "😀", "?!", "x" * 10_001])
def test_others_are_refused_in_one_line(headline):
    with pytest.raises(InputError) as error:
        check_headline(headline)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 250


@given(st.lists(WORDS, min_size=1, max_size=8))
def test_a_text_file_has_one_headline_a_line(tmp_path_factory, headlines):
    path = tmp_path_factory.mktemp("items") / "h.txt"
    path.write_bytes("\n\n".join(headlines).encode("utf-8"))
    assert [headline for headline, _ in items_in(path)] == headlines


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=8))
def test_json_lines_keep_order_and_descriptions(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("items") / "h.jsonl"
    lines = [json.dumps({"title": headline, "summary": text}, ensure_ascii=False) for headline, text in records]
    path.write_bytes("\n".join(lines).encode("utf-8"))
    assert items_in(path) == records


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("h.txt", None, "does not exist; check the path"),
        ("h.txt", b"", "holds no headline; write one a line"),
        ("h.txt", b"\xff\xfe", "is not UTF-8 text"),
        ("h.txt", "fine\n😀\n".encode(), "line 2: headline '😀' has no letter or digit"),
        ("h.jsonl", b'{"headline": "a"}\nnope\n', "line 2: bad JSON"),
        ("h.jsonl", b'{"text": "a"}\n', "line 1: there is no headline among its columns ('text')"),
        ("h.jsonl", b'{"headline": 3}\n', "line 1: the headline '3' is no text"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, name, content, part):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as error:
        items_in(tmp_path / name)
    assert part in str(error.value)


def test_a_directory_is_no_file(tmp_path):
    (tmp_path / "d.txt").mkdir()
    with pytest.raises(InputError, match="is a directory; give a file"):
        items_in(tmp_path / "d.txt")
