"""How much is said of a text: its category where the model is sure of it, else its group, else that it is not sure.

The rule is that of Evaluate's part Confidence (core.evaluation.selective.given_at): the finest level whose confidence
is at least the threshold answers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.evaluation.judge import group_of_labels
from core.evaluation.selective import Level, given_at
from core.grouping.grouping import Grouping
from core.inference.classify import Answer, Model, classify

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
    category = answer.confidence if answer.category_confidence is None else answer.category_confidence
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
    the runner-up's), category (likeliest raw one, "" for a model of groups), sure (the level at ``threshold``).
    Errors as `core.inference.classify.classify`.
    """
    found = [
        one
        for begin in range(0, len(items), BATCH)
        for one in classify(model, items[begin : begin + BATCH], grouping, top=2, calibrated=calibrated)
    ]
    seconds = [list(one.probabilities.items())[1] if len(one.probabilities) > 1 else ("", 0.0) for one in found]
    group = np.array([one.confidence for one in found])
    category = np.array(
        [one.confidence if one.category_confidence is None else one.category_confidence for one in found]
    )
    frame = pd.DataFrame(
        {
            "headline": [one.headline for one in found],
            "description": [one.description for one in found],
            "answer": [one.label for one in found],
            "confidence": group,
            "runner_up": [label for label, _ in seconds],
            "margin": group - np.array([probability for _, probability in seconds]),
            "category": [one.predicted_category or "" for one in found],
            "sure": levels(level_names(model, grouping), category, group, threshold),
        },
        columns=list(COLUMNS),
    )
    texts = ["headline", "description", "answer", "runner_up", "category", "sure"]
    return frame.astype(dict.fromkeys(texts, "str"))
