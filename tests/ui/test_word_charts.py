"""Charts of words and drift: every row is there, sides are told apart, and nothing is said in words."""

import pandas as pd
import pytest

from core.ui.charts.drift import drift_dots, year_bars
from core.ui.charts.words import frequency_bars, word_bars
from core.ui.theme import DARK, LIGHT

WORDS = pd.DataFrame(
    {
        "ngram": ["senate", "goal"],
        "shown": ["Senate", "goal"],
        "ours": [1200, 1],
        "theirs": [0, 30],
        "our_share": [0.01, 0.0],
        "their_share": [0.0, 0.1],
        "log_odds": [2.0, -1.0],
        "z": [9.0, -3.0],
    }
)
DRIFT = pd.DataFrame(
    {
        "label": ["NEWS", "ARTS"],
        "rows": [1200, 60],
        "auc": [0.8, 0.52],
        "low": [0.7, 0.4],
        "high": [0.9, 0.6],
        "apart": [True, False],
        "strength": ["strongly", "not"],
    }
)
YEARS = pd.DataFrame({"year": [2012, 2013], "rows": [1, 0], "all": [2, 0], "share": [0.5, 0.0]})


def rows_of(chart):
    """Return the rows of the largest dataset of a chart."""
    return max(chart.to_dict()["datasets"].values(), key=lambda rows: len(rows[0]))


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_words_of_either_side_have_their_colour_and_their_figures(palette):
    rows = rows_of(word_bars(WORDS, palette=palette, sides=("A", "B")))
    assert [(row["shown"], row["printed"]) for row in rows] == [("Senate", "1,200 : 0"), ("goal", "1 : 30")]
    assert rows[0]["ink"] == palette.accent != rows[1]["ink"]
    assert [row["printed"] for row in rows_of(frequency_bars(WORDS, palette=palette, side="A"))] == ["1,200", "1"]


def test_a_class_that_is_told_apart_is_filled_and_the_chosen_one_is_marked():
    rows = rows_of(drift_dots(DRIFT, palette=LIGHT, selected="ARTS"))
    assert [row["fill"] for row in rows] == [LIGHT.accent, LIGHT.paper]
    assert [row["chosen"] for row in rows] == [False, True]


def test_years_are_one_bar_each():
    assert [row["year"] for row in rows_of(year_bars(YEARS, palette=LIGHT, label="NEWS"))] == [2012, 2013]


@pytest.mark.parametrize(
    "chart",
    [
        word_bars(WORDS[:0], palette=LIGHT, sides=("A", "B")),
        frequency_bars(WORDS[:0], palette=LIGHT, side="A"),
        drift_dots(DRIFT[:0], palette=LIGHT),
        year_bars(YEARS[:0], palette=LIGHT, label="A"),
    ],
    ids=["words", "frequent", "drift", "years"],
)
def test_nothing_is_said_in_words_under_the_same_selection(chart):
    spec = chart.to_dict()
    assert spec["mark"]["type"] == "text"
    assert len(spec["params"]) == 1
