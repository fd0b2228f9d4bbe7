"""The frontier: greedy to the letter, and each point's figures are those of the grouping that it gives."""

from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.confusion import f1_by_label, macro_average
from core.errors import InputError
from core.grouping.builtin import RAW
from core.grouping.frontier import OBJECTIVES, Frontier, Point, distance, frontier, grouping_at
from core.grouping.grouping import Grouping
from core.grouping.scores import Scores
from core.grouping.whatif import figures_of, information_kept
from tests.grouping.test_evidence import CATEGORIES, SEEDS, drawn, scored

SIX = tuple("ABCDEF")
GROUPS = st.lists(st.sampled_from(["x", "y", "B", "C", "<b>&'\"", "🗞️"]), min_size=6, max_size=6)


def with_ties(seed):
    """Return scores with equal probabilities among them, as half precision makes them."""
    draw = np.random.default_rng(seed)
    eighths = draw.multinomial(8, [1 / 6] * 6, size=50) / 8
    return scored(eighths, draw.choice(SIX, 50), SIX)


def of_sums(counts, groups, objective):
    """Return a measure of a partition from summed counts, the plain way: ``groups`` are lists of positions."""
    if objective == "information_kept":
        return information_kept(np.stack([counts[:, members].sum(axis=1) for members in groups], axis=1))
    merged = np.array([[counts[np.ix_(a, b)].sum() for b in groups] for a in groups])
    right, support, predicted = merged.diagonal(), merged.sum(axis=1), merged.sum(axis=0)
    if objective == "accuracy":
        return right.sum() / counts.sum()
    return float(macro_average(f1_by_label(right, support, predicted), support, predicted))


@given(SEEDS)
def test_every_point_has_the_figures_of_its_grouping(seed):
    scores = with_ties(seed)
    found = frontier(scores)
    for point in found.points:
        figures = figures_of(scores, grouping_at(found, point, RAW))
        assert figures.groups == point.groups
        for measure in OBJECTIVES:
            assert getattr(point, measure) == pytest.approx(getattr(figures, measure), abs=1e-12), (point, measure)


@given(SEEDS, st.sampled_from(OBJECTIVES))
def test_each_step_is_the_best_that_the_sums_offer(seed, objective):
    scores = drawn(seed, rows=120, categories=SIX)
    found = frontier(scores)
    counts = np.zeros((6, 6), dtype=int)
    np.add.at(counts, (scores.true, scores.probabilities.argmax(axis=1)), 1)
    points = [point for point in found.points if point.objective == objective]
    for before, after in pairwise(points):
        groups = [[SIX.index(name) for name in members] for members in found.partition(before)]
        offers = [
            of_sums(counts, [*(g for g in groups if g not in (one, other)), one + other], objective)
            for one, other in combinations(groups, 2)
        ]
        taken = [[SIX.index(name) for name in members] for members in found.partition(after)]
        assert of_sums(counts, taken, objective) == pytest.approx(max(offers), abs=1e-12)


@given(SEEDS)
def test_each_path_goes_from_all_categories_to_two_groups_one_merge_at_a_time(seed):
    found = frontier(with_ties(seed))
    for objective in OBJECTIVES:
        points = [point for point in found.points if point.objective == objective]
        assert [point.groups for point in points] == [6, 5, 4, 3, 2]
        for before, after in pairwise(points):
            assert len(found.partition(after)) == after.groups
            apart = {frozenset(members) for members in found.partition(before)}
            together = {frozenset(members) for members in found.partition(after)}
            (merged,) = together - apart
            assert frozenset().union(*(apart - together)) == merged


@given(SEEDS, GROUPS)
def test_a_grouping_from_a_point_keeps_names_and_never_gives_one_twice(seed, groups):
    prefer = Grouping("mine", {**dict(zip(SIX, groups, strict=True)), "elsewhere": "x"}, version=4, note="n")
    found = frontier(with_ties(seed))
    before = {tuple(members): name for name, members in prefer.members(SIX).items()}
    for point in found.points:
        given_ = grouping_at(found, point, prefer)
        members = given_.members(SIX)
        assert sorted(members.values()) == found.partition(point)
        assert {before[tuple(m)] for m in members.values() if tuple(m) in before} == {
            name for name, m in members.items() if tuple(m) in before
        }
        assert (given_.name, given_.version, given_.note) == ("mine", 4, "n")
        assert given_.group_of("elsewhere") == "x"


def test_a_group_is_called_after_its_category_with_the_most_test_rows():
    scores = scored([[0.4, 0.6, 0], [0.6, 0.4, 0], [0.6, 0.4, 0], [0, 0, 1]], "ABBC", "ABC")
    found = frontier(scores)
    assert grouping_at(found, found.best(2, "accuracy"), RAW).members("ABC") == {"B": ["A", "B"], "C": ["C"]}


def test_two_categories_are_one_point_for_each_objective():
    found = frontier(scored(np.eye(2), "AB", "AB"))
    assert [(point.objective, point.groups, point.accuracy) for point in found.points] == [
        (objective, 2, 1.0) for objective in OBJECTIVES
    ]


def test_categories_without_test_rows_or_labels_do_no_harm():
    scores = scored([[0.7, 0.3, 0.0], [0.2, 0.8, 0.0]], "AZ", "AZ", labels="ABC")
    found = frontier(scores)
    assert found.categories == ("A", "B", "C", "Z")
    for point in found.points:
        assert point.accuracy == figures_of(scores, grouping_at(found, point, RAW)).accuracy


def test_no_rows_have_figures_too():
    found = frontier(scored(np.zeros((0, 4)), "", CATEGORIES))
    assert {point.accuracy for point in found.points} == {0.0}


def test_a_model_of_groups_is_refused():
    groups = Scores(("AB",), (("A", "B"),), ("A", "B"), np.array([0]), np.ones((1, 1), np.float32), np.array([0]))
    with pytest.raises(InputError, match="train one with --target category"):
        frontier(groups)


KNOWN = Frontier(CATEGORIES, {}, (Point("accuracy", 3, 0.9, 0.5, 0.4), Point("macro_f1", 3, 0.8, 0.7, 0.441)))


def figures(groups=3, **values):
    """Return figures of a grouping with some of their values."""
    return replace(figures_of(scored(np.eye(4), CATEGORIES), RAW), groups=groups, **values)


@pytest.mark.parametrize(
    ("measure", "found", "words"),
    [
        ("accuracy", figures(accuracy=0.859), "4.1 points under the best 3 groups found"),
        ("accuracy", figures(accuracy=0.9003), "as good as the best 3 groups found"),
        ("macro_f1", figures(macro_f1=0.72), "2.0 points above the best 3 groups found"),
        ("information_kept", figures(information_kept=0.4), ".041 under the best 3 groups found"),
        ("accuracy", figures(groups=1), "one group of everything is always right and tells nothing"),
        ("accuracy", figures(groups=1200), "no 1,200 groups were tried to compare with"),
    ],
)
def test_the_distance_in_words(measure, found, words):
    assert distance(KNOWN, found, measure) == words
