"""The flow picture: ribbons as wide as their rows, labels that never touch, what moves told apart from what stays."""

import pandas as pd
import pytest

from core.grouping.builtin import HUFFPOST_12, RAW
from core.grouping.diff import diff
from core.grouping.grouping import Grouping
from core.ui.charts import flow
from core.ui.charts.flow import flow_picture
from core.ui.diff_view import flows_frame
from core.ui.theme import DARK, LIGHT

ROWS = {category: 10 + 300 * place for place, category in enumerate(HUFFPOST_12.mapping)}
LONG = "a group whose name goes on for well over forty characters, and then some"
EDITED = Grouping("edited", {**HUFFPOST_12.mapping, "TECH": LONG, "WEDDINGS": "CRIME", "MONEY": "MONEY"})
PAIRS = {"12 to 12": (HUFFPOST_12, EDITED), "42 to 12": (RAW, HUFFPOST_12), "12 to 42": (HUFFPOST_12, RAW)}
EACH = pytest.mark.parametrize(("a", "b"), PAIRS.values(), ids=PAIRS.keys())


def frame_of(a, b, rows=ROWS):
    return flows_frame(diff(a, b, rows))


def picture(frame, palette=LIGHT):
    return flow_picture(frame, titles=("one", "other"), palette=palette).to_dict(validate=True)


def layers(spec):
    """Return (mark, its rows, encoding) of each layer."""
    return [
        (layer["mark"], pd.DataFrame(spec["datasets"][layer["data"]["name"]]), layer["encoding"])
        for layer in spec["layer"]
    ]


def labels(spec, align):
    found = next(rows for mark, rows, _ in layers(spec) if mark.get("align") == align)
    return found[found["weight"] == "normal"]


@EACH
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_it_is_valid_and_fills_the_width(a, b, palette):
    spec = picture(frame_of(a, b), palette)
    assert spec["width"] == "container"
    assert spec["autosize"] == {"type": "fit-x", "contains": "padding"}
    names = [param["name"] for param in spec["params"]]
    assert len(set(names)) == len(names)


@EACH
def test_labels_name_every_group_whole_with_its_rows_and_never_touch(a, b):
    frame = frame_of(a, b)
    spec = picture(frame)
    for align, column in (("right", "origin"), ("left", "target")):
        shown = labels(spec, align)
        texts = [" ".join(text.split("\n")) for text in shown["printed"]]
        counts = frame.groupby(column)["rows"].sum()
        for name, count in counts.items():
            assert any(text.startswith(name) and text.endswith(f" · {count:,}") for text in texts), name
        lines = shown["printed"].str.count("\n") + 1
        ends = shown["top"] + (lines - 0.5) * flow.LINE
        begins = shown["top"] - flow.LINE / 2
        assert (begins.to_numpy()[1:] >= ends.to_numpy()[:-1]).all()
        assert begins.iloc[0] >= 0
        assert ends.iloc[-1] <= spec["height"] + flow.LINE / 2


@EACH
def test_ribbons_are_as_thick_as_their_rows_and_do_not_overlap_in_a_group(a, b):
    frame = frame_of(a, b)
    ribbons = pd.concat([rows for mark, rows, _ in layers(picture(frame)) if mark["type"] == "area"])
    assert ribbons["number"].nunique() == len(frame)
    for end, side in ((0.0, "origin"), (1.0, "target")):
        at = ribbons[ribbons["x"] == end].set_index("number").sort_index()
        assert (at["bottom"] - at["top"]).tolist() == pytest.approx(
            [max(rows * flow.ROWS / frame["rows"].sum(), flow.THINNEST) for rows in frame["rows"]]
        )
        for _, group in at.groupby(side):
            ordered = group.sort_values("top")
            assert (ordered["top"].to_numpy()[1:] >= ordered["bottom"].to_numpy()[:-1] - 1e-6).all()


def test_only_what_moves_is_strong_and_tells_so():
    spec = picture(frame_of(HUFFPOST_12, EDITED))
    quiet, strong = [(mark, rows) for mark, rows, _ in layers(spec) if mark["type"] == "area"]
    assert (quiet[0]["color"], strong[0]["color"]) == (LIGHT.bar, LIGHT.accent)
    assert set(quiet[1]["what"]) == {"stays", "stays, renamed"}
    assert set(strong[1]["what"]) == {"moves"}
    assert set(strong[1]["categories"]) == {"WEDDINGS", "MONEY"}
    texts = " ".join(labels(spec, "left")["printed"])
    assert "MONEY (new)" in texts


def test_a_group_stands_beside_the_one_it_was_matched_with():
    spec = picture(frame_of(HUFFPOST_12, EDITED))
    left, right = (
        [text.split(" · ")[0] for text in labels(spec, align)["printed"].str.replace("\n", " ")]
        for align in ("right", "left")
    )
    assert [name for name in right if name in left] == [name for name in left if name in right]


def test_a_group_of_few_rows_can_be_seen():
    frame = frame_of(RAW, Grouping("g", {"b": "a"}), {"a": 10**6, "b": 1, "c": 0})
    ribbons = pd.concat([rows for mark, rows, _ in layers(picture(frame)) if mark["type"] == "area"])
    assert (ribbons["bottom"] - ribbons["top"]).min() == pytest.approx(flow.THINNEST)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (frame_of(RAW, RAW, {}), "Nothing to show"),
        (frame_of(HUFFPOST_12, HUFFPOST_12), "Nothing moves: both groupings divide the categories alike."),
        (
            frame_of(RAW, Grouping("all", dict.fromkeys(map(str, range(201)), "all"))),
            "243 ribbons are too many for a picture; the table lists what moves.",
        ),
    ],
)
def test_what_has_no_picture_is_said_in_words(frame, words):
    spec = picture(frame)
    assert pd.DataFrame(spec["datasets"][spec["data"]["name"]])["words"].item() == words
