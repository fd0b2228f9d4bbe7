"""Shortcuts to distrust: n-grams and marks that give a class away, and are bound to a period.

A model learns them, and is wrong once the habit ends: "(PHOTOS)" tells the section of a fashion headline of
2013, and nothing of one of 2018.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.confusion import ratio
from core.evaluation.marks import kind_of
from core.evaluation.ngrams import LONGEST, Ngrams
from core.evaluation.proportions import difference, wilson

WORDS = "words"
COLUMNS = (
    "ngram", "shown", "kind", "class", "rows", "of_class", "precision", "low", "high", "base", "lift",
    "first", "last", "begin", "end", "inside", "class_inside", "use_inside", "use_outside", "lost", "harm",
    "by_year",
)  # fmt: skip
# The first look counts occurrences and not rows, so it lets through what is a little below the bar.
ROUGH = 0.8
MOST = 300
SAME = 0.7  # Jaccard of the rows of a class that have either of two shortcuts, from which they are one
PART = 0.9  # share of a shortcut's rows that a more harmful, no less sure one has too, from which it adds nothing


@dataclass(frozen=True)
class Limits:
    """What is a shortcut.

    Attributes
    ----------
    rows: the fewest that have it.
    precision: the least that the lower end of the interval of P(class | it) may be, 0 to 1.
    lift: the least that precision over the class's own share may be.
    months: how long the period is that it is bound to.
    fall: how many times as frequent in the class it is in the period as outside of it, at least.
    """

    rows: int = 20
    precision: float = 0.3
    lift: float = 3.0
    months: int = 24
    fall: float = 2.0


LIMITS = Limits()


@dataclass(frozen=True, eq=False)
class _Candidates:
    """N-grams that may be shortcuts, and which rows have them.

    Attributes
    ----------
    rows, ids: each pair of row and n-gram once, by n-gram and then by row, int64, shape (pairs,).
    names, shown, kinds: of the n-grams.
    """

    rows: np.ndarray
    ids: np.ndarray
    names: list[str]
    shown: list[str]
    kinds: list[str]


@dataclass(frozen=True, eq=False)
class _Classes:
    """The classes of the rows, and when they have their rows.

    Attributes
    ----------
    codes: the class of each row, shape (rows,). months: since 1970-01, negative where there is none, shape (rows,).
    first: the first month; by_month: dated rows, int64, shape (classes, months).
    """

    codes: np.ndarray
    months: np.ndarray
    first: int
    by_month: np.ndarray
    base: np.ndarray

    def histogram(self, which: np.ndarray, rows: np.ndarray, size: int) -> np.ndarray:
        """Return the dated ones of ``rows`` by which of ``size`` they belong to, and by month; (size, months)."""
        return _by_month(which, self.months[rows], size, self.first, self.by_month.shape[1])


def shortcuts(
    ngrams: Ngrams,
    codes: np.ndarray,
    names: Sequence[str],
    months: np.ndarray,
    limits: Limits = LIMITS,
    progress: Callable[[float], None] = lambda share: None,
) -> pd.DataFrame:
    """Return the shortcuts, the most harmful first, at most `MOST`: a row each with `COLUMNS`.

    precision is P(class | n-gram) over rows, with its 95 % interval (Wilson); base the class's own share; lift
    precision / base. The period from ``begin`` to ``end`` is that of `Limits.months` months with most of its dated
    rows of the class: inside is their share in it, class_inside that of all dated rows of the class. use_inside and
    use_outside are the shares of the class's rows that have it, in the period and outside, and lost is 1 - use_outside
    / use_inside: how much of the habit is gone outside. harm is of_class · (1 - base / precision) · lost: the rows
    that it gets right beyond chance in its own time alone. by_year are its rows of the class in each calendar year that
    the dataset has, as a list. Nothing can be bound to a period that holds all dated rows
    of its class, or in rows without dates: none is found there.

    Parameters
    ----------
    codes: position of each read row's class in ``names``, shape (rows,).
    months: months since 1970-01 of each row, negative where it has no date, shape (rows,).
    """
    classes = _classes(codes, months, len(names))
    tables, owners = [], []
    for done, candidates in enumerate(_candidates(ngrams, classes, limits)):
        table, rows = _judged(candidates, classes, limits)
        tables.append(table)
        owners += rows
        progress((done + 1) / (LONGEST + 1))
    table = pd.concat(tables, ignore_index=True)
    table = table.sort_values(["harm", "ngram", "class"], ascending=[False, True, True])
    listed = _different(table, owners, len(codes)).reset_index(drop=True)
    listed["class"] = pd.Series([names[at] for at in listed["class"]], dtype="str")
    return listed[list(COLUMNS)]


def _classes(codes: np.ndarray, months: np.ndarray, size: int) -> _Classes:
    dated = months[months >= 0]
    first, count = (int(dated.min()), int(dated.max() - dated.min()) + 1) if len(dated) else (0, 0)
    base = ratio(np.bincount(codes, minlength=size), len(codes))
    return _Classes(codes, months, first, _by_month(codes, months, size, first, count), base)


def _by_month(which: np.ndarray, months: np.ndarray, size: int, first: int, count: int) -> np.ndarray:
    dated = months >= 0
    flat = which[dated].astype(np.int64) * count + months[dated] - first
    return np.bincount(flat, minlength=size * count).reshape(size, count)


def _candidates(ngrams: Ngrams, classes: _Classes, limits: Limits) -> Iterator[_Candidates]:
    """Yield for the n-grams of each length, and for marks, those that may be shortcuts."""
    owner, rows = ngrams.row_of_tokens(), len(classes.codes)
    for level in range(LONGEST):
        ids = ngrams.levels[level].ids
        often = np.bincount(ids[ids >= 0], minlength=len(ngrams.levels[level])) >= limits.rows
        there = np.flatnonzero((ids >= 0) & often[ids]) if often.any() else np.zeros(0, dtype=np.int64)
        places, found = _promising(ids[there], classes, owner[there], limits)
        kept = found >= 0
        pairs = np.unique(found[kept] * rows + owner[there][kept])
        names, shown = ngrams.names(level, places), ngrams.shown(level, places) if len(places) else []
        yield _Candidates(pairs % max(rows, 1), pairs // max(rows, 1), names, shown, [WORDS] * len(names))
    marks = ngrams.marks
    order = np.argsort(marks.ids, kind="stable")
    kinds = [kind_of(name) for name in marks.names]
    yield _Candidates(
        marks.rows[order].astype(np.int64), marks.ids[order].astype(np.int64), marks.names, marks.shown, kinds
    )


def _promising(ids: np.ndarray, classes: _Classes, owner: np.ndarray, limits: Limits) -> tuple[np.ndarray, np.ndarray]:
    """Return the n-grams that occur often enough in one class to be looked at row by row, and each id's place there."""
    size = len(classes.base)
    number, distinct = pd.factorize(ids)
    number = number.astype(np.int64)
    every = np.bincount(number, minlength=len(distinct))
    found, pairs = pd.factorize(number * size + classes.codes[owner])
    place, label = np.divmod(pairs, max(size, 1))
    share = ratio(np.bincount(found, minlength=len(pairs)), every[place])
    near = (share >= ROUGH * limits.precision) & (share >= ROUGH * limits.lift * classes.base[label])
    kept = np.unique(place[near])
    renumbered = np.full(len(distinct), -1, dtype=np.int64)
    renumbered[kept] = np.arange(len(kept))
    return distinct[kept], renumbered[number]


def _judged(
    candidates: _Candidates, classes: _Classes, limits: Limits
) -> tuple[pd.DataFrame, list[tuple[str, int, np.ndarray]]]:
    """Return the candidates that pass ``limits``, class as its position, and for each its rows of the class."""
    size, names = len(classes.base), candidates.names
    rows = np.bincount(candidates.ids, minlength=len(names))
    key_of_pair = candidates.ids * size + classes.codes[candidates.rows]
    keys, of_class = np.unique(key_of_pair, return_counts=True)
    place, label = np.divmod(keys, max(size, 1))
    low, high = wilson(of_class, rows[place])
    precision = ratio(of_class, rows[place])
    lift = ratio(precision, classes.base[label])
    clear = np.flatnonzero((rows[place] >= limits.rows) & (low >= limits.precision) & (lift >= limits.lift))
    which = np.searchsorted(keys[clear], key_of_pair)
    which[which == len(clear)] = 0
    mine = keys[clear][which] == key_of_pair if len(clear) else np.zeros(len(key_of_pair), dtype=bool)
    own = classes.histogram(which[mine], candidates.rows[mine], len(clear))
    place, label = place[clear], label[clear]
    period = _period(own, classes, label, limits.months)
    table = pd.DataFrame(
        {
            "ngram": pd.Series([names[at] for at in place], dtype="str"),
            "shown": pd.Series([candidates.shown[at] for at in place], dtype="str"),
            "kind": pd.Series([candidates.kinds[at] for at in place], dtype="str"),
            "class": label,
            "rows": rows[place],
            "of_class": of_class[clear],
            "precision": precision[clear],
            "low": low[clear],
            "high": high[clear],
            "base": classes.base[label],
            "lift": lift[clear],
            **period,
        }
    )
    beyond = table["of_class"] * (1 - table["base"] / table["precision"])
    table = table.assign(place=place, harm=beyond * table["lost"])[
        period["sure"] & (table["lost"] >= 1 - 1 / limits.fall)
    ]
    ends = np.searchsorted(candidates.ids, [table["place"], table["place"] + 1])
    held = [candidates.rows[begin:end] for begin, end in ends.T]
    return table, [rows[classes.codes[rows] == code] for rows, code in zip(held, table["class"], strict=True)]


def _period(own: np.ndarray, classes: _Classes, label: np.ndarray, length: int) -> dict[str, np.ndarray]:
    """Return when each has its rows, ``own`` of shape (shortcuts, months), beside its class; see `shortcuts`.

    ``sure``: whether the interval of the difference between both uses leaves out 0.
    """
    size, count = own.shape
    if not count or not size:
        none = np.zeros(size)
        texts = dict.fromkeys(("first", "last", "begin", "end"), np.full(size, "", dtype=object))
        shares = dict.fromkeys(("inside", "class_inside", "use_inside", "use_outside", "lost"), none)
        return texts | shares | {"sure": none > 0, "by_year": [[] for _ in none]}
    length = min(length, count)
    begin = _windows(own, length).argmax(axis=1)
    mine, all_mine = _windows(own, length)[np.arange(size), begin], own.sum(axis=1)
    of_class, all_class = _windows(classes.by_month, length)[label, begin], classes.by_month.sum(axis=1)[label]
    use_inside, use_outside = ratio(mine, of_class), ratio(all_mine - mine, all_class - of_class)
    _, low, _ = difference(mine, of_class, all_mine - mine, all_class - of_class)
    some = own > 0
    months = {
        "first": some.argmax(axis=1),
        "last": count - 1 - some[:, ::-1].argmax(axis=1),
        "begin": begin,
        "end": begin + length - 1,
    }
    texts = {
        name: np.array([month_text(classes.first + int(at)) for at in places], dtype=object)
        for name, places in months.items()
    }
    return texts | {
        "inside": ratio(mine, all_mine),
        "class_inside": ratio(of_class, all_class),
        "use_inside": use_inside,
        "use_outside": use_outside,
        "lost": 1 - ratio(use_outside, use_inside),
        "sure": (low > 0) & (all_class > of_class),
        "by_year": _yearly(own, classes.first),
    }


def _yearly(counts: np.ndarray, first: int) -> list[list[int]]:
    """Return the sums of each calendar year; the first month is ``first``."""
    starts = [at for at in range(counts.shape[1]) if at == 0 or (first + at) % 12 == 0]
    return np.add.reduceat(counts, starts, axis=1).tolist()


def _windows(counts: np.ndarray, length: int) -> np.ndarray:
    """Return the sums of ``length`` neighbouring months, shape (rows, months - length + 1)."""
    sums = np.concatenate([np.zeros((len(counts), 1), dtype=np.int64), counts.cumsum(axis=1)], axis=1)
    return sums[:, length:] - sums[:, : sums.shape[1] - length]


def month_text(month: int) -> str:
    """Return a number of months since 1970-01 as ``YYYY-MM``."""
    return f"{1970 + month // 12:04d}-{month % 12 + 1:02d}"


def _different(table: pd.DataFrame, owners: list[np.ndarray], rows: int) -> pd.DataFrame:
    """Return the first `MOST` of ``table`` without those of a class that stand in much the same rows of it.

    Of several the mark is kept, else the one of most words. Words that stand in a part of another's rows, as "the
    Trump" among those of "Trump", are left out too unless they give the class away more surely.

    Parameters
    ----------
    owners: the rows of the class that have it, for each of the table's index.
    """
    from scipy.sparse import csr_matrix

    first = table.head(2 * MOST)
    if not len(first):
        return first
    held = [owners[at] for at in first.index]
    sizes = np.array([len(one) for one in held])
    ones = np.ones(sizes.sum(), dtype=np.int32)
    has = csr_matrix((ones, np.concatenate(held), np.append(0, sizes.cumsum())), shape=(len(first), rows))
    shared = (has @ has.T).toarray()
    label, mark = first["class"].to_numpy(), (first["kind"] != WORDS).to_numpy()
    one_class = label[:, None] == label
    same = one_class & (shared >= SAME * (sizes[:, None] + sizes - shared))
    no_surer = first["low"].to_numpy()[:, None] <= first["precision"].to_numpy()
    part = one_class & (shared >= PART * sizes[:, None]) & no_surer & ~mark[:, None]
    whole = [(one, len(name.split())) for one, name in zip(mark, first["ngram"], strict=True)]
    kept: list[int] = []
    for place in range(len(first)):
        alike = [at for at, one in enumerate(kept) if same[place, one]]
        if not alike:
            if not part[place, kept].any():
                kept.append(place)
        elif whole[place] > whole[kept[alike[0]]]:
            kept[alike[0]] = place
    return first.iloc[sorted(kept)].head(MOST)
