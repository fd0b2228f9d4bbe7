"""TrainingSpec: everything that decides a run, written down before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.data.datasets import Dataset
from core.errors import InputError, shorten
from core.grouping.builtin import default_for
from core.grouping.grouping import Grouping

TARGETS = ("category", "group")
FEWEST_RECORDS = 3


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Split(_Frozen):
    """How rows are kept apart for the test: a share of each category, drawn with ``seed``."""

    test_share: float = Field(default=0.2, gt=0, lt=1)
    seed: int = 42


class SpecGrouping(_Frozen):
    """The grouping whole, so that a run stays readable when the saved one is gone."""

    name: str
    version: int | None = None
    mapping: dict[str, str] = {}

    def grouping(self) -> Grouping:
        """Return it as a `Grouping`."""
        return Grouping(self.name, self.mapping, self.version)


class TrainingSpec(_Frozen):
    """Immutable description of a run; ``spec.json`` is this, as JSON.

    Attributes
    ----------
    dataset, fingerprint: which records; training refuses when the content is another by now.
    categories: the raw categories of the dataset, sorted.
    hyperparameters: every setting of the model, presets and ``--set`` resolved.
    target: "category" (answers any grouping by adding up) or "group".
    """

    format: Literal[1] = 1
    dataset: str
    fingerprint: str
    categories: tuple[str, ...]
    text_fields: tuple[str, ...] = ("headline", "short_description")
    split: Split = Split()
    seed: int = 42
    model: str = "logistic"
    preset: str = "default"
    hyperparameters: dict[str, Any] = {}
    target: Literal["category", "group"] = "category"
    grouping: SpecGrouping

    def target_of(self, category: str) -> str:
        """Return the label that a record of ``category`` is trained on."""
        return category if self.target == "category" else self.grouping.grouping().group_of(category)


def plan(
    dataset: Dataset,
    *,
    model: str = "logistic",
    target: str = "category",
    grouping: Grouping | None = None,
    preset: str = "default",
    overrides: Mapping[str, str] | None = None,
    seed: int = 42,
    test_share: float = 0.2,
) -> TrainingSpec:
    """Return the spec of a run that can be trained, else raise InputError with the reason."""
    from core.models.registry import settings_from

    if target not in TARGETS:
        raise InputError(f"target {shorten(target)} is unknown; choose one of: {', '.join(TARGETS)}")
    if not 0.01 <= test_share <= 0.9:
        raise InputError(f"test share {test_share:g} is out of range; choose a number from 0.01 to 0.9")
    settings = settings_from(model, preset, overrides or {})
    categories = sorted(dataset.category_counts)
    grouping = grouping or default_for(categories)
    spec = TrainingSpec(
        dataset=dataset.name,
        fingerprint=dataset.fingerprint,
        categories=tuple(categories),
        split=Split(test_share=test_share, seed=seed),
        seed=seed,
        model=model,
        preset=preset,
        hyperparameters=settings.model_dump(mode="json"),
        target=target,
        grouping=SpecGrouping(name=grouping.name, version=grouping.version, mapping=dict(grouping.mapping)),
    )
    _check_enough(spec, dataset.category_counts)
    return spec


def _check_enough(spec: TrainingSpec, counts: Mapping[str, int]) -> None:
    """Raise InputError unless there are two labels or more, each with enough records to split."""
    kind = spec.target
    rows: dict[str, int] = {}
    for category, count in counts.items():
        label = spec.target_of(category)
        rows[label] = rows.get(label, 0) + count
    if len(rows) < 2:
        only = shorten(next(iter(rows), ""))
        raise InputError(
            f"dataset {shorten(spec.dataset)} has the single {kind} {only}; a classifier needs two or more: "
            + ("import records of another category" if kind == "category" else "choose another grouping")
        )
    label, fewest = min(rows.items(), key=lambda item: (item[1], item[0]))
    if fewest < FEWEST_RECORDS:
        advice = "merge it in a grouping and train with --target group, or import without it"
        raise InputError(
            f"{kind} {shorten(label)} of dataset {shorten(spec.dataset)} has {fewest} "
            f"{'record' if fewest == 1 else 'records'}, too few to split into training and test rows "
            f"(at least {FEWEST_RECORDS}); add records, or {advice}"
        )
