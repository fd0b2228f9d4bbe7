"""Groupings as text, and what is wrong with them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.grouping.grouping import Grouping
from core.grouping.yaml_text import grouping_from_yaml, grouping_to_yaml

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
            "grouping 'g': group 'A' holds a list with more than names in it, not a list of categories; "
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


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "A: [!!python/object/apply:os.getcwd []]",
            "line 1 has a tag, 'tag:yaml.org,2002:python/object/apply:os.getcwd'; write plain names",
        ),
        ("A:\n- !mine x", "line 2 has a tag, '!mine'; write plain names"),
        ("A: &a [x]\nB: *a", "line 2 repeats an anchor by an alias, *a; write it out"),
        ("A: " + "[" * 9 + "]" * 9, "line 1 is nested over 8 deep; write GROUP: [CATEGORY, ...]"),
    ],
)
def test_what_no_grouping_needs_is_refused_before_it_is_built(text, message):
    with pytest.raises(InputError) as error:
        grouping_from_yaml(text, "g")
    assert str(error.value).startswith(f"grouping 'g': {message}")


def test_an_anchor_bomb_is_never_unfolded(monkeypatch):
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    names = "abcdefghi"
    bomb += "".join(f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in pairwise(names))
    # 9⁹ names: were one of them built, this would say so.
    monkeypatch.setattr("yaml.load", lambda *_, **__: pytest.fail("it was built"))
    with pytest.raises(InputError, match="line 2 repeats an anchor by an alias"):
        grouping_from_yaml(bomb, "g")


def test_a_tag_of_plain_text_does_no_harm():
    assert dict(grouping_from_yaml("A: [!!str x, ! y]", "g").mapping) == {"x": "A", "y": "A"}


@pytest.mark.parametrize(
    ("text", "mapping"),
    [
        ("groups: [A]\nNEWS: [B]", {"A": "groups", "B": "NEWS"}),
        ("{groups: NEWS, A: NEWS}", {"groups": "NEWS", "A": "NEWS"}),
        ("groups: {groups: [A]}", {"A": "groups"}),
        ("A: null\nB: 1984", {"A": "null", "B": "1984"}),
    ],
)
def test_a_name_of_our_own_words_is_a_name(text, mapping):
    assert dict(grouping_from_yaml(text, "g").mapping) == mapping
