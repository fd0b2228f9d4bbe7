"""TrainingSpec: everything that decides a run, written down before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.errors import InputError, shorten

if TYPE_CHECKING:
    # pandas and numpy would double the time in which a worker, or the queue, comes up.
    from core.data.datasets import Dataset
    from core.grouping.grouping import Grouping

TARGETS = ("category", "group")
SPLITS = ("random", "past")
FEWEST_RECORDS = 3


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Split(_Frozen):
    """How rows are kept apart for the test.

    Attributes
    ----------
    kind: "random" draws a share of each category with ``seed``; "past" trains on the past and tests on the
        latest share of the rows, by whole days, whatever the seed.
    """

    kind: Literal["random", "past"] = "random"
    test_share: float = Field(default=0.2, gt=0, lt=1)
    seed: int = 42


class SpecGrouping(_Frozen):
    """The grouping whole, so that a run stays readable when the saved one is gone."""

    name: str
    version: int | None = None
    mapping: dict[str, str] = {}

    def grouping(self) -> Grouping:
        """Return it as a `Grouping`."""
        from core.grouping.grouping import Grouping

        return Grouping(self.name, self.mapping, self.version)


class TrainingSpec(_Frozen):
    """Immutable description of a run; ``spec.json`` is this, as JSON.

    Attributes
    ----------
    dataset, fingerprint: which records; training refuses when the content is another by now.
    categories: the raw categories of the dataset, sorted.
    hyperparameters: every setting of the model, presets and ``--set`` resolved.
    target: "category" (answers any grouping by adding up) or "group".
    device: "gpu" for a run that waits for a GPU of its own, "gpus" for one that waits for them all, on a
        machine that has any.
    corrections: row -> category, of the rows that are trained on under another category than the dataset has.
        Copied when the run is planned, so no later decision changes what the run means. The split and the
        test rows keep the dataset's categories: runs with and without corrections are judged alike.
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
    device: Literal["cpu", "gpu", "gpus"] = "cpu"
    grouping: SpecGrouping
    corrections: dict[int, str] = {}

    def target_of(self, category: str) -> str:
        """Return the label that a record of ``category`` is trained on."""
        return category if self.target == "category" else self.grouping.grouping().group_of(category)


def check_choices(target: str, test_share: float, split: str = "random") -> None:
    """Raise InputError for a target or split that there is not, or a share that leaves too little on one side."""
    if target not in TARGETS:
        raise InputError(f"target {shorten(target)} is unknown; choose one of: {', '.join(TARGETS)}")
    if split not in SPLITS:
        raise InputError(f"split {shorten(split)} is unknown; choose one of: {', '.join(SPLITS)}")
    if not 0.01 <= test_share <= 0.9:
        raise InputError(f"test share {test_share:g} is out of range; choose a number from 0.01 to 0.9")


def spec_grouping(grouping: Grouping) -> SpecGrouping:
    """Return a grouping as a spec holds it."""
    return SpecGrouping(name=grouping.name, version=grouping.version, mapping=dict(grouping.mapping))


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
    split: str = "random",
    corrections: Mapping[int, str] | None = None,
) -> TrainingSpec:
    """Return the spec of a run that can be trained, else raise InputError with the reason.

    Parameters
    ----------
    corrections: row -> category to train on in place of the dataset's (`core.data.corrections`); None: none.
    """
    from core.grouping.builtin import default_for
    from core.models.registry import device_for, settings_from
    from core.runs.preflight import check

    check_choices(target, test_share, split)
    settings = settings_from(model, preset, overrides or {})
    categories = sorted(dataset.category_counts)
    grouping = grouping or default_for(categories)
    spec = TrainingSpec(
        dataset=dataset.name,
        fingerprint=dataset.fingerprint,
        categories=tuple(categories),
        split=Split(kind=split, test_share=test_share, seed=seed),
        seed=seed,
        model=model,
        preset=preset,
        hyperparameters=settings.model_dump(mode="json"),
        target=target,
        device=device_for(model, settings),
        grouping=spec_grouping(grouping),
        corrections=dict(corrections or {}),
    )
    check(spec, dataset)
    return spec
