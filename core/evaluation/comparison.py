"""Two runs on the same rows: what differs between them, how surely, for which rows, and at what cost."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

import numpy as np
import pandas as pd

from core.confusion import f1_by_label, ratio
from core.data import datasets
from core.errors import InputError, shorten
from core.evaluation.confidence import plain
from core.evaluation.evaluate import evaluate
from core.evaluation.judge import Judged
from core.evaluation.mcnemar import McNemar, mcnemar
from core.evaluation.metrics import averaged, counts_of
from core.evaluation.pairing import Pairing, pair
from core.evaluation.proportions import paired_difference
from core.evaluation.regroup import with_headlines
from core.grouping.grouping import Grouping
from core.grouping.whatif import Difference
from core.resampling import LEVEL, drawn
from core.runs.cost import Cost, cost, times_as_long
from core.runs.store import Run

RESAMPLES = 500
FEWEST = 10  # rows answered differently from which rows are drawn again
OF_CLASS = ("f1", "precision", "recall")
OVERALL = (
    "accuracy", "macro_f1", "macro_precision", "macro_recall", "weighted_f1", "weighted_precision", "weighted_recall",
    "kappa",
)  # fmt: skip
# What becomes of a row, by whether the run has it right and whether the other run has.
BOTH_RIGHT, ONLY_RUN, ONLY_AGAINST, BOTH_WRONG = "both right", "only run right", "only against right", "both wrong"
OUTCOMES = (BOTH_RIGHT, ONLY_RUN, ONLY_AGAINST, BOTH_WRONG)

Draws = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Comparison:
    """A run beside another one, ``against``, under one grouping on the rows that neither was trained on.

    Every difference is run - against, so above 0 where the run is better.

    Attributes
    ----------
    labels: what either can answer and what rows can be, sorted.
    table: one row a compared row: row (position in the dataset), category, true, run, against (answers),
        confidence, confidence_against (0 to 1), outcome (one of `OUTCOMES`).
    overall: each of `OVERALL` of both, with the 95 % interval of the difference; NaN for one that is not told.
    per_class: one row a label: label, support, and for each of `OF_CLASS` its name, and the name with _against,
        _difference, _low and _high (NaN as above).
    agreement: how many rows have each of `OUTCOMES`.
    same_answer: rows that both answer alike, right or wrong.
    """

    grouping: Grouping
    dataset: str
    fingerprint: str
    labels: tuple[str, ...]
    pairing: Pairing
    table: pd.DataFrame
    overall: dict[str, Difference]
    per_class: pd.DataFrame
    agreement: dict[str, int]
    same_answer: int
    mcnemar: McNemar

    def remarks(self, names: tuple[str, str]) -> list[str]:
        """Return what is to be known of the rows and of the intervals; ``names`` are what the runs are called."""
        return [*self.pairing.remarks(names), *_few_remarks(self)]

    def rows_of(self, outcome: str) -> pd.DataFrame:
        """Return the rows of ``table`` with this outcome, the one whose right answer was surest first."""
        rows = self.table[self.table["outcome"] == outcome]
        surest = "confidence_against" if outcome == ONLY_AGAINST else "confidence"
        return rows.sort_values(surest, ascending=False, kind="stable").reset_index(drop=True)


def compare_runs(
    run: Run, against: Run, *, grouping: Grouping | None = None, dataset: datasets.Dataset | None = None
) -> Comparison:
    """Return ``run`` beside ``against`` under ``grouping`` (default: the run's own) on ``dataset``.

    Without a dataset, on the test rows that they have in common. Raises InputError where a run cannot
    answer the grouping (see `judge`) or no row can be compared (see `pair`).
    """
    grouping = grouping or run.spec.grouping.grouping()
    judged, other = (evaluate(one, grouping=grouping, dataset=dataset) for one in (run, against))
    return compare(run, judged, against, other)


def compare(
    run: Run, judged: Judged, against: Run, other: Judged, *, resamples: int = RESAMPLES, seed: int = 0
) -> Comparison:
    """Return ``run`` beside ``against`` from what both were judged to be under the same grouping.

    Intervals are of 95 %. That of the accuracy is Newcombe's (`paired_difference`). All others are from a paired
    bootstrap: rows are drawn with replacement, each with both answers (Efron & Tibshirani, "An Introduction to
    the Bootstrap", 1993). Rows of equal label and answers count alike and are drawn as one cell. See
    `core.resampling.centred_interval` for where it is laid. Where fewer than `FEWEST` rows are answered
    differently, or of a class fewer of those that have it as label or answer, draws say nothing and the ends are NaN.
    """
    if run.id == against.id:
        raise InputError(f"run {shorten(run.title)} is compared with itself; choose another one")
    pairing = pair(run, judged, against, other)
    labels = tuple(sorted({*judged.metrics.labels, *other.metrics.labels}))
    one, two = judged.table.iloc[pairing.first], other.table.iloc[pairing.second]
    true, answer, answer_against = (
        _positions(column, labels) for column in (one["true"], one["predicted"], two["predicted"])
    )
    right, right_against = answer == true, answer_against == true
    outcomes = np.select([right & right_against, right, right_against], [0, 1, 2], 3)
    counted = np.bincount(outcomes, minlength=len(OUTCOMES)).tolist()
    overall, per_class = _differences(true, answer, answer_against, labels, resamples, seed)
    # Weighted recall is the accuracy.
    accurate = paired_difference(*counted)
    for name in ("accuracy", "weighted_recall"):
        overall[name] = Difference(overall[name].before, overall[name].after, *accurate)
    table = pd.DataFrame(
        {
            "row": one["row"].to_numpy(),
            "category": one["category"].array,
            "true": pd.Categorical.from_codes(true, list(labels)),
            "run": pd.Categorical.from_codes(answer, list(labels)),
            "against": pd.Categorical.from_codes(answer_against, list(labels)),
            "confidence": one["confidence"].to_numpy(),
            "confidence_against": two["confidence"].to_numpy(),
            "outcome": pd.Categorical.from_codes(outcomes, list(OUTCOMES)),
        }
    )
    return Comparison(
        grouping=judged.grouping,
        dataset=judged.dataset,
        fingerprint=judged.fingerprint,
        labels=labels,
        pairing=pairing,
        table=table,
        overall=overall,
        per_class=per_class,
        agreement=dict(zip(OUTCOMES, counted, strict=True)),
        same_answer=int((answer == answer_against).sum()),
        mcnemar=mcnemar(counted[1], counted[2]),
    )


def _positions(column: pd.Series, labels: tuple[str, ...]) -> np.ndarray:
    """Return each row's label as a position in ``labels``, int64."""
    place = {label: position for position, label in enumerate(labels)}
    known = np.array([place[label] for label in column.cat.categories], dtype=np.int64)
    return known[column.cat.codes.to_numpy()]


def _differences(
    true: np.ndarray, answer: np.ndarray, against: np.ndarray, labels: tuple[str, ...], resamples: int, seed: int
) -> tuple[dict[str, Difference], pd.DataFrame]:
    """Return `Comparison.overall` and `Comparison.per_class` from positions in ``labels``, shape (rows,)."""
    size = len(labels)
    cells, counts = np.unique((true * size + answer) * size + against, return_counts=True)
    # The rows as they are come first, then the draws.
    draws = np.vstack([counts, drawn(counts, resamples, np.random.default_rng(seed))])
    pairs, cell_against = np.divmod(cells, size)
    cell_true, cell_answer = np.divmod(pairs, size)
    differing = np.where(cell_answer != cell_against, counts, 0)
    enough = differing.sum() >= FEWEST
    enough_of_class = _of_each(np.stack([cell_true, cell_answer, cell_against]), differing, size) >= FEWEST
    (overall, of_class), (overall_against, of_class_against) = (
        _figures(*counts_of(draws, cell_true, one, size)) for one in (cell_answer, cell_against)
    )
    found = {}
    for name in OVERALL:
        _, low, high = _interval(overall[name] - overall_against[name])
        before, after = float(overall_against[name][0]), float(overall[name][0])
        found[name] = Difference(before, after, *((float(low), float(high)) if enough else (nan, nan)))
    columns: dict[str, object] = {"label": list(labels), "support": np.bincount(true, minlength=len(labels))}
    for name in OF_CLASS:
        difference, low, high = _interval(of_class[name] - of_class_against[name])
        columns |= {
            name: of_class[name][0],
            f"{name}_against": of_class_against[name][0],
            f"{name}_difference": difference,
            f"{name}_low": np.where(enough_of_class, low, np.nan),
            f"{name}_high": np.where(enough_of_class, high, np.nan),
        }
    return found, pd.DataFrame(columns)


def _of_each(labels: np.ndarray, rows: np.ndarray, size: int) -> np.ndarray:
    """Return how many rows have each label in one of its roles, shape (size,).

    Parameters
    ----------
    labels: of each cell in each role, shape (roles, cells); rows: of each cell.
    """
    return np.array([rows[(labels == label).any(axis=0)].sum() for label in range(size)])


def _few_remarks(found: Comparison) -> list[str]:
    differing = found.pairing.rows - found.same_answer
    if differing < FEWEST:
        rows = "row is" if differing == 1 else "rows are"
        return [f"{differing:,} {rows} answered differently: too few for an interval but that of the accuracy"]
    untold = int(found.per_class["f1_low"].isna().sum())
    classes = "class has" if untold == 1 else "classes have"
    return [f"{untold:,} {classes} fewer than {FEWEST} rows answered differently and no interval"] if untold else []


def _figures(right: np.ndarray, support: np.ndarray, predicted: np.ndarray) -> tuple[Draws, Draws]:
    """Return the single figures by name, shape (draws,), and each of `OF_CLASS`, shape (draws, labels).

    Parameters
    ----------
    right, support, predicted: rows that are right, true and predicted, shape (draws, labels).
    """
    of_class = {
        "f1": f1_by_label(right, support, predicted),
        "precision": ratio(right, predicted),
        "recall": ratio(right, support),
    }
    return averaged(right, support, predicted), of_class


def _interval(differences: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the difference itself and both ends of its interval, from shape (1 + draws, ...), itself first."""
    found, draws = differences[0], differences[1:]
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(draws - draws.mean(axis=0), [tail, 1 - tail], axis=0)
    # Of a difference that never varies, rounding must not make a clear one.
    return found, np.maximum(found + np.minimum(low, 0.0), -1.0), np.minimum(found + np.maximum(high, 0.0), 1.0)


def gain_sentence(found: Comparison, paid: Cost, paid_against: Cost) -> str:
    """Return what the run gains over the other and what that costs, in words.

    For example "+1.2 points of accuracy [+0.8 to +1.6] for 3.1 × the training time".
    """
    gap = found.overall["accuracy"]
    gain = f"{100 * gap.value:+.1f} points of accuracy [{100 * gap.low:+.1f} to {100 * gap.high:+.1f}]"
    longer = times_as_long(paid, paid_against)
    return gain if longer is None else f"{gain} for {longer:.1f} × the training time"


def verdict(test: McNemar, name: str, name_against: str) -> str:
    """Return in words whether two runs differ by more than chance; the names are what they are called."""
    counts = f"{test.only_first:,} rows only {name} has right, {test.only_second:,} only {name_against}"
    kind = "exact" if test.exact else f"χ² {test.statistic:,.2f}"
    told = f"McNemar's test ({kind}): {p_text(test.p_value)}"
    if test.p_value >= 1 - LEVEL:
        return f"{counts}. {told}: that may be chance."
    better = name if test.only_first > test.only_second else name_against
    return f"{counts}. {told}: more than chance, {better} is right more often."


def p_text(value: float) -> str:
    """Return a p-value for people.

    >>> p_text(0.0000001), p_text(0.0312)
    ('p < 0.001', 'p = 0.031')
    """
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def chance_sentence(labels: int) -> str:
    """Return how many of ``labels`` intervals would leave 0 out by chance alone."""
    return f"Of {labels:,} intervals of 95 %, about {labels * (1 - LEVEL):.0f} would leave 0 out by chance alone."


def comparison_document(found: Comparison, run: Run, against: Run, *, examples: int = 0) -> dict[str, object]:
    """Return the comparison as plain JSON values, with ``examples`` rows that only one has right, of either kind."""
    paid, paid_against = cost(run), cost(against)
    return {
        "run": run.id,
        "against": against.id,
        "dataset": found.dataset,
        "grouping": found.grouping.name,
        "rows": found.pairing.rows,
        "rows_only_run": found.pairing.only_first,
        "rows_only_against": found.pairing.only_second,
        "rows_trained_on": found.pairing.trained_on,
        "remarks": found.remarks((run.title, against.title)),
        "differences": {
            name: {end: None if isnan(value) else value for end, value in gap.document().items()}
            for name, gap in found.overall.items()
        },
        "per_class": plain(found.per_class),
        "agreement": {name.replace(" ", "_"): rows for name, rows in found.agreement.items()},
        "same_answer": found.same_answer,
        "mcnemar": found.mcnemar.document(),
        "verdict": verdict(found.mcnemar, run.title, against.title),
        "cost": {"run": paid.document(), "against": paid_against.document()},
        "times_as_long": times_as_long(paid, paid_against),
        "gain": gain_sentence(found, paid, paid_against),
        "examples": [row for kind in (ONLY_RUN, ONLY_AGAINST) for row in _examples(found, kind, examples)],
    }


def _examples(found: Comparison, outcome: str, most: int) -> list[dict[str, object]]:
    if not most:
        return []
    rows = with_headlines(found.rows_of(outcome).head(most), found.fingerprint)
    # Where the dataset is gone a headline is missing, which JSON calls null.
    return rows.astype(object).where(rows.notna(), None).to_dict("records")
