"""What a finished run cost: time, pace and room."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from core.runs.store import Run


@dataclass(frozen=True)
class Cost:
    """What a run took; None where it has not been told.

    Attributes
    ----------
    train_seconds: from reading the rows to the saved model, all of it in one process.
    training_rows: rows that were learned from.
    training_rows_per_s: those over ``train_seconds``, so of the whole training and not of its fastest phase.
    classified_rows_per_s: pace at which the test rows were classified.
    model_bytes: size of the files of the model.
    """

    train_seconds: float | None
    training_rows: int | None
    training_rows_per_s: float | None
    classified_rows_per_s: float | None
    model_bytes: int

    def document(self) -> dict[str, float | int | None]:
        """Return it as plain JSON values."""
        return asdict(self)


def cost(run: Run) -> Cost:
    """Return what ``run`` cost."""
    metrics = run.status.get("metrics") or {}
    seconds, rows = metrics.get("train_seconds"), metrics.get("training_rows")
    return Cost(
        train_seconds=seconds,
        training_rows=rows,
        training_rows_per_s=rows / seconds if rows and seconds else None,
        classified_rows_per_s=metrics.get("classified_rows_per_s"),
        model_bytes=sum(file.stat().st_size for file in (run.path / "model").rglob("*") if file.is_file()),
    )


def times_as_long(one: Cost, other: Cost) -> float | None:
    """Return how many times as long ``one`` took to train as ``other``; None where either is not known."""
    if not one.train_seconds or not other.train_seconds:
        return None
    return one.train_seconds / other.train_seconds
