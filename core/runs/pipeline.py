"""The training pipeline: from a spec to a model, its predictions on unseen rows and its figures."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.data import datasets
from core.data.corrections import applied
from core.data.records import text_of
from core.errors import InputError, shorten
from core.evaluation.judge import judge
from core.evaluation.predictions import Predictions, load_predictions, save_predictions
from core.grouping.builtin import RAW
from core.models import registry
from core.models.classifier import Classifier, Report
from core.runs.endings import CHECKPOINTS, discard
from core.runs.manifest import write_manifest
from core.runs.progress import peak_memory
from core.runs.spec import TrainingSpec
from core.runs.split import columns_of, split_frame
from core.runs.status import METRICS
from core.storage import building, write_json

BATCH = 4096


def train(spec: TrainingSpec, run_path: Path, report: Report) -> dict[str, Any]:
    """Read, vectorize, fit, evaluate and save; return the metrics of the run.

    ``report`` is called with the phase and how far it is; what it raises ends the training, and
    then neither ``model/`` nor ``evaluation/`` stays. A training that was broken off goes on from
    what is in ``checkpoints/``, where the model keeps any.
    """
    start = time.perf_counter()
    report = seen = GpuMemory(report)
    report("read", 0, 1)
    dataset = datasets.load(spec.dataset)
    if dataset.fingerprint != spec.fingerprint:
        raise InputError(
            f"dataset {shorten(spec.dataset)} has other content than when the run was started "
            f"(fingerprint {dataset.fingerprint[:12]}, not {spec.fingerprint[:12]}); start a new run"
        )
    frame = datasets.frame(dataset, columns=columns_of(spec))
    texts = text_of(frame)
    training, test = split_frame(frame, texts, spec)
    report("read", 1, 1)
    is_training = set(training.tolist())
    learned = {row: category for row, category in spec.corrections.items() if row in is_training}
    targets = _targets(applied(frame["category"], learned), spec)
    _check_split(spec, targets.iloc[training].nunique(), len(test))
    print(f"{len(training):,} training rows, {len(test):,} test rows of {dataset.name}", flush=True)
    if spec.corrections:
        apart = len(spec.corrections) - len(learned)
        print(f"{len(learned):,} corrections of training rows; {apart:,} of other rows, left as they are", flush=True)
    classifier = registry.fit(
        spec.model,
        texts.iloc[training].tolist(),
        targets.iloc[training].tolist(),
        registry.settings_of(spec.model, spec.hyperparameters),
        seed=spec.seed,
        report=report,
        checkpoints=run_path / CHECKPOINTS,
    )
    probabilities, speed = _predict(classifier, texts.iloc[test].tolist(), report)
    predictions = Predictions(
        dataset=spec.dataset,
        fingerprint=spec.fingerprint,
        labels=tuple(classifier.labels),
        rows=test,
        categories=pd.Categorical(frame["category"].iloc[test]).remove_unused_categories(),
        probabilities=probabilities,
    )
    counts = {"training_rows": len(training), "classified_rows_per_s": speed}
    counts |= {**_corrected(spec, len(learned)), **seen.figures()}
    return _save(run_path, classifier, predictions, {**figures(spec, predictions), **counts}, report, start)


def _targets(categories: pd.Series, spec: TrainingSpec) -> pd.Series:
    """Return the label that each row is trained on, str; each category is looked up once, not each row's."""
    return categories.map({name: spec.target_of(name) for name in categories.unique()}).astype("str")


def _corrected(spec: TrainingSpec, learned: int) -> dict[str, int]:
    """Return how many training rows were corrected, as a figure of the run; nothing where corrections are off."""
    return {"corrected_rows": learned} if spec.corrections else {}


class GpuMemory:
    """A `Report` that passes everything on and remembers the most memory that was told of on a GPU.

    The processes that train on several GPUs are others than this one, so it is told and not asked.
    """

    def __init__(self, report: Report) -> None:
        self.report, self.peak = report, 0.0

    def __call__(self, phase: str, step: int, total: int, **others: Any) -> None:
        """Pass on what a `Report` is told."""
        self.peak = max(self.peak, others.get("gpu_memory_bytes", 0.0))
        self.report(phase, step, total, **others)

    def figures(self) -> dict[str, int]:
        """Return the peak as a figure of the run; nothing where no GPU was used."""
        return {"gpu_memory_bytes": round(self.peak)} if self.peak else {}


def _check_split(spec: TrainingSpec, labels: int, test_rows: int) -> None:
    """Raise InputError when repeated texts, which stay on one side, leave nothing to learn or to test."""
    if test_rows == 0 or labels < 2:
        lacking = "no row to test on" if test_rows == 0 else "a single label to learn"
        raise InputError(
            f"dataset {shorten(spec.dataset)} leaves {lacking} once equal texts are kept on one side; "
            "import more different headlines"
        )


def _predict(classifier: Classifier, texts: list[str], report: Report) -> tuple[np.ndarray, float]:
    """Return float16 probabilities, shape (texts, labels), found batch by batch, and rows per second."""
    start = time.perf_counter()
    found = np.zeros((len(texts), len(classifier.labels)), dtype=np.float16)
    for begin in range(0, len(texts), BATCH):
        report("evaluate", begin, len(texts), rows=begin)
        batch = texts[begin : begin + BATCH]
        found[begin : begin + len(batch)] = classifier.predict_proba(batch)
    report("evaluate", len(texts), len(texts), rows=len(texts))
    return found, len(texts) / max(time.perf_counter() - start, 1e-9)


def _save(
    run_path: Path,
    classifier: Classifier,
    predictions: Predictions,
    metrics: dict[str, Any],
    report: Report,
    start: float,
) -> dict[str, Any]:
    """Write model, predictions, metrics and manifest, all or nothing; return the metrics.

    The manifest comes last: where it is and fits, the run has its result, whatever happens to the worker.
    """
    report("save", 0, 1)
    try:
        with building(run_path / "model") as directory:
            classifier.save(directory)
        with building(run_path / "evaluation") as directory:
            save_predictions(predictions, directory)
            seconds = time.perf_counter() - start
            metrics = {**metrics, "train_seconds": seconds, "peak_memory_bytes": peak_memory()}
            write_json(directory / METRICS.name, metrics)
        load_predictions(run_path / "evaluation")
        write_manifest(run_path)
        report("save", 1, 1)
    except BaseException:
        discard(run_path)
        raise
    return metrics


def figures(spec: TrainingSpec, predictions: Predictions) -> dict[str, Any]:
    """Return the figures under the run's grouping and, for target category, of the raw categories too."""
    judged = judge(spec, predictions, spec.grouping.grouping())
    found: dict[str, Any] = {
        "rows": judged.metrics.rows,
        "labels": len(judged.metrics.labels),
        **judged.metrics.headline(),
    }
    if spec.target == "category":
        raw = judge(spec, predictions, RAW).metrics
        found["category"] = {"labels": len(raw.labels), **raw.headline()}
    return found
