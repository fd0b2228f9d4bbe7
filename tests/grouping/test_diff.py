"""The difference of two groupings: its laws, and its figures beside scikit-learn's."""

import itertools
from math import isclose, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score, mutual_info_score

from core.grouping.builtin import HUFFPOST_12, RAW
from core.grouping.diff import Move, diff
from core.grouping.grouping import Grouping

CATEGORIES = "abcdefg"
GROUPINGS = st.dictionaries(st.sampled_from(CATEGORIES), st.sampled_from(["a", "X", "Y", "Z"]), max_size=7).map(
    lambda mapping: Grouping("g", mapping)
)
ROWS = st.fixed_dictionaries({category: st.integers(0, 9) for category in CATEGORIES})


def labels(grouping, rows):
    """Return the group of each row."""
    return [grouping.group_of(category) for category, count in rows.items() for _ in range(count)]


def entropy(names):
    return mutual_info_score(names, names)


def renamed(grouping):
    return Grouping("renamed", {category: f"new {grouping.group_of(category)}" for category in CATEGORIES})


@given(GROUPINGS, GROUPINGS, ROWS.filter(lambda rows: any(rows.values())))
def test_the_figures_are_those_of_scikit_learn(a, b, rows):
    one, other = labels(a, rows), labels(b, rows)
    found = diff(a, b, rows)
    assert found.adjusted_rand_index == pytest.approx(adjusted_rand_score(one, other))
    bits = (entropy(one) + entropy(other) - 2 * mutual_info_score(one, other)) / log(2)
    assert found.variation_of_information == pytest.approx(bits, abs=1e-9)
    assert (found.rows, found.unit) == (len(one), "rows")


@given(GROUPINGS, ROWS)
def test_a_grouping_and_its_renamed_twin_do_not_differ(grouping, rows):
    for other in (grouping, renamed(grouping)):
        found = diff(grouping, other, rows)
        assert (found.moves, found.rows_moved, found.added, found.removed) == ((), 0, (), ())
        assert (found.adjusted_rand_index, found.variation_of_information) == (1.0, 0.0)
        assert found.same_partition
    assert {one for one, _ in found.renamed} == set(grouping.labels(CATEGORIES))


def test_a_group_that_is_split_or_takes_others_in_is_not_said_to_be_renamed():
    rows = {"TECH": 5, "SCIENCE": 3, "ARTS": 9}
    one, whole = Grouping("one", {"TECH": "LAB", "SCIENCE": "LAB"}), Grouping("whole", dict.fromkeys(rows, "ALL"))
    apart = Grouping("apart", {})
    assert (diff(one, apart, rows).renamed, diff(one, apart, rows).added) == ((), ("SCIENCE",))
    assert diff(apart, whole, rows).renamed == ()
    assert diff(one, Grouping("two", {"TECH": "LABS", "SCIENCE": "LABS"}), rows).renamed == (("LAB", "LABS"),)


@given(GROUPINGS, GROUPINGS, ROWS)
def test_it_is_the_same_both_ways(a, b, rows):
    there, back = diff(a, b, rows), diff(b, a, rows)
    assert there.rows_moved == back.rows_moved
    assert there.adjusted_rand_index == pytest.approx(back.adjusted_rand_index)
    assert there.variation_of_information == pytest.approx(back.variation_of_information)
    assert there.same_partition == back.same_partition


@given(GROUPINGS, GROUPINGS, GROUPINGS, ROWS)
def test_no_detour_is_shorter(a, b, c, rows):
    straight, first, second = diff(a, c, rows), diff(a, b, rows), diff(b, c, rows)
    detour = first.variation_of_information + second.variation_of_information
    assert straight.variation_of_information <= detour + 1e-9
    assert straight.rows_moved <= first.rows_moved + second.rows_moved


@given(GROUPINGS, GROUPINGS, ROWS)
def test_nothing_moves_exactly_when_the_partitions_are_equal(a, b, rows):
    same = a.partition_hash(CATEGORIES) == b.partition_hash(CATEGORIES)
    assert diff(a, b, rows).same_partition == same


@given(GROUPINGS, GROUPINGS, ROWS, st.randoms())
def test_no_other_matching_moves_fewer_rows(a, b, rows, random):
    found = diff(a, b, rows)
    shared = {(flow.origin, flow.target): flow.rows for flow in found.flows}
    origins, targets = ({pair[side] for pair in shared} for side in (0, 1))
    any_order = random.sample(sorted(targets), len(targets))
    pairs = itertools.zip_longest(sorted(origins), any_order)
    assert found.rows_moved <= found.rows - sum(shared.get(pair, 0) for pair in pairs)


@given(GROUPINGS, GROUPINGS, ROWS)
def test_flows_hold_every_category_once_and_each_group_is_matched_once(a, b, rows):
    found = diff(a, b, rows)
    inside = [category for flow in found.flows for category in flow.categories]
    assert sorted(inside) == sorted(CATEGORIES)
    assert sum(flow.rows for flow in found.flows) == found.rows
    assert len({one for one, _ in found.matched}) == len({other for _, other in found.matched}) == len(found.matched)
    assert {one for one, _ in found.matched} | set(found.removed) == set(a.labels(CATEGORIES))
    assert {other for _, other in found.matched} | set(found.added) == set(b.labels(CATEGORIES))
    assert {move.category for move in found.moves} == {
        category for flow in found.flows if flow.moves for category in flow.categories
    }


def test_a_move_a_rename_an_added_and_a_removed_group():
    a = Grouping("a", {"u": "NEWS", "v": "NEWS", "w": "ART", "x": "ART", "y": "OLD"})
    b = Grouping("b", {"u": "WORLD", "v": "WORLD", "w": "ART", "x": "NEW", "y": "ART"})
    found = diff(a, b, {"u": 5, "v": 4, "w": 9, "x": 3, "y": 2})
    assert found.moves == (Move("x", "ART", "NEW", 3), Move("y", "OLD", "ART", 2))
    assert found.renamed == (("NEWS", "WORLD"),)
    assert (found.added, found.removed) == (("NEW",), ("OLD",))
    assert (found.rows, found.rows_moved) == (23, 5)


def test_a_category_without_rows_moves_too():
    found = diff(Grouping("a", {"x": "G", "z": "G"}), Grouping("b", {"x": "G"}), {"x": 7})
    assert found.moves == (Move("z", "G", "z", 0),)
    assert (found.rows_moved, found.adjusted_rand_index, found.variation_of_information) == (0, 1.0, 0.0)


def test_among_equal_matchings_the_name_decides():
    a, b = Grouping("a", {"x": "G", "y": "G"}), Grouping("b", {"x": "H", "y": "G"})
    assert diff(a, b, {"x": 1, "y": 1}).moves == (Move("x", "G", "H", 1),)


def test_without_rows_categories_are_counted():
    found = diff(Grouping("a", {"x": "G", "y": "G"}), RAW, {})
    assert (found.rows, found.unit, found.rows_moved, len(found.moves)) == (0, "categories", 0, 1)
    assert (found.adjusted_rand_index, found.variation_of_information) == (0.0, 1.0)
    nothing = diff(RAW, RAW, {})
    assert (nothing.flows, nothing.adjusted_rand_index, nothing.variation_of_information) == ((), 1.0, 0.0)


def test_billions_of_rows_are_counted_exactly():
    rows = dict.fromkeys(HUFFPOST_12.mapping, 10**9)
    assert diff(HUFFPOST_12, HUFFPOST_12, rows).adjusted_rand_index == 1.0
    few, many = (diff(HUFFPOST_12, RAW, dict.fromkeys(rows, count)) for count in (1000, 10**9))
    assert isclose(few.variation_of_information, many.variation_of_information)
    assert isclose(few.adjusted_rand_index, many.adjusted_rand_index, abs_tol=1e-3)
    assert few.rows_moved * 10**6 == many.rows_moved == 30 * 10**9
    assert np.isfinite(many.adjusted_rand_index)
