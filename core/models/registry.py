"""The models by name; their modules are imported only when they are used."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from core.errors import DamagedError, InputError, shorten
from core.models.classifier import Classifier, Report
from core.storage import read_json

MODELS = {"logistic": "core.models.logistic"}


def _module(model: str) -> ModuleType:
    if model not in MODELS:
        raise InputError(f"model {shorten(model)} is unknown; choose one of: {', '.join(MODELS)}")
    return importlib.import_module(MODELS[model])


def presets(model: str) -> list[str]:
    """Return the names of a model's presets, the default one first."""
    return list(_module(model).PRESETS)


def settings_from(model: str, preset: str, overrides: Mapping[str, str]) -> BaseModel:
    """Return a preset's settings with ``overrides`` (setting -> text, as ``--set`` gives them) applied.

    Raises InputError that names the setting, the value and what is allowed.
    """
    return _module(model).settings_from(preset, overrides)


def settings_of(model: str, values: Mapping[str, Any]) -> BaseModel:
    """Return the settings that a spec has written down."""
    return _module(model).SETTINGS.model_validate(dict(values))


def fit(
    model: str, texts: Sequence[str], y: Sequence[str], settings: BaseModel, *, seed: int, report: Report
) -> Classifier:
    """Return a classifier fitted to ``texts`` and their labels ``y``."""
    return _module(model).fit(texts, y, settings, seed=seed, report=report)


def load_classifier(directory: Path) -> Classifier:
    """Return the classifier in a model directory, by the model's name in its ``config.json``."""
    config = read_json(directory / "config.json")
    name = config.get("model") if isinstance(config, dict) else None
    if name not in MODELS:
        raise DamagedError(f"{directory / 'config.json'} names no model that is known here; train the run again")
    return _module(name).CLASSIFIER.load(directory)
