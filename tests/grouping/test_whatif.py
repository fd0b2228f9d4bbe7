"""What-if: scikit-learn's figures to the last count, whatever the grouping; a rename changes nothing."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics as reference

from core.errors import InputError
from core.grouping.builtin import RAW
from core.grouping.grouping import Grouping
from core.grouping.scores import Scores
from core.grouping.whatif import (
    MEASURES,
    differences,
    figures_of,
    flips,
    information_kept,
    is_same_partition,
    outcome,
    renamed,
    what_if,
)

CATEGORIES = tuple("ABCDE")
COUNTS = arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.integers(0, 40))
SEEDS = st.integers(0, 2**32 - 1)
GROUPINGS = st.lists(st.sampled_from(["x", "y", "z", "B", "<b>&'\"", "🗞️"]), min_size=5, max_size=5).map(
    lambda groups: Grouping("g", dict(zip(CATEGORIES, groups, strict=True)))
)


def scores_of(seed, rows=80, categories=CATEGORIES):
    """Return scores with ties among them, as half precision makes them."""
    draw = np.random.default_rng(seed)
    probabilities = draw.dirichlet(np.full(len(categories), 0.7), size=rows).astype(np.float16)
    probabilities[: rows // 4] = np.round(probabilities[: rows // 4], 1)
    return Scores(
        labels=categories,
        members=tuple((category,) for category in categories),
        categories=categories,
        true=draw.integers(0, len(categories), rows),
        probabilities=probabilities.astype(np.float32),
        rows=np.arange(rows),
    )


def added_up(scores, grouping):
    """Return true and predicted groups the plain way: columns added in double precision, the first of the best."""
    groups = sorted({grouping.group_of(label) for label in scores.labels})
    sums = np.zeros((len(scores), len(groups)))
    for column, label in enumerate(scores.labels):
        sums[:, groups.index(grouping.group_of(label))] += scores.probabilities[:, column].astype(float)
    true = [grouping.group_of(scores.categories[code]) for code in scores.true]
    return true, [groups[best] for best in sums.argmax(axis=1)]


@given(SEEDS, GROUPINGS)
@pytest.mark.filterwarnings("ignore:A single label was found", "ignore:.*cohen_kappa_score. is undefined")
def test_figures_are_scikit_learns_from_the_summed_probabilities(seed, grouping):
    scores = scores_of(seed)
    found = outcome(scores, grouping)
    true, predicted = added_up(scores, grouping)
    assert [found.groups[code] for code in found.true] == true
    assert [found.groups[code] for code in found.predicted] == predicted
    figures = found.figures
    assert figures.rows == len(true)
    assert figures.accuracy * figures.rows == pytest.approx(np.sum(np.array(true) == np.array(predicted)))
    assert figures.macro_f1 == pytest.approx(reference.f1_score(true, predicted, average="macro", zero_division=0))
    assert figures.weighted_f1 == pytest.approx(
        reference.f1_score(true, predicted, average="weighted", zero_division=0)
    )
    assert figures.kappa == pytest.approx(np.nan_to_num(reference.cohen_kappa_score(true, predicted)), abs=1e-12)
    support = {group: true.count(group) for group in found.groups}
    assert (figures.groups, figures.smallest) == (len(support), min(support.values()))
    assert support[figures.smallest_group] == figures.smallest
    assert figures.majority_share == pytest.approx(max(support.values()) / len(true))
    raw, answers = scores.true, [found.groups.index(name) for name in predicted]
    kept = reference.mutual_info_score(raw, answers) / reference.mutual_info_score(raw, raw)
    assert figures.information_kept == pytest.approx(kept, abs=1e-9)


@given(SEEDS, GROUPINGS, st.permutations(["one", "two", "three", "four", "five", "six"]))
def test_a_rename_changes_no_figure_and_flips_no_row(seed, grouping, names):
    scores = scores_of(seed)
    old = sorted(set(grouping.mapping.values()))
    new = Grouping("new", {category: names[old.index(group)] for category, group in grouping.mapping.items()})
    before = outcome(scores, grouping)
    found = what_if(before, new)
    assert found.same_partition
    assert set(found.after.groups) == set(new.mapping.values())
    assert [found.after.groups[code] for code in found.after.true] == [
        new.group_of(CATEGORIES[code]) for code in scores.true
    ]
    np.testing.assert_array_equal(found.after.right, before.right)
    assert {(one.value, one.low, one.high, one.is_clear) for one in found.differences.values()} == {(0, 0, 0, False)}
    assert [len(rows) for rows in flips(before, found.after)] == [0, 0]


@given(SEEDS, GROUPINGS)
def test_flips_and_accuracy_tell_the_same(seed, grouping):
    scores = scores_of(seed)
    found = what_if(outcome(scores, RAW), grouping)
    right, wrong = flips(found.before, found.after)
    assert found.differences["accuracy"].value * len(scores) == pytest.approx(len(right) - len(wrong))
    assert not found.before.right[right].any() and found.after.right[right].all()
    assert found.before.right[wrong].all() and not found.after.right[wrong].any()


@given(SEEDS, GROUPINGS)
def test_the_interval_holds_the_difference_and_is_the_same_each_time(seed, grouping):
    scores = scores_of(seed)
    found = what_if(outcome(scores, RAW), grouping).differences
    assert set(found) == set(MEASURES)
    assert all(one.low <= one.value + 1e-12 and one.value <= one.high + 1e-12 for one in found.values())
    assert found == what_if(outcome(scores, RAW), grouping).differences


def test_the_interval_of_accuracy_is_as_wide_as_theory_says():
    scores = scores_of(7, rows=5000)
    found = what_if(outcome(scores, RAW), Grouping("g", {"A": "x", "B": "x"}))
    steps = found.after.right.astype(int) - found.before.right.astype(int)
    expected = 2 * 1.96 * steps.std() / np.sqrt(len(steps))
    gap = found.differences["accuracy"]
    assert gap.is_clear
    assert gap.high - gap.low == pytest.approx(expected, rel=0.2)


def test_all_in_one_group_is_right_everywhere_and_keeps_nothing():
    figures = figures_of(scores_of(1), Grouping("g", dict.fromkeys(CATEGORIES, "all")))
    assert (figures.groups, figures.accuracy, figures.macro_f1, figures.majority_share) == (1, 1.0, 1.0, 1.0)
    assert (figures.kappa, figures.information_kept) == (0.0, 0.0)


def test_a_group_without_a_test_row_is_the_smallest():
    scores = scores_of(1)
    scores.true[scores.true == 4] = 0
    figures = figures_of(scores, Grouping("g", {"E": "lonely"}))
    assert (figures.smallest, figures.smallest_group) == (0, "lonely")


def test_without_rows_all_figures_are_zero():
    found = what_if(outcome(scores_of(1, rows=0), RAW), Grouping("g", {"A": "B"}))
    assert found.after.figures.rows == 0
    assert [one.value for one in found.differences.values()] == [0.0] * len(MEASURES)


def test_five_hundred_categories():
    categories = tuple(f"category {number:03}" for number in range(500))
    scores = scores_of(3, rows=2000, categories=categories)
    halves = Grouping("halves", {name: f"half {number % 2}" for number, name in enumerate(categories)})
    true, predicted = added_up(scores, halves)
    assert figures_of(scores, halves).accuracy == pytest.approx(reference.accuracy_score(true, predicted))


def test_a_model_of_groups_answers_coarser_groupings_only():
    scores = scores_of(2)
    summed = np.column_stack([scores.probabilities[:, :2].sum(axis=1), scores.probabilities[:, 2:].sum(axis=1)])
    groups = Scores(("AB", "CDE"), (("A", "B"), ("C", "D", "E")), CATEGORIES, scores.true, summed, scores.rows)
    own = Grouping("own", {"A": "AB", "B": "AB", "C": "CDE", "D": "CDE", "E": "CDE"})
    assert figures_of(groups, own).accuracy == figures_of(scores, own).accuracy
    assert not groups.of_categories and scores.of_categories
    with pytest.raises(InputError, match="grouping 'raw' splits group 'AB', which this run was trained to answer as"):
        outcome(groups, RAW, "own")


def test_labels_that_share_nothing_with_the_model_are_told():
    scores = scores_of(2)
    other = Scores(
        scores.labels, scores.members, ("V", "W", "X", "Y", "Z"), *(scores.true, scores.probabilities, scores.rows)
    )
    with pytest.raises(InputError, match=r"under grouping 'raw', no true label of the rows \(V, W, X, Y\) is one that"):
        outcome(other, RAW)


@given(GROUPINGS, GROUPINGS)
def test_same_partition_means_the_same_pairs_together(one, other):
    pairs = [(a, b) for a in CATEGORIES for b in CATEGORIES]
    together = [[grouping.group_of(a) == grouping.group_of(b) for a, b in pairs] for grouping in (one, other)]
    assert is_same_partition(scores_of(0), one, other) == (together[0] == together[1])


@given(SEEDS, GROUPINGS, GROUPINGS)
def test_differences_turn_round(seed, one, other):
    scores = scores_of(seed)
    assume(not is_same_partition(scores, one, other))
    there = differences(outcome(scores, one), outcome(scores, other))
    back = differences(outcome(scores, other), outcome(scores, one))
    for name in MEASURES:
        assert there[name].value == pytest.approx(-back[name].value)
        assert (there[name].before, there[name].after) == (back[name].after, back[name].before)


@given(SEEDS, GROUPINGS)
def test_renamed_to_itself_is_itself(seed, grouping):
    found = outcome(scores_of(seed), grouping)
    again = renamed(found, grouping)
    assert again.figures == found.figures
    np.testing.assert_array_equal(again.predicted, found.predicted)


def test_known_values_of_information():
    assert information_kept(np.diag([5, 3, 2])) == pytest.approx(1.0)
    assert information_kept(np.array([[5], [3]])) == 0.0
    assert information_kept(np.array([[2, 2], [3, 3]])) == pytest.approx(0.0, abs=1e-12)
    assert information_kept(np.zeros((2, 2))) == 0.0
    assert information_kept(np.array([[4, 1]])) == 0.0


@given(COUNTS)
def test_information_is_mutual_information_over_entropy(joint):
    true = np.repeat(np.repeat(np.arange(joint.shape[0]), joint.shape[1]), joint.ravel())
    group = np.repeat(np.tile(np.arange(joint.shape[1]), joint.shape[0]), joint.ravel())
    kept = information_kept(joint)
    assert 0.0 <= kept <= 1.0
    if len(set(true.tolist())) > 1:
        expected = reference.mutual_info_score(true, group) / reference.mutual_info_score(true, true)
        assert kept == pytest.approx(expected, abs=1e-9)


@given(COUNTS)
def test_merging_two_groups_never_gains_information(joint):
    if joint.shape[1] > 1:
        merged = np.column_stack([joint[:, 0] + joint[:, 1], joint[:, 2:]])
        assert information_kept(merged) <= information_kept(joint) + 1e-9
