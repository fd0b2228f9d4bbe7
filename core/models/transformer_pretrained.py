"""The pretrained encoder and its tokenizer, loaded from the folder of a checkpoint; what does not fit is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.errors import InputError, shorten
from core.models.quiet import quiet_libraries


def pretrained(folder: Path, labels: tuple[str, ...], checkpoint: str, seed: int) -> Any:
    """Return the encoder in ``folder`` with a new head for ``labels``; the same head for the same seed.

    Raises InputError when the weights are not those of the architecture that config.json names.
    """
    from safetensors import SafetensorError
    from transformers import AutoModelForSequenceClassification, set_seed

    quiet_libraries()
    set_seed(seed)
    try:
        model, loading = AutoModelForSequenceClassification.from_pretrained(
            folder,
            num_labels=len(labels),
            id2label=dict(enumerate(labels)),
            label2id={label: number for number, label in enumerate(labels)},
            problem_type="single_label_classification",
            ignore_mismatched_sizes=False,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            dtype="float32",
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise InputError(
            f"checkpoint {shorten(checkpoint)} cannot be loaded: {_first_line(error)}; give a folder as "
            "save_pretrained writes it, or another checkpoint"
        ) from error
    base = f"{model.base_model_prefix}."
    missing = sorted(name for name in loading["missing_keys"] if name.startswith(base) and ".pooler." not in name)
    if missing:
        raise InputError(
            f"checkpoint {shorten(checkpoint)} has the weights of another model: {len(missing)} tensors that its "
            f"config.json asks for are missing, {missing[0]} among them; give a folder with a model and its own weights"
        )
    return model


def tokenizer_of(folder: Path, checkpoint: str, vocabulary: int) -> Any:
    """Return the tokenizer in ``folder``; InputError unless it can be read and knows no token beyond the vocabulary."""
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    # The tokenizers library raises plain Exception for a file that it cannot read.
    except Exception as error:
        raise InputError(
            f"checkpoint {shorten(checkpoint)} has a tokenizer that cannot be read: {_first_line(error)}; give a "
            "folder as save_pretrained writes it, or another checkpoint"
        ) from error
    if len(tokenizer) > vocabulary:
        raise InputError(
            f"checkpoint {shorten(checkpoint)} has the vocabulary of another model: its tokenizer knows "
            f"{len(tokenizer):,} tokens, its weights {vocabulary:,}; give a model with its own tokenizer"
        )
    return tokenizer


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).split("\n") if line.strip()), type(error).__name__)[:200]
