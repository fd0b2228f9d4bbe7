"""Intervals: as wide as drawing single rows makes them, about the figure, the same for the same seed."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from sklearn import metrics as reference

from core.evaluation.intervals import FEWEST, SHARES, document, intervals
from core.evaluation.judge import judge
from core.evaluation.predictions import Predictions
from core.evaluation.ranking import losses, rank
from core.grouping.builtin import RAW
from core.runs.spec import SpecGrouping, TrainingSpec

LABELS = tuple("ABCDE")
SPEC = TrainingSpec(dataset="d", fingerprint="f", categories=LABELS, grouping=SpecGrouping(name="raw", mapping={}))


def judged(rows, seed, labels=LABELS):
    """Return random answers that are right more often than not; rows of the first label are rare."""
    random = np.random.default_rng(seed)
    true = random.choice(len(labels), rows, p=np.array([1, 4, 10, 15, 20][: len(labels)]) / 50)
    scores = random.normal(size=(rows, len(labels))) + 1.5 * np.eye(len(labels))[true]
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    categories = pd.Categorical([labels[place] for place in true])
    data = Predictions("d", "f", labels, np.arange(rows), categories, probabilities.astype(np.float16))
    return judge(SPEC, data, RAW)


def exact(true, answers):
    """Return what a run is that gives these answers, positions of `LABELS`, with probability 1."""
    categories = pd.Categorical([LABELS[place] for place in true], categories=LABELS)
    certain = np.eye(len(LABELS), dtype=np.float16)[answers]
    return judge(SPEC, Predictions("d", "f", LABELS, np.arange(len(true)), categories, certain), RAW)


@pytest.fixture(scope="module")
def many():
    return judged(3_000, 0)


def drawn_row_by_row(found, measure, draws=400):
    random = np.random.default_rng(1)
    values = []
    for _ in range(draws):
        rows = random.integers(0, len(found.true), len(found.true))
        values.append(measure(found.true[rows], found.predicted[rows], rows))
    return np.array(values)


MEASURES = {
    "accuracy": lambda t, p, _: reference.accuracy_score(t, p),
    "macro_precision": lambda t, p, _: reference.precision_score(t, p, average="macro", zero_division=0),
    "macro_recall": lambda t, p, _: reference.recall_score(t, p, average="macro", zero_division=0),
    "macro_f1": lambda t, p, _: reference.f1_score(t, p, average="macro", zero_division=0),
    "weighted_f1": lambda t, p, _: reference.f1_score(t, p, average="weighted", zero_division=0),
    "kappa": lambda t, p, _: reference.cohen_kappa_score(t, p),
}


@pytest.mark.parametrize("name", MEASURES)
def test_an_interval_is_as_wide_as_drawing_each_row_by_itself_makes_it(many, name):
    low, high = intervals(many, resamples=2_000)[name]
    values = drawn_row_by_row(many, MEASURES[name])
    assert high - low == pytest.approx(3.92 * values.std(), rel=0.12)


def test_top_3_and_log_loss_have_the_interval_of_a_mean(many):
    found = intervals(many, resamples=2_000)
    own = losses(many.probabilities, many.true)
    low, high = found["log_loss"]
    assert high - low == pytest.approx(3.92 * own.std() / np.sqrt(len(own)), rel=0.08)
    share = rank(many.probabilities, many.true, many.answerable).top_3_accuracy
    low, high = found["top_3_accuracy"]
    assert high - low == pytest.approx(3.92 * np.sqrt(share * (1 - share) / len(own)), rel=0.08)


@given(st.integers(1, 40), st.integers(0, 50))
def test_each_interval_lies_within_what_the_measure_can_be(rows, seed):
    found = judged(rows, seed)
    for name, (low, high) in intervals(found, resamples=50).items():
        if not np.isnan(low):
            assert (-1 if name == "kappa" else 0) <= low <= high <= (np.inf if name == "log_loss" else 1)


def test_every_single_figure_has_one(many):
    named = {*many.metrics.headline(), "top_3_accuracy", "log_loss"}
    assert intervals(many, resamples=9).keys() == named


def test_the_figure_lies_in_its_interval(many):
    figures = {**many.metrics.headline(), **vars(rank(many.probabilities, many.true, many.answerable))}
    assert all(low <= figures[name] <= high for name, (low, high) in intervals(many).items())


def test_the_same_seed_gives_the_same(many):
    assert intervals(many, seed=3) == intervals(many, seed=3) != intervals(many, seed=4)


@given(st.integers(0, 60), st.integers(0, 20))
def test_shares_are_told_of_any_rows_and_the_rest_of_enough_right_and_wrong_ones(rows, seed):
    found = judged(rows, seed)
    right = int((found.true == found.predicted).sum())
    told = {name for name, (low, _) in intervals(found, resamples=5).items() if not np.isnan(low)}
    if min(right, rows - right) >= FEWEST:
        assert told == intervals(found, resamples=5).keys()
    else:
        assert told == (set(SHARES) if rows else set())
    assert {name for name, one in document(intervals(found, resamples=5)).items() if one} == told


def test_forty_right_of_forty_may_be_91_in_a_hundred():
    """Wilson's interval of n of n begins at n / (n + z²)."""
    found = intervals(exact([0, 1] * 20, [0, 1] * 20))
    low, high = found["accuracy"]
    assert (low, high) == (pytest.approx(40 / (40 + 1.959964**2)), 1.0)
    assert found["error_rate"] == (0.0, pytest.approx(1 - low))
    assert np.isnan(found["macro_f1"]).all()


@pytest.mark.parametrize(("rows", "share"), [(20, 0.9), (40, 0.95), (40, 0.7)])
def test_of_few_rows_the_interval_of_the_accuracy_holds_as_often_as_it_promises(rows, share):
    """Over all counts that can come up, each as likely as it is (Brown, Cai & DasGupta, 2001: within about 5 %)."""
    held = 0.0
    for right in range(rows + 1):
        low, high = intervals(exact([0] * rows, [0] * right + [1] * (rows - right)), resamples=2)["accuracy"]
        held += binom.pmf(right, rows, share) * (low <= share <= high)
    assert 0.92 <= held <= 0.99
