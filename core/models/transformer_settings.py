"""The hyperparameters of fine-tuning a pretrained encoder, and the presets."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from core.models.settings import number, number_or_none, resolved

Whole = Annotated[int, BeforeValidator(number)]
Real = Annotated[float, BeforeValidator(number)]
WholeOrNone = Annotated[int | None, BeforeValidator(number_or_none)]
RealOrNone = Annotated[float | None, BeforeValidator(number_or_none)]


def whole_path(checkpoint: str) -> str:
    """Return the whole path of a checkpoint that is a folder, seen from here or the home folder; else its name."""
    # A home that cannot be told, or a name that is too long, is no folder.
    with contextlib.suppress(OSError, ValueError, RuntimeError):
        folder = Path(checkpoint).expanduser()
        if folder.is_dir():
            return str(folder.resolve())
    return checkpoint


def _named_as_a_path(checkpoint: str) -> str:
    """Return the whole path where no name on the hub can be meant; a bare name is looked at in `settings_from`."""
    return whole_path(checkpoint) if checkpoint.startswith((".", "~")) else checkpoint


class TransformerSettings(BaseModel):
    """Every hyperparameter; a description says which values are allowed.

    Attributes
    ----------
    checkpoint: the pretrained encoder: a folder, a name on the Hugging Face hub, or ``minilm``.
    max_length: tokens of a text; what is beyond is cut off.
    padding: texts are filled up to the ``longest`` of their batch, or all to ``max_length``.
    batch_size: rows of one optimizer step, over all devices and accumulated parts together.
    device_batch_size: rows that one device holds at once, None: as many as the step has. A smaller
        number costs time, saves memory, and changes nothing else.
    learning_rate, head_learning_rate: of the encoder and of the new head; None: the same.
    warmup: share of the steps in which the learning rate rises.
    label_smoothing: share of the target that is spread over all labels.
    class_weight: ``balanced`` weighs rows by the inverse frequency of their label, ``root`` by its root.
    sampling: batches at ``random``, of like length (``group_by_length``), or drawn so that each label
        comes equally often (``balanced``).
    trainable: ``all`` weights, or the ``head`` alone (a linear probe: the encoder stays as it is).
    max_rows: train on that many rows, a stratified part; None: all.
    validation_share: of the training rows, kept apart to judge each epoch by; the best epoch is kept.
    patience: stop after so many epochs without a better accuracy; None: never.
    precision: ``auto`` is bf16 where the device computes in it, else fp16 on a GPU, else fp32;
        ``fp16`` is that on a GPU and fp32 on a CPU.
    device: ``auto`` is a GPU where one is free, else the CPU.
    gpus: ``one``, or ``all`` that are visible, each with a part of the batch; a run waits until it has them.
    checkpoints_kept: at most, while it trains.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    checkpoint: Annotated[str, AfterValidator(_named_as_a_path)] = Field(
        "distilbert-base-uncased",
        min_length=1,
        max_length=4096,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="a folder, a name on the Hugging Face hub such as distilbert-base-uncased, or minilm",
    )
    max_length: Whole = Field(128, ge=8, le=8192, description="a whole number from 8 to 8192")
    padding: Literal["longest", "max_length"] = Field("longest", description="longest or max_length")
    epochs: Whole = Field(3, ge=1, le=1000, description="a whole number from 1 to 1000")
    batch_size: Whole = Field(32, ge=1, le=4096, description="a whole number from 1 to 4096")
    device_batch_size: WholeOrNone = Field(None, ge=1, le=4096, description="none, or a whole number from 1 to 4096")
    learning_rate: Real = Field(5e-5, gt=0, le=0.1, description="a number above 0 up to 0.1")
    head_learning_rate: RealOrNone = Field(None, gt=0, le=0.1, description="none, or a number above 0 up to 0.1")
    weight_decay: Real = Field(0.01, ge=0, le=1, description="a number from 0 to 1")
    warmup: Real = Field(0.06, ge=0, le=0.9, description="a number from 0 to 0.9")
    scheduler: Literal["linear", "cosine"] = Field("linear", description="linear or cosine")
    label_smoothing: Real = Field(0.0, ge=0, le=0.9, description="a number from 0 to 0.9")
    class_weight: Literal["none", "balanced", "root"] = Field("none", description="none, balanced or root")
    sampling: Literal["random", "group_by_length", "balanced"] = Field(
        "group_by_length", description="random, group_by_length or balanced"
    )
    trainable: Literal["all", "head"] = Field("all", description="all or head")
    max_rows: WholeOrNone = Field(None, ge=2, le=1_000_000_000, description="none, or a whole number from 2")
    validation_share: Real = Field(0.05, ge=0, le=0.5, description="a number from 0 to 0.5")
    patience: WholeOrNone = Field(None, ge=1, le=1000, description="none, or a whole number from 1 to 1000")
    precision: Literal["auto", "bf16", "fp16", "fp32"] = Field("auto", description="auto, bf16, fp16 or fp32")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="auto, cpu or cuda")
    gpus: Literal["one", "all"] = Field("one", description="one or all")
    logging_steps: Whole = Field(10, ge=1, le=100_000, description="a whole number from 1 to 100000")
    checkpoints_kept: Whole = Field(2, ge=1, le=100, description="a whole number from 1 to 100")

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        """Check what no setting can tell by itself; the message is the whole line."""
        if self.patience is not None and self.validation_share == 0:
            raise ValueError(
                f"patience {self.patience} needs rows to judge an epoch by; set validation_share above 0, or "
                "patience to none"
            )
        if self.class_weight != "none" and self.sampling == "balanced":
            raise ValueError(
                f"class_weight {self.class_weight} and sampling balanced would even out the labels twice; "
                "set one of them to none or random"
            )
        return self


PRESETS: dict[str, TransformerSettings] = {
    "default": TransformerSettings(patience=1),
    "quick": TransformerSettings(
        checkpoint="minilm",
        max_length=64,
        epochs=1,
        # Both rates are high: what MiniLM's pooler gives the head is small (rms .07), and at 1e-4 and 1e-3
        # the rare labels were hardly learned in one epoch.
        learning_rate=3e-4,
        head_learning_rate=5e-3,
        max_rows=20_000,
        validation_share=0,
    ),
    "notebook": TransformerSettings(
        padding="max_length",
        batch_size=16,
        weight_decay=0.1,
        warmup=0,
        label_smoothing=0.1,
        sampling="random",
        validation_share=0.1,
        precision="fp16",
        logging_steps=50,
    ),
}


def settings_from(preset: str, overrides: Mapping[str, str]) -> TransformerSettings:
    """Return the settings of ``preset`` with ``overrides`` (setting -> text), else raise InputError.

    A checkpoint that is a folder, seen from here or from the home folder (~), is given its whole path.
    """
    settings = resolved(PRESETS, preset, overrides)
    if "checkpoint" not in overrides:
        return settings
    return settings.model_copy(update={"checkpoint": whole_path(settings.checkpoint)})


def parts_of_batch(settings: TransformerSettings, devices: int, at_once: int | None = None) -> tuple[int, int]:
    """Return (rows that a device holds at once, parts that are accumulated to one optimizer step).

    The product with ``devices`` is the batch size, or where it cannot be divided the next above it.

    >>> parts_of_batch(TransformerSettings(batch_size=32), devices=2, at_once=8)
    (8, 2)
    """
    of_device = -(-settings.batch_size // devices)
    limit = min(at_once or settings.device_batch_size or of_device, of_device)
    parts = -(-of_device // limit)
    return -(-of_device // parts), parts
