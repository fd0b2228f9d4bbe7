"""What every model can do, whatever is inside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, Self

import numpy as np


class Cancelled(BaseException):
    """Somebody asked for the training to end.

    A BaseException, so that no library on the way takes it for a failure of its own.
    """


class Report(Protocol):
    """Is told how far a training is; may raise `Cancelled` at any call."""

    def __call__(self, phase: str, step: int, total: int, **figures: float) -> None:
        """Take note of ``step`` of ``total`` of ``phase``; ``figures`` such as loss are of this step."""


class Classifier(Protocol):
    """Answers texts with probabilities over its labels.

    Attributes
    ----------
    labels: the labels, sorted; columns of the probabilities are in this order.
    """

    labels: tuple[str, ...]

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        """Return probabilities of shape (texts, labels); each row sums to one."""

    def save(self, directory: Path) -> None:
        """Write the model into ``directory``, which exists; nothing written runs code when it is loaded."""

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Return what `save` wrote; DamagedError when the files do not fit together."""


def no_report(phase: str, step: int, total: int, **figures: float) -> None:
    """Tell nobody."""
