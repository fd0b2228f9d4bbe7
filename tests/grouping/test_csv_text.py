"""Groupings as CSV: safe to open in a spreadsheet, and read back as they were."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.grouping.csv_text import grouping_from_csv, grouping_to_csv
from core.grouping.grouping import Grouping

NAMES = st.text(st.sampled_from("'=+-@\t\r\n＝ ,;\"a"), min_size=1, max_size=6).filter(str.strip)


def test_it_is_written_for_spreadsheets():
    grouping = Grouping("g", {"=1+1": "-", "A": 'N "x", y', "'tis": "'=", "B": "\t=2"})
    assert grouping_to_csv(grouping) == (
        'category,group\n"\'tis","\'\'="\n"\'=1+1","\'-"\n"A","N ""x"", y"\n"B","\'\t=2"\n'
    )


@given(st.dictionaries(NAMES, NAMES, max_size=6))
def test_no_cell_begins_a_formula_and_all_come_back(mapping):
    text = grouping_to_csv(Grouping("g", mapping))
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert not [cell for cell in cells if cell.lstrip()[0] in "=+-@＝" or cell[0] in "\t\r\n"]
    assert dict(grouping_from_csv(text, "g").mapping) == mapping


@pytest.mark.parametrize(
    "text",
    [
        "category,group\nA,NEWS\nB,NEWS\n",
        "group,category\nNEWS,A\nNEWS,B",
        " Category ; GROUP \r\nA;NEWS\r\n\r\nB;NEWS\r\n",
        'category\tgroup\n"A"\tNEWS\n\t\nB\tNEWS\n',
        "rows,category,group\n7,A,NEWS\n9,B,NEWS\n",
        'category, group\nA, NEWS\n"B", "NEWS"\n',
    ],
)
def test_many_tables_mean_the_same(text):
    assert dict(grouping_from_csv(text, "g").mapping) == {"A": "NEWS", "B": "NEWS"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("category,group\nA,X\nB,X\nA,Y\n", ": category 'A' stands twice (line 4); keep it in one group"),
        ('category,group\n"A\nb",X\nC\n', ": line 4 has 1 of the columns category and group; give it both"),
        ("category,group\nA,\n", ": line 2 has an empty group; give it a name, or remove the line"),
        ("category,group\n ,X\n", ": line 2 has an empty category; give it a name, or remove the line"),
        ("A,NEWS\n", ": the first line, 'A,NEWS', does not name the columns category and group once each; "
         "write category,group there"),
        ("category,group,group\n", ": the first line, 'category,group,group', does not name the columns category and "
         "group once each; write category,group there"),
        ('category,group\n"A,X\n', " is not valid CSV: unexpected end of data; correct that place"),
        ('category,group\n"A"b,X\n', " is not valid CSV: ',' expected after '\"'; correct that place"),
    ],
    ids=range(8),
)  # fmt: skip
def test_errors(text, message):
    with pytest.raises(InputError) as error:
        grouping_from_csv(text, "g")
    assert str(error.value) == f"grouping 'g'{message}"


def test_a_table_without_lines_names_nothing():
    assert dict(grouping_from_csv("category,group\n", "g").mapping) == {}
