"""Slices: where a run is worse than elsewhere, by what is known of a row, and the worst that are found.

A condition is a value of a column, or a range of one; a slice is the rows that meet a condition, or two of
different columns. Each is held against all other rows.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.confusion import joint_counts, ratio
from core.data.records import FIELDS, text_of
from core.errors import InputError, shorten
from core.evaluation.judge import Judged
from core.evaluation.proportions import adjusted, difference, p_values, wilson

# Smaller slices are not searched: what is found among many small ones is chance.
FEWEST_ROWS = 30
SMALLEST_SHARE = 0.005
BINS = 5
MOST_VALUES = 60
FALSE_DISCOVERIES = 0.05
OTHER, MISSING, EMPTY = "other values", "missing", "empty"
AND, IS = " & ", "="
# What a slice can be made by, beside the columns of a dataset: name -> what it is.
DERIVED = {
    "description": "whether there is a description",
    "length": "words of headline and description",
    "year": "year of the date",
    "month": "month of the date",
    "class": "true label under the grouping",
}
LENGTHS = {"headline": "words of the headline", "short_description": "words of the description"}
# Classes are left out unless asked for: that some are harder is what the table of classes says.
SEARCHED = ("description", "length", "year", "authors")
TABLE = (
    "slice", "rows", "errors", "accuracy", "rest", "difference", "low", "high", "p", "q", "expected", "excess",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Dimension:
    """What rows are told apart by.

    Attributes
    ----------
    name: as in ``--by``.
    labels: its values, in the order to show.
    codes: each row's value, a position in ``labels``, int64, shape (rows,).
    note: what has to be said of it; "" when nothing has.
    """

    name: str
    labels: tuple[str, ...]
    codes: np.ndarray
    note: str = ""

    def key(self, place: int) -> str:
        """Return the name of the slice of one value: ``year=2014``."""
        return f"{self.name}{IS}{self.labels[place]}"


def names() -> list[str]:
    """Return what `dimension` can make slices by."""
    return list(dict.fromkeys([*DERIVED, *FIELDS]))


def dimension(name: str, records: pd.DataFrame, true: pd.Series) -> Dimension:
    """Return the dimension ``name`` of rows.

    Texts are told apart by how long they are, dates by their year; of other columns each of the
    `MOST_VALUES` commonest values that enough rows have is one, and all rarer ones are "other values".

    Parameters
    ----------
    records: the rows, all columns of a dataset; true: their true labels, categorical.

    Raises InputError for another name, and for dates that no row has.
    """
    if name == "description":
        return _description(records["short_description"])
    if name in ("length", *LENGTHS):
        text = text_of(records) if name == "length" else records[name].fillna("")
        return _binned(name, _words(text), "words")
    if name in ("year", "month", "date"):
        return _periods(name, records["date"], "M" if name == "month" else "Y")
    if name == "class":
        return _values(name, true)
    if name in FIELDS:
        return _values(name, records[name])
    raise InputError(f"there are no slices by {shorten(name)}; choose one of: {', '.join(names())}")


def _description(descriptions: pd.Series) -> Dimension:
    missing = descriptions.isna().to_numpy()
    empty = ~missing & (descriptions.fillna("").str.strip() == "").to_numpy()
    return _only_met("description", ("present", EMPTY, MISSING), np.select([missing, empty], [2, 1], 0))


def _words(texts: pd.Series) -> np.ndarray:
    return texts.str.count(r"\S+").to_numpy(dtype=np.int64)


def _binned(name: str, values: np.ndarray, unit: str) -> Dimension:
    """Return whole numbers in up to `BINS` ranges of about as many rows each; equal numbers stay together."""
    if not len(values):
        return Dimension(name, (), np.zeros(0, dtype=np.int64))
    tops = np.unique(np.quantile(values, np.arange(1, BINS + 1) / BINS, method="lower"))
    bottoms = [int(values.min()), *(int(top) + 1 for top in tops[:-1])]
    labels = [f"{low} {unit}" if low == top else f"{low}–{top} {unit}" for low, top in zip(bottoms, tops, strict=True)]
    return _only_met(name, labels, np.searchsorted(tops, values, side="left"))


def _periods(name: str, dates: pd.Series, unit: str) -> Dimension:
    if dates.isna().all() and len(dates):
        raise InputError(f"no row has a date, so there are no slices by {name}; import the file with --date COL")
    undated = dates.isna().to_numpy()
    periods = dates.dt.to_period(unit).astype(str)
    found = sorted(set(periods[~undated]))
    place = {period: position for position, period in enumerate(found)}
    codes = periods.map(place).fillna(len(found)).to_numpy(dtype=np.int64)
    return _only_met(name, [*found, "no date"], codes)


def _values(name: str, values: pd.Series) -> Dimension:
    """Return the commonest values of a column; what few rows have is "other values"."""
    codes, found = pd.factorize(values.astype("str").str.strip(), use_na_sentinel=True)
    counts = np.bincount(codes[codes >= 0], minlength=len(found))
    kept = np.argsort(-counts, kind="stable")[:MOST_VALUES]
    if len(found) > MOST_VALUES:
        kept = kept[counts[kept] >= FEWEST_ROWS]
    new = np.full(len(found) + 1, len(kept))
    new[kept] = np.arange(len(kept))
    # The last is where the code -1, for a missing value, looks.
    new[-1] = len(kept) + 1
    labels = [str(found[place]) for place in kept]
    special = [_unlike(label, labels) for label in (OTHER, MISSING, EMPTY)]
    labels = [label or special[-1] for label in labels]
    return _only_met(name, [*labels, *special[:-1]], new[codes], _note(name, len(found), len(kept)))


def _unlike(label: str, taken: Sequence[str]) -> str:
    """Return a name for what is no value, in parentheses where a value is called the same."""
    while label in taken:
        label = f"({label})"
    return label


def _note(name: str, values: int, kept: int) -> str:
    if kept == values:
        return ""
    if not kept:
        return f"{name} has {values:,} different values and none on {FEWEST_ROWS} rows, so it tells no slices apart"
    return f"{name} has {values:,} different values; the {kept:,} commonest stand by themselves"


def _only_met(name: str, labels: Sequence[str], codes: np.ndarray, note: str = "") -> Dimension:
    """Return the dimension without the labels that no row has."""
    counts = np.bincount(codes, minlength=len(labels))
    kept = np.flatnonzero(counts)
    place = np.zeros(len(labels), dtype=np.int64)
    place[kept] = np.arange(len(kept))
    return Dimension(name, tuple(labels[one] for one in kept), place[codes], note)


def slices(found: Dimension, right: np.ndarray, expected: np.ndarray) -> pd.DataFrame:
    """Return one row a value of a dimension, in its order.

    Parameters
    ----------
    right: whether each row is answered rightly, bool, shape (rows,).
    expected: how often rows of each one's class are right, shape (rows,); see `expected_right`.

    Returns the columns slice (its key), rows, errors, accuracy, rest (accuracy of all other rows), difference
    (accuracy - rest) with low and high (95 %, Newcombe), p (chi-square), q (p allowing for how many
    slices were looked at, Benjamini-Hochberg), expected (accuracy that its mix of classes would have) and excess
    (errors more than its rows would have at the accuracy of the rest; less than 0 where there are fewer).
    """
    keys = [found.key(place) for place in range(len(found.labels))]
    return _table(keys, *_sums(found.codes, len(keys), right, expected), right)


@dataclass(frozen=True, eq=False)
class Rows:
    """Judged rows with all that slices are made of; to be read, not changed.

    Attributes
    ----------
    records: the rows, all columns of a dataset, in the order of the table of `Judged`.
    true: their true labels, categorical; right, expected: as for `slices`.
    """

    records: pd.DataFrame
    true: pd.Series
    right: np.ndarray
    expected: np.ndarray

    def by(self, name: str) -> Dimension:
        """Return the `dimension` of that name."""
        return dimension(name, self.records, self.true)


def rows_from(judged: Judged, records: pd.DataFrame) -> Rows:
    """Return judged rows with their ``records``, of which there are all of the dataset."""
    right = judged.true == judged.predicted
    table = judged.table
    return Rows(
        records=records.iloc[table["row"]].reset_index(drop=True),
        true=table["true"],
        right=right,
        expected=expected_right(judged.true, right),
    )


def expected_right(true: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return for each row the share of rows of its true label (positions) that is right, shape (rows,)."""
    return ratio(np.bincount(true, weights=right), np.bincount(true))[true] if len(true) else np.zeros(0)


def _sums(
    codes: np.ndarray, size: int, right: np.ndarray, expected: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows, right ones and the sum of expected ones by code, each of shape (size,)."""
    return (
        np.bincount(codes, minlength=size),
        np.bincount(codes[right], minlength=size),
        np.bincount(codes, weights=expected, minlength=size),
    )


def _table(
    keys: Sequence[str], rows: np.ndarray, correct: np.ndarray, expected: np.ndarray, right: np.ndarray
) -> pd.DataFrame:
    total, all_right = len(right), int(right.sum())
    gap, low, high = difference(correct, rows, all_right - correct, total - rows)
    p = p_values(correct, rows, all_right - correct, total - rows)
    rest = ratio(all_right - correct, total - rows)
    frame = pd.DataFrame(
        {
            "slice": pd.Series(list(keys), dtype="str"),
            "rows": rows,
            "errors": rows - correct,
            "accuracy": ratio(correct, rows),
            "rest": rest,
            "difference": gap,
            "low": low,
            "high": high,
            "p": p,
            "q": adjusted(p),
            "expected": ratio(expected, rows),
            "excess": np.where(rows < total, rest * rows - correct, 0.0),
        }
    )
    return frame[list(TABLE)]


def smallest_slice(rows: int) -> int:
    """Return the fewest rows that a slice must have to be searched, of so many rows altogether."""
    return max(FEWEST_ROWS, int(np.ceil(rows * SMALLEST_SHARE)))


@dataclass(frozen=True)
class Worst:
    """The worst slices found.

    Attributes
    ----------
    table: columns as of `slices`, the worst first: by the least that the slice is worse by, at 95 %.
    looked_at: how many slices were tested; smallest: the fewest rows of one.
    """

    table: pd.DataFrame
    looked_at: int
    smallest: int


def worst_slices(dimensions: Sequence[Dimension], right: np.ndarray, expected: np.ndarray, *, top: int = 10) -> Worst:
    """Return the ``top`` slices of one or two conditions that are surely worse than the other rows.

    Every condition and every pair of conditions of two dimensions is tested that holds at least `smallest_slice`
    rows and not more than half of them (Chung et al., "Slice Finder", 2019, search the same way). Told are those whose
    q, over all that were tested, is at most 0.05. A pair is told only where the upper end of its accuracy (95 %,
    Wilson) lies below the accuracy of each of its conditions by itself: else one condition says as much.
    """
    smallest, total = smallest_slice(len(right)), len(right)
    single = pd.concat([slices(one, right, expected) for one in dimensions] or [_table([], *[np.zeros(0)] * 3, right)])
    parts = [single.assign(parent=np.inf)]
    for one, other in itertools.combinations(dimensions, 2):
        parts.append(_pairs(one, other, right, expected, single.set_index("slice")["accuracy"]))
    table = pd.concat(parts, ignore_index=True)
    table = table[(table["rows"] >= smallest) & (table["rows"] <= total / 2)]
    table = table.assign(q=adjusted(table["p"].to_numpy()))
    _, at_most = wilson(table["rows"] - table["errors"], table["rows"])
    clear = table[(table["q"] <= FALSE_DISCOVERIES) & (table["high"] < 0) & (at_most < table["parent"])]
    clear = clear.sort_values(["high", "slice"], kind="stable").head(top).drop(columns="parent")
    return Worst(clear.reset_index(drop=True), len(table), smallest)


def _pairs(
    one: Dimension, other: Dimension, right: np.ndarray, expected: np.ndarray, accuracy: pd.Series
) -> pd.DataFrame:
    """Return `slices` of every pair of values that meets, and parent: the lower accuracy of the two by themselves."""
    shape = (len(one.labels), len(other.labels))
    codes = one.codes * shape[1] + other.codes
    met = np.flatnonzero(joint_counts(one.codes, other.codes, shape).ravel() >= smallest_slice(len(right)))
    firsts, seconds = np.divmod(met, max(shape[1], 1))
    sides = [(one.key(first), other.key(second)) for first, second in zip(firsts, seconds, strict=True)]
    sums = (part[met] for part in _sums(codes, shape[0] * shape[1], right, expected))
    table = _table([AND.join(pair) for pair in sides], *sums, right)
    return table.assign(parent=[min(accuracy[first], accuracy[second]) for first, second in sides])


def rows_of(key: str, dimensions: Mapping[str, Dimension]) -> np.ndarray:
    """Return the rows of the slice called ``key``, as in the tables, bool, shape (rows,).

    ``dimensions`` are those that it may name. Raises InputError for a slice that there is not.
    """
    for first, second in _readings(key):
        masks = [_met_by(part, dimensions) for part in (first, second) if part is not None]
        if all(mask is not None for mask in masks):
            return np.logical_and.reduce(masks)
    raise InputError(
        f"there is no slice {shorten(key)}; write a value as in the table, year=2014, or two, "
        "year=2014 & description=missing"
    )


def _readings(key: str) -> Iterable[tuple[str, str | None]]:
    """Yield the ways to read a key: as one condition, or as two, since a value may itself hold what parts them."""
    yield key, None
    parts = key.split(AND)
    for cut in range(1, len(parts)):
        yield AND.join(parts[:cut]), AND.join(parts[cut:])


def _met_by(condition: str, dimensions: Mapping[str, Dimension]) -> np.ndarray | None:
    name, _, label = condition.partition(IS)
    found = dimensions.get(name)
    if found is None or label not in found.labels:
        return None
    return found.codes == found.labels.index(label)


def dimensions_of(key: str) -> list[str]:
    """Return the names of dimensions that a slice's key may speak of."""
    return list(dict.fromkeys(part.partition(IS)[0] for part in key.split(AND) if part.partition(IS)[0] in names()))


def sentence(row: Mapping[str, object]) -> str:
    """Return a slice of a table in one sentence."""
    gap = float(row["difference"])
    errors = f"{row['errors']:,} of {row['rows']:,} rows are wrong"
    if float(row["low"]) <= 0 <= float(row["high"]):
        return f"{row['slice']}: {errors}, about as many as elsewhere."
    side, ends = ("below", (-float(row["high"]), -float(row["low"])))
    if gap > 0:
        side, ends = "above", (float(row["low"]), float(row["high"]))
    told = (
        f"{row['slice']}: {errors}; its accuracy {float(row['accuracy']):.3f} is {abs(gap):.3f} {side} the "
        f"{float(row['rest']):.3f} of all other rows (95 %: {ends[0]:.3f} to {ends[1]:.3f})"
    )
    mix = float(row["expected"]) - float(row["rest"])
    if mix * gap > 0 and f"class{IS}" not in str(row["slice"]):
        return f"{told}; {min(abs(mix), abs(gap)):.3f} of that go with the classes it holds."
    return f"{told}."
