"""What a training tells while it runs, and how it is broken off; transformers' callbacks call it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from core.errors import CopydeskError
from core.models.classifier import Report, Stopped
from core.models.device import gpu_figures

SAVE_SECONDS = 600
TOLD = {"loss", "learning_rate", "grad_norm", "epoch"}


class Watch:
    """Passes on progress; remembers a stop until the step is done and saved.

    What ``report`` raises leaves the training through the callback, but for `Stopped`.

    Parameters
    ----------
    rows: training rows of an epoch.
    batch_size: rows of one optimizer step.
    bounded: the training may end before its last step.
    resumable: a stop leaves a checkpoint, and so does every ten minutes.
    alone: no other process trains along, which would have to save at the same step.
    stop_asked: called once a step, whether to save and end.

    Attributes
    ----------
    stopped: what was raised to end the training with a checkpoint, None while nothing was.
    """

    def __init__(
        self,
        report: Report,
        *,
        rows: int,
        batch_size: int,
        bounded: bool = False,
        resumable: bool = True,
        alone: bool = True,
        stop_asked: Callable[[], bool] = lambda: False,
    ) -> None:
        self.report, self.rows, self.batch_size, self.bounded = report, rows, batch_size, bounded
        self.resumable, self.alone, self.stop_asked = resumable, alone, stop_asked
        self.stopped: Stopped | None = None
        self.saved = time.monotonic()

    def tell(self, state: Any, **figures: float) -> None:
        """Report where the training is; a stop is remembered, and then nothing more is reported."""
        if self.stopped:
            return
        try:
            self.report(
                "fit",
                state.global_step,
                max(state.max_steps, 1),
                rows=self.rows_met(state.global_step, state.max_steps, state.num_train_epochs),
                at_most=self.bounded and state.global_step < state.max_steps,
                **figures,
            )
        except Stopped as stop:
            self.stopped = stop

    def rows_met(self, step: int, steps: int, epochs: int) -> int:
        """Return how many rows the first ``step`` of ``steps`` steps have met; the last of an epoch has fewer."""
        whole, rest = divmod(step, max(steps // max(epochs, 1), 1))
        return whole * self.rows + min(rest * self.batch_size, self.rows)

    def step_end(self, state: Any, control: Any) -> None:
        """Tell of a step; save and end when a stop was asked for, save when it has been long."""
        self.tell(state)
        if self.stop_asked():
            self.stopped = self.stopped or Stopped()
        if self.stopped:
            control.should_save, control.should_training_stop = self.resumable, True
        elif self.resumable and self.alone and time.monotonic() - self.saved > SAVE_SECONDS:
            control.should_save = True

    def epoch_end(self, state: Any, control: Any) -> None:
        """Judge no epoch that was broken off."""
        if self.stopped and state.epoch % 1:
            control.should_evaluate = control.should_save = False

    def save(self) -> None:
        """Note that a checkpoint was written."""
        self.saved = time.monotonic()

    def log(self, state: Any, logs: dict[str, Any]) -> None:
        """Tell the figures of a step or of a judged epoch, and print them."""
        figures = {name: float(value) for name, value in logs.items() if name in TOLD or name in JUDGED}
        if figures.keys() <= {"epoch"}:
            return
        figures.pop("grad_norm", None) if not math.isfinite(figures.get("grad_norm", 0.0)) else None
        print(f"step {state.global_step}/{state.max_steps}  " + _line(figures), flush=True)
        self.tell(state, **figures, **gpu_figures())


JUDGED = {"eval_loss", "eval_accuracy", "eval_precision", "eval_recall", "eval_f1"}


def _line(figures: dict[str, float]) -> str:
    return "  ".join(f"{name} {value:.4g}" for name, value in figures.items())


def check_loss(loss: float, step: int, learning_rate: float) -> None:
    """Raise CopydeskError when the loss of a step is no number any more."""
    if not math.isfinite(loss):
        raise CopydeskError(
            f"the loss became {loss} at step {step} with learning rate {learning_rate:.3g}; lower learning_rate, or "
            "set precision=fp32"
        )
