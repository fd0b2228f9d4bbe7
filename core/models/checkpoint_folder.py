"""A pretrained checkpoint in a folder: whether it can be fine-tuned, read from its files alone.

Nothing here imports torch: a wrong checkpoint is told in a moment, before a run is queued.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.errors import InputError, shorten

# Encoders that transformers offers both for masked language modelling, which is how encoders are
# pretrained, and for sequence classification. A test holds the list against transformers' own tables.
ENCODERS = frozenset(
    {
        "albert",
        "bert",
        "big_bird",
        "camembert",
        "convbert",
        "data2vec-text",
        "deberta",
        "deberta-v2",
        "distilbert",
        "electra",
        "ernie",
        "eurobert",
        "fnet",
        "gte",
        "ibert",
        "longformer",
        "megatron-bert",
        "mobilebert",
        "modernbert",
        "mpnet",
        "nomic_bert",
        "nystromformer",
        "rembert",
        "roberta",
        "roberta-prelayernorm",
        "roformer",
        "squeezebert",
        "xlm-roberta",
        "xlm-roberta-xl",
        "xmod",
        "yoso",
    }
)
# Their position 0 is kept for padding, and so is what comes before the padding token's number.
POSITIONS_AFTER_PADDING = frozenset({"roberta", "xlm-roberta", "camembert", "xlm-roberta-xl", "xmod", "data2vec-text"})
WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
PICKLES = (".bin", ".pt", ".pth", ".pkl", ".ckpt")
TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "spiece.model", "sentencepiece.bpe.model", "spm.model")
# Vocabularies are filled up to a round number: by 898 tokens in mDeBERTa, by fewer elsewhere.
MOST_UNUSED = 1024


@dataclass(frozen=True)
class Facts:
    """What a checkpoint's files say of it.

    Attributes
    ----------
    max_length: the most tokens of a text that it can read.
    weights_bytes: of its weights in fp32, as they are trained.
    width, layers: of the encoder.
    """

    model_type: str
    vocabulary: int
    max_length: int
    weights_bytes: int
    width: int
    layers: int


def facts_of(folder: Path, checkpoint: str, max_length: int) -> Facts:
    """Return what the files say; InputError with the reason when they cannot be fine-tuned on texts of that length.

    Parameters
    ----------
    checkpoint: what the checkpoint was asked for as, for the messages.
    """
    facts = _facts(folder, checkpoint, _stamp(folder))
    if max_length > facts.max_length:
        raise InputError(
            f"max_length {max_length} is above the {facts.max_length} tokens that checkpoint {shorten(checkpoint)} can "
            f"read; set max_length to {facts.max_length} or less"
        )
    return facts


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return name, size and time of each file, by which a change shows: a page asks again at every click."""
    found = ((path.name, path.stat()) for path in sorted(folder.iterdir()) if path.is_file())
    return tuple((name, status.st_size, status.st_mtime_ns) for name, status in found)


@lru_cache(maxsize=16)
def _facts(folder: Path, checkpoint: str, stamp: tuple[tuple[str, int, int], ...]) -> Facts:
    """Return what the files say, as long as their ``stamp`` is the same."""
    config = _json(folder / "config.json", checkpoint)
    model_type = _encoder_type(config, checkpoint)
    shapes = [shape for path in _weights(folder, checkpoint) for shape in tensor_shapes(path, checkpoint).values()]
    vocabulary = config.get("vocab_size")
    if not isinstance(vocabulary, int) or vocabulary < 1:
        raise _refused(checkpoint, f"its config.json has the vocab_size {shorten(vocabulary)}")
    if not any(len(shape) == 2 and shape[0] == vocabulary for shape in shapes):
        raise _refused(
            checkpoint, f"its weights have no embedding of the {vocabulary:,} tokens that config.json tells of"
        )
    _check_vocabulary(folder, config, vocabulary, checkpoint)
    longest = longest_text(config, _optional_json(folder / "tokenizer_config.json", checkpoint))
    parameters = sum(_product(shape) for shape in shapes)
    width = _whole(config, "hidden_size", "dim", default=max(min(shape) for shape in shapes if len(shape) == 2))
    layers = _whole(config, "num_hidden_layers", "n_layers", default=12)
    return Facts(model_type, vocabulary, longest, 4 * parameters, width, layers)


def _encoder_type(config: dict[str, Any], checkpoint: str) -> str:
    """Return the model type of an encoder; InputError for anything else."""
    model_type = config.get("model_type")
    if model_type not in ENCODERS or config.get("is_decoder") or config.get("is_encoder_decoder"):
        raise InputError(
            f"checkpoint {shorten(checkpoint)} is not an encoder that texts can be classified with (its model_type "
            f"is {shorten(model_type)}); give one such as distilbert-base-uncased, roberta-base or minilm"
        )
    return model_type


def _weights(folder: Path, checkpoint: str) -> list[Path]:
    """Return the safetensors files; InputError when there are none, with the reason for refusing a pickle."""
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    if (folder / INDEX).is_file():
        names = _json(folder / INDEX, checkpoint).get("weight_map")
        files = sorted(set(names.values())) if isinstance(names, dict) else []
        if not files or not all(isinstance(name, str) and Path(name).name == name for name in files):
            raise _refused(checkpoint, f"its {INDEX} names no files")
        missing = next((name for name in files if not (folder / name).is_file()), None)
        if missing:
            raise _refused(checkpoint, f"it has no {missing}")
        return [folder / name for name in files]
    pickles = sorted(path.name for path in folder.iterdir() if path.suffix in PICKLES)
    if pickles:
        raise InputError(
            f"checkpoint {shorten(checkpoint)} has {pickles[0]} and no {WEIGHTS}; a pickle may run code when it is "
            "loaded and is refused: convert it to safetensors, or give another checkpoint"
        )
    raise _refused(checkpoint, f"it has no {WEIGHTS}")


def tensor_shapes(path: Path, checkpoint: str) -> dict[str, tuple[int, ...]]:
    """Return the shape of each tensor in a safetensors file, read from its header; InputError when it is damaged."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > size - 8:
                raise ValueError("its header is cut off")
            header = json.loads(file.read(length))
        header.pop("__metadata__", None)
        end = max((entry["data_offsets"][1] for entry in header.values()), default=0)
        if 8 + length + end != size:
            raise ValueError(f"it has {size:,} bytes, its header asks for {8 + length + end:,}")
        return {name: tuple(entry["shape"]) for name, entry in header.items()}
    except (OSError, ValueError, struct.error, KeyError, TypeError, AttributeError) as error:
        raise _refused(checkpoint, f"its {path.name} is damaged ({error})") from error


def _check_vocabulary(folder: Path, config: dict[str, Any], vocabulary: int, checkpoint: str) -> None:
    """Raise InputError unless the tokenizer's numbers are those that the model was trained on, as far as files tell."""
    present = [name for name in TOKENIZERS if (folder / name).is_file()]
    if not present:
        raise _refused(checkpoint, "it has no tokenizer (tokenizer.json or vocab.txt)")
    tokens = tokens_of(folder, checkpoint)
    if tokens is not None and not vocabulary - MOST_UNUSED <= tokens <= vocabulary:
        raise InputError(
            f"checkpoint {shorten(checkpoint)} has the vocabulary of another model: its tokenizer knows {tokens:,} "
            f"tokens, its weights {vocabulary:,}; give a folder with a model and its own tokenizer"
        )


def tokens_of(folder: Path, checkpoint: str) -> int | None:
    """Return how many tokens the tokenizer of a checkpoint knows, None when only loading it would tell."""
    if (folder / "tokenizer.json").is_file():
        document = _json(folder / "tokenizer.json", checkpoint)
        model, added = document.get("model"), document.get("added_tokens") or []
        try:
            known = model["vocab"]
            names = set(known) if isinstance(known, dict) else {entry[0] for entry in known}
            return len(names | {entry["content"] for entry in added})
        except (TypeError, KeyError, IndexError):
            raise _refused(checkpoint, "its tokenizer.json holds no vocabulary") from None
    if (folder / "vocab.txt").is_file():
        return (folder / "vocab.txt").read_bytes().count(b"\n")
    return None


def longest_text(config: dict[str, Any], tokenizer: dict[str, Any]) -> int:
    """Return how many tokens a model can read: what its positions allow and its tokenizer says."""
    positions = config.get("max_position_embeddings")
    limits = [tokenizer.get("model_max_length")]
    if isinstance(positions, int) and positions > 0:
        after = config.get("model_type") in POSITIONS_AFTER_PADDING
        limits.append(positions - ((config.get("pad_token_id") or 0) + 1 if after else 0))
    # Tokenizers without a limit say so by a number beyond all bounds.
    return min(int(limit) for limit in [*limits, 1_000_000] if isinstance(limit, int | float) and limit > 0)


def _json(path: Path, checkpoint: str) -> dict[str, Any]:
    """Return the JSON object in ``path``; InputError when there is none."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise _refused(checkpoint, f"it has no {path.name}") from error
    except (OSError, ValueError) as error:
        raise _refused(checkpoint, f"its {path.name} cannot be read ({error})") from error
    if not isinstance(document, dict):
        raise _refused(checkpoint, f"its {path.name} is not a JSON object")
    return document


def _optional_json(path: Path, checkpoint: str) -> dict[str, Any]:
    return _json(path, checkpoint) if path.is_file() else {}


def _whole(config: dict[str, Any], *names: str, default: int) -> int:
    """Return the first whole number above 0 that the configuration gives under one of ``names``."""
    found = (config.get(name) for name in names)
    return next((value for value in found if type(value) is int and value > 0), default)


def _product(shape: tuple[int, ...]) -> int:
    product = 1
    for length in shape:
        product *= length
    return product


def _refused(checkpoint: str, reason: str) -> InputError:
    return InputError(
        f"checkpoint {shorten(checkpoint)} cannot be used: {reason}; give a folder as save_pretrained writes it, "
        "or another checkpoint"
    )
