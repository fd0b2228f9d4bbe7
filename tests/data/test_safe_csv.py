"""No cell of a table starts a formula, and every cell comes back."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.safe_csv import csv_text, frame_to_csv, guarded, unguarded

FORMULA_SIGNS = "=+-@\t\r\n＝＋－＠"


@given(st.text())
def test_a_cell_starts_no_formula_and_comes_back(cell):
    assert not guarded(cell).lstrip().startswith(tuple(FORMULA_SIGNS))
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize(
    "cell", ["=1+1", " =1", "'=1", "+1", "-2", "@SUM(A1)", "\t=1", "＝1", "=cmd|' /C calc'!A0"], ids=repr
)
def test_formulas_are_guarded(cell):
    assert guarded(cell) == f"'{cell}"


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_rows_come_back_cell_by_cell(rows):
    header, *found = csv.reader(io.StringIO(csv_text(["a", "b"], rows), newline=""))
    assert header == ["a", "b"]
    # csv reads a lone carriage return inside quotes as it is.
    assert [[unguarded(cell) for cell in row] for row in found] == rows


def test_a_frame_is_written_as_people_read_it():
    frame = pd.DataFrame(
        {
            "headline": pd.Series(["=1+1", 'He said "no"', None], dtype="str"),
            "date": pd.to_datetime(["2012-01-28", None, "2022-09-23"]),
            "confidence": [0.5, float("nan"), 1.0],
            "category": pd.Categorical(["A", "B", "A"]),
        }
    )
    assert frame_to_csv(frame) == (
        "\ufeffheadline,date,confidence,category\n"
        '"\'=1+1","2012-01-28","0.5000","A"\n'
        '"He said ""no""","","","B"\n'
        '"","2022-09-23","1.0000","A"\n'
    )


def test_numbers_below_0_stay_numbers_and_texts_that_look_like_them_are_guarded():
    frame = pd.DataFrame({"z": [-1.5, 2.0], "rows": [-3, 4], "text": pd.Series(["-1.5", "2"], dtype="str")})
    assert frame_to_csv(frame).splitlines()[1:] == ['"-1.5000","-3","\'-1.5"', '"2.0000","4","2"']
