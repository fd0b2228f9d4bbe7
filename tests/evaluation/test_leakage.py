"""Leakage: which test rows repeat a training text, and the accuracy with and without them."""

import numpy as np
import pandas as pd
import pytest

from core import background
from core.data import quality_search
from core.errors import InputError
from core.evaluation import leakage_job
from core.evaluation.leakage import NAIVE, OURS, leak, measure, naive_split, of_run, seen_in_training, text_codes
from tests import flawed

NO_PAIRS = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def test_texts_are_the_same_but_for_case_and_spaces():
    assert text_codes(pd.Series(["Tide turns", "TIDE  turns", "Calm"])).tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("train", "test", "same", "near"),
    [
        ([0, 1], [2, 3, 4], [True, False, False], [False, True, False]),
        ([3], [0, 1, 2, 4], [False] * 4, [True, False, True, False]),
        ([4], [0, 1], [False] * 2, [False] * 2),
    ],
    ids=["earlier trained", "later trained", "none"],
)
def test_a_row_leaks_when_its_text_or_a_near_one_was_trained_on(train, test, same, near):
    codes = np.array([0, 1, 0, 2, 3])  # rows 0 and 2 have one text; that of row 3 is near to it
    pairs = (np.array([0]), np.array([3]))
    found = seen_in_training(codes, pairs, np.array(train), np.array(test))
    assert [one.tolist() for one in found] == [same, near]


def test_accuracies_are_of_all_rows_of_repeats_and_of_the_rest():
    same, near, right = np.array([1, 0, 0, 0], bool), np.array([0, 1, 0, 0], bool), np.array([1, 1, 1, 0], bool)
    found = leak(NAIVE, 10, same, near, right)
    assert (found.rows, found.same, found.near, found.accuracy, found.leaky, found.clean) == (4, 1, 1, 0.75, 1.0, 0.5)
    assert leak(NAIVE, 10, same[:0], near[:0], right[:0]).accuracy is None


def test_the_naive_split_is_that_of_the_notebook():
    from sklearn.model_selection import train_test_split

    # A fifth of 101 rows is no whole number.
    categories = np.repeat([0, 1, 2], [50, 30, 21])
    train, test = naive_split(categories)
    expected = train_test_split(np.arange(101), test_size=0.2, random_state=42, stratify=categories)
    assert [train.tolist(), test.tolist()] == [sorted(one.tolist()) for one in expected]


def test_a_category_of_one_row_is_no_obstacle():
    train, test = naive_split(np.array([0, 0, 0, 0, 1]))
    assert sorted([*train, *test]) == [0, 1, 2, 3, 4]


def test_repeats_flatter_the_naive_split_and_not_ours():
    draw = np.random.default_rng(3)
    words = [f"w{number}" for number in range(400)]
    texts = [" ".join(draw.choice(words, 6)) for _ in range(150)] * 2
    # Labels by chance: only what was learned by heart can be right more often than half the time.
    labels = draw.choice(["A", "B"], 150).tolist() * 2
    frame = pd.DataFrame({"headline": texts, "short_description": None, "category": labels}).astype("str")
    frame["short_description"] = pd.Series([None] * len(frame), dtype="str")
    naive, ours = measure(frame, NO_PAIRS)
    assert (naive.split, ours.split) == (NAIVE, OURS)
    assert naive.same > 40
    assert naive.leaky > 0.9
    assert naive.clean < 0.8
    assert (ours.same, ours.near, ours.leaky) == (0, 0, None)
    assert ours.accuracy == ours.clean < 0.7


def test_a_run_is_held_against_its_own_training_rows():
    judged = pd.DataFrame({"row": [2, 3], "true": ["A", "B"], "predicted": ["A", "A"]})
    found = of_run(np.array([0, 1, 0, 2]), NO_PAIRS, np.array([0, 1]), judged)
    assert (found.same, found.accuracy, found.leaky, found.clean) == (1, 0.5, 1.0, 0.0)


def test_measuring_in_the_background_needs_compared_texts(home, monkeypatch):
    monkeypatch.setattr(background, "start", flawed.started_here)
    dataset = flawed.imported(home, records=[record for record in flawed.RECORDS if record["category"] != "RARE"])
    with pytest.raises(InputError, match="have not been compared yet"):
        leakage_job.start(dataset)
    quality_search.start(dataset)
    assert leakage_job.measured(dataset) == []
    work = leakage_job.start(dataset)
    assert (work.state, work.error) == (background.SUCCEEDED, None)
    assert [one.split for one in leakage_job.measured(dataset)] == [NAIVE, OURS]
