"""The rows behind the figures: which of them are wrong (or right), searched, narrowed down, in an order."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import pandas as pd

from core.data.records import text_of
from core.errors import InputError, shorten
from core.evaluation.judge import Judged

Kind = Literal["wrong", "right", "all"]
Order = Literal["surest", "unsure", "margin", "newest", "oldest", "row"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ORDERS: tuple[Order, ...] = get_args(Order)
# What of a record is read.
RECORD_COLUMNS = ("headline", "short_description", "category", "date")
COLUMNS = ("row", "headline", "short_description", "date", "true", "predicted", "category", "confidence", "margin")


@dataclass(frozen=True)
class Query:
    """Which rows are asked for, and in what order; None of a field leaves it open.

    Attributes
    ----------
    true, predicted: labels under the grouping; category: the raw category behind the true one.
    search: plain words; a row has each of them, or a word that begins with it, whatever its case.
    least, most: of the confidence, 0 to 1, both included.
    since, until: days, both included; a row without a date is in no period.
    described: with a description, or without one.
    order: "surest" and "unsure" by confidence, "margin" the smallest first, "newest" and "oldest" by
        date (rows without one last), "row" as in the dataset.
    """

    kind: Kind = "wrong"
    true: str | None = None
    predicted: str | None = None
    category: str | None = None
    search: str = ""
    least: float = 0.0
    most: float = 1.0
    since: date | None = None
    until: date | None = None
    described: bool | None = None
    order: Order = "surest"


@dataclass(frozen=True, eq=False)
class Listing:
    """Judged rows with their records, ready to be asked again and again; to be read, not changed.

    Attributes
    ----------
    records: headline, short_description, category and date of each judged row, in the order of
        ``judged.table``.
    margin: how far the answer is ahead of the next label, in probability, float32, shape (rows,).
    """

    judged: Judged
    records: pd.DataFrame
    margin: np.ndarray

    def __len__(self) -> int:
        return len(self.records)

    @cached_property
    def folded(self) -> list[str]:
        """Headline and description of each row as searched, without case."""
        return [_folded(text) for text in text_of(self.records).tolist()]

    @property
    def has_dates(self) -> bool:
        """Whether any row has a date."""
        return bool(self.records["date"].notna().any())

    @property
    def categories(self) -> list[str]:
        """The raw categories of the rows, sorted."""
        return sorted(self.judged.table["category"].cat.categories)


def listing(judged: Judged, frame: pd.DataFrame) -> Listing:
    """Return the judged rows with their records; ``frame`` is the dataset, with `RECORD_COLUMNS` at least."""
    records = frame[list(RECORD_COLUMNS)].iloc[judged.table["row"]].reset_index(drop=True)
    return Listing(judged, records, margins(judged.probabilities))


def margins(probabilities: np.ndarray) -> np.ndarray:
    """Return the largest minus the second largest probability of each row; of a single label, its own.

    Parameters
    ----------
    probabilities: shape (rows, labels).
    """
    if probabilities.shape[1] < 2:
        return probabilities.sum(axis=1)
    second, first = np.partition(probabilities, [-2, -1], axis=1)[:, -2:].T
    return first - second


def chosen(found: Listing, query: Query) -> np.ndarray:
    """Return the positions in ``found`` of the rows asked for, in the order asked for.

    Raises InputError for a label or category that no row can have, for bounds the wrong way round,
    and for a period where no row has a date.
    """
    check(found, query)
    table, judged = found.judged.table, found.judged
    keep = np.ones(len(found), dtype=bool)
    if query.kind != "all":
        keep &= (judged.true == judged.predicted) == (query.kind == "right")
    for column in ("true", "predicted", "category"):
        if (wanted := getattr(query, column)) is not None:
            keep &= (table[column] == wanted).to_numpy()
    if (query.least, query.most) != (0.0, 1.0):
        keep &= table["confidence"].between(query.least, query.most).to_numpy()
    if query.since is not None:
        keep &= (found.records["date"] >= pd.Timestamp(query.since)).to_numpy()
    if query.until is not None:
        keep &= (found.records["date"] < pd.Timestamp(query.until) + pd.Timedelta(days=1)).to_numpy()
    if query.described is not None:
        keep &= (found.records["short_description"].fillna("").str.strip() != "").to_numpy() == query.described
    places = np.flatnonzero(keep)
    if words := _folded(query.search).split():
        places = places[_has_words(found.folded, places, words)]
    return places[_order(found, query.order, places)]


def check(found: Listing, query: Query) -> None:
    """Raise InputError for what no row of ``found`` can answer; see `chosen`."""
    labels = found.judged.metrics.labels
    for name, there in (("true", labels), ("predicted", labels), ("category", found.categories)):
        wanted = getattr(query, name)
        if wanted is not None and wanted not in there:
            some = ", ".join(there[:4]) + ", …" * (len(there) > 4)
            raise InputError(
                f"{name} {shorten(wanted)} is none of the {len(there):,} under grouping "
                f"{shorten(found.judged.grouping.name)}; choose one of: {some}"
            )
    if not 0 <= query.least <= query.most <= 1:
        raise InputError(f"confidence from {query.least:g} to {query.most:g} is no range; give two of 0 to 1 in order")
    if query.since and query.until and query.since > query.until:
        raise InputError(f"the period from {query.since} to {query.until} ends before it begins; swap the two")
    if (query.since or query.until) and not found.has_dates:
        raise InputError(f"no row of dataset {shorten(found.judged.dataset)} has a date; leave the period out")


def _folded(text: str) -> str:
    # Typed straight, printed curly.
    return text.casefold().replace("’", "'")


def _has_words(texts: list[str], places: np.ndarray, words: list[str]) -> np.ndarray:
    """Return whether each of the texts at ``places`` has every one of ``words``, bool."""
    # A word begins where no letter or digit stands before it; one of signs alone may stand anywhere.
    patterns = [re.compile((r"(?<!\w)" if word[0].isalnum() else "") + re.escape(word)).search for word in words]
    return np.fromiter(
        # To look for the plain text first is ten times as fast, and mostly enough.
        (
            all(word in texts[place] and has(texts[place]) for word, has in zip(words, patterns, strict=True))
            for place in places
        ),
        dtype=bool,
        count=len(places),
    )


def _order(found: Listing, order: Order, places: np.ndarray) -> np.ndarray:
    """Return the positions in ``places`` in order; rows that are equal in it stay as in the dataset."""
    if order == "row":
        return np.argsort(found.judged.table["row"].to_numpy()[places], kind="stable")
    keys: dict[str, Callable[[], np.ndarray]] = {
        "surest": lambda: -found.judged.table["confidence"].to_numpy()[places],
        "unsure": lambda: found.judged.table["confidence"].to_numpy()[places],
        "margin": lambda: found.margin[places],
        "newest": lambda: -_days(found, places),
        "oldest": lambda: _days(found, places),
    }
    # NaN, a row without a date, comes last in either direction.
    return np.argsort(keys[order](), kind="stable")


def _days(found: Listing, places: np.ndarray) -> np.ndarray:
    """Return each row's day as a number, NaN where it has none."""
    dates = found.records["date"].to_numpy()[places]
    days = dates.astype("datetime64[D]").astype(np.float64)
    return np.where(np.isnat(dates), np.nan, days)


def rows_at(found: Listing, places: np.ndarray) -> pd.DataFrame:
    """Return the rows at these positions: `COLUMNS`, texts as they are in the dataset."""
    table, records = found.judged.table.iloc[places], found.records.iloc[places]
    return pd.DataFrame(
        {
            "row": table["row"].to_numpy(),
            "headline": records["headline"].to_numpy(),
            "short_description": records["short_description"].to_numpy(),
            "date": records["date"].to_numpy(),
            "true": table["true"].to_numpy(),
            "predicted": table["predicted"].to_numpy(),
            "category": records["category"].to_numpy(),
            "confidence": table["confidence"].to_numpy(),
            "margin": found.margin[places],
        }
    )


def documents(rows: pd.DataFrame) -> list[dict[str, object]]:
    """Return rows of `rows_at` as plain JSON values; a day as YYYY-MM-DD, None for what is missing."""
    days = rows["date"].dt.strftime("%Y-%m-%d")
    plain = rows.assign(date=days).astype(dict.fromkeys(COLUMNS, "object"))
    return plain.where(plain.notna(), None).to_dict("records")
