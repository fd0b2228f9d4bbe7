"""Selective answers: curves against slow sums over every row, and laws that hold for any rows."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.judge import scores_from
from core.evaluation.selective import (
    FEWEST_ANSWERS,
    Level,
    back_off,
    back_off_curve,
    class_thresholds,
    class_tradeoff,
    given_at,
    levels_of,
    risk_coverage,
    threshold_for_accuracy,
    tradeoff_of,
)
from core.grouping.builtin import RAW
from tests.evaluation.test_judge import PAIRS, predictions, spec

SURE = st.integers(0, 20).map(lambda number: number / 20)
ROWS = st.lists(st.tuples(SURE, st.booleans()), min_size=1, max_size=60)
HIERARCHY = st.lists(st.tuples(SURE, SURE, st.booleans(), st.booleans()), min_size=1, max_size=60)


def arrays(rows):
    return np.array([sure for sure, _ in rows]), np.array([right for _, right in rows])


@given(ROWS)
def test_each_point_counts_the_rows_that_are_at_least_as_sure(rows):
    sure, right = arrays(rows)
    found = risk_coverage(sure, right)
    assert found.threshold.tolist() == sorted(set(sure), reverse=True)
    for threshold, coverage, risk in zip(found.threshold, found.coverage, found.risk, strict=True):
        kept = sure >= threshold
        assert (coverage, risk) == pytest.approx((kept.mean(), (~right[kept]).mean()))


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_the_area_is_the_mean_risk_over_all_numbers_of_answers(right):
    right = np.array(right)
    sure = np.linspace(1, 0, len(right))
    assert risk_coverage(sure, right).aurc == pytest.approx(
        np.mean([(~right[:n]).mean() for n in range(1, len(right) + 1)])
    )


@given(ROWS, st.randoms())
def test_the_order_of_rows_does_not_matter_and_no_order_of_confidence_beats_the_best(rows, random):
    found = risk_coverage(*arrays(rows))
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert risk_coverage(*arrays(shuffled)).aurc == pytest.approx(found.aurc)
    assert found.best <= found.aurc + 1e-12
    _, right = arrays(rows)
    assert risk_coverage(right.astype(float), right).best == pytest.approx(found.best)


def test_errors_that_are_least_sure_have_the_best_area():
    sure, right = np.linspace(1, 0.1, 10), np.arange(10) < 7
    assert risk_coverage(sure, right).aurc == pytest.approx(risk_coverage(sure, right).best)


def test_zero_errors_and_no_rows_have_no_area():
    assert risk_coverage(np.array([0.5, 0.7]), np.array([True, True])).aurc == 0.0
    found = risk_coverage(np.zeros(0), np.zeros(0, dtype=bool))
    assert (len(found.coverage), found.aurc, found.best) == (0, 0.0, 0.0)


@given(st.lists(st.tuples(SURE, st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_the_trade_off_counts_what_a_threshold_keeps(rows):
    sure, answered, of_class = (np.array(column) for column in zip(*rows, strict=True))
    table = class_tradeoff(sure, answered, of_class, int(of_class.sum()))
    assert table["threshold"].tolist() == sorted(set(sure[answered]))
    for row in table.itertuples():
        kept = answered & (sure >= row.threshold)
        assert row.kept == kept.sum()
        assert row.precision == pytest.approx(of_class[kept].mean())
        assert row.coverage == pytest.approx(kept.sum() / answered.sum())
        assert row.recall == pytest.approx((kept & of_class).sum() / of_class.sum() if of_class.any() else 0.0)


@given(st.lists(st.tuples(SURE, st.sampled_from("AB"), st.sampled_from("AB")), min_size=1, max_size=80), SURE)
def test_the_threshold_of_a_class_is_the_lowest_that_gives_the_precision(rows, wanted):
    sure, predicted, true = (np.array(column) for column in zip(*rows, strict=True))
    judged = judged_from(true, predicted, sure)
    for row in class_thresholds(judged, ["A", "B"], wanted).itertuples():
        answered, right = predicted == row.label, true == row.label
        assert row.answers == answered.sum()
        fit = [
            threshold
            for threshold in sorted(set(sure[answered]))
            if (kept := answered & (sure >= threshold)).sum() >= FEWEST_ANSWERS and right[kept].mean() >= wanted
        ]
        if not fit:
            assert pd.isna(row.threshold) and pd.isna(row.kept) and pd.isna(row.precision)
            continue
        told = tradeoff_of(judged, row.label).set_index("threshold").loc[fit[0]]
        assert row.threshold == fit[0]
        assert [getattr(row, name) for name in told.index] == pytest.approx(told.tolist())


def judged_from(true, predicted, sure):
    both = {"true": true, "predicted": predicted}
    return pd.DataFrame(
        {**{name: pd.Categorical(values, ["A", "B"]) for name, values in both.items()}, "confidence": sure}
    )


def test_a_class_that_is_never_answered_has_no_threshold():
    table = class_thresholds(judged_from(["A"] * 20, ["A"] * 20, np.linspace(0, 1, 20)), ["B", "A"], 0.9)
    table = table.set_index("label")
    assert table.loc["A", ["answers", "threshold", "coverage"]].tolist() == [20, 0.0, 1.0]
    assert table.loc["B", "answers"] == 0
    assert pd.isna(table.loc["B", "threshold"])


def levels(rows):
    fine, coarse, right, group_right = (np.array(column) for column in zip(*rows, strict=True))
    # A group is at least as sure as its likeliest category, and right where that is.
    return [Level("category", fine, right), Level("group", np.maximum(fine, coarse), right | group_right)]


@given(HIERARCHY, st.integers(0, 21).map(lambda number: number / 20))
def test_a_row_is_answered_by_the_first_level_that_is_sure(rows, threshold):
    both = levels(rows)
    for place, row in zip(given_at(both, threshold), range(len(rows)), strict=True):
        sure = [level.confidence[row] >= threshold for level in both]
        assert place == ([*sure, True]).index(True)
    table = back_off(both, threshold).set_index("level")
    assert table.loc[["category", "group", "abstain"], "rows"].sum() == len(rows)
    assert table.loc[["category", "group", "abstain"], "coverage"].sum() == pytest.approx(1)
    assert table.loc["answered", "right"] == table.loc[["category", "group"], "right"].sum()


@given(HIERARCHY, st.lists(SURE, min_size=1, max_size=8))
def test_the_curve_is_the_back_off_at_each_threshold(rows, thresholds):
    both = levels(rows)
    curve = back_off_curve(both, np.array(thresholds))
    for place, threshold in enumerate(thresholds):
        one = back_off(both, threshold)
        for level in one["level"]:
            row = curve[curve["level"] == level].iloc[place]
            expected = one.set_index("level").loc[level]
            assert row["threshold"] == threshold
            assert (row["rows"], row["right"]) == (expected["rows"], expected["right"])
            np.testing.assert_allclose([row["coverage"], row["accuracy"]], [expected["coverage"], expected["accuracy"]])


@given(HIERARCHY)
def test_a_higher_threshold_answers_no_more_rows(rows):
    curve = back_off_curve(levels(rows))
    answered = curve[curve["level"] == "answered"]
    assert answered["rows"].iloc[0] == len(rows)
    assert answered["rows"].is_monotonic_decreasing


def test_no_rows_are_all_shares_of_nothing():
    nothing = [Level("group", np.zeros(0), np.zeros(0, dtype=bool))]
    assert back_off(nothing, 0.5)["rows"].tolist() == [0, 0, 0]
    assert set(back_off_curve(nothing)["rows"]) == {0}


def test_the_lowest_threshold_for_an_accuracy_leaves_enough_answers():
    level = [Level("group", np.arange(1, 101) / 100, np.arange(100) >= 50)]
    curve = back_off_curve(level)
    assert threshold_for_accuracy(curve, 1.0) == pytest.approx(0.51)
    assert threshold_for_accuracy(back_off_curve([Level("group", np.ones(5), np.ones(5, dtype=bool))]), 0.5) is None


def test_a_run_of_categories_answers_at_two_levels_and_one_of_groups_at_one():
    rows = predictions([[0.3, 0.3, 0.4, 0.0], [0.1, 0.1, 0.1, 0.7], [1, 0, 0, 0]], ["A", "D", "0 new"])
    category, group = levels_of(spec(), scores_from(spec(), rows), PAIRS)
    assert (category.name, group.name) == ("category", "group")
    assert category.right.tolist() == [False, True, False]
    assert group.right.tolist() == [True, True, False]
    assert group.confidence == pytest.approx([0.6, 0.8, 1.0], abs=1e-3)
    assert [level.name for level in levels_of(spec(), scores_from(spec(), rows), RAW)] == ["category"]
    of_groups = predictions([[0.9, 0.1]], ["C"], labels=("AB", "CD"))
    (only,) = levels_of(spec("group"), scores_from(spec("group"), of_groups), PAIRS)
    assert (only.name, only.right.tolist()) == ("group", [False])
