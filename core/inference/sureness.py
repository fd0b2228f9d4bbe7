"""How much is said of a text: its category where the model is sure of it, else its group, else that it is not sure.

The rule is that of Evaluate's part Confidence (core.evaluation.selective.given_at): the finest level whose confidence
is at least the threshold answers. A text of mostly unknown words is never sure, however confident the rest of it looks.

The category is the likeliest inside the answered group, so that the two never contradict each other. From .5 on it is
the likeliest of all as well: what has half of the probability leaves another group less.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.data.records import text_from
from core.evaluation import temperature
from core.evaluation.judge import group_of_labels
from core.evaluation.selective import Level, given_at
from core.grouping.grouping import Grouping
from core.grouping.scores import grouped_probabilities
from core.inference.classify import Answer, Model
from core.inference.familiarity import knows_too_little
from core.inference.items import check_headline

CATEGORY, GROUP, NOT_SURE = "category", "group", "not sure"
THRESHOLD = 0.7
COLUMNS = ("headline", "description", "answer", "confidence", "runner_up", "margin", "category", "sure")
BATCH = 4096


def level_names(model: Model, grouping: Grouping) -> list[str]:
    """Return the levels at which the model answers under ``grouping``, the finest first."""
    labels = tuple(model.classifier.labels)
    of_categories = model.run.spec.target == "category"
    together = len(set(group_of_labels(model.run.spec, labels, grouping))) < len(labels)
    return [CATEGORY] * of_categories + [GROUP] * (together or not of_categories)


def levels(names: Sequence[str], category: np.ndarray, group: np.ndarray, threshold: float) -> np.ndarray:
    """Return for each text the level that answers it, "not sure" where none does; dtype object, shape (texts,).

    Parameters
    ----------
    names: the levels of the model, as of `level_names`.
    category, group: confidence of either, 0 to 1, shape (texts,).
    """
    by = {CATEGORY: category, GROUP: group}
    found = [Level(name, np.asarray(by[name], dtype=float), np.zeros(len(group), dtype=bool)) for name in names]
    return np.array([*names, NOT_SURE], dtype=object)[given_at(found, threshold)]


def level_of(model: Model, answer: Answer, grouping: Grouping, threshold: float) -> str:
    """Return the level at which ``answer`` is given at ``threshold``."""
    if knows_too_little(model.classifier, text_from(answer.headline, answer.description)):
        return NOT_SURE
    category = next(iter(answer.categories.values()), answer.confidence)
    names = level_names(model, grouping)
    return str(levels(names, np.array([category]), np.array([answer.confidence]), threshold)[0])


def answers_table(
    model: Model,
    items: Sequence[tuple[str, str]],
    grouping: Grouping,
    *,
    threshold: float = THRESHOLD,
    calibrated: bool = False,
) -> pd.DataFrame:
    """Return one row for each (headline, description), in order.

    Columns: headline, description, answer (label under ``grouping``), confidence, runner_up, margin (confidence less
    the runner-up's), category (likeliest raw one inside the answer, "" for a model of groups), sure (the level at
    ``threshold``).
    Errors as `core.inference.classify.classify`.
    """
    for headline, _ in items:
        check_headline(headline)
    labels = np.array(model.classifier.labels, dtype=object)
    groups = group_of_labels(model.run.spec, tuple(labels), grouping)
    by = temperature.required(model.run).temperature if calibrated else None
    parts = [_likeliest(model, items[begin : begin + BATCH], groups, by) for begin in range(0, len(items), BATCH)]
    best, second, group, runner_up, category, own = (
        np.concatenate(columns) if columns else np.zeros(0, dtype=int)
        for columns in (zip(*parts, strict=True) if parts else [()] * 6)
    )
    names = np.array(sorted(set(groups)), dtype=object)
    of_categories = model.run.spec.target == "category"
    sure = levels(level_names(model, grouping), own if of_categories else group, group, threshold)
    sure[[knows_too_little(model.classifier, text_from(*item)) for item in items]] = NOT_SURE
    frame = pd.DataFrame(
        {
            "headline": [headline for headline, _ in items],
            "description": [description for _, description in items],
            "answer": names[best],
            "confidence": np.minimum(group, 1.0),
            "runner_up": names[second] if len(names) > 1 else "",
            "margin": np.minimum(group, 1.0) - runner_up,
            "category": labels[category] if of_categories else "",
            "sure": sure,
        },
        columns=list(COLUMNS),
    )
    texts = ["headline", "description", "answer", "runner_up", "category", "sure"]
    return frame.astype(dict.fromkeys(texts, "str"))


def _likeliest(
    model: Model, items: Sequence[tuple[str, str]], groups: list[str], by: float | None
) -> tuple[np.ndarray, ...]:
    """Return for each item the places of the two likeliest groups, their probabilities, and of the likeliest of the
    model's own labels inside the first its place and probability."""
    own = np.asarray(model.classifier.predict_proba([text_from(*item) for item in items]))
    own = own if by is None else temperature.scaled(own, by)
    names, scores = grouped_probabilities(own, groups)
    rows = np.arange(len(items))
    order = np.argsort(-scores, axis=1, kind="stable")
    best, second = order[:, 0], order[:, min(1, order.shape[1] - 1)]
    runner_up = scores[rows, second] if order.shape[1] > 1 else np.zeros(len(items))
    inside = np.array([names.index(group) for group in groups]) == best[:, None]
    category = np.where(inside, own, -1).argmax(axis=1)
    return (
        best,
        second,
        scores[rows, best].astype(float),
        runner_up.astype(float),
        category,
        own[rows, category].astype(float),
    )
