"""Charts of confidence and slices: typed and titled, counts printed, told apart by more than colour."""

import pandas as pd
import pytest

from core.ui import charts
from core.ui.theme import DARK, LIGHT
from tests.ui.test_charts import channels, data_of, views, walk

PALETTES = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.name)


def bins(count, series=("as they are",)):
    rows = [
        (place / count, (place + 1) / count, 900 * place, place, (place + 0.5) / count, place / count, 0.0, 1.0, name)
        for name in series
        for place in range(count)
    ]
    columns = ["low", "high", "rows", "errors", "confidence", "accuracy", "accuracy_low", "accuracy_high", "series"]
    return pd.DataFrame(rows, columns=columns)


def levels(count):
    rows = [(place / 10, level, 1 / 3, 7, 0.5) for level in ("category", "group", "abstain") for place in range(count)]
    return pd.DataFrame(rows, columns=["threshold", "level", "coverage", "rows", "accuracy"])


def curve(count):
    frame = pd.DataFrame({"threshold": [place / 10 for place in range(count)], "coverage": 0.5, "risk": 0.1})
    return frame.assign(kept=9, precision=0.8, precision_low=0.7, precision_high=0.9, recall=0.4)


def slices(count):
    low = [-0.4 + place / 10 for place in range(count)]
    frame = pd.DataFrame({"slice": [f"year={place}" for place in range(count)], "low": low})
    frame = frame.assign(high=frame["low"] + 0.2, difference=frame["low"] + 0.1, accuracy=0.5, rest=0.6, errors=1234)
    return frame.assign(rows=5678, shown=[str(place) for place in range(count)])


def sides(count):
    frame = pd.DataFrame({"label": [f"CLASS {place}" for place in range(count)], "random": 0.5, "past": 0.4})
    return frame.assign(random_rows=9, past_rows=8, met="")


DRAWN = {
    "reliability": lambda n, p: charts.reliability_diagram(bins(n), palette=p),
    "reliability of two": lambda n, p: charts.reliability_diagram(bins(n, ("calibrated", "as they are")), palette=p),
    "counts": lambda n, p: charts.confidence_counts(bins(n), palette=p),
    "levels": lambda n, p: charts.level_areas(levels(n), palette=p, threshold=0.7),
    "accuracies": lambda n, p: charts.accuracy_lines(levels(n), palette=p, threshold=0.7),
    "risk": lambda n, p: charts.risk_curve(curve(n), palette=p),
    "trade-off": lambda n, p: charts.tradeoff_lines(curve(n), palette=p, threshold=0.5),
    "slices": lambda n, p: charts.slice_dots(slices(n), palette=p),
    "splits": lambda n, p: charts.split_lines(sides(n), palette=p),
}
EACH = pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN.keys())


@EACH
@PALETTES
@pytest.mark.parametrize("count", [1, 12])
def test_every_chart_is_valid_typed_titled_and_whole(draw, palette, count):
    spec = draw(count, palette).to_dict(validate=True)
    for name, channel in channels(spec):
        assert name.endswith("2") or channel["type"] in {"quantitative", "nominal"}, channel
    titles = {name: channel.get("title") for view in views(spec) for name, channel in view["encoding"].items()
              if name in {"x", "y"} and channel.get("type") == "quantitative"}  # fmt: skip
    assert titles and all(title is not None for title in titles.values())
    assert "aggregate" not in {key for key, _ in walk(spec)}
    limits = [value for key, value in walk(spec) if key in {"labelLimit", "titleLimit", "limit"}]
    assert limits and set(limits) == {0}
    assert spec["autosize"] == {"type": "fit-x", "contains": "padding"} and spec["height"] > 0


@EACH
def test_no_rows_do_no_harm_and_are_said_in_words(draw):
    assert data_of(draw(0, LIGHT).to_dict(validate=True))["words"].item() == "Nothing to show"


def test_a_bin_shows_its_interval_and_its_count():
    spec = DRAWN["reliability"](3, LIGHT).to_dict()
    _, reach, points = views(spec)
    assert (reach["encoding"]["y"]["field"], reach["encoding"]["y2"]["field"]) == ("accuracy_low", "accuracy_high")
    assert (points["encoding"]["x"]["field"], points["encoding"]["y"]["field"]) == ("confidence", "accuracy")
    assert data_of(spec, layer=2)["printed"].tolist() == ["0", "900", "1,800"]
    assert data_of(DRAWN["counts"](3, LIGHT).to_dict(), layer=2)["printed"].tolist() == ["0", "900", "1.8k"]


@pytest.mark.parametrize("name", ["accuracies", "trade-off"])
def test_lines_are_told_apart_by_dashes_too(name):
    spec = DRAWN[name](3, LIGHT).to_dict()
    dashes = [
        view["encoding"]["strokeDash"]["scale"]["range"] for view in views(spec) if "strokeDash" in view["encoding"]
    ]
    assert dashes and all(len({str(dash) for dash in one}) == 3 for one in dashes)


def test_two_kinds_of_probabilities_are_told_apart_by_shape_too():
    points = views(DRAWN["reliability of two"](3, LIGHT).to_dict())[2]
    assert points["encoding"]["shape"]["scale"] == {
        "domain": ["calibrated", "as they are"], "range": ["circle", "diamond"]
    }  # fmt: skip


def test_the_threshold_is_marked():
    marks = [view for view in views(DRAWN["levels"](3, LIGHT).to_dict()) if view["mark"]["type"] == "rule"]
    assert len(marks) == 1
    assert data_of(DRAWN["levels"](3, LIGHT).to_dict(), layer=1)["threshold"].tolist() == [0.7]


def test_a_slice_is_filled_where_it_is_clear_and_has_its_errors_printed():
    spec = charts.slice_dots(slices(6), palette=LIGHT, selected="year=2").to_dict()
    data = data_of(spec)
    assert data["clear"].tolist() == ["worse", "worse", *["no clear difference"] * 3, "better"]
    assert data["fill"].tolist() == [LIGHT.error, LIGHT.error, *[LIGHT.paper] * 3, LIGHT.accent]
    assert set(data["printed"]) == {"1,234 of 5,678"}
    assert data["chosen"].tolist() == [False, False, True, False, False, False]


@pytest.mark.parametrize("count", [0, 6])
def test_a_click_tells_the_slice(count):
    spec = charts.slice_dots(slices(count), palette=LIGHT, selection="here").to_dict()
    (selection,) = [param for param in spec["params"] if "select" in param]
    assert (selection["name"], selection["select"]["fields"]) == ("here", ["slice"])


def test_a_class_without_rows_on_one_side_has_one_dot_and_says_why():
    frame = sides(2).assign(past=[0.4, None], met=["", "only before"])
    spec = charts.split_lines(frame, palette=LIGHT).to_dict(validate=True)
    assert data_of(spec, layer=1)[["label", "side"]].values.tolist() == [
        ["CLASS 0", "random split"], ["CLASS 1", "random split"], ["CLASS 0", "trained on the past"]
    ]  # fmt: skip
    assert data_of(spec)["shown"].tolist() == ["CLASS 0", "CLASS 1 (only before)"]
