"""What fine-tuning takes and what can go wrong with it, told before it starts and without torch."""

from __future__ import annotations

from core.errors import InputError, shorten
from core.models import device
from core.models.checkpoint_folder import Facts, facts_of
from core.models.checkpoint_source import find_local, unreachable
from core.models.classifier import Needs
from core.models.transformer_settings import TransformerSettings, parts_of_batch

# Of checkpoints that are not here yet: those of the presets, and one of the size of BERT.
EXPECTED = {
    "distilbert-base-uncased": Facts("distilbert", 30_522, 512, 268_000_000, 768, 6),
    "minilm": Facts("bert", 30_522, 512, 91_000_000, 384, 6),
}
UNKNOWN = Facts("bert", 30_522, 512, 440_000_000, 768, 12)
# Measured with minilm and DistilBERT on 1,000 to 167,616 headlines, rounded up.
LIBRARIES_BYTES, BYTES_PER_ROW, TOKENS_PER_ROW_BYTES = 1_200_000_000, 4_000, 300
# What the layers of an encoder keep of a token for the way back, in fp32 and times the width.
KEPT_OF_A_TOKEN = 68


def needs(settings: TransformerSettings, *, rows: int, labels: int) -> Needs:
    """Return what a training takes, from the files of its checkpoint where it is here."""
    facts = _facts(settings)
    # AdamW keeps two moments of each weight beside its gradient.
    kept = 4 if settings.trainable == "all" else 1
    at_once, _ = parts_of_batch(settings, 1)
    activations = at_once * settings.max_length * facts.width * facts.layers * KEPT_OF_A_TOKEN
    memory = LIBRARIES_BYTES + rows * BYTES_PER_ROW + kept * facts.weights_bytes + activations
    disk = disk_needed(settings, facts.weights_bytes) + rows * (TOKENS_PER_ROW_BYTES + labels)
    return Needs(
        memory,
        disk,
        notes=_notes(settings),
        less_memory="lower max_length or device_batch_size, or take a smaller checkpoint",
    )


def check_before_start(settings: TransformerSettings, *, rows: int, labels: int, free_bytes: int) -> None:
    """Raise InputError for what can be known to go wrong before a training is queued, from files alone.

    Parameters
    ----------
    rows, labels: of the dataset, and those that are learned.
    free_bytes: what the disk that takes the run has left.
    """
    if labels < 2:
        raise InputError(f"the training rows have {labels} label; a classifier needs two or more")
    used = min(rows, settings.max_rows or rows)
    if used < labels:
        raise InputError(f"max_rows {used} is below the {labels} labels; set max_rows to {labels} or more")
    if find_local(settings.checkpoint) is None and (refusal := unreachable(settings.checkpoint)):
        raise refusal
    check_disk(settings, _facts(settings).weights_bytes, free_bytes)
    if settings.device == "cuda" and not device.gpu_count():
        device.choose(device.Hardware(), "cuda", settings.precision)


def disk_needed(settings: TransformerSettings, weights_bytes: int) -> int:
    """Return the bytes of the checkpoints that are kept, one in the making, and the model while it is saved twice."""
    of_checkpoint = 3 if settings.trainable == "all" else 1
    return weights_bytes * (of_checkpoint * (settings.checkpoints_kept + 1) + 2)


def check_disk(settings: TransformerSettings, weights_bytes: int, free_bytes: int) -> None:
    """Raise InputError unless everything that a training writes fits."""
    needed = disk_needed(settings, weights_bytes)
    if free_bytes < needed:
        raise InputError(
            f"checkpoints of {shorten(settings.checkpoint)} need {needed / 1e9:.1f} GB of disk and "
            f"{free_bytes / 1e9:.1f} GB are free; free some, or set checkpoints_kept to 1 or take a smaller checkpoint"
        )


def _facts(settings: TransformerSettings) -> Facts:
    """Return the facts of the checkpoint, or what is to be expected of one that the hub has."""
    folder = find_local(settings.checkpoint)
    if folder is None:
        return EXPECTED.get(settings.checkpoint, UNKNOWN)
    return facts_of(folder, settings.checkpoint, settings.max_length)


def _notes(settings: TransformerSettings) -> tuple[str, ...]:
    if find_local(settings.checkpoint) is not None:
        return ()
    return (
        f"checkpoint {shorten(settings.checkpoint)} is not on this machine: the run fetches it from the Hugging Face "
        "hub first, which takes internet",
    )
