import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.models.row_choice import Order, held_apart, like_lengths, stratified

sizes = st.lists(st.integers(1, 40), min_size=2, max_size=6)


def targets_of(counts):
    return np.random.default_rng(1).permutation(np.repeat(np.arange(len(counts)), counts))


@given(sizes, st.data())
def test_a_part_keeps_every_label_and_its_share(counts, data):
    targets = targets_of(counts)
    count = data.draw(st.integers(len(counts), len(targets) + 5))
    chosen = stratified(targets, count, seed=3)
    assert len(chosen) == len(set(chosen.tolist())) == min(count, len(targets))
    assert (np.diff(chosen) > 0).all()
    kept = np.bincount(targets[chosen], minlength=len(counts))
    assert kept.min() >= 1
    assert np.abs(kept - np.array(counts) * len(chosen) / len(targets)).max() <= len(counts)


@given(sizes, st.floats(0, 0.5))
def test_rows_to_judge_by_are_apart_and_leave_every_label(counts, share):
    targets = targets_of(counts)
    training, validation = held_apart(targets, share, seed=3)
    assert sorted([*training.tolist(), *validation.tolist()]) == list(range(len(targets)))
    assert np.bincount(targets[training], minlength=len(counts)).min() >= 1
    assert np.bincount(targets[validation], minlength=len(counts)).tolist() == [int(size * share) for size in counts]


@given(st.lists(st.integers(2, 64), min_size=1, max_size=300), st.integers(1, 16))
def test_like_lengths_are_together_and_nobody_is_left_out(lengths, batch):
    lengths = np.array(lengths)
    order = like_lengths(lengths, batch, np.random.default_rng(0))
    assert sorted(order.tolist()) == list(range(len(lengths)))
    if len(lengths) >= batch:
        assert lengths[order[:batch]].max() == lengths.max() or len(lengths) % batch


def test_little_is_padding():
    lengths = np.random.default_rng(0).integers(5, 60, size=3200)

    def padded(order):
        return sum(lengths[order[begin : begin + 32]].max() * 32 for begin in range(0, 3200, 32))

    assert padded(like_lengths(lengths, 32, np.random.default_rng(1))) < 1.05 * lengths.sum()
    assert padded(np.arange(3200)) > 1.7 * lengths.sum()


def test_an_epoch_has_an_order_of_its_own_whoever_asks():
    lengths, targets = np.arange(2, 40), np.arange(38) % 3
    orders = {}
    for sampling in ("random", "group_by_length", "balanced"):
        first, second = (Order(lengths, targets, sampling, 4, seed=5) for _ in range(2))
        first.set_epoch(0)
        list(first)
        for order in (first, second):
            order.set_epoch(1)
        orders[sampling] = list(first)
        assert list(first) == list(second)
        first.set_epoch(2)
        assert list(first) != orders[sampling]
    assert orders["random"] != orders["group_by_length"]


def test_balanced_draws_rare_labels_as_often():
    targets = np.array([0] * 900 + [1] * 90 + [2] * 10)
    drawn = targets[list(Order(np.ones(1000), targets, "balanced", 4, seed=5))]
    assert len(drawn) == 1000
    assert np.bincount(drawn).min() > 270
