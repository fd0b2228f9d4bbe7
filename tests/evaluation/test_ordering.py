"""Orders of a matrix hold every class once, and confused ones end up side by side."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.evaluation.metrics import metrics_from_confusion
from core.evaluation.ordering import ORDERS, closeness, distance, ordered, side_by_side, starts

COUNTS = st.integers(1, 7).flatmap(lambda size: arrays(np.int64, (size, size), elements=st.integers(0, 9)))


@given(COUNTS, st.sampled_from(ORDERS))
def test_each_order_holds_every_class_once(confusion, order):
    labels = [f"label {place}" for place in range(len(confusion))]
    found = ordered(metrics_from_confusion(confusion, labels), order, lambda label: label[-1] < "3")
    assert sorted(found) == labels


@given(COUNTS, st.sampled_from(ORDERS), st.integers(1, 7))
def test_the_most_prominent_classes_are_those_with_most_rows_in_or_taken_for_them(confusion, order, most):
    labels = [f"label {place}" for place in range(len(confusion))]
    found = ordered(metrics_from_confusion(confusion, labels), order, most=most)
    assert len(set(found)) == len(found) == min(most, len(labels))
    rows = {
        label: confusion[place].sum() + np.delete(confusion[:, place], place).sum()
        for place, label in enumerate(labels)
    }
    left_out = [rows[label] for label in labels if label not in found]
    assert max(left_out, default=0) <= min(rows[label] for label in found)


@given(COUNTS)
def test_closeness_is_symmetric_and_knows_no_diagonal(confusion):
    close = closeness(confusion)
    np.testing.assert_allclose(close, close.T)
    assert (np.diag(close) == 0).all()
    assert (close >= 0).all()
    assert (close <= 1).all()


@given(COUNTS)
def test_no_single_class_could_be_moved_to_a_better_place(confusion):
    close, order = closeness(confusion), side_by_side(confusion)
    least = distance(close, order)
    assert least <= distance(close, np.arange(len(order))) + 1e-9
    for label in order:
        rest = order[order != label]
        for place in range(len(order)):
            assert least <= distance(close, np.insert(rest, place, label)) + 1e-6


def test_confused_pairs_become_neighbours():
    confusion = np.diag([50, 50, 50, 50, 50, 50])
    for a, b in ((0, 3), (1, 4), (2, 5)):
        confusion[a, b], confusion[b, a] = 20, 10
    order = side_by_side(confusion).tolist()
    assert all(abs(order.index(a) - order.index(b)) == 1 for a, b in ((0, 3), (1, 4), (2, 5)))


def test_a_chain_of_confusions_is_laid_out_from_end_to_end():
    chain = [3, 0, 4, 1, 2]
    confusion = np.diag([90] * 5)
    for a, b in itertools.pairwise(chain):
        confusion[a, b] = confusion[b, a] = 10
    order = side_by_side(confusion).tolist()
    assert order in (chain, chain[::-1])


def test_without_an_error_the_classes_stay():
    assert side_by_side(np.diag([3, 4, 5])).tolist() == [0, 1, 2]
    assert side_by_side(np.zeros((0, 0), dtype=int)).tolist() == []


GROUPS = {"a": "SMALL", "b": "LARGE", "c": "SMALL", "d": "LARGE", "e": "MIDDLE"}


@pytest.mark.parametrize(
    ("order", "labels"),
    [("by name", "abcde"), ("by size", "bceda"), ("by group", "bdcae")],
)
def test_sizes_and_groups(order, labels):
    found = metrics_from_confusion(np.diag([1, 9, 5, 2, 5]), list("abcde"))
    assert ordered(found, order, GROUPS.get) == list(labels)


def test_groups_begin_where_the_label_before_is_of_another():
    assert starts(list("bdcae"), GROUPS.get) == ["c", "e"]
    assert starts(["a"], GROUPS.get) == starts([], GROUPS.get) == []
