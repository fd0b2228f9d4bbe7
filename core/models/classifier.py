"""What every model offers, and how a training tells how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self, runtime_checkable

import numpy as np


@dataclass(frozen=True)
class Needs:
    """What a training takes, about and rather too much.

    Attributes
    ----------
    memory_bytes, disk_bytes: at their peaks.
    notes: what should be known before it starts, a line each without a full stop.
    less_memory: which settings to change when there is too little of it.
    """

    memory_bytes: int
    disk_bytes: int
    notes: tuple[str, ...] = ()
    less_memory: str = "lower what its settings ask for"


class Cancelled(Exception):
    """Raised by a `Report` to end the training: ``fit`` lets it through and leaves nothing behind."""


class Stopped(Exception):
    """Raised by a `Report` when the process is asked to end and the run may go on later.

    ``fit`` saves a checkpoint where the model can, and lets it through.
    """


class Report(Protocol):
    """Called while a model trains, often enough that a cancel acts within about a second."""

    def __call__(
        self, phase: str, step: int, total: int, *, rows: int | None = None, at_most: bool = False, **figures: float
    ) -> None:
        """Take note of ``step`` of ``total`` of ``phase``; raise `Cancelled` or `Stopped` to end the training.

        Parameters
        ----------
        rows: how many rows this phase has worked through so far; a row counts each time it is met.
        at_most: ``total`` is only a bound, the phase may well end sooner.
        figures: what is known at this step, such as ``loss``; mostly nothing.
        """
        ...


@runtime_checkable
class Classifier(Protocol):
    """A trained model: texts in, probabilities over its labels out."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the labels, sorted: the meaning of the columns of `predict_proba`."""
        ...

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        """Return probabilities of shape (texts, labels), each row summing to one; any text will do."""
        ...

    def save(self, directory: Path) -> None:
        """Write the model into an existing directory, as files that run no code when they are read."""
        ...

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Return the model saved in ``directory``; DamagedError when the files do not fit together."""
        ...


def unreported(
    phase: str, step: int, total: int, *, rows: int | None = None, at_most: bool = False, **figures: float
) -> None:
    """Take no note: the `Report` of a training that nobody watches."""
