"""Which rows a transformer trains on, in which order, and which are kept apart to judge its epochs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

MEGABATCH = 50


def stratified(targets: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return the places of ``count`` rows, ascending, that keep each label's share and lose no label.

    Parameters
    ----------
    targets: number of the label of each row, shape (rows,); every label has a row.
    count: at least the number of labels; all rows are returned when there are no more than that.
    """
    if count >= len(targets):
        return np.arange(len(targets))
    sizes = np.bincount(targets)
    # One row of each label, and what is left by the largest remainders.
    exact = (sizes - 1) * ((count - len(sizes)) / max(len(targets) - len(sizes), 1))
    wanted = 1 + np.floor(exact).astype(np.int64)
    short = count - wanted.sum()
    wanted[np.argsort(-(exact % 1), kind="stable")[:short]] += 1
    return np.sort(_drawn(targets, wanted, seed))


def held_apart(targets: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of the rows to train on and of those to judge by, ``share`` of each label rounded down."""
    wanted = np.floor(np.bincount(targets) * share).astype(np.int64)
    apart = np.zeros(len(targets), dtype=bool)
    apart[_drawn(targets, wanted, seed)] = True
    return np.flatnonzero(~apart), np.flatnonzero(apart)


def _drawn(targets: np.ndarray, wanted: np.ndarray, seed: int) -> np.ndarray:
    """Return the places of ``wanted[label]`` rows of each label, drawn at random."""
    mixed = np.random.default_rng(seed).permutation(len(targets))
    by_label = mixed[np.argsort(targets[mixed], kind="stable")]
    begins = np.concatenate([[0], np.cumsum(np.bincount(targets))[:-1]])
    return np.concatenate([by_label[begin : begin + count] for begin, count in zip(begins, wanted, strict=True)])


class Order:
    """The order in which an epoch meets its rows: a sampler for torch's DataLoader.

    It depends on seed and epoch alone, so a training that goes on in the middle of an epoch meets the
    rows that it had still to meet; transformers' own sampler by length draws from the global generator.

    Parameters
    ----------
    lengths: tokens of each row, shape (rows,).
    targets: number of the label of each row, shape (rows,).
    sampling: "random", "group_by_length" or "balanced", as in the settings.
    """

    def __init__(self, lengths: np.ndarray, targets: np.ndarray, sampling: str, batch_size: int, seed: int) -> None:
        self.lengths, self.targets, self.sampling = lengths, targets, sampling
        self.batch_size, self.seed, self.epoch = batch_size, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch whose order is given next."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        generator = np.random.default_rng((self.seed, self.epoch))
        if self.sampling == "group_by_length":
            order = like_lengths(self.lengths, self.batch_size, generator)
        elif self.sampling == "balanced":
            order = evenly_drawn(self.targets, generator)
        else:
            order = generator.permutation(len(self.lengths))
        return iter(order.tolist())


def like_lengths(lengths: np.ndarray, batch_size: int, generator: np.random.Generator) -> np.ndarray:
    """Return all rows so that those of a batch are of like length, the longest batch first.

    Rows are mixed, sorted by length within megabatches of 50 batches, and the batches are mixed again.
    The longest comes first so that a device that is too small says so at once.
    """
    mixed = generator.permutation(len(lengths))
    size = batch_size * MEGABATCH
    sorted_parts = [
        part[np.argsort(-lengths[part], kind="stable")] for part in np.split(mixed, range(size, len(mixed), size))
    ]
    order = np.concatenate(sorted_parts)
    whole = len(order) // batch_size
    batches = order[: whole * batch_size].reshape(whole, batch_size)
    batches = batches[generator.permutation(whole)]
    if whole:
        longest = int(lengths[batches].max(axis=1).argmax())
        batches[[0, longest]] = batches[[longest, 0]]
    return np.concatenate([batches.reshape(-1), order[whole * batch_size :]])


def evenly_drawn(targets: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return as many rows as there are, drawn with replacement so that every label is equally likely."""
    weights = 1 / np.bincount(targets)[targets]
    return generator.choice(len(targets), size=len(targets), p=weights / weights.sum())
