"""The n-grams that tell two sets of rows apart: log-odds with an informative Dirichlet prior.

Monroe, Colaresi & Quinn, "Fightin' Words: Lexical Feature Selection and Evaluation for Identifying the
Content of Political Conflict", Political Analysis 16(4), 2008.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from core.confusion import ratio
from core.evaluation.ngrams import BOTH, LONGEST, Ngrams
from core.evaluation.proportions import Z

# How many n-grams the prior counts for, on either side: a rare one is believed to be as frequent as in the corpus.
STRENGTH = 10_000.0
CLEAR = Z  # |z| from which an n-gram is listed
LOOKED_AT = 400  # the first n-grams of a length, among which those that restate one another are looked for
RESTATED = 0.9  # share of the occurrences of the more frequent one that the other one must have
COLUMNS = ("ngram", "shown", "words", "ours", "theirs", "our_share", "their_share", "log_odds", "z")


def log_odds(
    ours: np.ndarray, theirs: np.ndarray, corpus: np.ndarray, strength: float = STRENGTH
) -> tuple[np.ndarray, np.ndarray]:
    """Return the difference of log-odds of each n-gram, ours less theirs, and its z-score; both of shape (n-grams,).

    With y and y' the counts on either side, n and n' their sums, and a prior of a = a0 · corpus / sum(corpus):

        d = ln((y + a) / (n + a0 - y - a)) - ln((y' + a) / (n' + a0 - y' - a))
        z = d / sqrt(1 / (y + a) + 1 / (y' + a))

    which are equations 16, 20 and 22 of the paper. The prior draws n-grams that are hardly there to the share that
    they have in the corpus. An n-gram that is nowhere, or the only one, has 0.

    Parameters
    ----------
    ours, theirs, corpus: counts of the same n-grams, all of one length, shape (n-grams,).
    strength: a0, in n-grams; a corpus that holds fewer counts once.
    """
    total = float(corpus.sum())
    weight = min(strength, total)
    prior = corpus * ratio(weight, total)
    mine, other = ours + prior, theirs + prior
    odds, other_odds = ratio(mine, ours.sum() + weight - mine), ratio(other, theirs.sum() + weight - other)
    told = (odds > 0) & (other_odds > 0)
    difference = np.zeros(len(prior))
    difference[told] = np.log(odds[told]) - np.log(other_odds[told])
    spread = np.sqrt(ratio(1.0, mine) + ratio(1.0, other))
    return difference, ratio(difference, spread)


def distinctive(
    ngrams: Ngrams,
    ours: np.ndarray,
    theirs: np.ndarray,
    *,
    field: str = BOTH,
    lengths: Iterable[int] = range(1, LONGEST + 1),
    most: int = 20,
) -> pd.DataFrame:
    """Return the n-grams that are clearly more frequent on either side, the clearest first, `COLUMNS`.

    Lengths are counted each by itself. Of n-grams that restate one another, one is listed. Where a side has no rows,
    nothing is told.

    Parameters
    ----------
    ours, theirs: the rows of either side, bool, shape (rows,).
    lengths: how many words the n-grams may have, 1 to 3.
    most: n-grams of each side.
    """
    if not ours.any() or not theirs.any():
        return pd.DataFrame({name: [] for name in COLUMNS})
    everywhere = np.ones(ngrams.rows, dtype=bool)
    sides = [ngrams.counts(rows, field) for rows in (ours, theirs, everywhere)]
    found = []
    for level in sorted(size - 1 for size in lengths):
        mine, other, corpus = (counts[level] for counts in sides)
        difference, z = log_odds(mine, other, corpus)
        order = np.argsort(-z, kind="stable")
        ends = np.unique(np.concatenate([order[:LOOKED_AT], order[-LOOKED_AT:]]))
        places = ends[np.abs(z[ends]) >= CLEAR]
        found.append(_table(ngrams, level, places, mine, other).assign(log_odds=difference[places], z=z[places]))
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(COLUMNS))
    ends = [_best(table[table["z"] > 0], "ours", most), _best(table[table["z"] < 0], "theirs", most)]
    listed = pd.concat(ends, ignore_index=True)
    return _written(ngrams, listed)


def frequent(
    ngrams: Ngrams,
    ours: np.ndarray,
    theirs: np.ndarray,
    *,
    field: str = BOTH,
    lengths: Iterable[int] = range(1, LONGEST + 1),
    most: int = 20,
    without: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Return the most frequent n-grams of our rows, with how frequent they are on the other side, as `distinctive`.

    Parameters
    ----------
    without: words of which an n-gram is left out that consists of nothing else, as "of the".
    """
    sides = [ngrams.counts(rows, field) for rows in (ours, theirs, np.ones(ngrams.rows, dtype=bool))]
    dull = np.array([word in without for word in ngrams.words], dtype=bool)
    found = []
    for level in sorted(size - 1 for size in lengths):
        mine, other, corpus = (counts[level] for counts in sides)
        told = np.flatnonzero((mine > 0) & ~dull[ngrams.levels[level].parts].all(axis=1))
        places = told[np.argsort(-mine[told], kind="stable")[:LOOKED_AT]]
        difference, z = log_odds(mine, other, corpus)
        found.append(_table(ngrams, level, places, mine, other).assign(log_odds=difference[places], z=z[places]))
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(COLUMNS))
    listed = table.sort_values(["ours", "words", "ngram"], ascending=[False, True, True], ignore_index=True)
    return _written(ngrams, listed.iloc[unrestated(listed["ngram"].tolist(), listed["ours"].tolist(), most)])


def _table(ngrams: Ngrams, level: int, places: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "ngram": pd.Series(ngrams.names(level, places), dtype="str"),
            "place": places,
            "words": level + 1,
            "ours": ours[places],
            "theirs": theirs[places],
            "our_share": ratio(ours[places], ours.sum()),
            "their_share": ratio(theirs[places], theirs.sum()),
        }
    )


def _best(side: pd.DataFrame, count: str, most: int) -> pd.DataFrame:
    """Return the clearest n-grams of one side."""
    order = side.assign(far=-side["z"].abs()).sort_values(["far", "words", "ngram"], ignore_index=True)
    return order.drop(columns="far").iloc[sorted(unrestated(order["ngram"].tolist(), order[count].tolist(), most))]


def _written(ngrams: Ngrams, table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with each n-gram as it is most often written."""
    shown = pd.Series("", index=table.index, dtype="str")
    for words, part in table.groupby("words"):
        shown[part.index] = ngrams.shown(int(words) - 1, part["place"].to_numpy())
    return table.assign(shown=shown)[list(COLUMNS)].reset_index(drop=True)


def unrestated(names: Sequence[str], counts: Sequence[int], most: int) -> list[int]:
    """Return the places of the first ``most`` n-grams, of those that restate one another only the longest.

    One restates another when its words are among the other's, in order, and hardly more frequent than the other:
    where it stands, the other stands. The longest one takes the place of the first one.

    >>> unrestated(["trump", "donald", "donald trump"], [900, 310, 300], 2)
    [0, 2]
    """
    kept: list[int] = []
    for place, name in enumerate(names):
        same = [at for at, other in enumerate(kept) if _restate(name, names[other], counts[place], counts[other])]
        if not same:
            if len(kept) < most:
                kept.append(place)
        elif len(name) > max(len(names[kept[at]]) for at in same):
            kept[same[0]] = place
            for at in reversed(same[1:]):
                del kept[at]
    return kept


def _restate(one: str, other: str, count: int, other_count: int) -> bool:
    if min(count, other_count) < RESTATED * max(count, other_count):
        return False
    shorter, longer = sorted((f" {one} ", f" {other} "), key=len)
    return shorter in longer
