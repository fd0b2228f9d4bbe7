"""Causes of errors: each error has one first cause, in the order; a right row has none; what each cause means."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats.contingency import relative_risk

from core.data.corrections import CONFIRMED, CORRECTED, DISMISSED, Verdict
from core.evaluation import causes
from core.evaluation.causes import (
    CAUSES,
    NONE,
    OF_ERRORS,
    ORDER,
    by_class,
    doubted_labels,
    find_causes,
    first_causes,
    margins,
    risk_ratio,
    summary,
)
from core.evaluation.judge import judge
from core.evaluation.predictions import Predictions
from core.evaluation.row_facts import row_facts
from core.grouping.builtin import RAW
from core.grouping.evidence import confident_joint
from core.grouping.grouping import Grouping
from core.runs.spec import SpecGrouping, TrainingSpec

CATEGORIES = ("A", "B", "C", "D")
PAIRS = Grouping("pairs", {"A": "AB", "B": "AB", "C": "CD", "D": "CD"})
LONG = "a plain headline of no less than nine words {}"
DAY = np.datetime64("2020-06-01", "s")


def spec(categories=CATEGORIES):
    return TrainingSpec(
        dataset="d", fingerprint="f", categories=categories, grouping=SpecGrouping(name="raw", mapping={})
    )


def found_in(probabilities, true, *, texts=None, grouping=RAW, siblings=PAIRS, categories=CATEGORIES, **how):
    """Return the causes of rows that all have descriptions, dates and known words unless `how` says otherwise."""
    probabilities = np.asarray(probabilities, dtype=np.float16).reshape(len(true), len(categories))
    size = len(true)
    # Texts share few words, so that none is a near-duplicate of another; each was trained on under its own category.
    texts = texts or [" ".join(f"w{row}x{word}" for word in range(12)) for row in range(size)]
    dates = how.pop("dates", [DAY] * size)
    described = how.pop("described", ["words"] * size)
    trained = how.pop("trained", texts)
    rows = [
        (text, category, False, day, words)
        for text, category, day, words in zip(texts, true, dates, described, strict=True)
    ]
    rows += [(text, category, True, DAY, "words") for text, category in zip(trained, [*true, *true], strict=False)]
    corpus = pd.DataFrame(rows, columns=["text", "category", "training", "date", "short_description"])
    corpus = corpus.astype({"text": "str", "category": "str", "short_description": "str"})
    corpus = corpus.assign(date=pd.to_datetime(corpus["date"]), row=range(len(corpus)), dataset="d")
    judged = judge(
        spec(categories),
        Predictions("d", "f", tuple(categories), np.arange(size), pd.Categorical(true), probabilities),
        grouping,
    )
    answers = grouping.members(categories)
    return find_causes(judged, row_facts(corpus, np.arange(size)), answers=answers, siblings=siblings, **how)


def cause_of(found, row=0):
    return found.table["cause"].iloc[row]


SURE_OF_C = [0.02, 0.02, 0.9, 0.06]


@st.composite
def judged_rows(draw):
    """Draw probabilities, true categories (some unknown to the run), texts, descriptions, dates and a grouping."""
    size = draw(st.integers(1, 12))
    probabilities = draw(arrays(np.float64, (size, 4), elements=st.integers(0, 20).map(float)))
    probabilities[:, 0] += 1e-3
    true = [draw(st.sampled_from(CATEGORIES))] + [draw(st.sampled_from([*CATEGORIES, "E"])) for _ in range(size - 1)]
    texts = [" ".join(draw(st.lists(st.sampled_from("abcdefghijklmnop"), max_size=12))) for _ in true]
    trained = [" ".join(draw(st.lists(st.sampled_from("abcdefghijkl"), max_size=12))) for _ in true]
    return {
        "probabilities": probabilities / probabilities.sum(axis=1, keepdims=True),
        "true": true,
        "texts": texts,
        "trained": trained,
        "described": [draw(st.sampled_from([None, "words"])) for _ in true],
        "dates": [draw(st.sampled_from([DAY, DAY + np.timedelta64(5, "D"), np.datetime64("NaT")])) for _ in true],
        "grouping": draw(st.sampled_from([RAW, PAIRS])),
    }


@settings(max_examples=40)
@given(judged_rows())
def test_each_error_has_the_first_cause_that_matches_and_a_right_row_none(case):
    found = found_in(**case)
    table = found.table
    assert (table["wrong"] == (table["true"].astype(str) != table["predicted"].astype(str))).all()
    assert (table["cause"].notna() == table["wrong"]).all()
    for flags, cause, wrong in zip(found.flags, table["cause"], table["wrong"], strict=True):
        matching = [name for name, there in zip(CAUSES, flags, strict=True) if there]
        assert not set(matching) & set(found.skipped)
        if wrong:
            assert cause == (matching[0] if matching else NONE)
        else:
            assert not set(matching) & set(OF_ERRORS)


@settings(max_examples=40)
@given(judged_rows())
def test_first_causes_sum_to_the_errors_for_all_and_for_each_class(case):
    found = found_in(**case)
    classes, table = by_class(found), summary(found)
    assert table["rows"].sum() == found.errors == classes.to_numpy().sum()
    assert (table["matching"] >= table["rows"]).all()
    assert list(table["cause"]) == list(classes.columns) == list(ORDER)
    for label, counts in classes.iterrows():
        assert summary(found, label)["rows"].tolist() == counts.tolist()
    assert classes.sum(axis=1).is_monotonic_decreasing


@given(arrays(bool, st.tuples(st.integers(0, 8), st.just(3))), st.data())
def test_the_order_is_that_of_the_columns(flags, data):
    wrong = np.array(data.draw(st.lists(st.booleans(), min_size=len(flags), max_size=len(flags))), dtype=bool)
    expected = [(([*row, True].index(True)) if bad else -1) for row, bad in zip(flags.tolist(), wrong, strict=True)]
    assert first_causes(flags, wrong).tolist() == expected


@given(st.integers(0, 2**32 - 1))
def test_a_doubted_label_is_off_the_diagonal_of_the_confident_joint(seed):
    random = np.random.default_rng(seed)
    probabilities = random.dirichlet(np.full(4, 0.15), 60).astype(np.float32)
    true, predicted = random.integers(0, 4, 60), probabilities.argmax(axis=1)
    doubted = doubted_labels(true, predicted, probabilities, np.ones(4, dtype=bool))
    assert (probabilities[np.arange(60), true][doubted] < causes.DOUBTED).all()
    pairs = np.zeros((4, 4), dtype=np.int64)
    np.add.at(pairs, (true[doubted], predicted[doubted]), 1)
    assert np.trace(pairs) == 0
    assert (pairs <= confident_joint(true, probabilities)).all()


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 30), st.integers(1, 30))
def test_the_lift_is_the_relative_risk_with_the_interval_of_katz(count, other, more, other_more):
    rows, other_rows = count + more, other + other_more
    lift, low, high = (float(one) for one in risk_ratio(np.array(count), rows, np.array(other), other_rows))
    if not other:
        assert np.isnan([lift, low, high]).all()
        return
    expected = relative_risk(count, rows, other, other_rows)
    assert lift == pytest.approx(expected.relative_risk)
    if count:
        assert (low, high) == pytest.approx(tuple(expected.confidence_interval(0.95)))
    else:
        assert np.isnan([low, high]).all()


def test_margins_are_top_less_second():
    assert margins(np.array([[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]])).tolist() == [0.25, 1.0]
    assert margins(np.array([[1.0]])).tolist() == [1.0]


def test_none_of_these():
    assert cause_of(found_in([SURE_OF_C], ["A"])) == NONE


def test_a_label_that_the_run_does_not_know():
    found = found_in([[0, 1, 0, 0], [1, 0, 0, 0]], ["E", "A"])
    assert cause_of(found) == causes.UNKNOWN
    assert not found.flags[0, CAUSES.index(causes.LABEL)]


def confident(own, answered):
    """Return three rows of C that are known as such, and one of A that is answered with C."""
    rest = (1 - own - answered) / 2
    return [[own, rest, answered, rest], *[[0.1, 0.1, 0.6, 0.2]] * 3], ["A", "C", "C", "C"]


@pytest.mark.parametrize(
    ("own", "answered", "doubted"), [(0.002, 0.9, True), (0.03, 0.9, False), (0.002, 0.55, False), (0.002, 0.45, False)]
)
def test_a_label_is_likely_wrong_where_its_own_probability_is_small_and_the_answer_confident(own, answered, doubted):
    found = found_in(*confident(own, answered))
    assert (cause_of(found) == causes.LABEL) == doubted


@pytest.mark.parametrize(
    ("own", "verdict", "to", "doubted"),
    [
        (0.002, CONFIRMED, None, False),
        (0.002, DISMISSED, None, False),
        (0.002, CORRECTED, "C", True),
        (0.03, CORRECTED, "D", True),
    ],
)
def test_what_people_decided_goes_before(own, verdict, to, doubted):
    verdicts = {0: Verdict(0, verdict, "A", to, "", "")}
    found = found_in(*confident(own, 0.9), verdicts=verdicts)
    assert (cause_of(found) == causes.LABEL) == doubted


def test_a_correction_inside_the_group_makes_no_wrong_label_of_it():
    verdicts = {0: Verdict(0, CORRECTED, "A", "B", "", "")}
    assert cause_of(found_in(*confident(0.03, 0.9), grouping=PAIRS, verdicts=verdicts)) == NONE


def test_a_near_duplicate_with_another_label_and_the_answered_one_tells_most():
    text = LONG.format("x")
    true, trained = ["A", "B", "C"], [LONG.format("b"), text, LONG.format("c")]
    found = found_in([SURE_OF_C] * 3, true, texts=[text, "x " * 9, "y " * 9], trained=trained)
    assert cause_of(found) == causes.TWIN
    twin = found.facts.twins.iloc[found.twin[0]]
    assert (twin["category"], twin["likeness"]) == ("C", pytest.approx(9 / 11))


def test_a_near_duplicate_in_the_same_group_is_none():
    text = LONG.format("a")
    found = found_in([SURE_OF_C, SURE_OF_C], ["A", "B"], texts=[text, text], grouping=PAIRS)
    assert cause_of(found) == NONE
    assert len(found.facts.twins)


def test_siblings_are_told_only_where_the_judged_classes_are_finer():
    assert cause_of(found_in([[0, 1, 0, 0]], ["A"])) == causes.SIBLING
    assert cause_of(found_in([SURE_OF_C], ["A"])) == NONE
    for siblings, grouping in ((PAIRS, PAIRS), (RAW, RAW), (RAW, PAIRS)):
        assert causes.SIBLING in found_in([SURE_OF_C], ["A"], grouping=grouping, siblings=siblings).skipped


def test_no_description():
    found = found_in([SURE_OF_C] * 2, ["A", "A"], described=[None, "words"])
    assert found.table["cause"].tolist() == [causes.UNDESCRIBED, NONE]


@pytest.mark.parametrize(("words", "cause"), [(8, causes.BRIEF), (9, NONE)])
def test_very_short(words, cause):
    text = " ".join(f"w{place}" for place in range(words))
    assert cause_of(found_in([SURE_OF_C], ["A"], texts=[text])) == cause


@pytest.mark.parametrize(("known", "cause"), [(9, causes.STRANGE), (10, NONE)])
def test_unseen_words(known, cause):
    words = [f"w{place}" for place in range(10)]
    assert cause_of(found_in([SURE_OF_C], ["A"], texts=[" ".join(words)], trained=[" ".join(words[:known])])) == cause


def test_a_later_period():
    later = [DAY + np.timedelta64(1, "D")]
    assert cause_of(found_in([SURE_OF_C], ["A"], dates=later)) == causes.NEWER


def test_without_dates_or_descriptions_what_cannot_be_told_is_skipped_with_the_reason():
    frame = pd.DataFrame(
        {
            "text": pd.Series([LONG, LONG], dtype="str"),
            "short_description": pd.Series([None, None], dtype="str"),
            "category": pd.Series(["A", "A"], dtype="str"),
            "date": pd.Series([pd.NaT] * 2, dtype="datetime64[s]"),
            "training": [False, True],
            "row": [0, 1],
            "dataset": "d",
        }
    )
    judged = judge(
        spec(), Predictions("d", "f", CATEGORIES, np.arange(1), pd.Categorical(["A"]), np.float16([SURE_OF_C])), RAW
    )
    found = find_causes(judged, row_facts(frame, np.array([0])), answers=RAW.members(CATEGORIES), siblings=PAIRS)
    assert cause_of(found) == NONE
    assert found.skipped == {
        causes.UNDESCRIBED: "no judged row has one",
        causes.NEWER: "no training row has a date",
    }


@pytest.mark.parametrize(("second", "cause"), [(0.45, causes.CLOSE), (0.1, NONE)])
def test_low_margin(second, cause):
    assert cause_of(found_in([[0.05, 0.0, 0.5, second]], ["A"])) == cause


def test_no_errors_and_no_rows():
    for found in (found_in([[1, 0, 0, 0]], ["A"]), found_in(np.zeros((0, 4)), [])):
        table = summary(found)
        assert found.errors == 0
        assert (table["rows"] == 0).all()
        assert table["lift"].isna().all()
        assert by_class(found).to_numpy().sum() == 0


def test_one_class():
    found = found_in([[1.0]], ["A"], categories=("A",), siblings=RAW)
    assert (found.errors, found.table["margin"].tolist()) == (0, [1.0])


def test_five_hundred_classes():
    names = tuple(f"c{place:03}" for place in range(500))
    probabilities = np.roll(np.eye(500), 1, axis=1)
    found = found_in(probabilities, list(names), categories=names, siblings=RAW)
    assert by_class(found).shape == (500, len(ORDER))
    assert summary(found)["rows"].sum() == 500
