"""What can be said of a run's judged rows before any grouping: their words, dates, and texts that are nearly theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.confusion import ratio
from core.data import datasets
from core.data.records import text_of
from core.errors import InputError, shorten
from core.evaluation.near_duplicates import WordSets, near_pairs, word_sets
from core.runs.split import columns_of, split_frame

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from core.runs.store import Run

# Told of a phase: its name, how many of its rows are done, and how many there are.
Progress = Callable[[str, int, int], None]
READING, PAIRING = "Reading texts", "Looking for near-duplicates of judged rows"
COLUMNS = ("headline", "short_description", "category", "date")
DESCRIPTION, UNSEEN, LATER = "description", "unseen", "later"


@dataclass(frozen=True, eq=False)
class RowFacts:
    """Facts of the judged rows, each of shape (rows,); to be read, not changed.

    Attributes
    ----------
    rows: positions in the dataset, int64.
    words: words of the text, repeats counted, int64.
    described: whether the row has a description.
    unseen: share of the text's different words that no training row has, 0 to 1.
    strange: 1 where a text has such a word, shape (rows, vocabulary); ``vocabulary`` names the columns.
    dates: datetime64; NaT where there is none. ``newest`` is that of the training rows, NaT for none.
    twins: texts with another category that are the same or nearly so: at (place among the judged rows), category,
        row (position in ``dataset``), dataset (name), training (bool), likeness (0 to 1). Of several rows with the
        same words and category one stands for all, one that was trained on before any other.
    learned: the categories of the training rows, sorted; None where nobody knows them.
    untold: what cannot be told here (`DESCRIPTION`, `UNSEEN`, `LATER`) -> why.
    """

    rows: np.ndarray
    words: np.ndarray
    described: np.ndarray
    unseen: np.ndarray
    strange: csr_matrix
    vocabulary: np.ndarray
    dates: np.ndarray
    newest: np.datetime64
    twins: pd.DataFrame
    learned: tuple[str, ...] | None
    untold: Mapping[str, str]


def facts_of(run: Run, fingerprint: str, rows: np.ndarray, progress: Progress | None = None) -> RowFacts:
    """Return the facts of ``rows`` of the dataset with this fingerprint, which ``run`` was judged on.

    ``progress`` is told how far it is.

    Raises InputError where the dataset is not here any more. Where only the run's own one is gone, what
    rests on the training rows is untold.
    """
    dataset = datasets.by_fingerprint(fingerprint)
    if dataset is None:
        raise InputError(
            f"the dataset that run {shorten(run.title)} was judged on is not here any more, and why its rows are wrong "
            "is told from their texts and dates; import the same file again"
        )
    frame = _records(dataset)
    own = dataset if fingerprint == run.spec.fingerprint else datasets.by_fingerprint(run.spec.fingerprint)
    if own is None:
        return row_facts(frame.assign(training=False), rows, progress)
    source = frame if own is dataset else _records(own)
    training, _ = split_frame(source[columns_of(run.spec)], source["text"], run.spec)
    learned = np.isin(np.arange(len(source)), training)
    if own is dataset:
        return row_facts(frame.assign(training=learned), rows, progress)
    both = [frame.assign(training=False), source[learned].assign(training=True)]
    return row_facts(pd.concat(both, ignore_index=True), rows, progress)


def _records(dataset: datasets.Dataset) -> pd.DataFrame:
    frame = datasets.frame(dataset, columns=COLUMNS)
    return frame.assign(text=text_of(frame), row=np.arange(len(frame)), dataset=dataset.name)


def row_facts(corpus: pd.DataFrame, judged: np.ndarray, progress: Progress | None = None) -> RowFacts:
    """Return the facts of the rows at the positions ``judged`` of ``corpus``.

    Parameters
    ----------
    corpus: all rows that are known: text, short_description, category, date, row, dataset, training (bool).
        None that was trained on: nobody knows which were.
    """
    tell = progress or (lambda phase, done, total: None)
    tell(READING, 0, len(corpus))
    sets = word_sets(corpus["text"].tolist(), lambda done, total: tell(READING, done, total))
    training = corpus["training"].to_numpy(dtype=bool)
    described = corpus["short_description"].fillna("").str.strip().ne("").to_numpy(dtype=bool)
    dates = corpus["date"].to_numpy()
    known = np.bincount(sets.words[training].indices, minlength=sets.words.shape[1]) > 0
    own = sets.words[judged]
    strange = own.multiply(~known).tocsr()
    strange.eliminate_zeros()
    return RowFacts(
        rows=corpus["row"].to_numpy(dtype=np.int64)[judged],
        words=sets.lengths[judged],
        described=described[judged],
        unseen=ratio(np.diff(strange.indptr), np.diff(own.indptr)),
        strange=strange,
        vocabulary=sets.vocabulary,
        dates=dates[judged],
        newest=corpus["date"][training].max().to_numpy() if training.any() else np.datetime64("NaT"),
        twins=_twins(corpus, sets, judged, lambda done, total: tell(PAIRING, done, total)),
        learned=tuple(sorted(set(corpus["category"][training]))) if training.any() else None,
        untold=_untold(training, described, dates, judged),
    )


def _untold(training: np.ndarray, described: np.ndarray, dates: np.ndarray, judged: np.ndarray) -> dict[str, str]:
    """Return what cannot be told, with the reason."""
    found = {}
    if not described[judged].any():
        # A cause of every row would stand before all that tell one from another.
        found[DESCRIPTION] = "no judged row has one"
    if not training.any():
        why = "the run's own dataset is not here any more, so nobody can tell what it was trained on"
        return {**found, UNSEEN: why, LATER: why}
    if np.isnat(dates[training]).all():
        found[LATER] = "no training row has a date"
    elif np.isnat(dates[judged]).all():
        found[LATER] = "no judged row has a date"
    return found


def _twins(
    corpus: pd.DataFrame, sets: WordSets, judged: np.ndarray, progress: Callable[[int, int], None]
) -> pd.DataFrame:
    """Return `RowFacts.twins`."""
    pairs = near_pairs(sets, judged, progress=progress)
    mine = sets.unit[judged]
    links = pd.DataFrame(
        {
            "unit": np.concatenate([np.unique(mine), pairs.asked]),
            "other": np.concatenate([np.unique(mine), pairs.other]),
            "likeness": np.concatenate([np.ones(len(np.unique(mine))), pairs.likeness]),
        }
    )
    category = pd.factorize(corpus["category"], sort=True)
    told = corpus[["row", "dataset", "training"]].assign(other=sets.unit, code=category[0])
    # One row stands for all with the same words and category: a text may be there a thousand times.
    told = told[np.isin(sets.unit, links["other"])]
    told = told.sort_values("training", ascending=False, kind="stable").drop_duplicates(["other", "code"])
    asked = pd.DataFrame({"at": np.arange(len(judged)), "unit": mine, "own": category[0][judged]})
    found = asked.merge(links, on="unit").merge(told, on="other")
    found = found[found["own"] != found["code"]].sort_values(["at", "row"], kind="stable")
    named = found.assign(category=pd.Categorical.from_codes(found["code"], category[1]))
    return named[["at", "category", "row", "dataset", "training", "likeness"]].reset_index(drop=True)
