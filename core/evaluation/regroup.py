"""What a finished run says of groupings, its own and any other, without training; and what training then gave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.evaluation.evaluate import test_predictions
from core.evaluation.judge import scores_from
from core.grouping.grouping import Grouping
from core.grouping.scores import Scores
from core.grouping.whatif import Difference, Figures, Outcome, WhatIf, differences, flips, outcome
from core.runs import states, store


@dataclass(frozen=True)
class Retrained:
    """A run of target group that was trained on a partition, beside what was foretold for it.

    Attributes
    ----------
    figures: what the run reached on its own test rows.
    differences: reached - foretold with intervals, by measure; None where the test rows are others.
    """

    run: store.Run
    figures: Figures
    differences: dict[str, Difference] | None


def scores_of(run: store.Run) -> Scores:
    """Return what the run said of its test rows; InputError or DamagedError where it has no evaluation."""
    return scores_from(run.spec, test_predictions(run))


def outcome_of(run: store.Run, scores: Scores, grouping: Grouping) -> Outcome:
    """Return what becomes of the run's rows under ``grouping``; InputError where its groups cannot be taken apart."""
    return outcome(scores, grouping, run.spec.grouping.name)


def trained_on(runs: list[store.Run], grouping: Grouping, fingerprint: str) -> list[store.Run]:
    """Return those of ``runs`` that were trained on the groups of this partition of this dataset, to the end."""
    return [
        run
        for run in runs
        if run.state == states.SUCCEEDED
        and run.spec.target == "group"
        and run.spec.fingerprint == fingerprint
        and run.spec.grouping.grouping().partition_hash(run.spec.categories)
        == grouping.partition_hash(run.spec.categories)
    ]


def retrained(run: store.Run, scores: Scores, foretold: Outcome) -> Retrained:
    """Return what ``run``, trained on the groups of ``foretold``, reached beside it.

    ``scores`` are those of ``run``. Where both were tested on the same rows the differences have intervals.
    """
    reached = outcome_of(run, scores, foretold.grouping)
    same_rows = np.array_equal(scores.rows, foretold.scores.rows)
    found = differences(foretold, reached) if same_rows else None
    return Retrained(run, reached.figures, found)


def flipped_rows(found: WhatIf) -> pd.DataFrame:
    """Return the rows that turn right or wrong, those that turn wrong first, the surest first in each.

    Columns: row (position in the dataset), turned ("wrong" or "right"), category, true, before, after
    (predicted groups), confidence (of ``after``, 0 to 1).
    """
    before, after, scores = found.before, found.after, found.after.scores
    right, wrong = flips(before, after)
    rows = np.concatenate([wrong, right])
    answers = [after.grouping.group_of(names[0]) for names in scores.members]
    chosen = _named(after.groups, after.predicted[rows])
    theirs = np.array(answers, dtype=object) == chosen.to_numpy(dtype=object)[:, None]
    frame = pd.DataFrame(
        {
            "row": scores.rows[rows],
            "turned": pd.Series(np.repeat(["wrong", "right"], [len(wrong), len(right)]), dtype="str"),
            "category": _named(scores.categories, scores.true[rows]),
            "true": _named(after.groups, after.true[rows]),
            "before": _named(before.groups, before.predicted[rows]),
            "after": chosen,
            "confidence": np.minimum((scores.probabilities[rows] * theirs).sum(axis=1), 1.0),
        }
    )
    order = np.lexsort([-frame["confidence"], frame["turned"] == "right"])
    return frame.iloc[order].reset_index(drop=True)


def _named(names: tuple[str, ...], positions: np.ndarray) -> pd.Series:
    """Return the name at each position, as text."""
    return pd.Series(np.array(names, dtype=object)[positions], dtype="str")
