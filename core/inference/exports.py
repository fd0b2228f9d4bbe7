"""A run's model in the forms that other programs read: Hugging Face's folder, and the layout of the notebook.

What is pickled is pickled here alone, of stock scikit-learn classes, for programs that ask for it. Copydesk reads none.
"""

from __future__ import annotations

import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.data.readers import shown_path
from core.errors import InputError, shorten
from core.inference.bundle import add_entry
from core.inference.classify import Model, load_model
from core.runs.store import Run
from core.storage import building

OURS = "copydesk.json"
PIPELINE, ENCODER = "multiclass_logistic_regression.pkl", "label_encoder.pkl"
RESULTS, BEST, ARCHIVE = "results", "results/best_model", "results.zip"


def export_huggingface(run: Run, folder: Path) -> list[Path]:
    """Write a fine-tuned run to the new folder ``folder`` as `save_pretrained` does; return its files.

    Raises InputError for a model of another kind, and for a place that cannot be written.
    """
    if run.spec.model != "transformer":
        raise InputError(
            f"run {shorten(run.title)} has model {run.spec.model}, which Hugging Face has no format for; export "
            "FILE.joblib for scikit-learn, or FILE.zip with a script of its own"
        )
    return _made(run, folder, _write_huggingface)


def export_notebook(run: Run, folder: Path) -> list[Path]:
    """Write the run to the new folder ``folder`` under the names that the notebook gave its models; return the files.

    logistic: multiclass_logistic_regression.pkl, a scikit-learn Pipeline that predicts the number of the label, and
    label_encoder.pkl, a LabelEncoder that turns the numbers into labels. transformer: results/best_model/ with the
    files of Hugging Face and label_encoder.pkl, and results.zip of results/.
    """
    return _made(run, folder, _write_logistic if run.spec.model == "logistic" else _write_results)


def _made(run: Run, folder: Path, write: Callable[[Model, Path], None]) -> list[Path]:
    """Return the files of ``folder`` once ``write`` has made it, whole or not at all."""
    if not folder.parent.is_dir():
        raise InputError(f"folder {shown_path(folder.parent)} does not exist; make it first")
    model = load_model(run)
    try:
        with building(folder) as work:
            write(model, work)
    except FileExistsError as error:
        raise InputError(f"folder {shown_path(folder)} exists already; name a new one") from error
    except OSError as error:
        raise InputError(f"{shown_path(folder)} cannot be written ({error.strerror}); choose another place") from error
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _write_huggingface(model: Model, folder: Path) -> None:
    for path in (model.run.path / "model").iterdir():
        if path.name != OURS:
            shutil.copyfile(path, folder / path.name)


def _write_logistic(model: Model, folder: Path) -> None:
    import numpy as np

    pipeline = model.classifier.to_pipeline()
    pipeline.steps[-1][1].classes_ = np.arange(len(model.classifier.labels))
    _pickle(pipeline, folder / PIPELINE)
    _pickle(_encoder(model), folder / ENCODER)


def _write_results(model: Model, folder: Path) -> None:
    best = folder / BEST
    best.mkdir(parents=True)
    _write_huggingface(model, best)
    _pickle(_encoder(model), best / ENCODER)
    with zipfile.ZipFile(folder / ARCHIVE, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((folder / RESULTS).rglob("*")):
            if path.is_file():
                add_entry(archive, path.relative_to(folder).as_posix(), path)


def _encoder(model: Model) -> Any:
    """Return a LabelEncoder as if it had been fitted: number -> label of the model."""
    import numpy as np
    from sklearn.preprocessing import LabelEncoder

    encoder = LabelEncoder()
    encoder.classes_ = np.asarray(model.classifier.labels, dtype=object)
    return encoder


def _pickle(value: Any, path: Path) -> None:
    """Write ``value`` so that both pickle.load and joblib.load read it."""
    with path.open("wb") as file:
        pickle.dump(value, file, protocol=4)
