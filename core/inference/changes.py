"""What would change an answer under a grouping: the fewest words to leave out, and one word to exchange."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.evaluation.judge import group_of_labels
from core.grouping.grouping import Grouping
from core.inference.classify import Model, under
from core.inference.flips import BUDGET, Flip, Removal, candidates, exchange, removal
from core.inference.pulls import why_no_words

# Texts that a model is asked at most where it reads each as a whole, which takes it far longer.
FEW_TEXTS = 64
# Of all texts that a model is asked: a very long one is not tried in every way.
MOST_CHARACTERS = 500_000


@dataclass(frozen=True, eq=False)
class Changes:
    """What would change the answer to a text.

    Attributes
    ----------
    names: the labels under the grouping, which the flips number.
    removal: what leaving out words comes to.
    exchange: one word put in another one's place; None where none was found, or the model has no weights of words.
    exchanges_tried: words that were put in, 0 where the model has none to propose.
    """

    names: tuple[str, ...]
    removal: Removal
    exchange: Flip | None
    exchanges_tried: int

    def document(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {
            "without": self._flip(self.removal.flip),
            "words_tried": self.removal.tried,
            "exchange": self._flip(self.exchange),
        }

    def _flip(self, flip: Flip | None) -> dict[str, Any] | None:
        if flip is None:
            return None
        label = self.names[flip.label]
        return {
            "removed": list(flip.removed),
            "added": flip.added,
            "text": flip.text,
            "label": label,
            "confidence": flip.confidence,
        }


def changes_of(
    model: Model, text: str, grouping: Grouping | None = None, *, calibrated: bool = False, budget: int | None = None
) -> Changes:
    """Return what would change the answer to ``text`` under ``grouping``, the run's own by default.

    ``budget`` limits the texts that the model is asked for each of both. Errors as `core.inference.classify.under`.
    """
    slow = why_no_words(model.run) is not None
    most = min(budget or (FEW_TEXTS if slow else BUDGET), MOST_CHARACTERS // max(len(text), 1))
    names, predict = under(model, grouping, calibrated=calibrated)
    if not most:
        return Changes(tuple(names), Removal(None, 0), None, 0)
    words = _candidates(model, text, grouping) if not slow and len(names) > 1 else []
    return Changes(
        tuple(names),
        removal(predict, text, budget=most),
        exchange(predict, text, words, budget=most) if words else None,
        len(words),
    )


def _candidates(model: Model, text: str, grouping: Grouping | None) -> list[str]:
    """Return the words that speak most for the runner-up's likeliest label of the model and against the answer's."""
    labels = tuple(model.classifier.labels)
    groups = group_of_labels(model.run.spec, labels, grouping or model.run.spec.grouping.grouping())
    own = np.asarray(model.classifier.predict_proba([text]))[0]
    scores = dict.fromkeys(groups, 0.0)
    for group, probability in zip(groups, own, strict=True):
        scores[group] += float(probability)
    answer, rival = sorted(scores, key=lambda group: -scores[group])[:2]
    likeliest = [
        max((place for place, group in enumerate(groups) if group == wanted), key=lambda place: own[place])
        for wanted in (answer, rival)
    ]
    return candidates(model.classifier, labels[likeliest[0]], labels[likeliest[1]])


def sentences(found: Changes) -> list[str]:
    """Return what would change the answer, a sentence each, for people."""
    told = []
    out, put_in = found.removal.flip, found.exchange
    if out is not None:
        told.append(
            f"Without {_quoted(out.removed)} the answer would be {found.names[out.label]} ({out.confidence:.3f})."
        )
    elif found.removal.tried:
        most = found.removal.tried
        told.append(f"The answer stays, whichever {'word is' if most == 1 else f'{most} words or fewer are'} left out.")
    if put_in is not None:
        told.append(
            f"With “{put_in.added}” instead of {_quoted(put_in.removed)} it would be {found.names[put_in.label]} "
            f"({put_in.confidence:.3f})."
        )
    elif found.exchanges_tried:
        tried = found.exchanges_tried
        told.append(f"No exchange of one word for one of the {tried:,} that speak most for the runner-up changes it.")
    return told


def _quoted(words: tuple[str, ...]) -> str:
    quoted = [f"“{word}”" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
