"""Evidence: sums over categories that add up to those of any grouping, whatever a dataset lacks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.grouping.builtin import RAW
from core.grouping.evidence import MOST_A_CATEGORY, confident_joint, gather
from core.grouping.grouping import Grouping
from core.grouping.scores import Scores

CATEGORIES = ("A", "B", "C", "D")
PAIRS = Grouping("pairs", {"A": "AB", "B": "AB", "C": "CD", "D": "CD"})
WORDS = {"A": "roses bloom", "B": "roses wilt", "C": "ferries wait", "D": "ferries sail"}
SEEDS = st.integers(0, 2**32 - 1)


def scored(probabilities, true, categories=CATEGORIES, labels=None):
    """Return the scores of a model of categories."""
    labels = tuple(labels or categories)
    return Scores(
        labels=labels,
        members=tuple((label,) for label in labels),
        categories=tuple(categories),
        true=np.array([list(categories).index(name) for name in true], dtype=np.int64),
        probabilities=np.asarray(probabilities, dtype=np.float16).astype(np.float32),
        rows=np.arange(len(true)),
    )


def drawn(seed, rows=60, categories=CATEGORIES, sharp=1.0):
    """Return random scores; the larger ``sharp``, the more often they are right."""
    draw = np.random.default_rng(seed)
    true = draw.integers(0, len(categories), rows)
    logits = draw.normal(size=(rows, len(categories)))
    logits[np.arange(rows), true] += sharp
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return scored(probabilities, [categories[code] for code in true], categories)


def records(rows):
    """Return a dataset's rows from (headline, category, date or None)."""
    headlines, categories, dates = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "headline": pd.Series(headlines, dtype="str"),
            "short_description": pd.Series([None] * len(rows), dtype="str"),
            "category": pd.Categorical(categories),
            "date": pd.to_datetime(pd.Series(dates)),
        }
    )


def newsroom(days=("2014-01-05", "2014-02-05"), categories=CATEGORIES, each=4):
    """Return ``each`` rows a category, in turn on ``days``."""
    return records([(f"{WORDS[name]} {at}", name, days[at % len(days)]) for name in categories for at in range(each)])


def test_rows_are_counted_by_category_and_by_month():
    found = gather(drawn(1), newsroom())
    assert found.names == CATEGORIES
    assert found.rows.tolist() == [4, 4, 4, 4]
    assert found.months.tolist() == [[2, 2]] * 4
    assert found.calendar.tolist() == [2014 * 12, 2014 * 12 + 1]
    assert found.confusion.sum() == found.tested.sum() == 60


@given(SEEDS, st.lists(st.sampled_from("XYZ"), min_size=4, max_size=4))
def test_the_evidence_of_a_grouping_is_that_of_the_rows_relabelled(seed, groups):
    grouping = Grouping("g", dict(zip(CATEGORIES, groups, strict=True)))
    raw, frame = gather(drawn(seed), newsroom()), newsroom()
    relabelled = frame.assign(category=pd.Categorical([grouping.group_of(name) for name in frame["category"]]))
    found = raw.under(grouping)
    labels = grouping.labels(CATEGORIES)
    own = gather(drawn(seed, categories=tuple(labels)), relabelled)
    assert found.names == own.names
    assert found.rows.tolist() == own.rows.tolist()
    assert found.months.tolist() == own.months.tolist()
    np.testing.assert_allclose(found.words.toarray(), own.words.toarray(), rtol=1e-5)
    np.testing.assert_array_equal(found.counts.toarray(), own.counts.toarray())
    assert sorted(np.concatenate(found.sample)) == list(range(len(frame)))


@given(SEEDS)
def test_nothing_is_lost_or_counted_twice_in_any_grouping(seed):
    raw = gather(drawn(seed), newsroom())
    for grouping in (RAW, PAIRS, Grouping("all", dict.fromkeys(CATEGORIES, "all"))):
        found = raw.under(grouping)
        for name in ("rows", "tested", "confusion", "joint", "months"):
            assert getattr(found, name).sum() == getattr(raw, name).sum(), name


def test_a_category_s_words_weigh_as_all_its_rows_though_few_are_read():
    many = records([("roses bloom", "A", None)] * (MOST_A_CATEGORY + 200) + [("ferries wait", "B", None)] * 10)
    found = gather(scored([[1, 0], [0, 1]], "AB", "AB"), many)
    assert [len(rows) for rows in found.sample] == [MOST_A_CATEGORY, 10]
    np.testing.assert_allclose(np.linalg.norm(found.words.toarray(), axis=1), [MOST_A_CATEGORY + 200, 10], rtol=1e-5)


def test_what_a_dataset_lacks_leaves_its_part_empty():
    frame = newsroom(days=(None,))
    frame.loc[frame["category"] == "A", "headline"] = "?!"
    found = gather(drawn(3), frame)
    assert found.months.shape == (4, 0)
    assert not found.words.toarray()[0].any()
    wordless = gather(drawn(3), frame.assign(headline=pd.Series(["🗞️"] * len(frame), dtype="str")))
    assert wordless.words.shape == (4, 0)


def test_a_category_without_test_rows_and_one_without_rows_have_none():
    found = gather(scored([[0.9, 0.1, 0], [0.2, 0.8, 0]], "AB", "AB", labels="ABC"), newsroom(categories="AC"))
    assert found.names == ("A", "B", "C")
    assert found.tested.tolist() == [1, 1, 0]
    assert found.rows.tolist() == [4, 0, 4]


def test_a_dataset_of_other_categories_is_refused():
    with pytest.raises(InputError) as error:
        gather(scored([[1.0, 0.0]], "a", "ab"), newsroom())
    assert str(error.value) == (
        "the dataset has none of the run's categories ('a', 'b', …) but 'A', 'B', 'C', …; "
        "choose a run that was trained on it"
    )


def test_a_model_of_groups_is_refused():
    groups = Scores(("AB",), (("A", "B"),), ("A", "B"), np.array([0]), np.ones((1, 1), np.float32), np.array([0]))
    with pytest.raises(InputError, match="train one with --target category"):
        gather(groups, newsroom())


def test_the_confident_joint_by_hand():
    # The bars are the mean own probabilities: .7 for the first, .6 for the second.
    probabilities = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8], [0.6, 0.4], [0.75, 0.25]])
    given_ = np.array([0, 0, 1, 1, 0])
    bars = [(0.9 + 0.5 + 0.75) / 3, (0.8 + 0.4) / 2]
    assert bars == pytest.approx([0.7167, 0.6], abs=1e-3)
    assert confident_joint(given_, probabilities).tolist() == [[2, 0], [0, 1]]


@given(SEEDS)
def test_the_confident_joint_is_that_of_a_plain_loop(seed):
    scores = drawn(seed)
    bars = [scores.probabilities[scores.true == at, at].mean(dtype=float) for at in range(4)]
    expected = np.zeros((4, 4), dtype=int)
    for given_, row in zip(scores.true, scores.probabilities, strict=True):
        cleared = [at for at in range(4) if row[at] >= np.float32(bars[at])]
        if cleared:
            expected[given_, max(cleared, key=lambda at: row[at])] += 1
    assert confident_joint(scores.true, scores.probabilities).tolist() == expected.tolist()


def test_no_rows_have_no_joint():
    assert confident_joint(np.zeros(0, dtype=int), np.zeros((0, 3))).tolist() == [[0] * 3] * 3


def test_the_rows_of_several_categories_come_in_turn():
    found = gather(drawn(1), newsroom())
    rows = found.sample_of(("A", "D"))
    assert sorted(rows) == [0, 1, 2, 3, 12, 13, 14, 15]
    assert [row < 4 for row in rows] == [True, False] * 4
