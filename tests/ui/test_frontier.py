"""The frontier's chart: typed and titled, a line an objective, the current grouping on top, clicks told by point."""

import pandas as pd
import pytest

from core.ui import charts
from core.ui.theme import DARK, LIGHT
from tests.ui.test_charts import channels, data_of, views

OBJECTIVES = {"accuracy": "merged for accuracy", "macro_f1": "merged for macro-F1"}


def points(count):
    rows = [(key, name, groups, 1 / groups) for key, name in OBJECTIVES.items() for groups in range(count + 1, 1, -1)]
    frame = pd.DataFrame(rows, columns=["objective", "series", "groups", "value"])
    return frame.assign(accuracy=0.5, macro_f1=0.4, information_kept=0.3)


def drawn(count=12, palette=LIGHT, **options):
    return charts.frontier_lines(points(count), palette=palette, y_title="accuracy (0 to 1)", **options).to_dict(
        validate=True
    )


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.name)
@pytest.mark.parametrize("count", [1, 12, 200])
@pytest.mark.parametrize("current", [None, (5, 0.3, 'a "name" <b>')], ids=["alone", "with the current one"])
def test_the_chart_is_valid_typed_and_titled(count, palette, current):
    spec = drawn(count, palette, current=current)
    assert {channel["type"] for _, channel in channels(spec)} == {"quantitative", "nominal"}
    titles = [views(spec)[0]["encoding"][axis]["title"] for axis in ("x", "y")]
    assert titles == ["number of groups", "accuracy (0 to 1)"]
    assert spec["autosize"] == {"type": "fit-x", "contains": "padding"}
    assert len(views(spec)) == (2 if current is None else 5)


def test_lines_are_told_apart_by_colour_and_by_dashes():
    encoding = views(drawn())[0]["encoding"]
    assert (
        encoding["color"]["scale"]["domain"] == encoding["strokeDash"]["scale"]["domain"] == list(OBJECTIVES.values())
    )
    assert len({str(dash) for dash in encoding["strokeDash"]["scale"]["range"]}) == 2


@pytest.mark.parametrize("count", [0, 12])
def test_a_click_tells_objective_and_number_of_groups(count):
    (selection,) = [param for param in drawn(count, selection="here")["params"] if "select" in param]
    assert (selection["name"], selection["select"]["fields"]) == ("here", ["objective", "groups"])


def test_nothing_to_show_is_said_in_words():
    assert data_of(drawn(0))["words"].item() == "Nothing to show"


@pytest.mark.parametrize(("groups", "side"), [(3, "left"), (12, "right")])
def test_the_name_of_the_current_grouping_stands_where_there_is_room(groups, side):
    spec = drawn(current=(groups, 0.4, "mine"))
    dot, rim, label = views(spec)[2:]
    assert label["mark"]["align"] == rim["mark"]["align"] == side
    assert data_of(spec, layer=4).to_dict("records") == [{"groups": groups, "value": 0.4, "name": "mine"}]
    assert dot["mark"]["color"] == LIGHT.ink
