"""What a finished run says of groupings, its own and any other, without training; and what training then gave."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data import datasets
from core.errors import CopydeskError, shorten
from core.evaluation.evaluate import test_predictions
from core.evaluation.judge import scores_from
from core.grouping.grouping import Grouping
from core.grouping.scores import Scores
from core.grouping.whatif import Difference, Figures, Outcome, WhatIf, differences, flips, outcome, what_if
from core.runs import states, store
from core.runs.staleness import is_stale


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


def try_grouping(run: store.Run, scores: Scores, grouping: Grouping, against: Grouping) -> WhatIf:
    """Return what becomes of the run's rows under ``grouping`` instead of ``against``; errors as `outcome_of`."""
    return what_if(outcome_of(run, scores, against), grouping, run.spec.grouping.name)


def trained_on(runs: list[store.Run], grouping: Grouping, own: store.Run) -> list[store.Run]:
    """Return those of ``runs`` but ``own`` that were trained to the end on these very groups of its dataset."""
    return [
        run
        for run in runs
        if run.state == states.SUCCEEDED
        and run.spec.target == "group"
        and run.spec.fingerprint == own.spec.fingerprint
        and run.id != own.id
        and not is_stale(run.spec, grouping)
    ]


def retrained(run: store.Run, scores: Scores, foretold: Outcome) -> Retrained:
    """Return what ``run``, trained on the groups of ``foretold``, reached beside it.

    ``scores`` are those of ``run``. Where both were tested on the same rows the differences have intervals.
    """
    reached = outcome_of(run, scores, foretold.grouping)
    same_rows = np.array_equal(scores.rows, foretold.scores.rows)
    found = differences(foretold, reached) if same_rows else None
    return Retrained(run, reached.figures, found)


def retrained_runs(run: store.Run, foretold: Outcome) -> list[Retrained]:
    """Return what each run reached that was trained on the groups of ``foretold``, the newest first.

    A run whose evaluation cannot be read is left out: this is a glance aside.
    """
    found = []
    for one in trained_on(store.list_all(), foretold.grouping, run):
        with contextlib.suppress(CopydeskError):
            found.append(retrained(one, scores_of(one), foretold))
    return found


def remarks(after: Outcome, found: WhatIf | None = None) -> list[str]:
    """Return what a person should know before trusting the figures of ``after``, a sentence each.

    ``found`` is its comparison with another grouping, where there is one.
    """
    told = []
    figures = after.figures
    if figures.groups == 1:
        told.append("all categories are one group: every answer is right, and none says anything")
    if figures.smallest == 0 and figures.groups > 1:
        told.append(f"group {shorten(figures.smallest_group)} has no test row, so nothing is known of it")
    if found and found.same_partition and after.groups != found.before.groups:
        told.append("only names differ: no row changes its group")
    unknown = set(after.scores.categories) - {name for names in after.scores.members for name in names}
    if unknown:
        told.append(f"the run does not know {', '.join(map(shorten, sorted(unknown)[:3]))}, which some rows are")
    return told


def with_headlines(rows: pd.DataFrame, fingerprint: str) -> pd.DataFrame:
    """Add the column headline to rows of the dataset with this content; None where it is not here any more."""
    dataset = datasets.by_fingerprint(fingerprint)
    if dataset is None:
        # As objects: text columns turn None into NaN, which is no JSON.
        return rows.assign(headline=pd.Series([None] * len(rows), index=rows.index, dtype="object"))
    headlines = datasets.frame(dataset, columns=["headline"])["headline"]
    return rows.assign(headline=headlines.iloc[rows["row"]].to_numpy())


def what_if_document(run: store.Run, found: WhatIf, trained: list[Retrained], most: int = 0) -> dict[str, object]:
    """Return what ``whatif`` prints beside the evaluation; of the flipped rows at most ``most`` of each kind."""
    figures, rows = found.after.figures, flipped_rows(found)
    listed = rows.groupby("turned", sort=False).head(most)
    if most:
        listed = with_headlines(listed, run.spec.fingerprint)
    return {
        "against": found.before.grouping.name,
        "kappa": figures.kappa,
        "information_kept": figures.information_kept,
        "groups": figures.groups,
        "smallest": figures.smallest,
        "smallest_group": figures.smallest_group,
        "differences": {name: one.document() for name, one in found.differences.items()},
        "turned_wrong": turned(found)[0],
        "turned_right": turned(found)[1],
        "flips": listed.to_dict("records"),
        "remarks": remarks(found.after, found),
        "retrained": [
            {
                "run": one.run.id,
                **one.figures.document(),
                "differences": {name: gap.document() for name, gap in one.differences.items()}
                if one.differences
                else None,
            }
            for one in trained
        ],
    }


def turned(found: WhatIf) -> tuple[int, int]:
    """Return how many rows turn wrong, and how many turn right."""
    right, wrong = flips(found.before, found.after)
    return len(wrong), len(right)


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
