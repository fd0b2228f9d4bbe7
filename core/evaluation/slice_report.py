"""Slices of a run put together for page and command line: by one column, the worst found, and by the split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from core.data import datasets
from core.errors import InputError
from core.evaluation import slices
from core.evaluation.confidence import plain
from core.evaluation.evaluate import evaluate
from core.evaluation.judge import Judged
from core.evaluation.slices import SEARCHED, Dimension, Rows, Worst
from core.evaluation.time_split import SideBySide, side_by_side, twin_of
from core.grouping.grouping import Grouping
from core.runs import store
from core.runs.store import Run

TOP = 10
LISTED = ("row", "headline", "category", "true", "predicted", "confidence", "date")


def records_of(judged: Judged) -> pd.DataFrame:
    """Return all records of the dataset that was judged; InputError when it is not here any more."""
    dataset = datasets.by_fingerprint(judged.fingerprint)
    if dataset is None:
        raise InputError(
            f"dataset {judged.dataset!r} is not here any more, and slices are made of its records; "
            "import the same file again"
        )
    return datasets.frame(dataset)


def usable(rows: Rows, names: Sequence[str] = SEARCHED) -> list[Dimension]:
    """Return the dimensions of those ``names`` that tell rows apart: without dates there is no year."""
    found = []
    for name in names:
        if name in ("year", "month", "date") and rows.records["date"].isna().all():
            continue
        one = rows.by(name)
        if len(one.labels) > 1:
            found.append(one)
    return found


def worst_of(rows: Rows, names: Sequence[str] = SEARCHED, *, top: int = TOP) -> Worst:
    """Return the worst slices by the dimensions of those ``names``."""
    return slices.worst_slices(usable(rows, names), rows.right, rows.expected, top=top)


def errors_in(judged: Judged, rows: Rows, key: str, known: Mapping[str, Dimension] | None = None) -> pd.DataFrame:
    """Return the wrong rows of a slice, the surest first; InputError for a slice that there is not.

    Columns: row (position in the dataset), headline, category, true, predicted, confidence, date. ``known`` are
    the dimensions that it speaks of, where they are at hand.
    """
    known = known or {name: rows.by(name) for name in slices.dimensions_of(key)}
    inside = slices.rows_of(key, known) & ~rows.right
    table = judged.table[inside].assign(
        headline=rows.records["headline"][inside].to_numpy(), date=rows.records["date"][inside].to_numpy()
    )
    return table.sort_values("confidence", ascending=False, kind="stable")[list(LISTED)].reset_index(drop=True)


def splits_of(run: Run, grouping: Grouping) -> tuple[Run, SideBySide] | None:
    """Return the run that differs from ``run`` in its split alone, and both side by side; None without one."""
    twin = twin_of(run, store.list_all())
    if twin is None:
        return None
    random, past = (run, twin) if run.spec.split.kind == "random" else (twin, run)
    return twin, side_by_side(evaluate(random, grouping=grouping), evaluate(past, grouping=grouping))


def slices_document(
    run: Run, judged: Judged, *, by: str | None, search: Sequence[str] = SEARCHED, top: int = TOP,
    errors: str | None = None, most: int = 20,
) -> dict[str, Any]:  # fmt: skip
    """Return what ``slices`` prints; of the errors of slice ``errors`` at most ``most``."""
    rows = slices.rows_from(judged, records_of(judged))
    worst = worst_of(rows, search, top=top)
    dimension = rows.by(by) if by else None
    told = errors_in(judged, rows, errors) if errors else None
    beside = splits_of(run, judged.grouping) if judged.fingerprint == run.spec.fingerprint else None
    return {
        "run": run.id,
        "dataset": judged.dataset,
        "grouping": judged.grouping.name,
        "rows": judged.metrics.rows,
        "accuracy": judged.metrics.accuracy,
        "by": by,
        "note": dimension.note if dimension else "",
        "slices": plain(slices.slices(dimension, rows.right, rows.expected)) if dimension else [],
        "searched": list(search),
        "looked_at": worst.looked_at,
        "smallest": worst.smallest,
        "worst": [{**row, "sentence": slices.sentence(row)} for row in plain(worst.table)],
        "errors_of": errors,
        "errors_found": None if told is None else len(told),
        "errors": [] if told is None else _listed(told.head(most)),
        "split": run.spec.split.kind,
        "other_split": None if beside is None else beside[0].id,
        "figures": [] if beside is None else plain(beside[1].figures),
        "classes": [] if beside is None else plain(beside[1].classes),
    }


def _listed(errors: pd.DataFrame) -> list[dict[str, Any]]:
    return plain(errors.assign(date=errors["date"].dt.strftime("%Y-%m-%d")))
