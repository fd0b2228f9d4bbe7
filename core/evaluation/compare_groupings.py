"""Two groupings beside each other: what moves between them, and what a run makes of their groups."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from core.data import datasets
from core.evaluation.confidence import plain
from core.evaluation.evaluate import test_predictions
from core.evaluation.judge import judge
from core.grouping.diff import Diff, diff
from core.grouping.grouping import Grouping
from core.runs.store import Run

F1_COLUMNS = ("a", "b", "before", "after", "difference", "support_before", "support_after")


@dataclass(frozen=True)
class Compared:
    """Two groupings and what lies between them.

    Attributes
    ----------
    counted_on: the dataset whose rows were counted; None when categories alone were.
    f1: `f1_by_group` of a run; None without one.
    """

    a: Grouping
    b: Grouping
    diff: Diff
    counted_on: str | None
    f1: pd.DataFrame | None


def f1_by_group(found: Diff, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return what becomes of each group's F1: one row a matched pair, then groups that go, then those that come.

    Parameters
    ----------
    before, after: `Metrics.per_class` under the one grouping and under the other.

    Returns columns a, b (None for a group that has no counterpart), before, after, difference (NaN where one
    side is missing or has neither true nor predicted rows), support_before and support_after (rows).
    """
    pairs = [*found.matched, *((group, None) for group in found.removed), *((None, group) for group in found.added)]
    one, other = _figures(before), _figures(after)
    missing = (math.nan, 0)
    rows = []
    for a, b in pairs:
        (f1_a, support_a), (f1_b, support_b) = one.get(a, missing), other.get(b, missing)
        rows.append((a, b, f1_a, f1_b, f1_b - f1_a, support_a, support_b))
    frame = pd.DataFrame(rows, columns=list(F1_COLUMNS))
    # As texts, a missing name would become NaN.
    return frame.assign(
        a=pd.Series([a for a, _ in pairs], dtype=object), b=pd.Series([b for _, b in pairs], dtype=object)
    )


def _figures(per_class: pd.DataFrame) -> dict[str | None, tuple[float, int]]:
    """Return label -> (F1, support) of the labels that occur."""
    occurs = per_class[per_class["tp"] + per_class["fp"] + per_class["fn"] > 0]
    return {row.label: (float(row.f1), int(row.support)) for row in occurs.itertuples()}


def compare(a: Grouping, b: Grouping, *, dataset: datasets.Dataset | None = None, run: Run | None = None) -> Compared:
    """Return what lies between ``a`` and ``b``, with a run's F1 by group under either.

    Rows are those of ``dataset``, else of the dataset that the run was trained on, else of the only one that
    there is; where none of these is at hand, categories are counted.

    Raises InputError when the run cannot answer both groupings (see `judge`).
    """
    counted = dataset or _dataset_of(run)
    found = diff(a, b, _rows(counted, run))
    if run is None:
        return Compared(a, b, found, counted.name if counted else None, None)
    predictions = test_predictions(run)
    before, after = (judge(run.spec, predictions, grouping).metrics.per_class for grouping in (a, b))
    return Compared(a, b, found, counted.name if counted else None, f1_by_group(found, before, after))


def _dataset_of(run: Run | None) -> datasets.Dataset | None:
    everything = datasets.list_all()
    if run is not None:
        return next((one for one in everything if one.fingerprint == run.spec.fingerprint), None)
    return everything[0] if len(everything) == 1 else None


def _rows(counted: datasets.Dataset | None, run: Run | None) -> Mapping[str, int]:
    if counted:
        return counted.category_counts
    return dict.fromkeys(run.spec.categories, 0) if run else {}


def document(compared: Compared) -> dict[str, object]:
    """Return what ``grouping diff`` prints."""
    found = compared.diff
    f1 = {} if compared.f1 is None else {"f1": plain(compared.f1)}
    return {
        "a": title(compared.a),
        "b": title(compared.b),
        "dataset": compared.counted_on,
        "counted": found.unit,
        "same_partition": found.same_partition,
        "adjusted_rand_index": found.adjusted_rand_index,
        "variation_of_information": found.variation_of_information,
        "rows": found.rows,
        "rows_moved": found.rows_moved,
        "categories_moved": len(found.moves),
        "moves": [
            {"category": move.category, "from": move.origin, "to": move.target, "rows": move.rows}
            for move in found.moves
        ],
        "flows": [
            {
                "from": flow.origin,
                "to": flow.target,
                "rows": flow.rows,
                "categories": list(flow.categories),
                "moves": flow.moves,
            }
            for flow in found.flows
        ],
        "matched": [{"from": one, "to": other} for one, other in found.matched],
        "renamed": [{"from": one, "to": other} for one, other in found.renamed],
        "added": list(found.added),
        "removed": list(found.removed),
        **f1,
    }


def title(grouping: Grouping) -> str:
    """Return a grouping as it is named on the command line: NAME or NAME@VERSION."""
    return f"{grouping.name}@{grouping.version}" if grouping.version else grouping.name
