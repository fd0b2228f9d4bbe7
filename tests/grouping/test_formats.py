"""Groupings as files: what goes out comes in again, and what is no grouping is refused in one line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.grouping.builtin import HUFFPOST_12
from core.grouping.formats import WRITERS, format_of, grouping_from_bytes, grouping_to_text, read_grouping
from core.grouping.grouping import Grouping
from core.grouping.names import checked_group_name

NAMES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20),
    st.sampled_from(
        ["=1+1", "'=1", "''-", "'", '"', "<b>&amp;</b>", "🦊👩‍🚀", "é" * 200, "\ufeff", "\u2028", " a ", "a,b"]
    ),
).filter(str.strip)


def can_be_a_group(name):
    try:
        return checked_group_name(name) == name
    except InputError:
        return False


@pytest.mark.parametrize("form", WRITERS)
@given(mapping=st.dictionaries(NAMES, NAMES.filter(can_be_a_group), max_size=8), alone=NAMES, note=NAMES)
def test_what_goes_out_comes_in_again(form, mapping, alone, note):
    # A category has whatever name its dataset gives it, and keeps it by itself.
    mapping = mapping if alone.strip() in mapping.values() else {**mapping, alone: alone}
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


NO_CATEGORY = [
    ("x" * 201, f"category '{'x' * 57}…' has 201 characters; give at most 200"),
    ("bell \x07", r"category 'bell \x07' has a control character; remove it"),
    ("two\nlines", r"category 'two\nlines' has a control character; remove it"),
]
NO_GROUP = [
    ("x" * 201, f"group name '{'x' * 57}…' has 201 characters; use at most 200"),
    ("two\nlines", r"group name 'two\nlines' holds the character U+000A, which is no letter or sign; remove it"),
    ("a\u2028b", r"group name 'a\u2028b' holds the character U+2028, which is no letter or sign; remove it"),
    ("\u202eSWEN", r"group name '\u202eSWEN' holds the character U+202E, which is no letter or sign; remove it"),
    ("\u200d", r"group name '\u200d' holds nothing that can be seen; type letters or signs"),
]
NAMED = [(Grouping("g", {name: "G"}), message) for name, message in NO_CATEGORY]
NAMED += [(Grouping("g", {"C": name}), message) for name, message in NO_GROUP]


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize(("grouping", "message"), NAMED, ids=range(len(NAMED)))
def test_names_that_cannot_be_used(form, grouping, message):
    with pytest.raises(InputError) as error:
        grouping_from_bytes(grouping_to_text(grouping, form).encode("utf-8"), f"g.{form}")
    assert str(error.value) == f"grouping 'g': {message}"


@pytest.mark.parametrize("form", WRITERS)
def test_the_name_of_a_group_is_without_white_space_around_it(form):
    text = grouping_to_text(Grouping("g", {"B": " A ", "C": " A "}), form)
    assert dict(grouping_from_bytes(text.encode(), f"g.{form}").mapping) == {"B": "A", "C": "A"}


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("mapping", [{"B": "A", "C": " A "}, {"A": "A", "C": "A\u200b"}])
def test_two_groups_that_the_board_would_title_alike_are_refused(form, mapping):
    with pytest.raises(InputError, match=r"^grouping 'g': groups 'A' and '.*' differ by white space alone; write them"):
        grouping_from_bytes(grouping_to_text(Grouping("g", mapping), form).encode(), f"g.{form}")


def test_half_a_letter_is_no_name():
    with pytest.raises(InputError, match=r"category '\\ud800' has a control character; remove it"):
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
