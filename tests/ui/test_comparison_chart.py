"""The chart of differences by class: what is filled, in which order, and what stands in for no class."""

import pandas as pd
import pytest

from core.ui.charts import class_differences
from core.ui.charts.comparison import BETTER, UNSURE, WORSE
from core.ui.theme import DARK, LIGHT


def frame(**gaps):
    rows = [
        {"label": name, "support": 9, "run": 0.5, "against": 0.4, "difference": gap, "low": low, "high": high}
        for name, (gap, low, high) in gaps.items()
    ]
    return pd.DataFrame(rows, columns=["label", "support", "run", "against", "difference", "low", "high"])


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_a_dot_is_filled_where_the_interval_leaves_0_out(palette):
    gaps = {"Z": (0.1, 0.05, 0.2), "A": (-0.1, -0.2, -0.05), "M": (0.0, -0.1, 0.1)}
    found = class_differences(frame(**gaps), measure="F1", palette=palette).to_dict()
    rows = next(rows for rows in found["datasets"].values() if len(rows) == 3)
    by_label = {row["label"]: row for row in rows}
    assert [by_label[name]["clear"] for name in "ZAM"] == [BETTER, WORSE, UNSURE]
    assert [by_label[name]["fill"] for name in "ZAM"] == [palette.accent, palette.error, palette.paper]
    dots = found["layer"][2]["encoding"]
    assert dots["y"]["scale"]["domain"] == ["Z", "A", "M"]
    assert "F1" in dots["x"]["title"]


def test_0_is_in_the_picture_even_where_nothing_differs():
    found = class_differences(frame(A=(0.0, 0.0, 0.0)), measure="Recall", palette=LIGHT).to_dict()
    low, high = found["layer"][1]["encoding"]["x"]["scale"]["domain"]
    assert low < 0 < high


def test_no_class_is_said_in_words():
    assert "Nothing to show" in str(class_differences(frame(), measure="F1", palette=LIGHT).to_dict())
