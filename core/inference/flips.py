"""What would flip an answer: the smallest change of words after which the model says something else.

Nothing is estimated: each changed text is put to the model. All ways of leaving out one word are tried, then all of
two, and so on, so the first that flips the answer leaves out the fewest words that do. Where there is a model
of words, one word may be exchanged instead, for one that the model takes for a sign of another label.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from math import comb

import numpy as np

from core.inference.sensitivity import Predict
from core.inference.wordplaces import Word, replaced, without, words_of
from core.models.classifier import Classifier

BUDGET = 3000
BATCH = 512
CANDIDATES, AMONG = 20, 10


@dataclass(frozen=True)
class Flip:
    """A change of words that changes the answer.

    Attributes
    ----------
    removed: the words left out, or exchanged, in the order of the text.
    added: the word put in their place, "" for none.
    text: the text as it is then.
    label, confidence: the answer to it: a column of the probabilities, and its probability.
    """

    removed: tuple[str, ...]
    added: str
    text: str
    label: int
    confidence: float


@dataclass(frozen=True)
class Removal:
    """What leaving out words comes to.

    Attributes
    ----------
    flip: the fewest words to leave out; of equally few, those after which the model is surest. None: none found.
    tried: up to how many words at once were left out in every way there is.
    """

    flip: Flip | None
    tried: int


def removal(predict: Predict, text: str, *, budget: int = BUDGET) -> Removal:
    """Return the fewest words whose removal changes the answer to ``text``; at least one word stays.

    Parameters
    ----------
    predict: gives probabilities, shape (texts, labels).
    budget: texts put to the model at most; a number of words that would take more is not begun with.
    """
    words = words_of(text)
    answer = int(np.argmax(predict([text])[0]))
    for size in range(1, len(words)):
        budget -= comb(len(words), size)
        if budget < 0:
            return Removal(None, size - 1)
        best = _surest(predict, answer, _shorter(text, words, size))
        if best is not None:
            return Removal(best, size)
    return Removal(None, max(len(words) - 1, 0))


def exchange(predict: Predict, text: str, candidates: Iterable[str], *, budget: int = BUDGET) -> Flip | None:
    """Return the exchange of one word of ``text`` for one of ``candidates`` after which the model is surest of another
    answer; None when none flips it within ``budget`` texts.

    Parameters
    ----------
    candidates: words to put in, the likeliest to flip first.
    """
    words = words_of(text)
    known = {word.text.casefold() for word in words}
    answer = int(np.argmax(predict([text])[0]))
    changes = (
        Flip((word.text,), candidate, replaced(text, words, {place: candidate}), -1, 0.0)
        for candidate in candidates
        if candidate.casefold() not in known
        for place, word in enumerate(words)
    )
    return _surest(predict, answer, islice(changes, budget))


def candidates(classifier: Classifier, answered: str, rival: str, most: int = CANDIDATES) -> list[str]:
    """Return the words that speak most for the model's label ``rival`` and against ``answered``, the strongest first.

    There are none for a model that has no weights of words.
    """
    vectorizer, labels = getattr(classifier, "vectorizer", None), list(classifier.labels)
    if vectorizer is None:
        return []
    # Words stand in the first block, with phrases or without.
    names = vectorizer.features[vectorizer.blocks[0].name]
    weights = classifier.coefficients[: len(names), [labels.index(rival), labels.index(answered)]]
    gain = (weights[:, 0] - weights[:, 1]) * vectorizer.idf[: len(names)]
    # A few more than asked for, since phrases and signs are left out.
    few = min(len(gain), AMONG * most)
    strongest = np.argpartition(-gain, few - 1)[:few] if few else np.zeros(0, dtype=int)
    ordered = strongest[np.argsort(-gain[strongest], kind="stable")]
    words = [names[place] for place in ordered if gain[place] > 0 and names[place].isalpha()]
    return words[:most]


def _shorter(text: str, words: Sequence[Word], size: int) -> Iterator[Flip]:
    for places in combinations(range(len(words)), size):
        yield Flip(tuple(words[place].text for place in places), "", without(text, words, places), -1, 0.0)


def _surest(predict: Predict, answer: int, changes: Iterator[Flip]) -> Flip | None:
    """Return the change with another answer than ``answer`` of which the model is surest; of equal ones the first."""
    best = None
    while batch := list(islice(changes, BATCH)):
        found = np.asarray(predict([change.text for change in batch]), dtype=float)
        labels, confidences = found.argmax(axis=1), found.max(axis=1)
        for place in np.flatnonzero(labels != answer):
            if best is None or confidences[place] > best.confidence:
                change = batch[place]
                best = Flip(change.removed, change.added, change.text, int(labels[place]), float(confidences[place]))
    return best
