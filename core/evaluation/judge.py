"""Judge a run: its stored test rows, or another dataset, under any grouping that fits."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.confusion import confusion_matrix
from core.errors import shorten
from core.evaluation.metrics import Metrics, metrics_from_confusion
from core.evaluation.predictions import Predictions
from core.grouping.grouping import Grouping
from core.grouping.scores import Scores, grouped_probabilities, groups_of_labels
from core.grouping.whatif import outcome
from core.runs.spec import TrainingSpec
from core.runs.staleness import is_stale


@dataclass(frozen=True)
class Judged:
    """Each row's true and predicted label under one grouping, and the figures.

    Attributes
    ----------
    table: one row a judged row: row (position in the dataset), category (true raw category),
        true, predicted (labels under the grouping), confidence (probability of predicted).
    probabilities: float32, shape (rows, labels of `metrics`); a label the model cannot give is 0.
    answers: the labels of `metrics` that the model can give, in their order.
    same_partition: False when the run was started with a grouping of another partition.
    seen_in_training: rows whose text the run was trained on, which flatter the figures; None: unknown.
    """

    dataset: str
    fingerprint: str
    grouping: Grouping
    metrics: Metrics
    table: pd.DataFrame
    probabilities: np.ndarray
    information_kept: float
    same_partition: bool
    seen_in_training: int | None
    seconds: float
    answers: tuple[str, ...]

    @property
    def true(self) -> np.ndarray:
        """Each row's true label, a position in the labels of `metrics`, int64, shape (rows,)."""
        return self.table["true"].cat.codes.to_numpy(dtype=np.int64)

    @property
    def predicted(self) -> np.ndarray:
        """Each row's predicted label, a position in the labels of `metrics`, int64, shape (rows,)."""
        return self.table["predicted"].cat.codes.to_numpy(dtype=np.int64)

    @property
    def answerable(self) -> np.ndarray:
        """Whether the model can give each label of `metrics`, bool, shape (labels,)."""
        return np.isin(np.array(self.metrics.labels, dtype=object), self.answers)

    @property
    def unknown_labels(self) -> dict[str, int]:
        """True label that the model cannot give -> its rows, which therefore are all wrong."""
        support = self.metrics.confusion.sum(axis=1)
        return {
            label: int(rows)
            for label, rows, known in zip(self.metrics.labels, support, self.answerable, strict=True)
            if rows and not known
        }


def members_of_labels(spec: TrainingSpec, labels: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the raw categories that each label of the run's model stands for."""
    if spec.target == "category":
        return tuple((label,) for label in labels)
    members = spec.grouping.grouping().members(spec.categories)
    return tuple(tuple(members.get(label, [label])) for label in labels)


def group_of_labels(spec: TrainingSpec, labels: tuple[str, ...], grouping: Grouping) -> list[str]:
    """Return the group under ``grouping`` of each label that the run's model gives; see `groups_of_labels`."""
    return groups_of_labels(labels, members_of_labels(spec, labels), grouping, spec.grouping.name)


def scores_from(spec: TrainingSpec, predictions: Predictions) -> Scores:
    """Return predictions as `Scores`: positions instead of categories, single precision."""
    return Scores(
        labels=predictions.labels,
        members=members_of_labels(spec, predictions.labels),
        categories=tuple(predictions.categories.categories),
        true=predictions.categories.codes.astype(np.int64),
        probabilities=predictions.probabilities.astype(np.float32),
        rows=np.asarray(predictions.rows, dtype=np.int64),
    )


def judge(spec: TrainingSpec, predictions: Predictions, grouping: Grouping) -> Judged:
    """Return the figures of ``predictions`` under ``grouping``.

    Raises InputError when the grouping does not fit the run (see `group_of_labels`), or when no
    true label of the rows is one that the model can answer.
    """
    start = time.perf_counter()
    scores = scores_from(spec, predictions)
    found = outcome(scores, grouping, spec.grouping.name)
    position = {group: place for place, group in enumerate(found.groups)}
    answers, summed = grouped_probabilities(scores.probabilities, group_of_labels(spec, scores.labels, grouping))
    wide = np.zeros((len(scores), len(found.groups)), dtype=np.float32)
    wide[:, [position[answer] for answer in answers]] = summed
    labels = list(found.groups)
    table = pd.DataFrame(
        {
            "row": predictions.rows,
            "category": predictions.categories,
            "true": pd.Categorical.from_codes(found.true, labels),
            "predicted": pd.Categorical.from_codes(found.predicted, labels),
            "confidence": np.minimum(wide[np.arange(len(scores)), found.predicted], 1.0),
        }
    )
    return Judged(
        dataset=predictions.dataset,
        fingerprint=predictions.fingerprint,
        grouping=grouping,
        metrics=metrics_from_confusion(confusion_matrix(found.true, found.predicted, len(labels)), labels),
        table=table,
        probabilities=wide,
        information_kept=found.figures.information_kept,
        same_partition=has_partition(spec, grouping),
        seen_in_training=predictions.seen_in_training,
        seconds=time.perf_counter() - start,
        answers=tuple(answers),
    )


def unknown_sentence(judged: Judged) -> str:
    """Say how many rows have a label that the run cannot answer, and which; "" where there is none."""
    unknown = sorted(judged.unknown_labels.items(), key=lambda one: -one[1])
    if not unknown:
        return ""
    rows = sum(count for _, count in unknown)
    some = ", ".join(f"{shorten(label)} ({count:,})" for label, count in unknown[:3]) + ", …" * (len(unknown) > 3)
    of = f"{rows:,} of the {judged.metrics.rows:,} rows"
    return f"{of} have a label that the run does not know, so all are wrong: {some}"


def has_partition(spec: TrainingSpec, grouping: Grouping) -> bool:
    """Tell whether ``grouping`` divides the run's categories as the run's own grouping does."""
    return not is_stale(spec, grouping)
