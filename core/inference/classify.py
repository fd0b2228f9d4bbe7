"""Classify headlines with a finished run, under any grouping that fits it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.data.records import text_from
from core.errors import InputError, shorten
from core.evaluation import temperature
from core.evaluation.judge import group_of_labels
from core.grouping.grouping import Grouping
from core.grouping.scores import grouped_probabilities
from core.inference.items import check_headline
from core.models.classifier import Classifier
from core.runs import states, store
from core.runs.manifest import check_manifest


@dataclass(frozen=True)
class Model:
    """A finished run, loaded: what classifies.

    Attributes
    ----------
    classifier: gives probabilities over its own labels.
    """

    run: store.Run
    classifier: Classifier


@dataclass(frozen=True)
class Answer:
    """The answer about one headline.

    Attributes
    ----------
    label, confidence: the most probable label under the grouping and its probability.
    probabilities: label -> probability, most probable first, all labels or the top ones asked for.
    predicted_category: the most probable raw category of all; None for a model of groups. It need not be one of
        ``label``: a group of several categories may have more together than the likeliest one by itself.
    category_confidence: its probability, likewise.
    seconds: time to answer, its share of the batch that it was in.
    explanation: the words that spoke for the predicted label, or a note why there are none; None when not
        asked for.
    categories: raw category of ``label`` -> probability, most probable first, as many as labels are listed; together
        they have its confidence. Empty for a model of groups.
    """

    headline: str
    description: str
    label: str
    confidence: float
    probabilities: dict[str, float]
    predicted_category: str | None
    seconds: float
    explanation: dict[str, Any] | None = None
    category_confidence: float | None = None
    categories: dict[str, float] = field(default_factory=dict)

    @property
    def category(self) -> str | None:
        """Return the most probable raw category inside ``label``; None for a model of groups."""
        return next(iter(self.categories), None)

    def document(self) -> dict[str, Any]:
        """Return the answer as plain JSON values."""
        return {
            "headline": self.headline,
            "description": self.description,
            "label": self.label,
            "confidence": self.confidence,
            "predicted_category": self.predicted_category,
            "category_confidence": self.category_confidence,
            "categories": self.categories,
            "probabilities": self.probabilities,
            "seconds": self.seconds,
            "explanation": self.explanation,
        }


def load_model(run: store.Run) -> Model:
    """Return the run's model once every file was found to be what the run wrote.

    Raises InputError when the run has not succeeded, DamagedError when a file was changed.
    """
    from core.models.registry import load_classifier

    if run.state != states.SUCCEEDED:
        raise InputError(
            f"run {shorten(run.title)} is {run.state} and has no model; "
            f"{'wait for it' if run.alive else 'retry it'}, or choose one that succeeded"
        )
    check_manifest(run.path, "model")
    return Model(run, load_classifier(run.path / "model"))


def classify(
    model: Model,
    items: Sequence[tuple[str, str]],
    grouping: Grouping | None = None,
    *,
    top: int | None = None,
    explain: bool = False,
    calibrated: bool = False,
) -> list[Answer]:
    """Return an answer for each (headline, description), in order.

    ``grouping`` defaults to the run's own; ``top`` limits the probabilities that are listed; ``calibrated`` scales
    them by the temperature kept with the run, which leaves the likeliest raw category as it is.
    Raises InputError for a headline that cannot be classified (see `check_headline`), or without a temperature.
    """
    by = temperature.required(model.run).temperature if calibrated else None
    for headline, _ in items:
        check_headline(headline)
    start = time.perf_counter()
    own = np.asarray(model.classifier.predict_proba([text_from(*item) for item in items]))
    if by is not None:
        own = temperature.scaled(own, by)
    seconds = (time.perf_counter() - start) / max(len(items), 1)
    return answers_from(model, items, own, grouping, top=top, explain=explain, seconds=seconds)


def under(
    model: Model, grouping: Grouping | None = None, *, calibrated: bool = False
) -> tuple[list[str], Callable[[Sequence[str]], np.ndarray]]:
    """Return the labels under ``grouping``, and what gives probabilities over them: texts in, (texts, labels) out.

    Raises InputError for a grouping that does not fit, or without a temperature where ``calibrated``.
    """
    by = temperature.required(model.run).temperature if calibrated else None
    groups = group_of_labels(
        model.run.spec, tuple(model.classifier.labels), grouping or model.run.spec.grouping.grouping()
    )

    def predict(texts: Sequence[str]) -> np.ndarray:
        own = np.asarray(model.classifier.predict_proba(list(texts)))
        return grouped_probabilities(own if by is None else temperature.scaled(own, by), groups)[1]

    return sorted(set(groups)), predict


def answers_from(
    model: Model,
    items: Sequence[tuple[str, str]],
    own: np.ndarray,
    grouping: Grouping | None = None,
    *,
    top: int | None = None,
    explain: bool = False,
    seconds: float = 0.0,
) -> list[Answer]:
    """Return the answers that the model's probabilities ``own``, shape (items, labels), come to under ``grouping``.

    ``seconds`` is what it took to find those of one item. Raises InputError for a grouping that does not fit.
    """
    spec, labels = model.run.spec, tuple(model.classifier.labels)
    groups = group_of_labels(spec, labels, grouping or spec.grouping.grouping())
    start = time.perf_counter()
    names, scores = grouped_probabilities(own, groups)
    each = seconds + (time.perf_counter() - start) / max(len(items), 1)
    answers = []
    for place, (headline, description) in enumerate(items):
        winner = labels[int(own[place].argmax())]
        order = np.argsort(-scores[place], kind="stable")[:top]
        # Reasons are the model's for one of its own labels: the likeliest inside the answer.
        inside = sorted(
            (column for column, group in enumerate(groups) if group == names[order[0]]),
            key=lambda column: -own[place, column],
        )
        reason = labels[inside[0]]
        answers.append(
            Answer(
                headline=headline,
                description=description,
                label=names[order[0]],
                confidence=min(float(scores[place, order[0]]), 1.0),
                probabilities={names[column]: float(scores[place, column]) for column in order},
                predicted_category=winner if spec.target == "category" else None,
                seconds=each,
                explanation=_explain(model, text_from(headline, description), reason) if explain else None,
                category_confidence=float(own[place].max()) if spec.target == "category" else None,
                categories={labels[column]: float(own[place, column]) for column in inside[:top]}
                if spec.target == "category"
                else {},
            )
        )
    return answers


def _explain(model: Model, text: str, label: str) -> dict[str, Any]:
    """Return the exact contributions to the score of the model's own label; a note when it has none."""
    contributions = getattr(model.classifier, "contributions", None)
    if contributions is None:
        note = f"a {model.run.spec.model} has no exact contributions of words: it reads a text as a whole"
        return {"label": label, "method": None, "words": [], "note": note}
    words = [{"feature": feature, "contribution": float(value)} for feature, value in contributions(text, label)]
    return {"label": label, "method": "weight × tf-idf", "words": words}
