"""Drift: a planted change is found and told, a class that stays is not said to change, and too little is said."""

import numpy as np
import pytest

from core.evaluation.drift import (
    CLEAR,
    EVERY,
    FEWEST,
    NONE,
    STRONG,
    WEAK,
    Dated,
    Drift,
    drift_of,
    drifts,
    halves,
    sentence,
    vocabulary,
    yearly,
)
from core.evaluation.ngrams import count

NAMES = ["CHANGED", "SAME", "FEW", "ONE DAY", "UNDATED"]
WORDS = [f"word{at}" for at in range(40)]


@pytest.fixture(scope="module")
def data():
    """Five classes; the first one's late texts have words of their own."""
    random = np.random.default_rng(3)
    headlines, codes, days = [], [], []
    for code, rows in enumerate((200, 200, 10, 60, 60)):
        for at in range(rows):
            late = code == 0 and at >= rows // 2
            own = ["fresh news"] if late and at % 4 else ["stale tale"] if code == 0 and at % 4 else []
            headlines.append(" ".join([*random.choice(WORDS, 6), *own]))
            codes.append(code)
            days.append(100 if code == 3 else at * 10)
    codes, days = np.array(codes), np.array(days)
    return Dated(count(headlines, [""] * len(headlines)), days, codes != 4, codes, NAMES)


def test_a_change_is_found(data):
    drift = drift_of(data, "CHANGED")
    assert (drift.rows, drift.dated, drift.early, drift.late, drift.read) == (200, 200, 100, 100, 200)
    assert drift.strength == STRONG
    assert 0.8 < drift.low < drift.auc < drift.high <= 1
    assert (drift.last_early, drift.first_late) == ("1972-09-17", "1972-09-27")


def test_random_texts_are_not_told_apart(data):
    drift = drift_of(data, "SAME")
    assert drift.low <= 0.5 <= drift.high
    assert drift.strength == NONE


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("FEW", f"10 of its 10 rows have a date; {FEWEST} are needed"),
        ("ONE DAY", "all of its rows are of one day"),
        ("UNDATED", f"0 of its 60 rows have a date; {FEWEST} are needed"),
    ],
)
def test_of_too_little_the_reason_is_told(data, label, reason):
    drift = drift_of(data, label)
    assert drift.reason == reason
    assert np.isnan(drift.auc)
    assert sentence(drift) == f"{label}: nothing is told, since {reason}."
    assert vocabulary(data, label).empty or label == "FEW"


def test_the_words_that_came_and_went(data):
    table = vocabulary(data, "CHANGED")
    assert table.loc[table["z"] > 0, "shown"].tolist() == ["fresh news"]
    assert table.loc[table["z"] < 0, "shown"].tolist() == ["stale tale"]


def test_years_have_their_share_and_gaps_are_none(data):
    table = yearly(data, "FEW")
    assert table["year"].tolist() == list(range(1970, 1976))
    assert table["rows"].tolist() == [10, 0, 0, 0, 0, 0]
    assert table["share"].tolist() == (table["rows"] / table["all"]).tolist()
    assert yearly(data, EVERY)["share"].tolist() == [1.0] * 6


def test_texts_without_a_word_are_said():
    days = np.arange(60)
    data = Dated(count(["…!"] * 60, [""] * 60), days, days >= 0, np.zeros(60, dtype=int), ["SIGNS"])
    assert drift_of(data, "SIGNS").reason == "no word is counted in its rows"


def test_it_is_told_how_many_are_done(data):
    told = []
    found = list(drifts(data, [EVERY, "FEW"], lambda *done: told.append(done)))
    assert [one.label for one in found] == [EVERY, "FEW"]
    assert told == [(0, 2), (1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("days", "gap", "parts"),
    [
        ([1, 2, 3, 4], 0, ([0, 1], [2, 3])),
        ([4, 3, 2, 1], 0, ([2, 3], [0, 1])),
        ([1, 1, 1, 2], 0, ([0, 1, 2], [3])),
        ([5, 5, 5], 0, None),
        ([1, 2, 3, 4], 2, ([0], [3])),
        ([1, 2, 3, 4], 9, None),
        ([], 0, None),
    ],
)
def test_halves_part_between_two_days(days, gap, parts):
    found = halves(np.array(days, dtype=np.int64), np.arange(len(days)), gap)
    assert (found and (found.early.tolist(), found.late.tolist())) == parts


@pytest.mark.parametrize(
    ("area", "low", "strength", "words"),
    [
        (0.55, 0.45, NONE, "cannot be told apart"),
        (0.9, 0.5, NONE, "cannot be told apart"),
        (0.55, 0.51, WEAK, "can be told apart weakly"),
        (0.65, 0.6, CLEAR, "can be told apart clearly"),
        (0.8, 0.7, STRONG, "can be told apart strongly"),
    ],
)
def test_the_sentence_agrees_with_the_interval(area, low, strength, words):
    drift = Drift("A", 9, 9, 4, 5, "2013-01-01", "2013-01-02", 8, area, low, 0.95)
    assert drift.strength == strength
    assert words in sentence(drift)
