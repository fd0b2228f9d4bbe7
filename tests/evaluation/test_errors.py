"""The rows behind the figures: each filter by itself and all of them together, in every order."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.evaluation.errors import COLUMNS, KINDS, ORDERS, Query, chosen, documents, listing, margins, rows_at
from core.evaluation.judge import judge
from core.evaluation.predictions import Predictions
from core.grouping.grouping import Grouping
from core.runs.spec import SpecGrouping, TrainingSpec

CATEGORIES = ("A", "B", "C", "D")
PAIRS = Grouping("pairs", {"A": "AB", "B": "AB", "C": "CD", "D": "CD"})
SPEC = TrainingSpec(
    dataset="d",
    fingerprint="f",
    categories=CATEGORIES,
    grouping=SpecGrouping(name="pairs", mapping=dict(PAIRS.mapping)),
)
FRAME = pd.DataFrame(
    {
        "headline": pd.Series(
            ["Trump’s tax plan", "A cat sat", "Education first", "Cats and dogs", "C++ is hard", "not judged"],
            dtype="str",
        ),
        "short_description": pd.Series(["The plan", None, "  ", "of war", "", None], dtype="str"),
        "category": pd.Categorical(["A", "B", "C", "D", "A", "B"]),
        "date": pd.to_datetime(["2020-01-05", None, "2020-01-07", "2020-01-06", "2019-12-31", "2020-01-01"]),
    }
)
# Sixteenths, which half precision holds exactly: rows 1 to 3 are equally sure.
SIXTEENTHS = [[2, 3, 9, 2], [8, 6, 2, 0], [2, 0, 8, 6], [12, 2, 2, 0], [5, 5, 3, 3]]


@pytest.fixture(scope="module")
def found():
    categories = pd.Categorical(["A", "B", "C", "D", "A"])
    data = Predictions("d", "f", CATEGORIES, np.arange(5), categories, np.array(SIXTEENTHS, np.float16) / 16)
    return listing(judge(SPEC, data, PAIRS), FRAME)


def rows(found, **how):
    return chosen(found, Query(**{"kind": "all", "order": "row", **how})).tolist()


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"kind": "wrong"}, [0, 3]),
        ({"kind": "right"}, [1, 2, 4]),
        ({"kind": "all"}, [0, 1, 2, 3, 4]),
        ({"true": "AB"}, [0, 1, 4]),
        ({"predicted": "CD"}, [0, 2]),
        ({"true": "AB", "predicted": "CD"}, [0]),
        ({"category": "A"}, [0, 4]),
        ({"least": 0.85}, [1, 2, 3]),
        ({"most": 0.7}, [0, 4]),
        ({"since": date(2020, 1, 6)}, [2, 3]),
        ({"until": date(2020, 1, 6)}, [0, 3, 4]),
        ({"since": date(2020, 1, 6), "until": date(2020, 1, 6)}, [3]),
        ({"described": True}, [0, 3]),
        ({"described": False}, [1, 2, 4]),
        ({"search": "CAT"}, [1, 3]),
        ({"search": "plan tax"}, [0]),
        ({"search": "trump's"}, [0]),
        ({"search": "war cats"}, [3]),
        ({"search": "c++"}, [4]),
        ({"search": "++"}, [4]),
        ({"search": "(", "kind": "all"}, []),
        ({"search": "  "}, [0, 1, 2, 3, 4]),
    ],
    ids=str,
)
def test_each_filter(found, how, expected):
    assert rows(found, **how) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("surest", [1, 2, 3, 0, 4]),
        ("unsure", [4, 0, 1, 2, 3]),
        ("margin", [4, 0, 1, 2, 3]),
        ("newest", [2, 3, 0, 4, 1]),
        ("oldest", [4, 0, 3, 2, 1]),
        ("row", [0, 1, 2, 3, 4]),
    ],
)
def test_each_order_has_equal_rows_as_in_the_dataset_and_those_without_a_date_last(found, order, expected):
    assert rows(found, order=order) == expected


@given(
    st.sampled_from(KINDS),
    st.sampled_from([None, "AB", "CD"]),
    st.sampled_from(["", "cat", "plan"]),
    st.sampled_from(ORDERS),
    st.sampled_from([None, True, False]),
)
def test_filters_together_leave_what_each_leaves_and_an_order_drops_nothing(
    found, kind, true, search, order, described
):
    parts = [{"kind": kind}, {"true": true}, {"search": search}, {"described": described}]
    together = rows(found, kind=kind, true=true, search=search, order=order, described=described)
    assert sorted(together) == sorted(set.intersection(*(set(rows(found, **part)) for part in parts)))


def test_rows_have_what_a_page_shows(found):
    shown = rows_at(found, np.array([3, 1]))
    assert tuple(shown) == COLUMNS
    assert shown["headline"].tolist() == ["Cats and dogs", "A cat sat"]
    assert shown[["true", "predicted", "category"]].values.tolist() == [["CD", "AB", "D"], ["AB", "AB", "B"]]
    assert shown["margin"].tolist() == [0.75, 0.75]


def test_documents_are_plain_json_without_a_value_for_what_is_missing(found):
    one, other = documents(rows_at(found, np.array([1, 0])))
    assert json.loads(json.dumps([one, other], allow_nan=False)) == [one, other]
    assert (one["date"], one["short_description"]) == (None, None)
    assert (other["date"], other["row"]) == ("2020-01-05", 0)


def test_no_row_makes_no_document(found):
    assert documents(rows_at(found, np.zeros(0, dtype=int))) == []


@given(st.lists(st.lists(st.floats(0, 1, width=32), min_size=3, max_size=3), min_size=1, max_size=9))
def test_the_margin_is_the_largest_minus_the_second(values):
    probabilities = np.array(values, dtype=np.float32)
    ordered = np.sort(probabilities, axis=1)
    np.testing.assert_array_equal(margins(probabilities), ordered[:, -1] - ordered[:, -2])


def test_a_single_label_is_ahead_by_all_it_has():
    assert margins(np.array([[0.75], [1.0]], dtype=np.float32)).tolist() == [0.75, 1.0]
    assert margins(np.zeros((0, 4), dtype=np.float32)).shape == (0,)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"true": "X"}, "true 'X' is none of the 2 under grouping 'pairs'; choose one of: AB, CD"),
        ({"category": "AB"}, "category 'AB' is none of the 4 under grouping 'pairs'; choose one of: A, B, C, D"),
        ({"least": 0.9, "most": 0.2}, "confidence from 0.9 to 0.2 is no range; give two of 0 to 1 in order"),
        ({"least": float("nan")}, "confidence from nan to 1 is no range; give two of 0 to 1 in order"),
        (
            {"since": date(2020, 2, 1), "until": date(2020, 1, 1)},
            "the period from 2020-02-01 to 2020-01-01 ends before it begins; swap the two",
        ),
    ],
    ids=str,
)
def test_what_no_row_can_answer_is_refused(found, how, message):
    with pytest.raises(InputError) as error:
        rows(found, **how)
    assert str(error.value) == message


def test_a_dataset_without_dates_has_every_order_but_no_period(found):
    undated = listing(found.judged, FRAME.assign(date=pd.Series([pd.NaT] * len(FRAME), dtype="datetime64[us]")))
    assert not undated.has_dates
    assert rows(undated, order="newest") == rows(undated, order="oldest") == [0, 1, 2, 3, 4]
    with pytest.raises(InputError, match="no row of dataset 'd' has a date; leave the period out"):
        rows(undated, since=date(2020, 1, 1))


def test_rows_of_a_dataset_stand_where_they_are_judged(found):
    data = Predictions(
        "d", "f", CATEGORIES, np.array([5, 0]), pd.Categorical(["B", "A"]), np.eye(4, dtype=np.float16)[:2]
    )
    other = listing(judge(SPEC, data, PAIRS), FRAME)
    assert rows_at(other, np.arange(2))["headline"].tolist() == ["not judged", "Trump’s tax plan"]
    assert rows(other, order="row") == [1, 0]
