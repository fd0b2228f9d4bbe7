"""Why a text got its answer rather than its true label: what each word adds to the score of either."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.errors import InputError, shorten
from core.evaluation.judge import group_of_labels, members_of_labels
from core.grouping.grouping import Grouping
from core.inference.classify import Model
from core.models.registry import module_of
from core.runs.store import Run

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, eq=False)
class Pulls:
    """What pulled a text to its answer.

    Attributes
    ----------
    answered: the model's own label inside the answer, the likeliest one.
    true: the model's own label of the record; None where it has none.
    words: one row a word or phrase of the text: feature, answered, true (what it adds to the score of
        either, 0 for a ``true`` that is None or the answer), difference (answered - true); the
        strongest difference first. Empty where the model knows no word of the text.
    """

    answered: str
    true: str | None
    words: pd.DataFrame


def why_no_words(run: Run) -> str | None:
    """Return why the run's model cannot tell what words add, without loading it; None where it can."""
    if hasattr(module_of(run.spec.model).CLASSIFIER, "contributions"):
        return None
    return f"a {run.spec.model} has no exact contributions of words: it reads a text as a whole"


def pulls(model: Model, text: str, grouping: Grouping, predicted: str, category: str) -> Pulls:
    """Return what pulled ``text`` to ``predicted``, a group under ``grouping``, rather than to its raw category.

    Raises InputError where the model cannot tell, see `why_no_words`.
    """
    if note := why_no_words(model.run):
        raise InputError(f"run {shorten(model.run.title)}: {note}; choose a run of model logistic")
    labels = tuple(model.classifier.labels)
    groups = group_of_labels(model.run.spec, labels, grouping)
    own = np.asarray(model.classifier.predict_proba([text]))[0]
    answered = labels[_likeliest(own, [place for place, group in enumerate(groups) if group == predicted])]
    members = members_of_labels(model.run.spec, labels)
    holding = [place for place, names in enumerate(members) if category in names]
    true = labels[_likeliest(own, holding)] if holding else None
    contributions = model.classifier.contributions
    against = contributions(text, true) if true not in (None, answered) else []
    return Pulls(answered, true, _table(contributions(text, answered), against))


def _likeliest(own: np.ndarray, places: list[int]) -> int:
    return max(places, key=lambda place: own[place])


def _table(answered: list[tuple[str, float]], true: list[tuple[str, float]]) -> pd.DataFrame:
    """Return `Pulls.words`; both lists hold the same features in any order, unless the second is empty."""
    against = dict(true)
    rows = [(feature, value, against.get(feature, 0.0)) for feature, value in answered]
    frame = pd.DataFrame(rows, columns=["feature", "answered", "true"])
    frame = frame.astype({"feature": "str", "answered": float, "true": float})
    frame["difference"] = frame["answered"] - frame["true"]
    order = np.argsort(-frame["difference"].abs().to_numpy(), kind="stable")
    return frame.iloc[order].reset_index(drop=True)


def shaded(text: str, words: pd.DataFrame) -> list[tuple[str, float]]:
    """Return ``text`` in parts, each with how strongly it pulled, -1 (to the true label) to 1 (to the answer).

    A phrase's difference is shared out evenly over its words. Parts put together are ``text``; what
    stands between words pulls by 0.
    """
    pull: dict[str, float] = {}
    for feature, difference in zip(words["feature"], words["difference"], strict=True):
        parts = feature.casefold().split(" ")
        for part in parts:
            pull[part] = pull.get(part, 0.0) + difference / len(parts)
    most = max(map(abs, pull.values()), default=0.0) or 1.0
    found, end = [], 0
    for match in _WORD.finditer(text):
        if match.start() > end:
            found.append((text[end : match.start()], 0.0))
        found.append((match.group(), pull.get(match.group().casefold(), 0.0) / most))
        end = match.end()
    return found + [(text[end:], 0.0)] * (end < len(text))
