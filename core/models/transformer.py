"""A fine-tuned pretrained encoder: fit, predict, save and load."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from core.models.classifier import Report, unreported
from core.models.logistic import numbered
from core.models.transformer_fit import fit_into
from core.models.transformer_needs import check_before_start, needs
from core.models.transformer_settings import PRESETS, TransformerSettings, settings_from

__all__ = [
    "MODEL",
    "PRESETS",
    "SETTINGS",
    "TransformerClassifier",
    "check_before_start",
    "needs",
    "settings_from",
    "wants_gpu",
]

MODEL = "transformer"
SETTINGS = TransformerSettings


@dataclass(frozen=True)
class TransformerClassifier:
    """A fine-tuned model; immutable.

    Attributes
    ----------
    labels: sorted; the order of the model's outputs.
    model: transformers' model in fp32 on the CPU, as it is saved.
    precision: what it answers in: "auto" is bf16 where the device computes in it, else fp32.
    """

    settings: TransformerSettings
    labels: tuple[str, ...]
    model: Any = field(repr=False, compare=False)
    tokenizer: Any = field(repr=False, compare=False)
    precision: str = "auto"

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        y: Sequence[str],
        settings: TransformerSettings,
        *,
        seed: int = 42,
        report: Report | None = None,
        checkpoints: Path | None = None,
    ) -> Self:
        """Return an encoder fine-tuned on ``texts`` and their labels ``y``; on a CPU the same for the same seed.

        ``report`` hears of the phases "checkpoint", "tokenize" and "fit"; what it raises ends the training.
        In ``checkpoints`` lies what a broken-off training goes on from, and at the end the finished model.
        Raises InputError when there are fewer than two labels, or the checkpoint cannot be used, and
        CopydeskError when the loss is lost or the GPU's memory does not do.
        """
        labels, targets = numbered(texts, y)
        with tempfile.TemporaryDirectory(prefix="copydesk-") as scratch:
            trained = fit_into(
                checkpoints or Path(scratch),
                texts,
                targets,
                labels,
                settings,
                seed=seed,
                report=unreported if report is None else report,
                resumable=checkpoints is not None,
            )
            return cls.load(trained)

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        """Return float32 probabilities, shape (texts, labels).

        A text is answered the same alone and among others but for rounding: of the sixth digit in
        fp32, of the third in bf16.
        """
        from core.models.transformer_predict import probabilities

        return probabilities(self._answering, self.tokenizer, texts, self.settings.max_length, len(self.labels))

    def in_precision(self, precision: str) -> Self:
        """Return the model answering in "fp32", "bf16", "fp16", or "auto"."""
        return replace(self, precision=precision)

    @cached_property
    def _answering(self) -> Any:
        """Return the model on the device and in the type in which it answers."""
        import torch

        from core.models.device import choose, hardware

        plan = choose(hardware(), "auto", self.precision)
        kinds = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
        if plan.device == "cpu" and plan.precision == "fp32":
            return self.model
        return copy.deepcopy(self.model).to(plan.device, kinds[plan.precision])

    def save(self, directory: Path) -> None:
        """Write what save_pretrained writes, and copydesk.json, into ``directory``."""
        from core.models.transformer_files import write_finished

        write_finished(directory, self.model, self.tokenizer, self.settings)

    def export_onnx(self, directory: Path) -> None:
        """Write the model as ONNX in int8, with its tokenizer and config.json, into ``directory``."""
        from core.models.transformer_onnx import write_onnx

        write_onnx(directory, self.model, self.tokenizer, self.settings.max_length)

    def onnx_proba(self, directory: Path, texts: Sequence[str]) -> np.ndarray:
        """Return the probabilities that the export in ``directory`` gives, shape (texts, labels)."""
        from core.models.transformer_onnx import onnx_probabilities

        return onnx_probabilities(directory, self.tokenizer, texts, self.settings.max_length, len(self.labels))

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Return the classifier saved in ``directory``; DamagedError when its files do not fit together."""
        from core.models.transformer_files import read_finished

        return cls(*read_finished(directory))


CLASSIFIER = TransformerClassifier


def wants_gpu(settings: TransformerSettings) -> bool:
    """Tell whether the model would train on a GPU, were there one."""
    return settings.device != "cpu"
