"""A logistic model on disk: safetensors and JSON, nothing that runs code.

config.json       format, settings, labels, sizes, library versions
vocabulary.json   block name -> its features, in the order of the coefficients' rows
model.safetensors coefficients (features, labels), intercept (labels,), idf (features,)
"""

from __future__ import annotations

import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import DamagedError, InputError
from core.models import settings as settings_checks
from core.models.logistic_settings import LogisticSettings, document
from core.models.tfidf import Block, Tfidf, blocks_of
from core.storage import read_json, write_atomic, write_json

if TYPE_CHECKING:
    from core.models.logistic import LogisticClassifier

FORMAT = 1
# Settings that models of earlier versions do not name, with what they were then.
LATER = {"kept_features": None}
LIBRARIES = ("numpy", "scipy", "scikit-learn", "safetensors")
TENSORS, VOCABULARY, CONFIG = "model.safetensors", "vocabulary.json", "config.json"


def write(model: LogisticClassifier, directory: Path) -> None:
    """Write the three files; config.json last, since it is what a loader asks for first."""
    from safetensors.numpy import save

    half = model.coefficients.astype(np.float16)
    exact = model.settings.stored_as == "float16" and np.array_equal(half, model.coefficients)
    tensors = {
        "coefficients": half if exact else model.coefficients,
        "intercept": model.intercept,
        "idf": model.vectorizer.idf,
    }
    write_atomic(directory / TENSORS, save(tensors))
    text = json.dumps(model.vectorizer.features, ensure_ascii=False, indent=0, separators=(",", ":"))
    write_atomic(directory / VOCABULARY, text.encode("utf-8", "backslashreplace"))
    write_json(directory / CONFIG, _config(model))


def _config(model: LogisticClassifier) -> dict[str, Any]:
    versions = {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}
    return {
        "model": "logistic",
        "format": FORMAT,
        "labels": list(model.labels),
        "features": len(model.vectorizer.names),
        "settings": document(model.settings),
        "versions": versions,
    }


def read(directory: Path) -> dict[str, Any]:
    """Return what `LogisticClassifier` is made of; DamagedError naming the file that does not fit."""
    config = read_json(directory / CONFIG)
    settings, labels = _settings_and_labels(config, directory / CONFIG)
    features = _features(directory / VOCABULARY, blocks_of(settings))
    shapes = {
        "coefficients": (sum(map(len, features.values())), len(labels)),
        "intercept": (len(labels),),
        "idf": (sum(map(len, features.values())),),
    }
    tensors = _tensors(directory / TENSORS, shapes)
    vectorizer = Tfidf(blocks_of(settings), features, tensors["idf"].astype(np.float64), settings.sublinear_tf)
    try:
        vectorizer.tables  # noqa: B018 - built now, so that what is wrong with it is told now
    except (ValueError, OverflowError) as error:
        raise _damaged(directory / VOCABULARY, str(error)) from error
    return {
        "settings": settings,
        "labels": labels,
        "vectorizer": vectorizer,
        "coefficients": tensors["coefficients"].astype(np.float32),
        "intercept": tensors["intercept"].astype(np.float32),
    }


def _settings_and_labels(config: Any, path: Path) -> tuple[LogisticSettings, tuple[str, ...]]:
    """Return both as config.json has them, checked."""
    if not isinstance(config, dict) or config.get("model") != "logistic":
        raise _damaged(path, "it is not the configuration of a logistic model")
    if config.get("format") != FORMAT:
        raise _damaged(path, f"format {config.get('format')!r} is not {FORMAT}, the one this version of Copydesk reads")
    labels, values = config.get("labels"), config.get("settings")
    if not _are_texts(labels) or len(labels) < 2 or sorted(set(labels)) != labels:
        raise _damaged(path, "its labels are not two or more different texts in order")
    if not isinstance(values, dict) or set(LATER | values) != set(LogisticSettings.model_fields):
        raise _damaged(path, "its settings are not those of a logistic model")
    try:
        return settings_checks.checked(LogisticSettings, LATER | values), tuple(labels)
    except InputError as error:
        raise _damaged(path, str(error)) from error


def _features(path: Path, blocks: tuple[Block, ...]) -> dict[str, list[str]]:
    """Return the features of each block."""
    features = read_json(path)
    names = [block.name for block in blocks]
    if not isinstance(features, dict) or list(features) != names:
        raise _damaged(path, f"it does not hold the blocks {', '.join(names)} that config.json tells of")
    if not all(_are_texts(part) for part in features.values()):
        raise _damaged(path, "a block is not a list of texts")
    return features


def _are_texts(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is str for value in values)


def _tensors(path: Path, shapes: dict[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Return the tensors, each of the shape that vocabulary and labels ask for, and finite."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        tensors = load(path.read_bytes())
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path, f"it cannot be read ({error})") from error
    if set(tensors) != set(shapes):
        raise _damaged(path, f"it holds {', '.join(sorted(tensors)) or 'nothing'}, not {', '.join(sorted(shapes))}")
    for name, shape in shapes.items():
        if tensors[name].shape != shape:
            raise _damaged(path, f"{name} is of shape {tensors[name].shape}, vocabulary and labels ask for {shape}")
        if tensors[name].dtype.kind != "f" or not np.isfinite(tensors[name]).all():
            raise _damaged(path, f"{name} holds something that is not a finite number")
    return tensors


def _damaged(path: Path, what: str) -> DamagedError:
    return DamagedError(f"{path} is damaged: {what}; train again, or restore it from a backup")
