"""Which rows are trained on and which are kept for the test."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.runs.spec import FEWEST_RECORDS, TrainingSpec


def columns_of(spec: TrainingSpec) -> list[str]:
    """Return the columns of a dataset that its split, and so a training, needs."""
    return [*spec.text_fields, "category", *(["date"] if spec.split.kind == "past" else [])]


def split_frame(frame: pd.DataFrame, texts: pd.Series, spec: TrainingSpec) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of the training rows and of the test rows, both ascending, as ``spec.split`` has it.

    Parameters
    ----------
    frame: rows with at least the columns of `columns_of`; texts: what the model reads of each.
    """
    if spec.split.kind == "past":
        return split_past(texts, frame["date"], spec.split.test_share)
    return split_rows(texts, frame["category"], spec)


def split_rows(texts: pd.Series, categories: pd.Series, spec: TrainingSpec) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of the training rows and of the test rows of a random split, both ascending.

    The split depends on the records, the share and the seed, so that runs with different models,
    targets and groupings are judged on the same rows. It is stratified by raw category.
    Rows with the same text stay on one side: a test row is never one that was learned by heart.
    A text is the same letter by letter. Of the real headlines 10 of 33,546 test rows repeat a training text
    but for case or white space; `core.evaluation.leakage` counts them. Keeping those together too would
    change the test rows, and nobody could hold a new run against an earlier one.
    Only categories too small to be split are pooled by the label that is trained on.
    """
    unit, first = _units(texts)
    strata = _strata(categories.astype("str").to_numpy(dtype=object)[first], spec)
    is_test = np.zeros(len(first), dtype=bool)
    random = np.random.default_rng(spec.split.seed)
    order = np.argsort(strata, kind="stable")
    for stratum in np.split(order, np.flatnonzero(np.diff(strata[order])) + 1):
        members = random.permutation(stratum)
        is_test[members[: _test_size(len(members), spec.split.test_share)]] = True
    rows = is_test[unit]
    return np.flatnonzero(~rows), np.flatnonzero(rows)


def split_past(texts: pd.Series, dates: pd.Series, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of the training rows, all from before a day, and of the test rows, from it on.

    The day is `first_test_day`, so a day is never on both sides, and every training row is earlier
    than every test row. Two kinds of rows take no part: those without a date, which may be from
    either side, and later repeats of a text that was trained on, whose label was learned by heart.
    Without two different days nothing is tested.
    """
    known = dates.notna().to_numpy()
    day = first_test_day(dates, share)
    if day is None:
        return np.flatnonzero(known), np.zeros(0, dtype=np.int64)
    later = known & (dates >= day).to_numpy()
    earlier = known & ~later
    repeats = texts.isin(set(texts[earlier])).to_numpy()
    return np.flatnonzero(earlier), np.flatnonzero(later & ~repeats)


def first_test_day(dates: pd.Series, share: float) -> pd.Timestamp | None:
    """Return the day from which on rows are tested: that which comes nearest to ``share`` of the dated rows.

    The first day is never it, since something has to be learned; None without two different days.
    Of two days equally near the later is taken.
    """
    rows = dates.dropna().value_counts().sort_index()
    if len(rows) < 2:
        return None
    tested = rows[::-1].cumsum()[:-1]
    return tested.index[int((tested - share * rows.sum()).abs().to_numpy().argmin())]


def _units(texts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return for each row the number of its distinct text, and for each of those its first row."""
    unit, distinct = pd.factorize(texts)
    first = np.full(len(distinct), len(unit))
    np.minimum.at(first, unit, np.arange(len(unit)))
    return unit, first


def _strata(categories: np.ndarray, spec: TrainingSpec) -> np.ndarray:
    """Return the stratum of each distinct text: its category, or the pool of the small ones; int64, by their names."""
    codes, names = pd.factorize(categories)
    counts = np.bincount(codes, minlength=len(names))
    called = [
        f"category {name}" if count >= FEWEST_RECORDS else f"pool {spec.target_of(name)}"
        for name, count in zip(names, counts, strict=True)
    ]
    place = {stratum: number for number, stratum in enumerate(sorted(set(called)))}
    return np.array([place[stratum] for stratum in called], dtype=np.int64)[codes]


def _test_size(rows: int, share: float) -> int:
    """Return how many of ``rows`` are tested: at least one of three, and never all."""
    if rows < FEWEST_RECORDS:
        return 0
    return min(max(1, round(rows * share)), rows - 1)
