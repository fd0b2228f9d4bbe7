"""Groupings as text, and what is wrong with them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.grouping.builtin import HUFFPOST_12
from core.grouping.grouping import Grouping
from core.grouping.yaml_text import grouping_from_yaml, grouping_to_yaml, read_grouping

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(
    str.strip
)


@given(st.dictionaries(NAMES, NAMES, max_size=8), NAMES)
def test_yaml_round_trip(mapping, note):
    grouping = Grouping("g", mapping, note=note)
    read = grouping_from_yaml(grouping_to_yaml(grouping), "g")
    assert (dict(read.mapping), read.note) == (mapping, note)


@pytest.mark.parametrize("name", ["NO", "1984", "null", "2012-01-28", "true", "~", "=", "a: b", "- x", "#", "'"])
def test_a_name_that_yaml_could_take_for_something_else_stays_text(name):
    read = grouping_from_yaml(grouping_to_yaml(Grouping("g", {name: "G", "X": name})), "g")
    assert dict(read.mapping) == {name: "G", "X": name}


@pytest.mark.parametrize(
    "text",
    [
        "groups: {NEWS: [A, B]}",
        "NEWS: [A, B]",
        "A: NEWS\nB: NEWS",
        '{"A": "NEWS", "B": "NEWS"}',
        '{"NEWS": ["A", "B"]}',
    ],
)
def test_three_shapes_mean_the_same(text):
    assert dict(grouping_from_yaml(text, "g").mapping) == {"A": "NEWS", "B": "NEWS"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "grouping 'g' is not a mapping but empty; write GROUP: [CATEGORY, ...] lines"),
        ("- A", "grouping 'g' is not a mapping but a list; write GROUP: [CATEGORY, ...] lines"),
        ("word", "grouping 'g' is not a mapping but the text 'word'; write GROUP: [CATEGORY, ...] lines"),
        ("A: [x]\nA: [y]", "grouping 'g': 'A' stands twice (line 2); keep one of them"),
        ("A: [x, x]", "grouping 'g': category 'x' stands twice, in group 'A'; keep it in one"),
        ("A: [x]\nB: [x]", "grouping 'g': category 'x' stands twice, in groups 'A' and 'B'; keep it in one"),
        ("x: A\nx: B", "grouping 'g': 'x' stands twice (line 2); keep one of them"),
        ("'': [x]", "grouping 'g': a group has an empty name; give it one"),
        ("A: ['']", "grouping 'g': a category name is empty; name it or remove the entry"),
        (
            "A: {b: c}",
            "grouping 'g': group 'A' holds a mapping, not a list of categories; write GROUP: [CATEGORY, ...]",
        ),
        (
            "A: [[b]]",
            "grouping 'g': group 'A' holds a list of lists or mappings, not a list of categories; "
            "write GROUP: [CATEGORY, ...]",
        ),
        ("? [a, b]\n: c", "grouping 'g': a name in line 1 is not a text; write GROUP: [CATEGORY, ...]"),
        (
            "groups: 3",
            "grouping 'g': 'groups' is not a mapping but the text '3'; write GROUP: [CATEGORY, ...] lines under it",
        ),
    ],
)
def test_errors(text, message):
    with pytest.raises(InputError) as error:
        grouping_from_yaml(text, "g")
    assert str(error.value) == message


def test_broken_yaml_is_one_line():
    with pytest.raises(InputError, match=r"^grouping 'g' is not valid YAML: .*correct that place$") as error:
        grouping_from_yaml("A: [x\nB: }", "g")
    assert "\n" not in str(error.value)


def test_a_python_object_is_not_built():
    text = "A: [!!python/object/apply:os.getcwd []]"
    with pytest.raises(InputError, match="list of lists"):
        grouping_from_yaml(text, "g")


def test_a_file_is_named_after_itself(tmp_path):
    (tmp_path / "desks.yaml").write_text(grouping_to_yaml(HUFFPOST_12))
    read = read_grouping(tmp_path / "desks.yaml")
    assert read.name == "desks"
    assert read.partition_hash() == HUFFPOST_12.partition_hash()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "does not exist; check the path"),
        (b"\xff\xfe\x00", "is not UTF-8 text; save it as UTF-8"),
        (b"a\0b", "is not text; give a YAML file"),
        (b"x" * 1_000_001, "is over 1 MB; is it a grouping?"),
    ],
)
def test_a_file_that_is_no_grouping(tmp_path, content, message):
    path = tmp_path / "g.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_grouping(path)


def test_a_directory_is_no_grouping(tmp_path):
    with pytest.raises(InputError, match="is a directory; give a YAML file"):
        read_grouping(tmp_path)
