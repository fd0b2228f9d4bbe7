"""A grouping: which group each raw category belongs to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from core.errors import InputError, shorten

if TYPE_CHECKING:
    # A list of runs, a queue and its workers have no need of numpy.
    import numpy as np


@dataclass(frozen=True)
class Grouping:
    """An immutable map from raw category to group.

    A category that the map does not name keeps its own name, so every grouping answers for every
    dataset. Two groupings with the same partition are the same grouping for a model, whatever
    their groups are called: see `partition_hash`.

    Attributes
    ----------
    name: how people refer to it.
    mapping: category -> group, only the categories that were named.
    version: number of the saved version; None for a built-in or one that was never saved.
    note: a sentence by whoever saved it; "" when there is none.
    """

    name: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    version: int | None = None
    note: str = ""

    def __post_init__(self) -> None:
        for category, group in self.mapping.items():
            if not isinstance(category, str) or not category.strip():
                raise InputError(
                    f"grouping {shorten(self.name)}: a category name is empty; name it or remove the entry"
                )
            if not isinstance(group, str) or not group.strip():
                raise InputError(
                    f"grouping {shorten(self.name)}: the group name of category {shorten(category)} is "
                    f"empty; give it a name, or leave the category out so that it keeps its own"
                )
        object.__setattr__(self, "mapping", MappingProxyType(dict(sorted(self.mapping.items()))))

    def __hash__(self) -> int:
        return hash((self.name, tuple(self.mapping.items()), self.version))

    def __reduce__(self) -> tuple:
        # A mappingproxy cannot be pickled or deep-copied by itself.
        return (type(self), (self.name, dict(self.mapping), self.version, self.note))

    def group_of(self, category: str) -> str:
        """Return the group of ``category``: its own name when the grouping does not name it."""
        return self.mapping.get(category, category)

    def labels(self, categories: Iterable[str]) -> list[str]:
        """Return the groups that ``categories`` fall into, sorted, each once."""
        return sorted({self.group_of(category) for category in categories})

    def members(self, categories: Iterable[str]) -> dict[str, list[str]]:
        """Return group -> its categories, both sorted, for the categories given."""
        groups: dict[str, list[str]] = {}
        for category in sorted(set(categories)):
            groups.setdefault(self.group_of(category), []).append(category)
        return dict(sorted(groups.items()))

    def matrix(self, categories: Iterable[str]) -> tuple[list[str], np.ndarray]:
        """Return ``(labels, A)``: probabilities over ``categories`` times A are those over labels.

        A has shape (categories, labels), float32, a single 1 in each row.
        """
        import numpy as np

        names = list(categories)
        labels = self.labels(names)
        position = {label: column for column, label in enumerate(labels)}
        matrix = np.zeros((len(names), len(labels)), dtype=np.float32)
        for row, category in enumerate(names):
            matrix[row, position[self.group_of(category)]] = 1.0
        return labels, matrix

    def partition(self, categories: Iterable[str] | None = None) -> list[list[str]]:
        """Return the sets of two or more categories that are one group, each and all sorted.

        ``categories`` is the universe: with it, the names of groups play no part but for a
        category that keeps its own name and so joins a group of that name. Without it the
        universe is the categories that the grouping names.
        """
        universe = self.mapping.keys() if categories is None else categories
        return sorted(members for members in self.members(universe).values() if len(members) > 1)

    def partition_hash(self, categories: Iterable[str] | None = None) -> str:
        """Return 16 hex digits that are equal for equal partitions (see `partition`)."""
        text = json.dumps(self.partition(categories), ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]
