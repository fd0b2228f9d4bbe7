"""The waterfall: bars that begin where the one above ended, from all to what is left; figures printed; a click."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ui.charts.waterfall import waterfall
from core.ui.theme import DARK, LIGHT


def frame(rows):
    total = max(sum(rows), 1)
    return pd.DataFrame(
        {
            "cause": [f"cause {place}" for place in range(len(rows))],
            "rows": rows,
            "share": [count / total for count in rows],
            "means": "what it means",
        }
    )


def drawn(rows, palette=LIGHT, **how):
    return waterfall(frame(rows), palette=palette, total="all", **how).to_dict(validate=True)


def layer(spec, mark):
    return next(one for one in spec["layer"] if one["mark"]["type"] == mark)


def bars(spec):
    return pd.DataFrame(spec["datasets"][layer(spec, "bar")["data"]["name"]])


@given(st.lists(st.integers(0, 500), min_size=1, max_size=12).filter(sum))
def test_each_bar_is_as_long_as_its_rows_and_begins_where_the_one_above_ended(rows):
    data = bars(drawn(rows))
    assert (data["end"] - data["begin"]).tolist() == [sum(rows), *rows]
    assert data["end"].tolist()[1:] == [sum(rows), *data["begin"].tolist()[1:-1]]
    assert data["begin"].tolist()[0] == data["begin"].tolist()[-1] == 0
    assert data["cause"].tolist() == ["all", *frame(rows)["cause"]]


@given(st.lists(st.integers(0, 500), min_size=1, max_size=12).filter(sum))
def test_joints_lead_from_each_bar_to_the_next_at_what_is_left(rows):
    spec = drawn(rows)
    joints = pd.DataFrame(spec["datasets"][layer(spec, "rule")["data"]["name"]])
    data = bars(spec)
    assert joints["next"].tolist() == data["cause"].tolist()[1:]
    assert joints["left"].tolist() == data["end"].tolist()[1:]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_counts_and_shares_are_printed_and_it_fills_the_width(palette):
    spec = drawn([1234, 0, 8766], palette)
    assert bars(spec)["printed"].tolist() == ["10,000 · 100.0%", "1,234 · 12.3%", "0 · 0.0%", "8,766 · 87.7%"]
    assert spec["width"] == "container"
    assert {one["title"] for one in layer(spec, "bar")["encoding"]["tooltip"] if "title" in one} == {"rows", "share"}


def test_one_is_marked_and_a_click_answers_with_the_cause():
    spec = drawn([3, 4], selected="cause 1", selection="why")
    assert bars(spec)["chosen"].tolist() == [False, False, True]
    param = next(one for one in spec["params"] if one["name"] == "why")
    assert param["select"]["fields"] == ["cause"]


@pytest.mark.parametrize("rows", [[], [0, 0]])
def test_nothing_to_explain_is_said_in_words(rows):
    spec = waterfall(frame(rows).astype({"rows": int}), palette=LIGHT, total="all").to_dict(validate=True)
    assert spec["datasets"][spec["data"]["name"]] == [{"words": "Nothing to show"}]
    assert [one["name"] for one in spec["params"]] == ["cause"]


def test_the_axis_counts_from_0_and_not_from_0k():
    spec = str(waterfall(frame([3000, 1000]), palette=LIGHT, total="all").to_dict())
    assert "datum.value === 0 ? '0'" in spec
