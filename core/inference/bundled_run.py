"""What a bundle was unpacked to, looked at before it appears: is it a finished run that works and asks for no code?"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import CopydeskError, DamagedError, InputError, is_disk_full
from core.evaluation import temperature
from core.evaluation.predictions import Predictions, load_predictions
from core.models.registry import load_classifier
from core.runs import about, starter, states, status, store
from core.runs.manifest import check_manifest
from core.runs.spec import TrainingSpec
from core.runs.store import Run
from core.storage import write_json

# What makes transformers load code, other weights or kernels besides those in the folder.
CODE = {
    "attn_implementation",
    "_attn_implementation",
    "auto_map",
    "custom_pipelines",
    "kernel_config",
    "quantization_config",
    "trust_remote_code",
}
ADAPTER = "adapter_"


def check_run(work: Path, run_id: str) -> None:
    """Make what lies in ``work`` a run of this home; InputError unless it is a finished one whose model can be loaded.

    Its files come from anybody, so whatever goes wrong with them is their fault.
    """
    try:
        _check(work, run_id)
    except CopydeskError as error:
        # Paths under construction mean nothing to people.
        raise InputError(str(error).replace(f"{work}/", "").replace(work.name, run_id)) from error
    except Exception as error:
        if is_disk_full(error):
            raise
        raise InputError(f"its files do not fit together ({type(error).__name__}); get the bundle again") from error


def _check(work: Path, run_id: str) -> None:
    spec, found = store.read_spec(work), status.read(work)
    if found["state"] != states.SUCCEEDED:
        raise InputError(f"its run is {found['state']}, and only one that succeeded can be handed on")
    for folder in ("model", "evaluation"):
        check_manifest(work, folder)
    _check_no_code(work / "model")
    classifier = load_classifier(work / "model")
    _check_size(work / "evaluation")
    predictions = load_predictions(work / "evaluation")
    if tuple(predictions.labels) != tuple(classifier.labels):
        raise InputError("its model and its evaluation have other labels")
    if set(classifier.labels) - {spec.target_of(category) for category in spec.categories}:
        raise InputError("its model has labels that its spec does not know")
    _check_predictions(predictions, spec)
    temperature.stored(Run(run_id, work, spec, found))
    number = store.next_sequence()
    write_json(work / status.STATUS, {**status.portable(found), "number": number, "sequence": number})
    (work / status.STATUS_LOCK).touch()
    _keep_what_was_said(work)


def _check_no_code(folder: Path) -> None:
    """Raise InputError for a configuration that asks a library to load code, or something from elsewhere."""
    for path in sorted(folder.rglob("*.json")):
        if path.name.startswith(ADAPTER):
            raise InputError(f"model/{path.name} asks for another model, and only what is in a bundle is loaded")
        with contextlib.suppress(ValueError, RecursionError):
            document = json.loads(path.read_text(encoding="utf-8"))
            # Elsewhere, deeper, the keys are words of a text.
            asked = CODE & set(_keys(document) if path.name.endswith("config.json") else _own_keys(document))
            if asked:
                raise InputError(f"model/{path.name} asks for code of its own ({min(asked)}), which is never run")


def _own_keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (key for key, one in value.items() if one)


def _keys(value: Any) -> Iterator[str]:
    """Yield the keys of all objects in a JSON value that have something behind them."""
    yield from _own_keys(value)
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _keys(one)


def _check_size(folder: Path) -> None:
    """Raise DamagedError where the arrays tell of more rows than there are bytes for: none is made of them then."""
    import numpy as np
    import pyarrow.parquet as pq

    rows = np.load(folder / "probabilities.npy", mmap_mode="r", allow_pickle=False).shape[0]
    if pq.read_metadata(folder / "rows.parquet").num_rows != rows:
        raise DamagedError(f"evaluation/rows.parquet has not the {rows:,} rows of its probabilities; train again")


def _check_predictions(predictions: Predictions, spec: TrainingSpec) -> None:
    rows, unknown = predictions.rows, set(predictions.categories.categories) - set(spec.categories)
    if rows.dtype.kind != "i" or (rows < 0).any() or predictions.probabilities.dtype.kind != "f":
        raise InputError("its evaluation holds other numbers than rows and probabilities")
    if unknown or (predictions.categories.codes < 0).any():
        raise InputError("its evaluation has categories that its spec does not know")


def _keep_what_was_said(work: Path) -> None:
    """Keep the name of the run where it may have it: by another one's name or id, it would answer in its place."""
    if not (work / about.ABOUT).exists():
        return
    said = about.read(work)
    name, note = None, ""
    with contextlib.suppress(InputError):
        name = about.checked_title(said.name or "")
    with contextlib.suppress(InputError):
        note = about.checked_note(said.note)
    taken = {starter.ID, *store.run_ids(), *(run.name for run in store.list_all())}
    about.write(work, about.About(None if name in taken else name, note))
