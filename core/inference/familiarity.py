"""What a model does not know of a text: its language, its words, anything like it among its training headlines."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from core.data.languages import FUNCTION_WORDS, language_of
from core.models.classifier import Classifier

# Of 8,000 headlines that the starter never saw, 99 in 100 have .82 or more of their words known, 999 in 1,000 .74.
FEW_KNOWN = 0.6
HALF = 0.5
NAMED = 6  # unknown words named in a remark


@dataclass(frozen=True)
class Familiarity:
    """What a model knows of a text.

    Attributes
    ----------
    words: different words and signs of the text, as the model cuts it.
    unknown: those that it does not know, in their order; None for a model that has no list of words.
    language: of the text, where it can be told; learned: that of the model's words, likewise.
    nearest: cosine similarity of the nearest training headline, 0 to 1; None where they are not here.
    """

    words: int
    unknown: tuple[str, ...] | None
    language: str | None
    learned: str | None
    nearest: float | None = None

    @property
    def share_known(self) -> float | None:
        """Share of the words that the model knows; None where nobody can tell."""
        if self.unknown is None:
            return None
        return 1 - len(self.unknown) / self.words if self.words else 0.0


def familiarity(classifier: Classifier, text: str, nearest: float | None = None) -> Familiarity:
    """Return what ``classifier`` knows of ``text``."""
    vectorizer = getattr(classifier, "vectorizer", None)
    if vectorizer is None:
        return Familiarity(len(set(text.split())), None, language_of(text), None, nearest)
    # The blocks of a model cut a text alike, but for capitals, which are words once more.
    tokens = dict.fromkeys(vectorizer.blocks[0].tokenizer.tokens(text))
    known = vectorizer.tables[0].codes
    unknown = tuple(token for token in tokens if token not in known)
    return Familiarity(len(tokens), unknown, language_of(text), language_of_words(known), nearest)


def knows_too_little(classifier: Classifier, text: str) -> bool:
    """Tell whether most of ``text`` is new to ``classifier``, so that its confidence means nothing.

    False for a model without a list of words: it reads any text in pieces that it knows.
    """
    vectorizer = getattr(classifier, "vectorizer", None)
    if vectorizer is None:
        return False
    known = vectorizer.tables[0].codes
    words = [token for token in set(vectorizer.blocks[0].tokenizer.tokens(text)) if token.isalnum()]
    return sum(token in known for token in words) < FEW_KNOWN * len(words) or not words


def language_of_words(words: Collection[str]) -> str | None:
    """Return the language of which most function words are among ``words``; None where that is not half of them."""
    shares = {language: _share(spoken.split(), words) for language, spoken in FUNCTION_WORDS.items()}
    language = max(shares, key=lambda one: shares[one])
    return language if shares[language] >= HALF else None


def _share(spoken: list[str], words: Collection[str]) -> float:
    return sum(word in words for word in spoken) / len(spoken)


def remarks(found: Familiarity, *, far: float | None = None) -> list[str]:
    """Return what speaks against trusting the answer, a sentence each; none where nothing does.

    Parameters
    ----------
    far: a nearest training headline that is less similar than this is told of; None: never.
    """
    told = []
    if found.language and found.learned and found.language != found.learned:
        told.append(f"The text seems to be {found.language}; the words that the model knows are {found.learned}.")
    if found.unknown is not None and found.words and len(found.unknown) == found.words:
        told.append("The model knows no word of this text: it answers how common its labels are, nothing more.")
    elif found.share_known is not None and found.share_known < FEW_KNOWN:
        named = ", ".join(found.unknown[:NAMED]) + (" …" if len(found.unknown) > NAMED else "")
        told.append(f"The model does not know {len(found.unknown):,} of {found.words:,} words here: {named}.")
    if far is not None and found.nearest is not None and found.nearest < far:
        told.append(
            f"Nothing like it is among the training headlines: the nearest has a similarity of {found.nearest:.2f} "
            f"(99 of 100 unseen headlines have {far:.2f} or more)."
        )
    return told
