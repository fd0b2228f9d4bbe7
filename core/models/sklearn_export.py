"""A logistic model as a fitted Pipeline of stock scikit-learn classes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.models.tfidf import Block
from core.storage import write_atomic

if TYPE_CHECKING:
    from core.models.logistic import LogisticClassifier


def pipeline_of(model: LogisticClassifier) -> Any:
    """Return TfidfVectorizer (a FeatureUnion of them, where there are several blocks) plus LogisticRegression.

    Its probabilities are the model's to within rounding.
    """
    from sklearn.pipeline import FeatureUnion, Pipeline

    ends = np.cumsum([len(model.vectorizer.features[block.name]) for block in model.vectorizer.blocks])
    idfs = np.split(model.vectorizer.idf, ends[:-1])
    # A block without a feature has no column, and scikit-learn no vectorizer for it.
    blocks = [
        (block, _vectorizer(model, block, idf))
        for block, idf in zip(model.vectorizer.blocks, idfs, strict=True)
        if len(idf)
    ]
    if len(blocks) == 1 and blocks[0][0].weight == 1:
        features = blocks[0][1]
    else:
        features = FeatureUnion(
            [(block.name, vectorizer) for block, vectorizer in blocks],
            transformer_weights={block.name: block.weight for block, _ in blocks},
        )
    return Pipeline([("tfidf", features), ("logistic", _regression(model))])


def _vectorizer(model: LogisticClassifier, block: Block, idf: np.ndarray) -> Any:
    """Return a TfidfVectorizer as if it had been fitted."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    settings = model.settings
    vectorizer = TfidfVectorizer(
        token_pattern=block.tokenizer.pattern,
        lowercase=block.tokenizer.lowercase,
        stop_words="english" if settings.stop_words == "english" else None,
        ngram_range=(block.shortest, block.longest),
        min_df=settings.min_df,
        max_df=settings.max_df,
        max_features=settings.max_features,
        sublinear_tf=settings.sublinear_tf,
    )
    features = model.vectorizer.features[block.name]
    vectorizer.fixed_vocabulary_ = False
    vectorizer.vocabulary_ = dict(zip(features, range(len(features)), strict=True))
    vectorizer.idf_ = idf
    return vectorizer


def _regression(model: LogisticClassifier) -> Any:
    """Return a LogisticRegression as if it had been fitted; of two labels it keeps the second one's score."""
    from sklearn.linear_model import LogisticRegression

    regression = LogisticRegression(C=model.settings.C, max_iter=model.settings.max_iter, tol=model.settings.tol)
    coefficients, intercept = model.coefficients.T.astype(np.float64), model.intercept.astype(np.float64)
    if len(model.labels) == 2:
        coefficients, intercept = coefficients[1:] - coefficients[:1], intercept[1:] - intercept[:1]
    regression.coef_, regression.intercept_ = np.ascontiguousarray(coefficients), intercept
    regression.classes_ = np.asarray(model.labels, dtype=object)
    regression.n_features_in_ = coefficients.shape[1]
    regression.n_iter_ = np.asarray([model.settings.epochs], dtype=np.int32)
    return regression


def write_pipeline(model: LogisticClassifier, path: Path) -> None:
    """Write the Pipeline to ``path`` as joblib, whole or not at all."""
    import joblib

    content = io.BytesIO()
    joblib.dump(pipeline_of(model), content)
    write_atomic(path, content.getvalue())
