"""Temperature scaling: one number that makes a run's probabilities as sure as it is right, kept beside the run.

Guo, Pleiss, Sun & Weinberger, "On calibration of modern neural networks", 2017. Log-probabilities of the
model's own labels are divided by a temperature before they are added up to groups: above 1 it makes answers
less sure, below 1 surer. The likeliest label stays the same; the likeliest group can change where
categories that are added up come nearer to, or farther from, one that stands alone.

``calibration.json`` lies in the run's directory beside the manifest, which does not name it. It changes
nothing by itself: an answer is calibrated only where that is asked for, and removing it undoes it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import DamagedError, InputError, shorten
from core.evaluation.calibration import BINS, Binning, expected_calibration_error, reliability
from core.evaluation.predictions import Predictions
from core.evaluation.ranking import losses
from core.grouping.grouping import Grouping
from core.grouping.scores import grouped_probabilities, groups_of_labels
from core.runs import clock
from core.runs.spec import TrainingSpec
from core.runs.store import Run
from core.storage import read_json, write_json

CALIBRATION = "calibration.json"
# Half of the smallest number that half precision holds: what is stored as 0 lies below it.
FLOOR = 2.0**-25
COLDEST, HOTTEST = 0.05, 20.0
FOLDS, SEED = 5, 0
FEWEST_ROWS = 20
BINNING: Binning = "equal count"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Fit(_Frozen):
    """How good probabilities are: log loss in nats, ECE (0 to 1) and accuracy of the likeliest label."""

    log_loss: float
    ece: float
    accuracy: float


class Gain(_Frozen):
    """`Fit` without a temperature and with one, over the same rows; none helped to fit the one it is judged by."""

    before: Fit
    after: Fit


class Calibration(_Frozen):
    """A run's temperature and what it does: ``calibration.json`` is this, as JSON.

    Attributes
    ----------
    temperature: fitted on all usable test rows; what answers are calibrated with.
    rows: the usable ones; unknown_rows: those whose true label the model cannot give, left out.
    folds, seed: rows are dealt into as many parts; each is judged by the temperature of all others.
    fold_temperatures: those temperatures; how far they lie apart is how sure ``temperature`` is.
    bins, binning: of the ECE.
    labels: of the model's own labels; groups: under the run's own grouping.
    """

    format: Literal[1] = 1
    temperature: float = Field(ge=COLDEST, le=HOTTEST)
    rows: int
    unknown_rows: int
    folds: int
    seed: int
    fold_temperatures: tuple[float, ...]
    bins: int
    binning: Binning
    labels: Gain
    groups: Gain
    created_at: str


@dataclass(frozen=True, eq=False)
class CrossFitted:
    """Test rows, each scaled by a temperature that it had no part in.

    Attributes
    ----------
    temperature: of all usable rows; temperatures: of the rows outside each fold.
    usable: rows whose true label the model can give, positions, shape (usable rows,).
    probabilities: of all rows over the model's labels, float32, shape (rows, labels).
    """

    temperature: float
    temperatures: tuple[float, ...]
    usable: np.ndarray
    probabilities: np.ndarray


def scaled(probabilities: np.ndarray, temperature: float | np.ndarray) -> np.ndarray:
    """Return probabilities with their logarithms divided by ``temperature``, summing to 1; shape as given.

    ``temperature`` is one number, or one a row of shape (rows, 1). The order of the labels in a row stays.
    Single precision comes out, but for double precision that is given.
    """
    logits = _logarithms(probabilities) / temperature
    logits -= logits.max(axis=1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=1, keepdims=True)
    return logits


def _logarithms(probabilities: np.ndarray) -> np.ndarray:
    kind = np.float64 if probabilities.dtype == np.float64 else np.float32
    return np.log(np.maximum(probabilities.astype(kind), kind(FLOOR)))


def fit_temperature(probabilities: np.ndarray, true: np.ndarray) -> float:
    """Return the temperature, 0.05 to 20, that minimises the log loss of the true labels.

    In the inverse temperature the log loss is convex, so its slope has one root, which is looked for.
    1.0 where the log loss is the same at any temperature, as with a single label.

    Parameters
    ----------
    probabilities: shape (rows, labels); true: position of each row's true label, shape (rows,).
    """
    from scipy.optimize import brentq

    logits = _logarithms(probabilities)
    wanted = float(logits[np.arange(len(true)), true].mean(dtype=float))
    # Exponentials of what is at most 0 cannot overflow.
    shifted = logits - logits.max(axis=1, keepdims=True)

    def slope(inverse: float) -> float:
        weights = np.exp(shifted * np.float32(inverse))
        return float(((weights * logits).sum(axis=1) / weights.sum(axis=1)).mean(dtype=float)) - wanted

    low, high = 1 / HOTTEST, 1 / COLDEST
    at_low, at_high = slope(low), slope(high)
    if abs(at_low) < 1e-6 and abs(at_high) < 1e-6:
        return 1.0
    if at_low >= 0:
        return HOTTEST
    if at_high <= 0:
        return COLDEST
    return float(np.clip(1 / brentq(slope, low, high, xtol=1e-5), COLDEST, HOTTEST))


def true_labels(spec: TrainingSpec, predictions: Predictions) -> np.ndarray:
    """Return each row's true label as a position in the model's labels, -1 where it has none; shape (rows,)."""
    place = {label: position for position, label in enumerate(predictions.labels)}
    names = predictions.categories.categories
    found = np.array([place.get(spec.target_of(name), -1) for name in names], dtype=np.int64)
    return found[predictions.categories.codes]


def cross_fit(spec: TrainingSpec, predictions: Predictions, *, folds: int = FOLDS, seed: int = SEED) -> CrossFitted:
    """Fit temperatures so that no row is scaled by one that it helped to fit.

    Rows are dealt into ``folds`` parts at random. A row whose true label the model cannot give says nothing of
    a temperature: it is scaled by that of all others. Raises InputError when too few are left.
    """
    true = true_labels(spec, predictions)
    fold = _dealt(true, folds, seed)
    usable = np.flatnonzero(fold >= 0)
    if len(usable) < FEWEST_ROWS:
        raise InputError(
            f"a temperature needs {FEWEST_ROWS} test rows whose label the model can give, and there are "
            f"{len(usable)}; train on more records, or with a larger test share"
        )
    known = predictions.probabilities
    outside = [usable[fold[usable] != one] for one in range(folds)]
    temperatures = tuple(fit_temperature(known[rows], true[rows]) for rows in outside)
    temperature = fit_temperature(known[usable], true[usable])
    return CrossFitted(temperature, temperatures, usable, _by_fold(known, fold, temperatures, temperature))


def _dealt(true: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """Return each row's part, 0 to ``folds`` - 1, and -1 of a row whose true label is -1; shape (rows,)."""
    usable = np.flatnonzero(true >= 0)
    fold = np.full(len(true), -1)
    fold[usable] = np.random.default_rng(seed).permutation(len(usable)) % folds
    return fold


def _by_fold(probabilities: np.ndarray, fold: np.ndarray, by: tuple[float, ...], otherwise: float) -> np.ndarray:
    """Return probabilities scaled by the temperature of each row's part, in single precision."""
    # The last is where part -1 looks.
    return scaled(probabilities, np.array([*by, otherwise], dtype=np.float32)[fold][:, None])


def calibrate(spec: TrainingSpec, predictions: Predictions, *, folds: int = FOLDS, seed: int = SEED) -> Calibration:
    """Return the temperature of a run's test rows and what it does; InputError as `cross_fit`."""
    found = cross_fit(spec, predictions, folds=folds, seed=seed)
    rows = found.usable
    true = true_labels(spec, predictions)[rows]
    before = predictions.probabilities[rows].astype(np.float32)
    after = found.probabilities[rows]
    grouping = spec.grouping.grouping()
    groups = own_groups(spec, predictions.labels, grouping)
    names = sorted(set(groups))
    true_groups = np.array([names.index(group) for group in groups])[true]
    added = [grouped_probabilities(one, groups)[1] for one in (before, after)]
    return Calibration(
        temperature=found.temperature,
        rows=len(rows),
        unknown_rows=len(predictions.rows) - len(rows),
        folds=folds,
        seed=seed,
        fold_temperatures=found.temperatures,
        bins=BINS,
        binning=BINNING,
        labels=Gain(before=fit_of(before, true), after=fit_of(after, true)),
        groups=Gain(before=fit_of(added[0], true_groups), after=fit_of(added[1], true_groups)),
        created_at=clock.now(),
    )


def own_groups(spec: TrainingSpec, labels: tuple[str, ...], grouping: Grouping) -> list[str]:
    """Return the group of each of the model's labels: themselves, for a model of groups."""
    if spec.target == "group":
        return list(labels)
    return groups_of_labels(labels, [(label,) for label in labels], grouping, grouping.name)


def fit_of(probabilities: np.ndarray, true: np.ndarray) -> Fit:
    """Return how good probabilities (rows × labels) are for the ``true`` positions, shape (rows,)."""
    answer = probabilities.argmax(axis=1)
    confidence = np.minimum(probabilities[np.arange(len(true)), answer], 1.0)
    return Fit(
        log_loss=float(losses(probabilities, true).mean()),
        ece=expected_calibration_error(reliability(confidence, answer == true, bins=BINS, binning=BINNING)),
        accuracy=float((answer == true).mean()),
    )


def calibrated(spec: TrainingSpec, predictions: Predictions, by: Calibration) -> Predictions:
    """Return predictions with their probabilities scaled, in single precision.

    The test rows that the temperature was fitted on are each scaled by that of the parts that they are not in, so
    that what is said of them holds for other rows; all other rows by the one temperature.
    """
    if predictions.fingerprint != spec.fingerprint:
        return replace(predictions, probabilities=scaled(predictions.probabilities, by.temperature))
    fold = _dealt(true_labels(spec, predictions), by.folds, by.seed)
    known = _by_fold(predictions.probabilities, fold, by.fold_temperatures, by.temperature)
    return replace(predictions, probabilities=known)


def stored(run: Run) -> Calibration | None:
    """Return the calibration kept with the run, None when there is none; DamagedError when it cannot be read."""
    path = run.path / CALIBRATION
    if not path.exists():
        return None
    try:
        return Calibration.model_validate(read_json(path))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise DamagedError(
            f"{path} is no calibration ({where}: {first['msg']}); `python -m core calibrate {run.id}` makes another"
        ) from error


def required(run: Run) -> Calibration:
    """Return the calibration kept with the run; InputError when there is none."""
    found = stored(run)
    if found is None:
        raise InputError(
            f"run {shorten(run.title)} has no temperature; `python -m core calibrate {run.id}` fits and keeps one"
        )
    return found


def keep(run: Run, calibration: Calibration) -> None:
    """Keep ``calibration`` with the run, in place of an earlier one; InputError for the starter, which has its own."""
    _refuse_starter(run)
    write_json(run.path / CALIBRATION, calibration.model_dump(mode="json"))


def remove(run: Run) -> bool:
    """Take the calibration away from the run; return whether there was one. InputError for the starter."""
    _refuse_starter(run)
    path = run.path / CALIBRATION
    there = path.exists()
    path.unlink(missing_ok=True)
    return there


def _refuse_starter(run: Run) -> None:
    if run.ships:
        raise InputError(f"run {run.id} is part of Copydesk and keeps the temperature that it came with")
