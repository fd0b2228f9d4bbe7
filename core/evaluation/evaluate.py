"""Evaluate a run by its id: on its own test rows, or on all rows of another dataset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pandas as pd

from core.data import datasets
from core.data.records import text_of
from core.errors import InputError, shorten
from core.evaluation import intervals, temperature
from core.evaluation.judge import Judged, judge
from core.evaluation.predictions import Predictions, load_predictions
from core.evaluation.ranking import rank
from core.grouping.grouping import Grouping
from core.runs import states, store
from core.runs.manifest import check_manifest
from core.runs.split import columns_of, split_frame

BATCH = 4096


def test_predictions(run: store.Run) -> Predictions:
    """Return the stored predictions of the run's test rows, once they are what the run wrote."""
    if run.state != states.SUCCEEDED:
        raise InputError(
            f"run {shorten(run.title)} is {run.state} and has no evaluation; "
            f"{'wait for it' if run.alive else 'retry it'}, or choose one that succeeded"
        )
    check_manifest(run.path, "evaluation")
    return load_predictions(run.path / "evaluation")


def dataset_predictions(
    run: store.Run, dataset: datasets.Dataset, progress: Callable[[int, int], None] | None = None
) -> Predictions:
    """Classify all rows of ``dataset``; of the dataset that the run was trained on, its test rows alone.

    Another dataset may share texts with the training rows: they are scored too, and counted.
    """
    from core.inference.classify import load_model

    if dataset.fingerprint == run.spec.fingerprint:
        return test_predictions(run)
    classifier = load_model(run).classifier
    frame = datasets.frame(dataset, columns=[*run.spec.text_fields, "category"])
    texts = text_of(frame).tolist()
    found = np.zeros((len(texts), len(classifier.labels)), dtype=np.float16)
    for begin in range(0, len(texts), BATCH):
        batch = texts[begin : begin + BATCH]
        found[begin : begin + len(batch)] = classifier.predict_proba(batch)
        if progress:
            progress(begin + len(batch), len(texts))
    return Predictions(
        dataset=dataset.name,
        fingerprint=dataset.fingerprint,
        labels=tuple(classifier.labels),
        rows=np.arange(len(texts)),
        categories=pd.Categorical(frame["category"]).remove_unused_categories(),
        probabilities=found,
        seen_in_training=_seen(run, texts),
    )


def _seen(run: store.Run, texts: list[str]) -> int | None:
    """Return how many of ``texts`` the run was trained on; None when its dataset is not here any more."""
    dataset = datasets.by_fingerprint(run.spec.fingerprint)
    if dataset is None:
        return None
    frame = datasets.frame(dataset, columns=columns_of(run.spec))
    known = text_of(frame)
    training, _ = split_frame(frame, known, run.spec)
    return int(pd.Series(texts).isin(set(known.iloc[training])).sum())


def predictions_of(run: store.Run, dataset: datasets.Dataset | None = None, *, calibrated: bool = False) -> Predictions:
    """Return what ``run`` says of ``dataset`` (default: its test rows); ``calibrated`` by the temperature kept with it.

    Raises InputError for a calibrated answer of a run that has no temperature.
    """
    by = temperature.required(run) if calibrated else None
    found = dataset_predictions(run, dataset) if dataset else test_predictions(run)
    return temperature.calibrated(run.spec, found, by) if by else found


def evaluate(
    run: store.Run,
    *,
    grouping: Grouping | None = None,
    dataset: datasets.Dataset | None = None,
    calibrated: bool = False,
) -> Judged:
    """Return the figures of ``run`` under ``grouping`` (default: its own), on rows as of `predictions_of`."""
    predictions = predictions_of(run, dataset, calibrated=calibrated)
    return judge(run.spec, predictions, grouping or run.spec.grouping.grouping())


def evaluation_document(run: store.Run, judged: Judged) -> dict[str, object]:
    """Return what ``evaluate`` prints; ``confusion`` has true labels in rows, predicted ones in columns."""
    return {
        "run": run.id,
        "dataset": judged.dataset,
        "grouping": judged.grouping.name,
        "target": run.spec.target,
        "same_partition": judged.same_partition,
        "seen_in_training": judged.seen_in_training,
        **judged.metrics.document(),
        **asdict(rank(judged.probabilities, judged.true, judged.answerable)),
        "intervals": intervals.document(intervals.intervals(judged)),
        "unknown_labels": judged.unknown_labels,
        "seconds": judged.seconds,
    }
