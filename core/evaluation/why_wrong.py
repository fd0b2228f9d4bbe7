"""Why a run is wrong, from disk to what the command line prints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data import corrections
from core.errors import InputError, shorten
from core.evaluation.cause_words import also, evidence
from core.evaluation.causes import ORDER, Causes, by_class, find_causes, summary
from core.evaluation.confidence import plain
from core.evaluation.judge import Judged
from core.evaluation.row_facts import RowFacts, facts_of
from core.grouping.grouping import Grouping
from core.runs.store import Run


@dataclass(frozen=True, eq=False)
class WhyWrong:
    """The causes of a run's errors under one grouping, and the grouping that makes classes siblings."""

    judged: Judged
    causes: Causes
    siblings: Grouping


def why_wrong(run: Run, judged: Judged, siblings: Grouping, facts: RowFacts | None = None) -> WhyWrong:
    """Return why ``judged``, what ``run`` said of some rows, is wrong where it is.

    ``facts`` are those of the same rows, which take seconds; None: find them. Raises InputError as `facts_of`.
    """
    known = facts or facts_of(run, judged.fingerprint, judged.table["row"].to_numpy())
    found = find_causes(
        judged,
        known,
        # A split by time may leave a category without any training row, so that it is never answered.
        answers=judged.grouping.members(known.learned or run.spec.categories),
        siblings=siblings,
        verdicts=corrections.overlay(judged.fingerprint).verdicts,
    )
    return WhyWrong(judged, found, siblings)


def check_class(found: WhyWrong, label: str) -> None:
    """Raise InputError unless ``label`` is one that rows can have under the grouping."""
    labels = found.judged.metrics.labels
    if label not in labels:
        raise InputError(
            f"class {shorten(label)} is none of the {len(labels):,} under grouping "
            f"{shorten(found.judged.grouping.name)}; choose one of: {', '.join(labels)}"
        )


def listed(found: Causes, cause: str, label: str | None = None, most: int | None = None) -> pd.DataFrame:
    """Return the wrong rows that have ``cause`` first, the surest answers first, at most ``most``.

    ``label``: only rows of this true label. Columns: row, category, true, predicted, confidence, margin,
    evidence (a sentence), also (further causes that match, in words).
    """
    table = found.table
    kept = table["cause"] == cause
    places = np.flatnonzero(kept if label is None else kept & (table["true"] == label))
    order = np.argsort(-table["confidence"].to_numpy()[places], kind="stable")
    places = places[order][:most]
    shown = table.iloc[places][["row", "category", "true", "predicted", "confidence", "margin"]]
    further = [", ".join(names) for names in also(found, places)]
    return shown.assign(
        evidence=pd.Series(evidence(found, places), index=shown.index, dtype="str"),
        also=pd.Series(further, index=shown.index, dtype="str"),
    ).reset_index(drop=True)


def document(run: Run, found: WhyWrong, label: str | None = None, top: int = 0) -> dict[str, object]:
    """Return what ``causes`` prints, but for the seconds; ``top`` rows of each cause are listed."""
    table = summary(found.causes, label)
    classes = by_class(found.causes)
    kept = classes if label is None else classes.loc[[label]]
    return {
        "run": run.id,
        "dataset": found.judged.dataset,
        "grouping": found.judged.grouping.name,
        "siblings": found.siblings.name,
        "class": label,
        "rows": len(found.causes.table),
        "errors": int(table["rows"].sum()),
        "order": list(ORDER),
        "causes": plain(table),
        "per_class": [
            {"label": str(name), "errors": int(counts.sum()), "causes": {key: int(n) for key, n in counts.items()}}
            for name, counts in kept.iterrows()
        ],
        "skipped": dict(found.causes.skipped),
        "examples": {cause: examples(found.causes, cause, label, top) for cause in ORDER} if top else {},
    }


def examples(found: Causes, cause: str, label: str | None, most: int) -> list[dict[str, object]]:
    """Return the first ``most`` rows of `listed` as JSON."""
    return plain(listed(found, cause, label, most))
