"""Splits: the cut goes where the model tells categories apart; names never collide."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import roc_auc_score

from core.grouping.builtin import RAW
from core.grouping.evidence import gather
from core.grouping.grouping import Grouping
from core.grouping.splits import Split, _names, auc, distinctive_words, free_name, pairwise_auc, split, splits
from tests.grouping.test_evidence import CATEGORIES, PAIRS, SEEDS, drawn, newsroom, records, scored

ALL = Grouping("all", dict.fromkeys(CATEGORIES, "all"))
# A and B look the same, and so do C and D.
TWO_KINDS = scored(
    [[0.4, 0.5, 0.1, 0.0], [0.5, 0.4, 0.0, 0.1], [0.1, 0.0, 0.4, 0.5], [0.0, 0.1, 0.5, 0.4]] * 3, "ABCD" * 3
)
EVENT = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=40)


def test_the_cut_goes_between_the_kinds():
    (found,) = splits(TWO_KINDS, gather(TWO_KINDS, newsroom()), ALL)
    assert found.parts == (("A", "B"), ("C", "D"))
    assert found.names == ("all", "C")
    assert (found.auc, found.tested, found.rows) == (1.0, (6, 6), (8, 8))
    assert found.words == (("roses",), ("ferries",))
    assert found.sentence == (
        "Inside all the model tells A and B (8 rows) from C and D (8 rows): AUC 1.00 on 6 and 6 test rows, "
        "where .50 is guessing and 1.00 never wrong."
    )


def test_the_group_that_is_told_apart_best_comes_first():
    grouping = Grouping("g", {"A": "x", "C": "x", "B": "y", "D": "y"})
    known = gather(TWO_KINDS, newsroom())
    assert [one.group for one in splits(TWO_KINDS, known, grouping)] == ["x", "y"]
    assert splits(TWO_KINDS, known, PAIRS)[0].auc < splits(TWO_KINDS, known, grouping)[0].auc
    assert splits(TWO_KINDS, known, grouping, top=1) == splits(TWO_KINDS, known, grouping)[:1]


def test_a_part_of_one_test_row_comes_after_one_of_many():
    probabilities = [[0.9, 0.1, 0, 0]] * 9 + [[0.1, 0.9, 0, 0]] + [[0, 0, 0.9, 0.1]] * 9 + [[0, 0, 0.1, 0.9]] * 9
    scores = scored([*probabilities, [0, 0, 0.9, 0.1]], "A" * 9 + "B" + "C" * 9 + "D" * 10)
    grouping = Grouping("g", {"A": "few", "B": "few", "C": "many", "D": "many"})
    many, few = splits(scores, gather(scores, newsroom()), grouping)
    assert (many.group, few.group) == ("many", "few")
    assert few.auc == 1.0 > many.auc > many.cautious_auc > few.cautious_auc


@given(st.integers(1, 30), st.integers(1, 30), st.data())
def test_the_cautious_auc_is_that_of_one_more_row_on_each_side_that_ties_with_all(ones, others, data):
    values = np.array(data.draw(st.lists(st.integers(0, 4), min_size=ones + others, max_size=ones + others)))
    positive = np.arange(ones + others) < ones
    made = Split("g", (("A",), ("B",)), ("A", "B"), (1, 1), (ones, others), auc(values, positive), ((), ()))
    wins = sum((a > b) + (a == b) / 2 for a in values[:ones] for b in values[ones:])
    assert made.cautious_auc == pytest.approx((wins + (ones + others + 1) / 2) / ((ones + 1) * (others + 1)))


def test_groups_of_one_or_without_test_rows_are_not_split():
    known = gather(TWO_KINDS, newsroom())
    assert splits(TWO_KINDS, known, RAW) == []
    one_tested = scored([[0.6, 0.4, 0, 0]], "A", "A", labels="ABCD")
    assert splits(one_tested, gather(one_tested, newsroom()), ALL) == []


def test_a_category_without_test_rows_stays_with_the_larger_part():
    rows = np.flatnonzero(TWO_KINDS.true != 3)
    scores = scored(TWO_KINDS.probabilities[rows], [CATEGORIES[code] for code in TWO_KINDS.true[rows]])
    (found,) = splits(scores, gather(scores, newsroom()), ALL)
    assert set(found.parts) == {("A", "B", "D"), ("C",)}


@given(SEEDS)
def test_a_split_takes_one_group_apart_and_leaves_the_others(seed):
    scores = drawn(seed)
    for found in splits(scores, gather(scores, newsroom()), PAIRS):
        after = split(PAIRS, found)
        assert after.members(CATEGORIES) == {
            **{group: names for group, names in PAIRS.members(CATEGORIES).items() if group != found.group},
            **{name: sorted(part) for name, part in zip(found.names, found.parts, strict=True)},
        }
        assert 0 <= found.auc <= 1


@given(EVENT)
def test_the_auc_is_scikit_learn_s(rows):
    values, positive = (np.array(part) for part in zip(*rows, strict=True))
    if positive.all() or not positive.any():
        assert auc(values, positive) == 0.5
    else:
        assert auc(values, positive) == pytest.approx(roc_auc_score(positive, values))


@given(SEEDS)
def test_pairwise_aucs_compare_the_two_probabilities_alone(seed):
    scores = drawn(seed, rows=40, sharp=0.5)
    inside = np.unique(scores.true)
    found = pairwise_auc(scores.true, scores.probabilities, inside)
    np.testing.assert_allclose(found, found.T)
    for a, one in enumerate(inside):
        for b, other in enumerate(inside):
            rows = np.isin(scores.true, [one, other])
            share = np.log(scores.probabilities[rows, one]) - np.log(scores.probabilities[rows, other])
            expected = auc(share.astype(np.float32), scores.true[rows] == one) if a != b else 0.5
            assert found[a, b] == pytest.approx(expected, abs=1e-6)


def test_impossible_both_ways_is_no_preference():
    found = pairwise_auc(np.array([0, 1]), np.array([[0.0, 0.0, 1.0]] * 2, dtype=np.float32), np.array([0, 1]))
    assert found.tolist() == [[0.5, 0.5], [0.5, 0.5]]


@given(arrays(np.int64, 2, elements=st.integers(1, 30)))
def test_words_that_both_parts_have_alike_are_not_distinctive(each):
    rows = [("roses fade", name, None) for name, count in zip("AB", each, strict=True) for _ in range(count)]
    known = gather(scored(np.eye(2), "AB", "AB"), records(rows))
    assert distinctive_words(known, np.array([0]), np.array([1])) == ((), ())


def test_distinctive_words_stand_in_the_order_of_how_clear_they_are():
    rows = [("roses tulips", "A", None)] * 20 + [("roses today", "A", None)] * 20 + [("ferries today", "B", None)] * 40
    known = gather(scored(np.eye(2), "AB", "AB"), records(rows))
    ours, theirs = distinctive_words(known, np.array([0]), np.array([1]))
    assert (ours, theirs) == (("roses", "tulips"), ("ferries", "today"))
    assert distinctive_words(known, np.array([1]), np.array([0]), most=1) == (("ferries",), ("roses",))


def test_without_words_none_are_distinctive():
    known = gather(scored(np.eye(2), "AB", "AB"), records([("🗞️", "A", None), ("🗞️", "B", None)]))
    assert distinctive_words(known, np.array([0]), np.array([1])) == ((), ())


@pytest.mark.parametrize(
    ("parts", "taken", "names"),
    [
        ((("A", "B"), ("C",)), set(), ("NEWS", "C")),
        ((("A",), ("B", "C")), set(), ("A", "B")),
        ((("A", "B"), ("C", "D")), {"C"}, ("NEWS", "D")),
        ((("A", "B"), ("C", "D")), {"C", "D"}, ("NEWS", "C 2")),
        ((("A", "B"), ("C", "NEWS")), set(), ("A", "NEWS")),
        ((("A",), ("NEWS",)), set(), ("A", "NEWS")),
        ((("A",), ("B",)), {"A", "A 2"}, ("A 3", "B")),
    ],
)
def test_parts_are_named_so_that_no_other_group_has_the_name(parts, taken, names):
    assert _names("NEWS", parts, taken) == names


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=4), st.sets(st.sampled_from(["a", "b", "c", "a 2"])))
def test_a_free_name_is_free(wishes, taken):
    assert free_name(wishes, taken) not in taken
