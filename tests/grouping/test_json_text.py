"""Groupings as JSON."""

import pytest

from core.errors import InputError
from core.grouping.grouping import Grouping
from core.grouping.json_text import grouping_from_json, grouping_to_json


def test_it_is_written_for_programs():
    text = grouping_to_json(Grouping("desks", {"A": "NEWS", "B": "NEWS"}, note="two"))
    assert text == (
        '{\n  "name": "desks",\n  "note": "two",\n  "groups": {\n    "NEWS": [\n      "A",\n      "B"\n    ]\n  }\n}\n'
    )


@pytest.mark.parametrize(
    ("text", "mapping"),
    [
        ('{"groups": {"NEWS": ["A"]}}', {"A": "NEWS"}),
        ('{"NEWS": ["A"]}', {"A": "NEWS"}),
        ('{"A": "NEWS"}', {"A": "NEWS"}),
        ('{"NEWS": [1984, 1.50]}', {"1984": "NEWS", "1.50": "NEWS"}),
        ('{"A": 7}', {"A": "7"}),
        ("{}", {}),
    ],
)
def test_shapes_and_numbers(text, mapping):
    assert dict(grouping_from_json(text, "g").mapping) == mapping


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"A": ["x"], "A": ["y"]}', "grouping 'g': 'A' stands twice; keep one of them"),
        ('{"A": ["x"], "B": ["x"]}', "grouping 'g': category 'x' stands twice, in groups 'A' and 'B'; keep it in one"),
        ('["A"]', "grouping 'g' is not a mapping but a list; write GROUP: [CATEGORY, ...] lines"),
        ("null", "grouping 'g' is not a mapping but empty; write GROUP: [CATEGORY, ...] lines"),
        ("true", "grouping 'g' is not a mapping but a yes or no; write GROUP: [CATEGORY, ...] lines"),
        ('{"A": null}', "grouping 'g': group 'A' holds empty, not a list of categories; write GROUP: [CATEGORY, ...]"),
        ("{", "grouping 'g' is not valid JSON: Expecting property name enclosed in double quotes: line 1 column 2 "
         "(char 1); correct that place"),
        ('{"A": [NaN]}', "grouping 'g' is not valid JSON: NaN is no JSON; correct that place"),
        ("[" * 200_000, "grouping 'g' is nested too deep; write GROUP: [CATEGORY, ...]"),
    ],
    ids=lambda value: value[:20],
)  # fmt: skip
def test_errors(text, message):
    with pytest.raises(InputError) as error:
        grouping_from_json(text, "g")
    assert str(error.value) == message
