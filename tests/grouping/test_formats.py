"""Groupings as files: what goes out comes in again, and what is no grouping is refused in one line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.grouping.builtin import HUFFPOST_12
from core.grouping.formats import WRITERS, format_of, grouping_from_bytes, grouping_to_text, read_grouping
from core.grouping.grouping import Grouping

NAMES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20),
    st.sampled_from(
        ["=1+1", "'=1", "''-", "'", '"', "<b>&amp;</b>", "🦊👩‍🚀", "é" * 200, "\ufeff", "\u2028", " a ", "a,b"]
    ),
).filter(str.strip)


@pytest.mark.parametrize("form", WRITERS)
@given(mapping=st.dictionaries(NAMES, NAMES, max_size=8), note=NAMES)
def test_what_goes_out_comes_in_again(form, mapping, note):
    text = grouping_to_text(Grouping("g", mapping, note=note), form)
    read = grouping_from_bytes(text.encode("utf-8"), f"g.{form}")
    assert (dict(read.mapping), read.name) == (mapping, "g")
    # A table of categories has no place for a note.
    assert read.note == ("" if form == "csv" else note)


@pytest.mark.parametrize("form", WRITERS)
def test_five_hundred_categories_are_fine(form):
    many = Grouping("g", {f"category {i}": f"group {i % 90}" for i in range(500)})
    assert grouping_from_bytes(grouping_to_text(many, form).encode(), f"g.{form}").mapping == many.mapping


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.yaml", "yaml"), ("a.YML", "yaml"), ("a.csv", "csv"), ("a.tsv", "csv"), ("b.c.JSON", "json"), ("a", "yaml")],
)
def test_the_end_of_the_name_tells_the_format(name, form):
    assert format_of(name) == form


def test_an_unknown_format_is_refused():
    with pytest.raises(InputError, match="format 'xml' is unknown; choose one of: yaml, csv, json"):
        grouping_to_text(HUFFPOST_12, "xml")


NO_FILE = [
    (b"", "grouping file 'g.{}' is empty; write GROUP: [CATEGORY, ...] lines"),
    (b" \n\n", "grouping file 'g.{}' is empty; write GROUP: [CATEGORY, ...] lines"),
    (b"\xff\xfe\x00", "grouping file 'g.{}' is not UTF-8 text; save it as UTF-8"),
    (b"a\0b", "grouping file 'g.{}' is not text; give a YAML, CSV or JSON file"),
    (b"x" * 1_000_001, "grouping file 'g.{}' is over 1 MB; is it a grouping?"),
]


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize(("content", "message"), NO_FILE, ids=["empty", "blank", "binary", "NUL", "large"])
def test_content_that_is_no_grouping(form, content, message):
    with pytest.raises(InputError) as error:
        grouping_from_bytes(content, f"g.{form}")
    assert str(error.value) == message.format(form)


NO_NAME = [
    ("x" * 201, f"name '{'x' * 57}…' has 201 characters; give at most 200"),
    ("bell \x07", "name 'bell \\x07' has a control character; remove it"),
    ("two\nlines", "name 'two\\nlines' has a control character; remove it"),
]


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize(("name", "message"), NO_NAME, ids=["long", "bell", "lines"])
@pytest.mark.parametrize("place", ["category", "group"])
def test_names_that_cannot_be_used(form, place, name, message):
    grouping = Grouping("g", {name: "G"} if place == "category" else {"C": name})
    with pytest.raises(InputError) as error:
        grouping_from_bytes(grouping_to_text(grouping, form).encode("utf-8"), f"g.{form}")
    assert str(error.value) == f"grouping 'g': {message}"


def test_half_a_letter_is_no_name():
    with pytest.raises(InputError, match=r"name '\\ud800' has a control character; remove it"):
        grouping_from_bytes(b'{"G": ["\\ud800"]}', "g.json")


def test_a_byte_order_mark_is_no_part_of_the_first_name():
    assert grouping_from_bytes(b"\xef\xbb\xbfcategory,group\nA,B\n", "g.csv").group_of("A") == "B"


def test_a_file_is_named_after_itself(tmp_path):
    (tmp_path / "desks.csv").write_text(grouping_to_text(HUFFPOST_12, "csv"))
    read = read_grouping(tmp_path / "desks.csv")
    assert (read.name, read.mapping) == ("desks", HUFFPOST_12.mapping)


def test_paths_that_are_no_file(tmp_path):
    with pytest.raises(InputError, match="does not exist; check the path"):
        read_grouping(tmp_path / "nope.csv")
    with pytest.raises(InputError, match="is a directory; give a YAML, CSV or JSON file"):
        read_grouping(tmp_path)


def test_a_file_without_an_end_is_not_read_to_it():
    with pytest.raises(InputError, match="is over 1 MB"):
        read_grouping(Path("/dev/zero"))
