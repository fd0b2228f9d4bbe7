"""What lies between two groupings: which categories move from which group to which, and how far apart they are.

Groups of the one are matched with groups of the other so that as few rows as possible move, whatever the
groups are called: a rename is not a change. The rows that move are then the partition distance (Gusfield,
"Partition-distance", 2002), a metric like the variation of information.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import comb

import numpy as np

from core.grouping.grouping import Grouping

Pair = tuple[str, str]  # a group of the one grouping and one of the other


@dataclass(frozen=True)
class Move:
    """A category that ends up in another group than the one its own was matched with."""

    category: str
    origin: str
    target: str
    rows: int


@dataclass(frozen=True)
class Flow:
    """What group ``origin`` of the one grouping and ``target`` of the other have in common.

    Attributes
    ----------
    moves: False when the two are matched, so that nothing changes for these rows but perhaps a name.
    """

    origin: str
    target: str
    rows: int
    categories: tuple[str, ...]
    moves: bool


@dataclass(frozen=True)
class Diff:
    """What lies between groupings ``a`` and ``b``.

    Attributes
    ----------
    moves: the most rows first; a category without rows moves too.
    flows: every pair of groups that share a category, the largest group of ``a`` first.
    matched: pairs of a group of ``a`` and the group of ``b`` that it became.
    renamed: those of them that are called otherwise and hold the same categories: what is split, or takes others in,
        is no rename.
    added, removed: groups of ``b`` and of ``a`` that are matched with none.
    rows: all rows, 0 when nobody knows any; then the two figures below count categories.
    adjusted_rand_index: of pairs of rows, 1 when alike, about 0 for chance (Hubert & Arabie, 1985).
    variation_of_information: in bits, 0 when alike, at most log2 of the rows (Meilă, 2007).
    """

    moves: tuple[Move, ...]
    flows: tuple[Flow, ...]
    matched: tuple[tuple[str, str], ...]
    renamed: tuple[tuple[str, str], ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    rows: int
    adjusted_rand_index: float
    variation_of_information: float

    @property
    def same_partition(self) -> bool:
        """Whether both divide the categories alike, whatever their groups are called."""
        return not self.moves

    @property
    def rows_moved(self) -> int:
        """The rows of the categories that move: the fewest that any matching of the groups leaves."""
        return sum(move.rows for move in self.moves)

    @property
    def unit(self) -> str:
        """What the figures count: rows, or categories where no rows are known."""
        return "rows" if self.rows else "categories"


def diff(a: Grouping, b: Grouping, rows: Mapping[str, int]) -> Diff:
    """Return what lies between ``a`` and ``b``.

    Parameters
    ----------
    rows: how many rows each category has. The categories compared are these and all that either grouping
        names, the latter with 0 rows, so that what only another dataset has is not lost.
    """
    universe = sorted({*rows, *a.mapping, *b.mapping})
    shared: dict[Pair, list[str]] = {}
    for category in universe:
        shared.setdefault((a.group_of(category), b.group_of(category)), []).append(category)
    counts = {pair: sum(rows.get(category, 0) for category in names) for pair, names in shared.items()}
    matched = _matched(shared, counts)
    size = _sizes(counts, 0)

    def order(pair: Pair) -> tuple[object, ...]:
        return -size[pair[0]], pair[0], -counts[pair], pair[1]

    flows = [Flow(*pair, counts[pair], tuple(shared[pair]), pair not in matched) for pair in sorted(shared, key=order)]
    moves = [
        Move(category, flow.origin, flow.target, rows.get(category, 0))
        for flow in flows
        if flow.moves
        for category in flow.categories
    ]
    total = sum(counts.values())
    weights = counts if total else {pair: len(names) for pair, names in shared.items()}
    kept = tuple((flow.origin, flow.target) for flow in flows if not flow.moves)
    changed = {end for flow in flows if flow.moves for end in (("of a", flow.origin), ("of b", flow.target))}
    return Diff(
        moves=tuple(sorted(moves, key=lambda move: (-move.rows, move.category))),
        flows=tuple(flows),
        matched=kept,
        renamed=tuple(
            (one, other) for one, other in kept if one != other and not changed & {("of a", one), ("of b", other)}
        ),
        added=tuple(sorted({target for _, target in shared} - {target for _, target in matched})),
        removed=tuple(sorted({origin for origin, _ in shared} - {origin for origin, _ in matched})),
        rows=total,
        adjusted_rand_index=_adjusted_rand_index(weights),
        variation_of_information=_variation_of_information(weights),
    )


def _matched(shared: Mapping[Pair, list[str]], counts: Mapping[Pair, int]) -> set[Pair]:
    """Return the pairs of groups, each group in one at most, that keep most rows, then most categories, then names."""
    from scipy.optimize import linear_sum_assignment

    origins = {group: place for place, group in enumerate(sorted({origin for origin, _ in shared}))}
    targets = {group: place for place, group in enumerate(sorted({target for _, target in shared}))}
    categories = sum(map(len, shared.values()))
    weight = np.zeros((len(origins), len(targets)))
    for (origin, target), names in shared.items():
        # One number for the three, which a float holds exactly up to 1e10 rows of 500 categories.
        kept = counts[origin, target] * (categories + 1) + len(names)
        weight[origins[origin], targets[target]] = kept * (categories + 1) + (origin == target)
    rows, columns = linear_sum_assignment(weight, maximize=True)
    chosen = set(zip(rows.tolist(), columns.tolist(), strict=True))
    return {pair for pair in shared if (origins[pair[0]], targets[pair[1]]) in chosen}


def _sizes(weights: Mapping[Pair, int], side: int) -> dict[str, int]:
    """Return what each group of the first (0) or second (1) grouping weighs."""
    sizes: dict[str, int] = {}
    for pair, weight in weights.items():
        sizes[pair[side]] = sizes.get(pair[side], 0) + weight
    return sizes


def _pairs(weights: Iterable[int]) -> int:
    return sum(comb(weight, 2) for weight in weights)


def _adjusted_rand_index(weights: Mapping[Pair, int]) -> float:
    """Return the index from what each pair of groups shares; in whole numbers up to the last step."""
    both = _pairs(weights.values())
    one, other = (_pairs(_sizes(weights, side).values()) for side in (0, 1))
    everything = comb(sum(weights.values()), 2)
    # Times `everything` throughout, so that nothing is rounded.
    expected = one * other
    most = (one + other) * everything / 2
    return 1.0 if both == one == other else (both * everything - expected) / (most - expected)


def _variation_of_information(weights: Mapping[Pair, int]) -> float:
    """Return H(one | other) + H(other | one) in bits, from what each pair of groups shares."""
    total = sum(weights.values())
    sizes = _sizes(weights, 0), _sizes(weights, 1)
    # Written as a sum of what each pair leaves open, alike partitions give 0 exactly.
    return float(
        sum(
            weight / total * np.log2(sizes[side][pair[side]] / weight)
            for pair, weight in weights.items()
            if weight
            for side in (0, 1)
        )
    )
