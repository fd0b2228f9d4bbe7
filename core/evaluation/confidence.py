"""What a run's confidence is worth on rows that it never saw, put together for page and command line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from core.data import datasets
from core.errors import InputError, shorten
from core.evaluation import selective
from core.evaluation.calibration import (
    BINNINGS,
    BINS,
    Binning,
    class_reliability,
    expected_calibration_error,
    maximum_calibration_error,
    reliability,
)
from core.evaluation.evaluate import predictions_of
from core.evaluation.judge import Judged, judge, scores_from
from core.evaluation.predictions import Predictions
from core.evaluation.selective import Level, RiskCoverage
from core.evaluation.temperature import Calibration, stored
from core.grouping.grouping import Grouping
from core.runs.spec import TrainingSpec
from core.runs.store import Run

POINTS = 50  # of a curve, where it is printed
MOST_BINS = 100


@dataclass(frozen=True, eq=False)
class Confidence:
    """Judged rows, and how sure each answer is at each level of detail.

    Attributes
    ----------
    levels: as of `core.evaluation.selective.levels_of`, the finest first.
    curve: risk over coverage of the answers under the grouping.
    """

    judged: Judged
    levels: list[Level]
    curve: RiskCoverage

    @property
    def sure(self) -> np.ndarray:
        """The confidence of each answer under the grouping, 0 to 1, shape (rows,)."""
        return self.judged.table["confidence"].to_numpy()

    @cached_property
    def back_off_curve(self) -> pd.DataFrame:
        """What becomes of the rows at a hundred thresholds, as of `core.evaluation.selective.back_off_curve`."""
        return selective.back_off_curve(self.levels)

    @property
    def right(self) -> np.ndarray:
        """Whether each answer is right, bool, shape (rows,)."""
        return self.judged.true == self.judged.predicted


def confidence_from(spec: TrainingSpec, predictions: Predictions, grouping: Grouping) -> Confidence:
    """Return what predictions are worth under ``grouping``; errors as `judge`."""
    judged = judge(spec, predictions, grouping)
    levels = selective.levels_of(spec, scores_from(spec, predictions), grouping)
    right = judged.true == judged.predicted
    return Confidence(judged, levels, selective.risk_coverage(judged.table["confidence"].to_numpy(), right))


def confidence_of(
    run: Run, grouping: Grouping | None, dataset: datasets.Dataset | None, *, calibrated: bool
) -> Confidence:
    """Return what the confidence of ``run`` is worth, on rows as of `predictions_of`."""
    predictions = predictions_of(run, dataset, calibrated=calibrated)
    return confidence_from(run.spec, predictions, grouping or run.spec.grouping.grouping())


def check_binning(bins: int, binning: str) -> Binning:
    """Return a kind of bins that there is; InputError for another, or for too few or too many."""
    if binning not in BINNINGS:
        raise InputError(f"binning {shorten(binning)} is unknown; choose one of: {', '.join(BINNINGS)}")
    if not 1 <= bins <= MOST_BINS:
        raise InputError(f"{bins:,} bins cannot be drawn; choose 1 to {MOST_BINS}")
    return binning


def check_label(judged: Judged, label: str) -> int:
    """Return the position of ``label`` among the labels; InputError when it is none of them."""
    labels = judged.metrics.labels
    if label not in labels:
        raise InputError(f"there is no label {shorten(label)} here; choose one of: {', '.join(labels)}")
    return labels.index(label)


def bins_of(found: Confidence, label: str | None, bins: int = BINS, binning: Binning = "equal count") -> pd.DataFrame:
    """Return the reliability of all answers or, with a ``label``, of its probability over all rows."""
    if label is None:
        return reliability(found.sure, found.right, bins=bins, binning=binning)
    place = check_label(found.judged, label)
    judged = found.judged
    return class_reliability(judged.probabilities, judged.true, place, bins=bins, binning=binning)


def thinned(frame: pd.DataFrame, points: int = POINTS) -> pd.DataFrame:
    """Return at most ``points`` rows of a curve, evenly spread, both ends among them."""
    if len(frame) <= points:
        return frame
    return frame.iloc[np.unique(np.linspace(0, len(frame) - 1, points).round().astype(int))]


def curve_frame(curve: RiskCoverage) -> pd.DataFrame:
    """Return risk over coverage as a frame: threshold, coverage, risk."""
    return pd.DataFrame({"threshold": curve.threshold, "coverage": curve.coverage, "risk": curve.risk})


def confidence_document(
    run: Run,
    found: Confidence,
    *,
    calibrated: bool,
    threshold: float,
    precision: float,
    label: str | None = None,
    bins: int = BINS,
    binning: str = "equal count",
) -> dict[str, Any]:
    """Return what ``confidence`` prints; InputError for a label, a threshold or bins that cannot be."""
    for name, value in (("threshold", threshold), ("precision", precision)):
        if not 0 <= value <= 1:
            raise InputError(f"{name} {value:g} is no probability; choose a number from 0 to 1")
    table = bins_of(found, label, bins, check_binning(bins, binning))
    judged, kept = found.judged, stored(run)
    coverages = thinned(curve_frame(found.curve))
    return {
        "run": run.id,
        "dataset": judged.dataset,
        "grouping": judged.grouping.name,
        "rows": judged.metrics.rows,
        "accuracy": judged.metrics.accuracy,
        "calibrated": calibrated,
        "temperature": None if kept is None else kept.temperature,
        "label": label,
        "bins": bins,
        "binning": binning,
        "ece": expected_calibration_error(table),
        "mce": maximum_calibration_error(table),
        "reliability": plain(table),
        "risk_coverage": {"aurc": found.curve.aurc, "best": found.curve.best, "curve": plain(coverages)},
        "threshold": threshold,
        "back_off": plain(selective.back_off(found.levels, threshold)),
        "back_off_curve": plain(selective.back_off_curve(found.levels, np.arange(21) / 20)),
        "precision": precision,
        "class_thresholds": plain(selective.class_thresholds(judged.table, judged.metrics.labels, precision)),
        "tradeoff": [] if label is None else plain(thinned(selective.tradeoff_of(judged.table, label))),
    }


def calibration_document(run: Run, found: Calibration | None) -> dict[str, Any]:
    """Return what ``calibrate`` prints; all but the run is None once the temperature is taken away."""
    names = [name for name in Calibration.model_fields if name != "format"]
    values = dict.fromkeys(names) if found is None else found.model_dump(mode="json", include=set(names))
    return {"run": run.id, **values}


def plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain JSON values, what is not known as None."""
    known = frame.astype(object).where(frame.notna(), None)
    return [{name: _plain(value) for name, value in row.items()} for row in known.to_dict("records")]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
