"""Why a text got its answer rather than its true label: what each word adds to the score of either."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.evaluation.judge import group_of_labels, members_of_labels
from core.grouping.grouping import Grouping
from core.inference.classify import Model

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, eq=False)
class Pulls:
    """What pulled a text to its answer.

    Attributes
    ----------
    answered: the model's own label inside the answer, the likeliest one.
    true: the model's own label of the record; None where it has none, or it is the same one.
    words: one row a word or phrase of the text: feature, answered, true (what it adds to the score of
        either, 0 where ``true`` is None), difference (answered - true); the strongest difference first.
    note: why there are no words; None where there are.
    """

    answered: str
    true: str | None
    words: pd.DataFrame
    note: str | None = None


def pulls(model: Model, text: str, grouping: Grouping, predicted: str, category: str) -> Pulls:
    """Return what pulled ``text`` to ``predicted``, a group under ``grouping``, rather than to its raw category."""
    labels = tuple(model.classifier.labels)
    groups = group_of_labels(model.run.spec, labels, grouping)
    own = np.asarray(model.classifier.predict_proba([text]))[0]
    answered = _likeliest(own, [place for place, group in enumerate(groups) if group == predicted])
    members = members_of_labels(model.run.spec, labels)
    true = _likeliest(own, [place for place, names in enumerate(members) if category in names])
    other = None if true in (None, answered) else labels[true]
    contributions = getattr(model.classifier, "contributions", None)
    if contributions is None:
        note = f"a {model.run.spec.model} has no exact contributions of words: it reads a text as a whole"
        return Pulls(labels[answered], other, _table([], []), note)
    words = _table(contributions(text, labels[answered]), contributions(text, other) if other else [])
    note = None if len(words) else "the model knows no word of this text, so its answer is only how common labels are"
    return Pulls(labels[answered], other, words, note)


def _likeliest(own: np.ndarray, places: list[int]) -> int | None:
    return max(places, key=lambda place: own[place]) if places else None


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
