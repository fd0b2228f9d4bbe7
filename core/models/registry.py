"""Which models there are; each is imported only when it is used."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from core.errors import DamagedError, InputError, shorten
from core.models.classifier import Classifier, Needs, Report
from core.models.settings import checked
from core.storage import read_json

# A module offers CLASSIFIER, SETTINGS, PRESETS, settings_from, wants_gpu, needs and check_before_start.
MODELS: Mapping[str, str] = {"logistic": "core.models.logistic", "transformer": "core.models.transformer"}
# Where a model directory says which model it holds: a config.json may be another library's.
OURS, CONFIG = "copydesk.json", "config.json"


def module_of(model: str) -> Any:
    """Return the module of ``model``; InputError listing the models when there is none of that name."""
    if model not in MODELS:
        raise InputError(f"model {shorten(model)} is unknown; choose one of: {', '.join(MODELS)}")
    return importlib.import_module(MODELS[model])


def presets(model: str) -> list[str]:
    """Return the names of the presets of ``model``, the one to begin with first."""
    return list(module_of(model).PRESETS)


def settings_from(model: str, preset: str, overrides: Mapping[str, str]) -> BaseModel:
    """Return the settings of a preset with ``overrides`` (setting -> text), else raise InputError."""
    return module_of(model).settings_from(preset, overrides)


def settings_of(model: str, values: Mapping[str, Any]) -> BaseModel:
    """Return the settings that a spec has written down, else raise InputError."""
    return checked(module_of(model).SETTINGS, values)


def fit(
    model: str,
    texts: Sequence[str],
    y: Sequence[str],
    settings: BaseModel,
    *,
    seed: int,
    report: Report | None = None,
    checkpoints: Path | None = None,
) -> Classifier:
    """Return ``model`` trained on ``texts`` and their labels ``y``.

    Parameters
    ----------
    checkpoints: folder, there or not, for what a broken-off training goes on from; a model that
        finds its own checkpoint there goes on from it. None: nothing is kept.
    """
    return module_of(model).CLASSIFIER.fit(texts, y, settings, seed=seed, report=report, checkpoints=checkpoints)


def device_for(model: str, settings: BaseModel) -> str:
    """Return what the model would train on, were it there: "cpu", "gpu", or "gpus" for every GPU at once."""
    if not module_of(model).wants_gpu(settings):
        return "cpu"
    return "gpus" if getattr(settings, "gpus", "one") == "all" else "gpu"


def needs(model: str, settings: BaseModel, *, rows: int, labels: int) -> Needs:
    """Return what training on a dataset of ``rows`` rows for ``labels`` labels takes, where no earlier run tells."""
    return module_of(model).needs(settings, rows=rows, labels=labels)


def check_before_start(model: str, settings: BaseModel, *, rows: int, labels: int, free_bytes: int) -> None:
    """Raise InputError for what can be known to go wrong before a training is queued.

    Parameters
    ----------
    rows, labels: of the dataset, and those that are learned; free_bytes: on the disk that takes the run.
    """
    module_of(model).check_before_start(settings, rows=rows, labels=labels, free_bytes=free_bytes)


def load_classifier(directory: Path) -> Classifier:
    """Return the model saved in ``directory``, of whatever kind its copydesk.json or else config.json names.

    Raises DamagedError when the files are missing, unreadable or do not fit together.
    """
    path = directory / (OURS if (directory / OURS).is_file() else CONFIG)
    config = read_json(path)
    model = config.get("model") if isinstance(config, dict) else None
    if not isinstance(model, str) or model not in MODELS:
        raise DamagedError(
            f"{path} names the model {shorten(model)}, which this version of Copydesk "
            f"does not have ({', '.join(MODELS)}); update Copydesk or train again"
        )
    return module_of(model).CLASSIFIER.load(directory)
