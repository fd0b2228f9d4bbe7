"""TF-IDF features as a union of stock scikit-learn vectorizers, and their way to disk and back.

Three views of a text can stand side by side, each normalised to length one by itself so that none
drowns another: its words, its pairs of neighbouring words, and its names (words with a capital,
case kept: "Apple" is not "apple").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.models.classifier import Report

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import FeatureUnion

    from core.models.logistic import LogisticSettings

TOKENS = {
    # scikit-learn's default: two word characters or more.
    "words": r"(?u)\b\w\w+\b",
    # Every word, single letters and digits too, and every punctuation mark: "?" and "(" say much of a headline.
    "all": r"(?u)\w+|[^\w\s]",
}
NAMES = r"(?u)\b(?=\w*[A-ZÀ-ÖØ-Þ])\w+"
PHASE = "vectorize"
EVERY = 5_000


def union_for(settings: LogisticSettings) -> FeatureUnion:
    """Return the unfitted features that ``settings`` ask for."""
    from sklearn.pipeline import FeatureUnion

    low, high = settings.ngram_min, settings.ngram_max
    spans = [(n, n) for n in range(low, high + 1)] if settings.separate_ngrams else [(low, high)]
    parts = [(f"ngrams_{a}_{b}", _vectorizer(settings, (a, b))) for a, b in spans]
    weights = {name: 1.0 for name, _ in parts}
    if settings.names_weight:
        parts.append(("names", _vectorizer(settings, (1, 1), names=True)))
        weights["names"] = settings.names_weight
    return FeatureUnion(parts, transformer_weights=weights)


def _vectorizer(settings: LogisticSettings, span: tuple[int, int], *, names: bool = False) -> TfidfVectorizer:
    from sklearn.feature_extraction.text import TfidfVectorizer

    # Longer n-grams are many and mostly seen once or twice: they have to be a little more common.
    fewest = settings.min_df + (settings.separate_ngrams and span[0] > 1)
    return TfidfVectorizer(
        ngram_range=span,
        token_pattern=NAMES if names else TOKENS[settings.tokens],
        lowercase=settings.lowercase and not names,
        stop_words=None if names else settings.stop_words,
        min_df=fewest,
        max_df=settings.max_df,
        max_features=settings.max_features,
        sublinear_tf=settings.sublinear_tf,
        dtype=np.float32,
    )


def fit_transform(union: FeatureUnion, texts: Sequence[str], report: Report) -> Any:
    """Fit the union and return the features of ``texts``, csr float32 (texts, features)."""
    from scipy import sparse

    total = len(texts) * len(union.transformer_list)
    parts = []
    for place, (name, vectorizer) in enumerate(union.transformer_list):
        told = _telling(texts, report, place * len(texts), total)
        parts.append(vectorizer.fit_transform(told) * np.float32(union.transformer_weights[name]))
    report(PHASE, total, total)
    return sparse.hstack(parts, format="csr", dtype=np.float32)


def _telling(texts: Iterable[str], report: Report, begin: int, total: int) -> Iterator[str]:
    """Yield the texts, reporting now and then how many have been read."""
    for count, text in enumerate(texts):
        if count % EVERY == 0:
            report(PHASE, begin + count, total)
        yield text


def vocabularies(union: FeatureUnion) -> dict[str, list[str]]:
    """Return each part's features in the order of their columns."""
    return {name: vectorizer.get_feature_names_out().tolist() for name, vectorizer in union.transformer_list}


def idf_of(union: FeatureUnion) -> np.ndarray:
    """Return the inverse document frequencies of all columns, float32."""
    return np.concatenate([vectorizer.idf_ for _, vectorizer in union.transformer_list]).astype(np.float32)


def restore(union: FeatureUnion, words: dict[str, list[str]], idf: np.ndarray) -> None:
    """Make an unfitted union what it was when `vocabularies` and `idf_of` were taken.

    Raises ValueError when parts or sizes do not fit.
    """
    if [name for name, _ in union.transformer_list] != list(words):
        raise ValueError(f"the parts are {list(words)}")
    if sum(map(len, words.values())) != len(idf):
        raise ValueError(f"{sum(map(len, words.values()))} features and {len(idf)} frequencies")
    begin = 0
    for name, vectorizer in union.transformer_list:
        own = words[name]
        vectorizer.vocabulary_ = dict(zip(own, range(len(own)), strict=True))
        if len(vectorizer.vocabulary_) != len(own):
            raise ValueError(f"a feature of {name} stands twice")
        vectorizer.fixed_vocabulary_ = False
        vectorizer._tfidf = _tfidf(vectorizer, idf[begin : begin + len(own)])
        begin += len(own)


def _tfidf(vectorizer: TfidfVectorizer, idf: np.ndarray) -> Any:
    """Return the fitted weighting inside a vectorizer; there is no public way to give it a frequency alone."""
    from sklearn.feature_extraction.text import TfidfTransformer

    weighting = TfidfTransformer(sublinear_tf=vectorizer.sublinear_tf)
    weighting.idf_ = idf
    return weighting
