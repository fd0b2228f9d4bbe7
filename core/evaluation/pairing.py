"""Which rows two judged runs can be compared on: those that both were judged on and neither was trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data import datasets
from core.data.records import text_of
from core.errors import InputError, shorten
from core.evaluation.judge import Judged
from core.runs.spec import TrainingSpec
from core.runs.split import columns_of, split_frame
from core.runs.store import Run
from core.runs.wording import split_text


@dataclass(frozen=True, eq=False)
class Pairing:
    """Rows that two judged runs have in common.

    Attributes
    ----------
    first, second: positions of the common rows in the table of either, int64, shape (common rows,); the same
        rows of the dataset in the same order.
    only_first, only_second: rows that one alone was judged on.
    trained_on: common rows left out because one of the two was trained on their text.
    unknown: ids of runs whose training texts are not here any more, so that nobody can tell.
    """

    first: np.ndarray
    second: np.ndarray
    only_first: int
    only_second: int
    trained_on: int
    unknown: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many rows are compared."""
        return len(self.first)

    def remarks(self, names: tuple[str, str]) -> list[str]:
        """Return what is left out and what nobody can tell, a sentence each; ``names`` are those of the runs."""
        told = []
        for name, left_out in zip(names, (self.only_first, self.only_second), strict=True):
            if left_out:
                told.append(f"left out, since only {name} was tested on them: {_rows(left_out)}")
        if self.trained_on:
            told.append(f"left out, since one of the two was trained on their text: {_rows(self.trained_on)}")
        told += [f"what {name} was trained on is not here any more: it may know some rows" for name in self.unknown]
        return told


def pair(run: Run, judged: Judged, against: Run, judged_against: Judged) -> Pairing:
    """Return the rows that both were judged on and neither was trained on.

    Two runs on one dataset meet in the rows that are in the test set of both. On a dataset that one
    of them was not trained on, rows whose text it knows from its own training are left out as well.

    Raises InputError when they were judged on different datasets, or no row is left.
    """
    if judged.fingerprint != judged_against.fingerprint:
        raise InputError(
            f"run {shorten(run.title)} was judged on {shorten(judged.dataset)} and run {shorten(against.title)} on "
            f"{shorten(judged_against.dataset)}; judge both on one dataset "
            "(`--dataset NAME`, or 'Judged on' in the app)"
        )
    rows, first, second = np.intersect1d(
        judged.table["row"].to_numpy(), judged_against.table["row"].to_numpy(), assume_unique=True, return_indices=True
    )
    if not len(rows):
        raise InputError(_nothing_in_common(run, against))
    known = np.zeros(len(rows), dtype=bool)
    unknown = []
    for one in (run, against):
        found = trained_on(one.spec, judged.fingerprint, rows)
        if found is None:
            unknown.append(one.id)
        else:
            known |= found
    if known.all():
        raise InputError(
            f"runs {shorten(run.title)} and {shorten(against.title)} were trained on the texts of all "
            f"{_rows(len(rows))} that both were judged on; judge them on other rows"
        )
    return Pairing(
        first=first[~known],
        second=second[~known],
        only_first=len(judged.table) - len(rows),
        only_second=len(judged_against.table) - len(rows),
        trained_on=int(known.sum()),
        unknown=tuple(unknown),
    )


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def _nothing_in_common(run: Run, against: Run) -> str:
    return (
        f"runs {shorten(run.title)} and {shorten(against.title)} have no test row in common: the one was tested on "
        f"{split_text(run.spec.split)}, the other on {split_text(against.spec.split)}; train one of them with the "
        "split of the other, or judge both on another dataset"
    )


def trained_on(spec: TrainingSpec, fingerprint: str, rows: np.ndarray) -> np.ndarray | None:
    """Tell of each of ``rows`` of the dataset with this content whether the run was trained on its text.

    Of its own dataset a run is judged on test rows alone, none of which it was trained on. None when
    one of the two datasets is not here any more, so that nobody can tell.
    """
    if fingerprint == spec.fingerprint:
        return np.zeros(len(rows), dtype=bool)
    own, judged = datasets.by_fingerprint(spec.fingerprint), datasets.by_fingerprint(fingerprint)
    if own is None or judged is None:
        return None
    frame = datasets.frame(own, columns=columns_of(spec))
    texts = text_of(frame)
    training, _ = split_frame(frame, texts, spec)
    read = text_of(datasets.frame(judged, columns=list(spec.text_fields))).iloc[rows]
    return read.isin(set(texts.iloc[training])).to_numpy()
