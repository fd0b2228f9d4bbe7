"""Folds: every row judged by a model that saw neither it nor its repeats, every label learned by each model."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.errors import InputError
from core.evaluation.folds import (
    FOLDS,
    MOST_COEFFICIENTS,
    assign_folds,
    cheap_settings,
    out_of_fold,
    text_units,
    units_by_label,
)
from core.models.classifier import Cancelled

ROWS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), min_size=1, max_size=60)


def test_near_identical_texts_are_one_unit():
    texts = pd.Series(["A storm!", "a  STORM", "Calm", "a-storm", "???", "!!!", "Straße", "STRASSE"])
    assert text_units(texts).tolist() == [0, 0, 1, 0, 2, 3, 4, 4]


@given(ROWS, st.integers(0, 5))
def test_rows_of_one_text_are_in_one_fold_and_a_label_with_enough_texts_in_all(rows, seed):
    units = pd.factorize(np.array([unit for unit, _ in rows]))[0]
    targets = np.array([target for _, target in rows])
    fold = assign_folds(units, targets, seed=seed)
    for unit in set(units):
        assert len(set(fold[units == unit])) == 1
    counts = units_by_label(units, targets, 3)
    for label in range(3):
        if counts[label] >= FOLDS:
            assert set(fold[targets == label]) == set(range(FOLDS))
    sizes = np.bincount(assign_folds(np.arange(len(rows)), targets, seed=seed), minlength=FOLDS)
    assert sizes.max() - sizes.min() <= 1


@given(ROWS)
def test_a_text_counts_for_the_label_of_its_first_row(rows):
    units = pd.factorize(np.array([unit for unit, _ in rows]))[0]
    targets = np.array([target for _, target in rows])
    first = {}
    for unit, target in zip(units.tolist(), targets.tolist(), strict=True):
        first.setdefault(unit, target)
    expected = [list(first.values()).count(label) for label in range(3)]
    assert units_by_label(units, targets, 3).tolist() == expected


def test_many_labels_get_fewer_features():
    assert cheap_settings(200_000, 42).max_features * 42 <= MOST_COEFFICIENTS
    assert cheap_settings(200_000, 500).max_features * 500 <= MOST_COEFFICIENTS
    assert (cheap_settings(100, 3).min_df, cheap_settings(200_000, 3).min_df) == (1, 3)


@pytest.fixture(scope="module")
def newsroom():
    words = (["roses bloom", "beans climb", "soil warms"], ["ferries wait", "gulls return", "anchors drop"])
    texts = [f"{phrase} {number}" for both in words for phrase in both for number in range(8)]
    return texts, np.repeat([0, 1], 24)


def test_each_row_is_judged_by_a_model_that_did_not_see_its_fold(newsroom):
    texts, targets = newsroom
    fold = assign_folds(np.arange(len(texts)), targets)
    found = out_of_fold(texts, targets, fold)
    assert found.dtype == np.float32
    assert found.shape == (48, 2)
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)
    assert (found.argmax(axis=1) == targets).mean() > 0.9
    # Other labels in a fold leave what is said of that very fold as it is: it was not learned there.
    other = targets.copy()
    inside = fold == 0
    other[inside] = 1 - other[inside]
    assert np.array_equal(out_of_fold(texts, other, fold)[inside], found[inside])
    assert not np.array_equal(out_of_fold(texts, other, fold)[~inside], found[~inside])


def test_how_far_it_is_only_grows_and_reaches_the_end(newsroom):
    texts, targets = newsroom
    heard = []
    out_of_fold(texts, targets, assign_folds(np.arange(48), targets), report=lambda *told, **_: heard.append(told))
    steps = [step for phase, step, _ in heard if phase == "fit"]
    assert steps == sorted(steps)
    assert heard[-1] == ("fit", 400, 400)


def test_a_report_that_raises_ends_it(newsroom):
    texts, targets = newsroom

    def report(phase, step, total, **_):
        if phase == "fit" and step > 100:
            raise Cancelled

    with pytest.raises(Cancelled):
        out_of_fold(texts, targets, assign_folds(np.arange(48), targets), report=report)


def test_texts_without_words_are_told():
    with pytest.raises(InputError, match="no word is left"):
        out_of_fold([""] * 8, np.repeat([0, 1], 4), np.tile(np.arange(4), 2))


@given(st.lists(st.text(max_size=6), min_size=1, max_size=20))
def test_units_are_numbered_without_a_gap_whatever_the_texts(texts):
    units = text_units(pd.Series(texts, dtype="str"))
    assume(len(units))
    assert set(units.tolist()) == set(range(units.max() + 1))
