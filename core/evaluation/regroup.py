"""What a finished run says of groupings, its own and any other, without training."""

from __future__ import annotations

import numpy as np

from core.evaluation.evaluate import test_predictions
from core.evaluation.judge import members_of_labels
from core.evaluation.predictions import Predictions
from core.grouping.scores import Scores
from core.runs import store
from core.runs.spec import TrainingSpec


def scores_of(run: store.Run) -> Scores:
    """Return what the run said of its test rows; InputError or DamagedError where it has no evaluation."""
    return scores_from(run.spec, test_predictions(run))


def scores_from(spec: TrainingSpec, predictions: Predictions) -> Scores:
    """Return predictions as `Scores`: positions instead of categories, single precision."""
    return Scores(
        labels=predictions.labels,
        members=members_of_labels(spec, predictions.labels),
        categories=tuple(predictions.categories.categories),
        true=predictions.categories.codes.astype(np.int64),
        probabilities=predictions.probabilities.astype(np.float32),
        rows=np.asarray(predictions.rows, dtype=np.int64),
    )
