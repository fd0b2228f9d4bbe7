"""The charts of Explore: whole names, no harm from nothing, and the clicks that its page listens to."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import pytest

from core.data import filters as filtering
from core.data.overview import side_by_side
from core.data.timeline import bins, lifespans, timeline
from core.ui import charts
from core.ui.charts.axes import LEAST_ROW, ROW, share_format
from core.ui.charts.beside import points
from core.ui.charts.timeline import legend_columns
from core.ui.over_time import _marked, clicked_cell, span
from core.ui.theme import DARK, LIGHT

NAMES = ["a label whose name goes on for well over forty characters", "B", "C"]


def times(rows: int = 60, labels: int = 3):
    place = np.arange(rows)
    return timeline(place % labels, 528 + place % 40, np.ones(rows, dtype=bool), NAMES[:labels])


def months(found, filters=None, before=None):
    return _marked(bins(found), filters or filtering.Filters(), before, grouped=False)


def lives(found):
    table = lifespans(found)
    return table.assign(low=528, high=568, begin=528, end=568, mark="")


def drawn(found, palette):
    shown, options = months(found), {"palette": palette, "selection": "cell", "span": "span"}
    counts = found.counts.sum(axis=1) if found.months else np.zeros(len(found.labels), dtype=int)
    return {
        "share": charts.stacked_shares(shown, NAMES[:2], height=300, others="C", **options),
        "heat": charts.month_heat(shown, NAMES, row=11.5, **options),
        "lives": charts.lifespan_bars(lives(found), palette=palette, selection="label", row=12, selected=["B"]),
        "beside": charts.share_dumbbells(
            side_by_side((found.labels, counts), (found.labels[:2], counts[:2])),
            palette=palette,
            names=("x", "y"),
            selection="label",
        ),
        "gaps": charts.gap_heat(
            pd.DataFrame(
                [
                    (name, "Link missing", "link", "missing", rows, 9, rows / 9)
                    for name, rows in zip(found.labels, counts // 9, strict=True)
                ],
                columns=["label", "gap", "column", "kind", "rows", "of", "share"],
            ).head(len(counts) if counts.any() else 0),
            palette=palette,
            selection="gap",
            chosen=(("B",), ("link:missing",)),
        ),
    }


CASES = {"rows": (times(), LIGHT), "one row": (times(1, 1), DARK), "nothing": (times(0), LIGHT)}


@pytest.mark.parametrize("case", CASES)
def test_each_chart_is_a_document_that_answers_a_click(case):
    found, palette = CASES[case]
    for chart in drawn(found, palette).values():
        spec = chart.to_dict()
        assert spec["params"]
        assert spec["config"]["background"] == palette.paper
        assert ("Nothing to show" in str(spec) or "No row" in str(spec)) == (case == "nothing")


def test_what_is_not_in_force_is_faint_and_a_drag_takes_over():
    filters = filtering.Filters(categories=("B",), months=("2014-01", "2014-02"))
    shown = months(times(), filters, filters.months)
    inside = shown[shown["inside"]]
    assert set(inside["label"]) == {"B"}
    assert inside["last"].max() <= "2014-02"
    spec = charts.month_heat(shown, NAMES, palette=LIGHT, selection="cell", span="span", row=12).to_dict()
    condition = spec["encoding"]["opacity"]["condition"][0]["test"]["or"]
    assert condition == [{"param": "span", "empty": False}, "datum.inside && !isValid(span.begin)"]


@pytest.mark.parametrize(
    ("dragged", "found"),
    [
        (None, None),
        ({}, None),
        ({"begin": [530.0, 530.1]}, None),
        ({"begin": [530.4, 532.4]}, ("2014-03", "2014-04")),
        ({"begin": [532.6, 530.6]}, ("2014-04", "2014-05")),
        ({"begin": [530.6, 530.95]}, ("2014-03", "2014-03")),
    ],
)
def test_a_drag_selects_the_months_whose_middle_it_covers(dragged, found):
    assert span({"selection": {"span": dragged}}) == found


def test_a_cell_of_the_others_selects_its_months_alone():
    cell = {"label": "9 others", "first": "2014-01", "last": "2014-01"}
    filters = filtering.Filters()
    assert clicked_cell(filters, cell, "9 others", grouped=False) == {"months": ("2014-01", "2014-01")}
    again = filtering.Filters(months=("2014-01", "2014-01"))
    assert clicked_cell(again, cell, "9 others", grouped=False) == {"months": None}


@pytest.mark.parametrize(("lines", "row"), [(1, ROW), (20, ROW), (40, 11.25), (400, LEAST_ROW)])
def test_rows_are_as_high_as_fits_and_can_be_read(lines, row):
    assert charts.fitting_row(lines, 450) == row


@pytest.mark.parametrize(
    ("difference", "words"),
    [(0.0123, "+1.2 pp"), (-0.5, "\N{MINUS SIGN}50.0 pp"), (-0.0001, "±0.0 pp"), (0.0, "±0.0 pp")],
)
def test_differences_of_shares_are_points(difference, words):
    assert points(difference) == words


def test_long_names_have_fewer_columns_in_a_legend():
    assert (legend_columns(["A"] * 12), legend_columns(["SCIENCE & ENVIRONMENT"]), legend_columns(["x" * 99])) == (
        6,
        3,
        1,
    )


def test_a_click_with_shift_is_told_apart():
    frame = pd.DataFrame({"label": ["a", "b"], "rows": [2, 1], "share": [0.5, 0.5]})
    spec = charts.distribution_bars(
        frame, palette=LIGHT, selection="bar", also="also", selected=["a"], row=11
    ).to_dict()
    events = {param["name"]: param["select"]["on"] for param in spec["params"]}
    assert events == {"bar": "click[!event.shiftKey]", "also": "click[event.shiftKey]"}
    assert "opacity" in spec["layer"][0]["encoding"]
    assert isinstance(charts.distribution_bars(frame.head(0), palette=LIGHT, also="also"), alt.Chart)


@pytest.mark.parametrize("draw", [charts.distribution_bars, charts.nested_bars])
def test_the_whole_row_of_a_bar_takes_the_click(draw):
    frame = pd.DataFrame({"label": ["a", "b"], "rows": [999, 1], "share": [0.999, 0.001], "group": "g"})
    spec = draw(frame.assign(category=frame["label"]), palette=LIGHT, selection="bar", row=11).to_dict()
    views = next(param["views"] for param in spec["params"] if param["name"] == "bar")
    (band,) = [layer for layer in spec["layer"] if layer.get("name") in views]
    assert (band["encoding"]["x"], band["encoding"]["x2"]) == ({"value": 0}, {"value": "width"})


def test_a_chart_is_as_high_as_its_rows_are_said_to_be_with_names_of_several_lines_too():
    names = ["a", "a name " * 12]
    frame = pd.DataFrame({"label": names, "rows": [2, 1], "share": [0.6, 0.4]})
    height = charts.distribution_bars(frame, palette=LIGHT, row=11).to_dict()["height"]
    assert height == 2 * charts.drawn_row(names, 11) > 2 * 11


@pytest.mark.parametrize(("most", "ticks"), [(0.4, ".0%"), (0.09, ".1%"), (0.004, ".2%")])
def test_small_shares_on_an_axis_are_told_apart(most, ticks):
    assert share_format(most) == ticks
    frame = pd.DataFrame(
        {"label": ["a"], "rows": [1], "share": [most], "other_rows": [0], "other_share": [0.0], "difference": [most]}
    )
    spec = charts.share_dumbbells(frame, palette=LIGHT, names=("x", "y"), selection="s").to_dict()
    axes = [layer["encoding"]["x"]["axis"] for layer in spec["layer"] if "axis" in layer["encoding"].get("x", {})]
    assert [axis["format"] for axis in axes] == [ticks]
