"""What a model says of rows whose category is known, before any grouping: a matrix product away from all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from core.errors import InputError, shorten
from core.grouping.grouping import Grouping


@dataclass(frozen=True)
class Scores:
    """Probabilities of rows over what the model answers, and the rows' true raw categories.

    Attributes
    ----------
    labels: what the model answers, one a column.
    members: the raw categories that each label stands for; a model of categories has one each.
    categories: the true raw categories that the rows can have, sorted.
    true: each row's true category as a position in ``categories``, int64, shape (rows,).
    probabilities: float32, shape (rows, labels).
    rows: each row's position in the dataset, int64, shape (rows,).
    """

    labels: tuple[str, ...]
    members: tuple[tuple[str, ...], ...]
    categories: tuple[str, ...]
    true: np.ndarray
    probabilities: np.ndarray
    rows: np.ndarray

    def __len__(self) -> int:
        return len(self.true)

    @property
    def universe(self) -> tuple[str, ...]:
        """All raw categories that are a row's true one or behind a label, sorted."""
        return tuple(sorted({*self.categories, *(name for names in self.members for name in names)}))

    @property
    def of_categories(self) -> bool:
        """Whether each label is a raw category by itself, so that every grouping can be answered."""
        return all(names == (label,) for label, names in zip(self.labels, self.members, strict=True))


def groups_of_labels(
    labels: Iterable[str], members: Iterable[tuple[str, ...]], grouping: Grouping, trained_under: str
) -> list[str]:
    """Return the group of each label under ``grouping``.

    A model of groups answers those groupings in which each of its groups stays whole: InputError
    for another, since its answers cannot be taken apart. ``trained_under`` names its own grouping.
    """
    groups = []
    for label, names in zip(labels, members, strict=True):
        found = sorted({grouping.group_of(category) for category in names})
        if len(found) > 1:
            raise InputError(
                f"grouping {shorten(grouping.name)} splits group {shorten(label)}, which this run was trained "
                f"to answer as one (into {', '.join(map(repr, found[:3]))}); use its own grouping "
                f"{shorten(trained_under)}, or train with --target category"
            )
        groups.append(found[0])
    return groups


def grouped_probabilities(probabilities: np.ndarray, groups: list[str]) -> tuple[list[str], np.ndarray]:
    """Add up the columns that belong to the same group.

    Parameters
    ----------
    probabilities: shape (rows, labels).
    groups: the group of each column.

    Returns the sorted groups and float32 probabilities of shape (rows, groups). Half-precision
    probabilities add up without rounding below 1, so equal sums are equal in any order of adding.
    """
    labels = sorted(set(groups))
    position = {label: column for column, label in enumerate(labels)}
    matrix = np.zeros((len(groups), len(labels)), dtype=np.float32)
    matrix[np.arange(len(groups)), [position[group] for group in groups]] = 1.0
    return labels, probabilities.astype(np.float32, copy=False) @ matrix
