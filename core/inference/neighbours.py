"""The training headlines nearest to a text, by the words they share: what the model may have had in mind.

Texts are tf-idf vectors of single words, and near is the cosine between them. The words are those of the training rows,
whatever the model itself makes of a text, so the neighbours are the same for every model trained on these rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.data import datasets
from core.data.records import text_of
from core.models.logistic_settings import LogisticSettings
from core.models.tfidf import Tfidf
from core.runs.spec import TrainingSpec
from core.runs.split import columns_of, split_frame

SETTINGS = LogisticSettings(ngram_max=1, capitals_weight=0, min_df=1, phrase_weight=None)
MOST_ROWS = 300_000
SEED = 0
NEAREST = 5
# Their quantile of .01, .178, is near that of 1,500 rows that were not trained on, .183.
PROBES, FAR_SHARE = 500, 0.01

Progress = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Index:
    """The training rows of a run, to be asked for what is like a text; read-only.

    Attributes
    ----------
    vectors: one row a training row, of length 1, scipy.sparse csc float32, shape (rows, words).
    rows: their positions in the dataset, int64, shape (rows,).
    categories, headlines: of these rows.
    far: the similarity below which 1 of 100 rows has its nearest other text: what is less similar is unlike all.
    drawn: whether these are only some of the training rows, since there are too many.
    """

    vectorizer: Tfidf
    vectors: Any
    rows: np.ndarray
    categories: np.ndarray
    headlines: np.ndarray
    far: float
    drawn: bool


def index_of(spec: TrainingSpec, dataset: datasets.Dataset, progress: Progress | None = None) -> Index:
    """Return the index of the rows of ``dataset`` that a run of ``spec`` was trained on.

    Of more than 300,000 rows as many are drawn, always the same. ``progress`` is told the share done.
    """
    from core.models.tfidf_fit import fit_tfidf

    frame = datasets.frame(dataset, columns=columns_of(spec))
    texts = text_of(frame)
    training, _ = split_frame(frame, texts, spec)
    drawn = len(training) > MOST_ROWS
    if drawn:
        training = np.sort(np.random.default_rng(SEED).choice(training, MOST_ROWS, replace=False))

    def report(phase: str, step: int, total: int, **others: Any) -> None:
        if progress:
            progress(step / max(total, 1))

    vectorizer, vectors = fit_tfidf(texts.iloc[training].tolist(), SETTINGS, report, np.float32)
    return Index(
        vectorizer,
        vectors.tocsc(),
        training,
        frame["category"].iloc[training].to_numpy(dtype=object),
        frame["headline"].iloc[training].to_numpy(dtype=object),
        _far(vectors.tocsr()),
        drawn,
    )


def _far(vectors: Any) -> float:
    """Return the similarity that 99 of 100 of some rows have with the nearest other one."""
    rows = vectors.shape[0]
    if rows < 2:
        return 0.0
    probes = np.random.default_rng(SEED).choice(rows, min(PROBES, rows), replace=False)
    found = (vectors[probes] @ vectors.T).tocsr()
    # A text is its own nearest, and so is one that is there twice.
    found.data[found.data > 1 - 1e-4] = 0
    return float(np.quantile(np.asarray(found.max(axis=1).todense()).reshape(-1), FAR_SHARE))


def nearest(index: Index, text: str, most: int = NEAREST) -> pd.DataFrame:
    """Return the training rows most like ``text``, the nearest first: row, category, headline, similarity (0 to 1).

    Rows that share no word with it are left out, so there may be fewer than ``most``, or none.
    """
    similar = _similarities(index, text)
    near = (
        np.argpartition(-similar, min(most, len(similar) - 1))[:most]
        if len(similar) > most
        else np.arange(len(similar))
    )
    near = near[similar[near] > 0]
    # Of equally near ones the first in the dataset.
    near = near[np.lexsort((index.rows[near], -similar[near]))]
    return pd.DataFrame(
        {
            "row": index.rows[near],
            "category": pd.Series(index.categories[near], dtype="str"),
            "headline": pd.Series(index.headlines[near], dtype="str"),
            "similarity": np.minimum(similar[near], 1.0).astype(float),
        }
    )


def _similarities(index: Index, text: str) -> np.ndarray:
    """Return the cosine of ``text`` with each row, float32, shape (rows,), from the columns of its words alone."""
    asked, vectors = index.vectorizer.transform([text]), index.vectors
    similar = np.zeros(vectors.shape[0], dtype=np.float32)
    for word, weight in zip(asked.indices, asked.data, strict=True):
        column = slice(vectors.indptr[word], vectors.indptr[word + 1])
        similar[vectors.indices[column]] += weight * vectors.data[column]
    return similar
