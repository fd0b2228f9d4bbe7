"""What a dataset and one run say of how alike its categories are: gathered once, added up for any grouping.

Everything is kept as sums over raw categories, so that the evidence for groups is a matrix product
(`Evidence.under`) and never another look at the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.confusion import confusion_matrix, joint_counts, ratio
from core.data.records import text_of
from core.errors import InputError, shorten
from core.grouping.grouping import Grouping
from core.grouping.scores import Scores

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

COLUMNS = ("headline", "short_description", "category", "date")
# Rows whose words are read: a category's words hardly change beyond some hundred, and all of them must stay quick.
MOST_A_CATEGORY, FEWEST_A_CATEGORY, MOST = 800, 80, 40_000


@dataclass(frozen=True, eq=False)
class Evidence:
    """Sums over categories, or over the groups of a grouping; to be read, not changed.

    Attributes
    ----------
    names: the categories (or groups), sorted; k of them.
    members: the raw categories of each.
    rows, tested: rows in the dataset and among the run's test rows, int64, shape (k,).
    confusion: test rows by true and predicted category, int64, shape (k, k).
    joint: the confident joint, see `confident_joint`, int64, shape (k, k).
    words: sums of the rows' L2-normalised TF-IDF vectors, as large as over all rows, shape (k, terms).
    counts: how often each term stands in the rows that were read, shape (k, terms).
    terms: what the columns of ``words`` and ``counts`` are, shape (terms,).
    months: rows by month, int64, shape (k, months); no month where nothing is dated.
    calendar: what the columns of ``months`` are, 12 * year + month - 1, ascending, shape (months,).
    sample: for each name, the positions in the dataset of the rows that were read.
    """

    names: tuple[str, ...]
    members: tuple[tuple[str, ...], ...]
    rows: np.ndarray
    tested: np.ndarray
    confusion: np.ndarray
    joint: np.ndarray
    words: csr_matrix
    counts: csr_matrix
    terms: np.ndarray
    months: np.ndarray
    calendar: np.ndarray
    sample: tuple[np.ndarray, ...]

    def under(self, grouping: Grouping) -> Evidence:
        """Return the evidence for the groups of ``grouping``: sums over the categories of each."""
        from scipy.sparse import csr_matrix

        groups, matrix = grouping.matrix(self.names)
        membership = matrix.T.astype(np.int64)
        sparse = csr_matrix(matrix.T)
        inside = [np.flatnonzero(row) for row in membership]
        return Evidence(
            names=tuple(groups),
            members=tuple(tuple(sorted(name for at in places for name in self.members[at])) for places in inside),
            rows=membership @ self.rows,
            tested=membership @ self.tested,
            confusion=membership @ self.confusion @ membership.T,
            joint=membership @ self.joint @ membership.T,
            words=(sparse @ self.words).tocsr(),
            counts=(sparse @ self.counts).tocsr(),
            terms=self.terms,
            months=membership @ self.months,
            calendar=self.calendar,
            sample=tuple(_interleaved([self.sample[at] for at in places]) for places in inside),
        )

    def sample_of(self, names: Sequence[str]) -> np.ndarray:
        """Return the positions of the rows that were read of all ``names``, in turn."""
        return _interleaved([self.sample[self.names.index(name)] for name in names])


def gather(scores: Scores, frame: pd.DataFrame, *, seed: int = 0) -> Evidence:
    """Return the evidence of a run's test rows and of all rows of a dataset, for each raw category.

    Parameters
    ----------
    scores: of a model of categories; its categories are those that the evidence is about.
    frame: the dataset's rows with `COLUMNS`; rows of other categories are left out.

    Raises InputError when the model answers with groups, or the dataset has none of its categories.
    """
    if not scores.of_categories:
        raise InputError(
            "this run was trained on groups, so it says nothing of the categories inside them; "
            "choose a run with target category, or train one with --target category"
        )
    names = scores.universe
    codes = _codes(frame["category"], names)
    true, probabilities = by_category(scores)
    words, counts, terms, sample = _words(frame, codes, len(names), seed)
    months, calendar = _months(frame["date"], codes, len(names))
    predicted = probabilities.argmax(axis=1) if len(scores) else np.zeros(0, dtype=np.int64)
    return Evidence(
        names=names,
        members=tuple((name,) for name in names),
        rows=np.bincount(codes[codes >= 0], minlength=len(names)),
        tested=np.bincount(true, minlength=len(names)),
        confusion=confusion_matrix(true, predicted, len(names)),
        joint=confident_joint(true, probabilities),
        words=words,
        counts=counts,
        terms=terms,
        months=months,
        calendar=calendar,
        sample=sample,
    )


def by_category(scores: Scores) -> tuple[np.ndarray, np.ndarray]:
    """Return each row's true category and its probabilities over ``scores.universe``; 0 for what is never answered.

    Shapes (rows,) and (rows, categories). The columns are in the order of names, so that the first
    of two equal ones is the one that is answered.
    """
    position = {name: place for place, name in enumerate(scores.universe)}
    true = np.array([position[name] for name in scores.categories], dtype=np.int64)[scores.true]
    places = [position[label] for label in scores.labels]
    if places == list(range(len(position))):
        return true, scores.probabilities
    wide = np.zeros((len(scores), len(position)), dtype=np.float32)
    wide[:, places] = scores.probabilities
    return true, wide


def confident_joint(given: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Count rows by their given category and the one that the model is confident of, int64, shape (k, k).

    The model is confident of a category when its probability is at least the mean that the rows
    given that category have for it; of several, the most probable counts; a row without any is
    left out. What the model favours has a high bar, so that large categories do not draw rows in.
    Northcutt, Jiang & Chuang, "Confident Learning", JAIR 70, 2021.

    Parameters
    ----------
    given: positions 0 .. k-1, shape (rows,).
    probabilities: shape (rows, k).
    """
    size = probabilities.shape[1]
    support = np.bincount(given, minlength=size)
    own = np.bincount(given, weights=probabilities[np.arange(len(given)), given], minlength=size)
    # Nobody was given such a category: no bar, so nothing clears it.
    bar = np.where(support > 0, ratio(own, support), np.inf).astype(probabilities.dtype)
    if not len(given):
        return np.zeros((size, size), dtype=np.int64)
    cleared = np.where(probabilities >= bar, probabilities, -1.0)
    best = cleared.argmax(axis=1)
    confident = cleared[np.arange(len(given)), best] >= 0
    return joint_counts(given[confident], best[confident], (size, size))


def _codes(categories: pd.Series, names: Sequence[str]) -> np.ndarray:
    """Return each row's position in ``names``, -1 for a category that is not there."""
    found = pd.Categorical(categories)
    place = {name: at for at, name in enumerate(names)}
    new = np.array([place.get(name, -1) for name in found.categories] + [-1], dtype=np.int64)
    if new.max() < 0:
        raise InputError(
            f"the dataset has none of the run's categories ({', '.join(map(shorten, names[:3]))}, …) but "
            f"{', '.join(map(shorten, found.categories[:3]))}, …; choose a run that was trained on it"
        )
    return new[found.codes]


def _words(
    frame: pd.DataFrame, codes: np.ndarray, size: int, seed: int
) -> tuple[csr_matrix, csr_matrix, np.ndarray, tuple[np.ndarray, ...]]:
    """Return the sums of TF-IDF vectors and of counts by category, the terms, and the rows that were read."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfTransformer

    random = np.random.default_rng(seed)
    most = min(MOST_A_CATEGORY, max(FEWEST_A_CATEGORY, MOST // size))
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(size + 1))
    sample = tuple(random.permutation(order[begin:end])[:most] for begin, end in pairwise(edges))
    rows = np.concatenate(sample)
    counts, terms = _counted(text_of(frame.iloc[rows]).tolist())
    vectors = TfidfTransformer(sublinear_tf=True).fit_transform(counts) if len(terms) else counts
    read = np.array([len(part) for part in sample])
    group = np.repeat(np.arange(size), read)
    adding = csr_matrix((np.ones(len(rows), dtype=np.float32), (group, np.arange(len(rows)))), shape=(size, len(rows)))
    whole = np.bincount(codes[codes >= 0], minlength=size)
    weights = csr_matrix((ratio(whole, read), (np.arange(size), np.arange(size))), shape=(size, size), dtype=np.float32)
    return (weights @ adding @ vectors).tocsr(), (adding @ counts).tocsr(), terms, sample


def _counted(texts: list[str]) -> tuple[csr_matrix, np.ndarray]:
    """Return how often each term stands in each text, and the terms; those of a single text are left out."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(dtype=np.float32)
    try:
        counts = vectorizer.fit_transform(texts)
    except ValueError:
        # scikit-learn refuses texts without any word.
        return csr_matrix((len(texts), 0), dtype=np.float32), np.array([], dtype=object)
    kept = np.flatnonzero(np.bincount(counts.indices, minlength=counts.shape[1]) > 1)
    return counts[:, kept], vectorizer.get_feature_names_out()[kept]


def _months(dates: pd.Series, codes: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return rows by category and month, and the months that occur."""
    dated = dates.notna().to_numpy() & (codes >= 0)
    days = dates[dated].dt
    calendar, month = np.unique((days.year * 12 + days.month - 1).to_numpy(dtype=np.int64), return_inverse=True)
    return joint_counts(codes[dated], month, (size, len(calendar))), calendar


def _interleaved(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Return the positions of all parts, one of each in turn, so that the first ones stand for all parts."""
    turn = np.concatenate([np.arange(len(part)) for part in parts])
    return np.concatenate(parts)[np.argsort(turn, kind="stable")]
