"""Every chart: a valid Vega-Lite document, explicit types and titles, whole names, no harm from nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import altair as alt
import pandas as pd
import pytest

from core.ui import charts
from core.ui.charts import axes, matrix
from core.ui.charts.unchecked import unchecked
from core.ui.theme import DARK, LIGHT, contrast

LONG = "a group whose name goes on for well over forty characters, and then some"
CELL = ["true", "predicted", "rows", "row_share", "column_share"]
SIZES = pytest.mark.parametrize("count", [1, 12, 42, 200])


def distribution(count: int) -> pd.DataFrame:
    names = [f"{LONG} {i}" if i == 3 else f"NAME & {i}" for i in range(count)]
    return pd.DataFrame({"label": names, "rows": [i * 37 for i in range(count)], "share": 1 / max(count, 1)})


def nested(count: int) -> pd.DataFrame:
    frame = distribution(count).rename(columns={"label": "category"})
    return frame.assign(group=[f"GROUP {i % 5}" for i in range(count)])


def pairs(count: int) -> tuple[pd.DataFrame, list[str]]:
    labels = distribution(count)["label"].tolist()
    cells = [(t, p, i + 900, 0.25, 0.5) for i, t in enumerate(labels) for p in labels[:3]]
    return pd.DataFrame(cells, columns=CELL), labels


def probabilities(count: int, models: int = 1) -> pd.DataFrame:
    labels = distribution(count)["label"]
    parts = [
        pd.DataFrame(
            {"label": labels, "probability": [(i + m) % count / count for i in range(count)], "model": f"m{m}"}
        )
        for m in range(models)
    ]
    whole = pd.concat(parts) if count else pd.DataFrame(columns=["label", "probability", "model"])
    return whole.drop(columns="model") if models == 1 else whole


def absences(count: int) -> pd.DataFrame:
    rows = [(f"column {i}", kind, i, i / 1000) for i in range(count) for kind in ("missing", "empty")]
    return pd.DataFrame(rows, columns=["column", "kind", "rows", "share"])


def steps(count: int) -> pd.DataFrame:
    frame = pd.DataFrame({"step": range(count), "value": [1.0] * count})
    return frame.assign(series=["loss" if i % 2 else "macro-F1" for i in range(count)])


def lengths(count: int) -> pd.DataFrame:
    return pd.DataFrame({"bin_start": range(count), "bin_end": range(1, count + 1), "rows": range(count)})


DRAWN: dict[str, Callable[[int], alt.TopLevelMixin]] = {
    "distribution": lambda n: charts.distribution_bars(distribution(n), palette=LIGHT),
    "logarithmic": lambda n: charts.distribution_bars(distribution(n), palette=DARK, log=True),
    "coloured": lambda n: charts.distribution_bars(
        distribution(n).assign(group=[f"GROUP {i}" for i in range(n)]), palette=LIGHT, color_by="group"
    ),
    "nested": lambda n: charts.nested_bars(nested(n), palette=DARK),
    "confusion": lambda n: charts.confusion_matrix(*pairs(n), palette=LIGHT),
    "errors": lambda n: charts.confusion_matrix(*pairs(n), palette=DARK, kind="errors", value="row_share"),
    "sums": lambda n: charts.confusion_matrix(*pairs(n), palette=DARK, value="column_share", sums=True),
    "probability": lambda n: charts.probability_bars(probabilities(n), palette=LIGHT),
    "probability of three": lambda n: charts.probability_bars(probabilities(n, 3), palette=DARK),
    "share": lambda n: charts.share_bars(absences(n), palette=LIGHT),
    "progress": lambda n: charts.progress_lines(steps(n), y_title="loss (nats per row)", palette=LIGHT),
    "lengths": lambda n: charts.lengths_histogram(lengths(n), palette=DARK),
}
EACH = pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN.keys())


def views(spec: dict) -> list[dict]:
    return spec.get("layer", [spec])


def channels(spec: dict) -> Iterator[tuple[str, dict]]:
    for view in views(spec):
        for name, channel in view.get("encoding", {}).items():
            for one in channel if isinstance(channel, list) else [channel]:
                if "field" in one:
                    yield name, one


def data_of(spec: dict, layer: int = 0) -> pd.DataFrame:
    """Return the rows that a layer draws."""
    name = views(spec)[layer].get("data", spec.get("data"))["name"]
    return pd.DataFrame(spec["datasets"][name])


def walk(node: object) -> Iterator[tuple[str, object]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, value
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


@EACH
@SIZES
def test_every_chart_is_valid_typed_and_titled(draw, count):
    spec = draw(count).to_dict(validate=True)
    found = list(channels(spec))
    assert found
    for name, channel in found:
        # x2, y2 and the like take the type of the channel they end
        assert name.endswith("2") or channel["type"] in {"quantitative", "nominal"}, channel
        if name in {"x", "y"} and channel["type"] == "quantitative" and channel["field"] != "end":
            assert channel["title"], channel
    assert "aggregate" not in {key for key, _ in walk(spec)}


@EACH
def test_no_rows_do_no_harm_and_are_said_in_words(draw):
    spec = draw(0).to_dict(validate=True)
    assert data_of(spec)["words"].item() in {"Nothing to show", "No figures yet"}


@EACH
def test_no_name_is_cut(draw):
    spec = draw(12).to_dict()
    limits = [value for key, value in walk(spec) if key in {"labelLimit", "titleLimit", "limit"}]
    assert limits
    assert set(limits) == {0}
    assert not [value for key, value in walk(spec) if key == "labelOverlap" and value]


@EACH
def test_fills_the_width_and_keeps_its_height(draw):
    spec = draw(12).to_dict()
    assert spec["autosize"] == {"type": "fit-x", "contains": "padding"}
    assert spec["height"] > 0


@pytest.mark.parametrize("name", ["distribution", "nested", "confusion", "errors"])
@pytest.mark.parametrize("count", [0, 1, 12])
def test_a_selection_is_defined_once_even_without_rows(name, count):
    selections = [param for param in DRAWN[name](count).to_dict()["params"] if "select" in param]
    assert len(selections) == 1
    assert selections[0]["select"]["on"] == "click"


def test_a_selection_has_the_name_and_the_fields_a_page_asks_for():
    bars = charts.distribution_bars(distribution(2), palette=LIGHT, selection="chosen").to_dict()
    cells = charts.confusion_matrix(*pairs(2), palette=LIGHT, selection="pair").to_dict()
    groups = charts.nested_bars(nested(2), palette=LIGHT, selection="row").to_dict()
    found = [(p["name"], p["select"]["fields"]) for spec in (bars, cells, groups) for p in spec["params"]]
    assert found == [("chosen", ["label"]), ("pair", ["true", "predicted"]), ("row", ["group", "category"])]


def test_what_was_marked_before_gives_way_to_a_click():
    color = charts.distribution_bars(distribution(2), palette=LIGHT).to_dict()["layer"][0]["encoding"]["color"]
    clicked, marked = color["condition"][0]["test"]["or"]
    assert clicked == {"param": "category", "empty": False}
    assert marked == 'datum.chosen && !isValid(category["label"])'


def test_bars_come_sorted_with_count_and_share_printed():
    frame = pd.DataFrame({"label": ["b", "c", "a"], "rows": [7, 12345, 7], "share": [0.0004, 0.999, 0.0]})
    spec = charts.distribution_bars(frame, palette=LIGHT, selected="b").to_dict()
    assert spec["layer"][0]["encoding"]["y"]["scale"]["domain"] == ["c", "a", "b"]
    data = data_of(spec)
    assert data["printed"].tolist() == ["12,345 · 99.9%", "7 · 0.0%", "7 · < 0.1%"]
    assert data["chosen"].tolist() == [False, False, True]


@pytest.mark.parametrize(("rows", "ticks"), [([3], [0, 1, 5]), ([12345, 0], [0, 10, 100, 1000, 10000])])
def test_logarithmic_bars_have_a_base_line_at_no_rows(rows, ticks):
    frame = pd.DataFrame({"label": [str(r) for r in rows], "rows": rows, "share": 0.5})
    x = charts.distribution_bars(frame, palette=LIGHT, log=True).to_dict()["layer"][0]["encoding"]["x"]
    assert (x["scale"]["type"], x["axis"]["values"]) == ("symlog", ticks)
    assert x["title"] == "rows (logarithmic scale)"


def test_nested_bars_put_the_categories_below_their_group():
    frame = pd.DataFrame(
        [("NEWS", "WORLD", 5, 0.25), ("ART", "STYLE", 9, 0.45), ("NEWS", "U.S.", 5, 0.25), ("SPORT", "SPORT", 1, 0.05)],
        columns=["group", "category", "rows", "share"],
    )
    spec = charts.nested_bars(frame, palette=LIGHT, selected="STYLE").to_dict()
    data = data_of(spec)
    assert data["name"].tolist() == ["NEWS", "U.S.", "WORLD", "ART", "SPORT"]
    assert data["category"].tolist() == ["", "U.S.", "WORLD", "STYLE", "SPORT"]
    assert data["rows"].tolist() == [10, 5, 5, 9, 1]
    assert data["chosen"].tolist() == [False, False, False, True, False]


def test_a_confusion_matrix_leaves_zero_cells_blank_and_keeps_absent_labels():
    frame = pd.DataFrame(
        [("a", "a", 1500, 0.75, 1.0), ("a", "b", 500, 0.25, 1.0), ("b", "a", 0, 0.0, 0.0)],
        columns=CELL,
    )
    spec = charts.confusion_matrix(frame, ["a", "b", "never"], palette=LIGHT, selected=("a", "b")).to_dict()
    assert data_of(spec)["printed"].tolist() == ["1.5k", "500"]
    assert data_of(spec)["chosen"].tolist() == [False, True]
    encoding = spec["layer"][0]["encoding"]
    assert encoding["x"]["scale"]["domain"] == encoding["y"]["scale"]["domain"] == ["a", "b", "never"]
    assert encoding["x"]["title"] == "Predicted category (cells: rows)"
    assert encoding["y"]["title"] == "True category (2,000 rows)"


def test_an_error_matrix_takes_the_diagonal_out_and_scales_by_itself():
    frame, labels = pairs(3)
    spec = charts.confusion_matrix(frame, labels, palette=LIGHT, kind="errors").to_dict()
    errors = data_of(spec, layer=1)
    assert len(errors) == 6
    assert (errors["true"] != errors["predicted"]).all()
    assert errors.loc[errors["rows"].idxmax(), "fill"] == LIGHT.reds[-1]
    assert spec["layer"][1]["encoding"]["y"]["title"].endswith("errors)")


def asymmetric() -> pd.DataFrame:
    """Return the cells of 30 rows: 18 a right, 2 a taken for b, 7 b taken for a, 3 b right."""
    frame = pd.DataFrame([("a", "a", 18), ("a", "b", 2), ("b", "a", 7), ("b", "b", 3)], columns=CELL[:3])
    return frame.assign(row_share=[0.9, 0.1, 0.7, 0.3], column_share=[18 / 25, 2 / 5, 7 / 25, 3 / 5])


@pytest.mark.parametrize("kind", ["confusion", "errors"])
@pytest.mark.parametrize("value", ["rows", "row_share", "column_share"])
def test_true_ones_are_in_rows_and_predicted_ones_in_columns(kind, value):
    spec = charts.confusion_matrix(
        asymmetric(), ["b", "a"], palette=LIGHT, kind=kind, value=value, sums=True, parted=["a"]
    ).to_dict()
    for layer in spec["layer"]:
        encoding = layer["encoding"]
        assert {encoding["y"]["field"] if "y" in encoding else "label"} <= {"true", "label"}
        assert {encoding["x"]["field"] if "x" in encoding else "label"} <= {"predicted", "label"}
    cells = next(layer["encoding"] for layer in spec["layer"] if "color" in layer["encoding"])
    assert cells["y"]["title"].startswith("True category")
    assert cells["x"]["title"].startswith("Predicted category")
    assert cells["y"]["scale"]["domain"] == cells["x"]["scale"]["domain"] == ["b", "a", matrix.ALL]
    assert cells["x"]["axis"]["orient"] == "top"
    data = data_of(spec, layer=1 if kind == "errors" else 0).set_index(["true", "predicted"])
    assert data["rows"]["b", "a"] == 7
    assert data["rows"]["a", "b"] == 2
    assert data["row_share"]["b", "a"] == 0.7
    assert data["column_share"]["b", "a"] == 7 / 25


def test_sums_stand_at_the_end_of_each_row_and_column():
    spec = charts.confusion_matrix(asymmetric(), ["a", "b"], palette=LIGHT, sums=True).to_dict()
    data = data_of(spec).set_index(["true", "predicted"])
    assert data["rows"]["a", matrix.ALL] == 20
    assert data["rows"][matrix.ALL, "a"] == 25
    assert data["rows"][matrix.ALL, matrix.ALL] == 30
    assert data["row_share"]["a", matrix.ALL] == pytest.approx(1)
    assert data["row_share"][matrix.ALL, "a"] == pytest.approx(25 / 30)
    assert data["column_share"]["a", matrix.ALL] == pytest.approx(20 / 30)
    assert set(data["fill"][data.index.get_level_values("true") == matrix.ALL]) == {LIGHT.margin}
    click = next(param for param in spec["params"] if "select" in param)
    assert click["select"]["fields"] == ["true", "predicted"]


def test_the_sums_of_an_error_matrix_are_errors_alone():
    spec = charts.confusion_matrix(asymmetric(), ["a", "b"], palette=LIGHT, kind="errors", sums=True).to_dict()
    data = data_of(spec, layer=1).set_index(["true", "predicted"])
    assert [data["rows"]["b", matrix.ALL], data["rows"][matrix.ALL, "b"]] == [7, 2]
    assert data["row_share"]["b", matrix.ALL] == pytest.approx(0.7)
    assert set(data_of(spec)["true"]) == {"a", "b"}


def test_a_selected_row_outlines_its_sum():
    spec = charts.confusion_matrix(
        asymmetric(), ["a", "b"], palette=LIGHT, sums=True, selected=("b", matrix.ALL)
    ).to_dict()
    data = data_of(spec)
    assert data.loc[data["chosen"], ["true", "predicted"]].values.tolist() == [["b", matrix.ALL]]


def test_lines_part_groups_in_both_directions():
    spec = charts.confusion_matrix(asymmetric(), ["a", "b"], palette=LIGHT, parted=["b"]).to_dict()
    rules = [layer for layer in spec["layer"] if layer["mark"]["type"] == "rule"]
    assert [list(rule["encoding"]) for rule in rules] == [["y"], ["x"]]
    assert all(channel["bandPosition"] == 0 for rule in rules for channel in rule["encoding"].values())
    assert pd.DataFrame(spec["datasets"][rules[0]["data"]["name"]])["label"].tolist() == ["b"]


def test_a_matrix_without_an_error_is_drawn_empty():
    frame = asymmetric().iloc[[0]].assign(row_share=1.0, column_share=1.0)
    spec = charts.confusion_matrix(frame, ["a"], palette=LIGHT, kind="errors", sums=True).to_dict()
    assert data_of(spec, layer=1)["rows"].tolist() == [0]


@pytest.mark.parametrize("value", ["row_share", "column_share"])
def test_shares_are_coloured_by_what_they_show(value):
    spec = charts.confusion_matrix(asymmetric(), ["a", "b"], palette=LIGHT, value=value).to_dict()
    data = data_of(spec)
    assert data.loc[data[value].idxmax(), "fill"] == LIGHT.blues[-1]
    assert data.sort_values(value)["fill"].tolist() == sorted(data["fill"], reverse=True)


@SIZES
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_numbers_in_cells_read_on_their_fill(palette, count):
    data = data_of(charts.confusion_matrix(*pairs(count), palette=palette).to_dict())
    assert all(contrast(ink, fill) >= 4.5 for ink, fill in zip(data["ink"], data["fill"], strict=True))


@SIZES
def test_cells_of_few_classes_are_square_and_those_of_many_fit_a_screen(count):
    spec = DRAWN["confusion"](count).to_dict()
    wide, high = matrix.cell_size(count)
    assert spec["height"] == high * count and wide * count < spec["width"]
    assert wide == high if count <= 20 else spec["height"] <= max(matrix.TALL + count, matrix.LOWEST * count)


def test_a_matrix_that_is_not_checked_is_the_same():
    chart = charts.confusion_matrix(*pairs(12), palette=LIGHT, sums=True)
    assert unchecked(chart).to_dict() == chart.to_dict()


@pytest.mark.parametrize(
    ("rows", "room", "text"), [(7, 1, "7"), (999, 3, "999"), (1234, 4, "1.2k"), (28492, 3, "28k"), (123456, 3, "123k")]
)
def test_counts_shorten_to_their_cell(rows, room, text):
    assert matrix.short_count(rows, room) == text


@pytest.mark.parametrize(
    ("share", "room", "text"), [(0.123, 5, "12.3"), (0.123, 4, "12"), (0.004, 4, "·"), (1, 5, "100.0")]
)
def test_shares_shorten_to_their_cell(share, room, text):
    assert matrix.short_percent(share, room) == text


def test_models_share_one_order_and_each_has_its_winner():
    frame = pd.DataFrame(
        {"label": list("abab"), "probability": [0.9, 0.1, 0.45, 0.55], "model": ["one", "one", "two", "two"]},
        index=[0, 1, 0, 1],
    )
    spec = charts.probability_bars(frame, palette=LIGHT).to_dict()
    assert spec["layer"][0]["encoding"]["y"]["scale"]["domain"] == ["a", "b"]
    assert data_of(spec)["winner"].tolist() == [True, False, False, True]
    assert data_of(spec)["start"].tolist() == [0, 0, 1, 1]


def test_missing_and_empty_are_told_in_words():
    data = data_of(charts.share_bars(absences(2), palette=LIGHT).to_dict())
    assert data["printed"].tolist() == ["missing: none", "empty: none", "missing: 1 · 0.1%", "empty: 1 · 0.1%"]


def test_progress_leaves_out_what_is_not_a_number():
    frame = pd.DataFrame({"step": [1, 2], "value": [0.5, None], "series": "loss"})
    assert len(data_of(charts.progress_lines(frame, y_title="loss", palette=LIGHT).to_dict())) == 1


def test_long_names_are_wrapped_and_whole():
    assert " ".join(axes.wrapped(LONG)) == LONG
    assert max(map(len, axes.wrapped("x" * 95))) <= axes.WRAP
    assert "".join(axes.wrapped("x" * 95)) == "x" * 95
    assert axes.row_height(["short"]) == 20 < axes.row_height([LONG])


def test_charts_leave_the_frame_they_are_given_alone():
    frame = distribution(5)
    before = frame.copy()
    charts.distribution_bars(frame, palette=LIGHT)
    pd.testing.assert_frame_equal(frame, before)
