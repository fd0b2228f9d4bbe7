"""A random split beside a split by time: what a run looks like in the test, and what it would be in use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.evaluation.judge import Judged
from core.evaluation.proportions import difference
from core.runs import states
from core.runs.spec import SPLITS, TrainingSpec
from core.runs.store import Run

ONLY_BEFORE, ONLY_AFTER = "only before", "only after"
FIGURES = ("rows", "accuracy", "macro_f1", "weighted_f1", "macro_recall", "kappa", "majority_share")


@dataclass(frozen=True)
class SideBySide:
    """The same training, once tested on rows of all days and once on the latest.

    Attributes
    ----------
    figures: one row a figure: figure, random, past, difference (past - random).
    classes: one row a label: label, random and past (recall), difference with low and high (95 %, Newcombe),
        random_rows and past_rows (test rows of the label), met ("only before" or "only after" the first test
        day, "" where on both sides), the largest loss first; labels without test rows on one side last.
    """

    figures: pd.DataFrame
    classes: pd.DataFrame


def other_spec(spec: TrainingSpec) -> TrainingSpec:
    """Return the same spec with the other split."""
    (other,) = (kind for kind in SPLITS if kind != spec.split.kind)
    return spec.model_copy(update={"split": spec.split.model_copy(update={"kind": other})})


def twin_of(run: Run, runs: Iterable[Run]) -> Run | None:
    """Return the newest finished one of ``runs`` (the newest first) whose spec is that of ``run`` but for the split.

    The name of the dataset may be another, its content may not.
    """
    wanted = other_spec(run.spec).model_copy(update={"dataset": ""})
    return next(
        (
            one
            for one in runs
            if one.state == states.SUCCEEDED and one.spec.model_copy(update={"dataset": ""}) == wanted
        ),
        None,
    )


def side_by_side(random: Judged, past: Judged) -> SideBySide:
    """Return both splits beside each other, judged under one grouping."""
    one, other = random.metrics, past.metrics
    figures = pd.DataFrame(
        [(name, float(getattr(one, name)), float(getattr(other, name))) for name in FIGURES],
        columns=["figure", "random", "past"],
    )
    classes = _sides(random, past)
    met = np.select([~classes["label"].isin(past.answers), classes["past_rows"] == 0], [ONLY_AFTER, ONLY_BEFORE], "")
    classes = classes.assign(met=pd.Series(met, dtype="str", index=classes.index))
    classes = classes.sort_values(["difference", "label"], na_position="last", kind="stable").reset_index(drop=True)
    return SideBySide(figures.assign(difference=figures["past"] - figures["random"]), classes)


def _sides(random: Judged, past: Judged) -> pd.DataFrame:
    """Return recall and test rows of every label that either side has, and the difference where both have rows."""
    columns = ["tp", "support"]
    joined = pd.DataFrame({"label": sorted({*random.metrics.labels, *past.metrics.labels})})
    for name, judged in (("random", random), ("past", past)):
        found = judged.metrics.per_class.set_index("label")[columns].reindex(joined["label"]).fillna(0)
        joined[[f"{name}_right", f"{name}_rows"]] = found.to_numpy(dtype=np.int64)
    counts = [joined[f"{name}_{what}"].to_numpy() for name in ("past", "random") for what in ("right", "rows")]
    gap, low, high = difference(*counts)
    both = (joined["random_rows"] > 0) & (joined["past_rows"] > 0)
    return pd.DataFrame(
        {
            "label": joined["label"],
            "random": _recall(joined, "random"),
            "past": _recall(joined, "past"),
            "difference": np.where(both, gap, np.nan),
            "low": np.where(both, low, np.nan),
            "high": np.where(both, high, np.nan),
            "random_rows": joined["random_rows"],
            "past_rows": joined["past_rows"],
        }
    )


def _recall(joined: pd.DataFrame, name: str) -> pd.Series:
    return joined[f"{name}_right"] / joined[f"{name}_rows"].where(joined[f"{name}_rows"] > 0)
