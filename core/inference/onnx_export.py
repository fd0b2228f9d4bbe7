"""A fine-tuned run as ONNX in int8, handed out only when it still answers as the run does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data import datasets
from core.data.records import text_of
from core.errors import CopydeskError, InputError, shorten
from core.evaluation.evaluate import test_predictions
from core.inference.classify import load_model
from core.runs import store
from core.storage import building

MOST_ROWS = 2000
LEAST_AGREEMENT = 0.99


@dataclass(frozen=True)
class OnnxExport:
    """An export that was let out.

    Attributes
    ----------
    rows: test rows of the run on which it was compared with the run's model.
    agreement: share of them that both give the same label.
    """

    folder: Path
    rows: int
    agreement: float


def export_onnx(run: store.Run, folder: Path) -> OnnxExport:
    """Write the run's model to the new folder ``folder`` as ONNX in int8, whole or not at all.

    Raises InputError for a model of another kind, a folder that exists, a missing package, or a dataset that
    is gone; CopydeskError when it gives another label than the run's model on more than a hundredth of the rows.
    """
    if folder.exists():
        raise InputError(f"folder {shorten(str(folder))} exists already; name a new one")
    if not folder.parent.is_dir():
        raise InputError(f"folder {shorten(str(folder.parent))} does not exist; make it first")
    if run.spec.model != "transformer":
        raise InputError(f"run {shorten(run.id)} has model {run.spec.model}, which has no ONNX export")
    from core.models.transformer_onnx import check_packages

    check_packages()
    classifier = load_model(run).classifier
    texts = test_texts(run, MOST_ROWS)
    try:
        with building(folder) as work:
            classifier.export_onnx(work)
            agreement = agreement_of(
                classifier.in_precision("fp32").predict_proba(texts), classifier.onnx_proba(work, texts)
            )
            if agreement < LEAST_AGREEMENT:
                raise CopydeskError(
                    f"run {shorten(run.id)} is not exported: in int8 it gives the label of its model on "
                    f"{agreement:.1%} of {len(texts):,} test rows, and {LEAST_AGREEMENT:.0%} are asked for; use the "
                    "folder model/ of the run with transformers instead"
                )
    except FileExistsError as error:
        raise InputError(f"folder {shorten(str(folder))} exists already; name a new one") from error
    return OnnxExport(folder, len(texts), agreement)


def test_texts(run: store.Run, most: int) -> list[str]:
    """Return the texts of at most so many test rows of the run, drawn with its seed."""
    predictions = test_predictions(run)
    dataset = datasets.load(run.spec.dataset)
    if dataset.fingerprint != run.spec.fingerprint:
        raise InputError(
            f"dataset {shorten(dataset.name)} has other content than when the run was started; import the one that "
            "it was trained on again"
        )
    rows = predictions.rows
    if len(rows) > most:
        rows = np.sort(np.random.default_rng(run.spec.seed).choice(rows, most, replace=False))
    return text_of(datasets.frame(dataset, columns=list(run.spec.text_fields))).iloc[rows].tolist()


def agreement_of(one: np.ndarray, other: np.ndarray) -> float:
    """Return the share of rows to which both give the same label."""
    return float((one.argmax(axis=1) == other.argmax(axis=1)).mean())
