"""A fine-tuned model on disk: what save_pretrained writes, and beside it what Copydesk needs to know.

config.json, model.safetensors, tokenizer files   Hugging Face's, loadable by any of its tools
copydesk.json                                     model, format, settings, library versions
"""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from core.errors import DamagedError, InputError
from core.models import settings as settings_checks
from core.models.checkpoint_folder import tensor_shapes
from core.models.quiet import quiet_libraries
from core.models.transformer_settings import TransformerSettings
from core.storage import read_json, write_json

FORMAT = 1
LIBRARIES = ("numpy", "torch", "transformers", "tokenizers", "safetensors")
CONFIG, TENSORS, OURS = "config.json", "model.safetensors", "copydesk.json"


def write_finished(directory: Path, model: Any, tokenizer: Any, settings: TransformerSettings) -> None:
    """Write the files; copydesk.json last, since it is what a loader asks for first."""
    model.save_pretrained(directory)
    # safetensors makes its files readable for their owner alone.
    (directory / TENSORS).chmod(0o644)
    # How the last texts were cut and filled up is no part of the model.
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    tokenizer.save_pretrained(directory)
    versions = {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}
    write_json(
        directory / OURS,
        {
            "model": "transformer",
            "format": FORMAT,
            "settings": settings.model_dump(mode="json"),
            "versions": versions,
        },
    )


def read_finished(directory: Path) -> tuple[TransformerSettings, tuple[str, ...], Any, Any]:
    """Return settings, labels, model (fp32, on the CPU) and tokenizer; DamagedError naming the file that is wrong."""
    quiet_libraries()
    settings = _settings(read_json(directory / OURS), directory / OURS)
    labels = labels_of(read_json(directory / CONFIG), directory / CONFIG)
    if not (directory / TENSORS).is_file():
        raise DamagedError(f"{directory / TENSORS} is missing; restore it from a backup or train again")
    try:
        tensor_shapes(directory / TENSORS, TENSORS)
    except InputError as error:
        raise _damaged(directory / TENSORS, str(error)) from error
    return settings, labels, _model(directory), _tokenizer(directory)


def labels_of(config: Any, path: Path) -> tuple[str, ...]:
    """Return the labels in the order of the model's outputs; DamagedError unless they are whole and sorted."""
    names = config.get("id2label") if isinstance(config, dict) else None
    numbers = config.get("label2id") if isinstance(config, dict) else None
    if not isinstance(names, dict) or sorted(names) != sorted(map(str, range(len(names)))):
        raise _damaged(path, "its id2label does not number the labels")
    labels = tuple(names[str(number)] for number in range(len(names)))
    if not all(type(label) is str for label in labels) or len(labels) < 2 or sorted(set(labels)) != list(labels):
        raise _damaged(path, "its labels are not two or more different texts in order")
    if numbers != {label: number for number, label in enumerate(labels)}:
        raise _damaged(path, "its label2id is not the inverse of its id2label")
    return labels


def _settings(document: Any, path: Path) -> TransformerSettings:
    if not isinstance(document, dict) or document.get("model") != "transformer":
        raise _damaged(path, "it is not the description of a transformer model")
    if document.get("format") != FORMAT:
        raise _damaged(path, f"format {document.get('format')!r} is not {FORMAT}, the one that is read here")
    values = document.get("settings")
    if not isinstance(values, dict) or set(values) != set(TransformerSettings.model_fields):
        raise _damaged(path, "its settings are not those of a transformer model")
    try:
        return settings_checks.checked(TransformerSettings, values)
    except InputError as error:
        raise _damaged(path, str(error)) from error


def _model(directory: Path) -> Any:
    """Return the model, every tensor of it from the file and finite."""
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForSequenceClassification

    try:
        model, loading = AutoModelForSequenceClassification.from_pretrained(
            directory,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            dtype="float32",
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError) as error:
        raise _damaged(directory / TENSORS, f"it does not fit {CONFIG} ({type(error).__name__})") from error
    wrong = sorted(map(str, [*loading["missing_keys"], *loading["unexpected_keys"], *loading["mismatched_keys"]]))
    if wrong:
        raise _damaged(directory / TENSORS, f"it does not fit {CONFIG}: {wrong[0]} is missing or of another shape")
    if not all(torch.isfinite(parameter).all() for parameter in model.parameters()):
        raise _damaged(directory / TENSORS, "it holds something that is not a finite number")
    return model.eval()


def _tokenizer(directory: Path) -> Any:
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(directory, local_files_only=True, trust_remote_code=False)
    # The tokenizers library raises plain Exception for a file that it cannot read.
    except Exception as error:
        raise _damaged(directory / "tokenizer.json", f"it cannot be read ({type(error).__name__})") from error


def _damaged(path: Path, what: str) -> DamagedError:
    return DamagedError(f"{path} is damaged: {what}; train again, or restore it from a backup")
