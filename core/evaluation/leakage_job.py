"""The measuring of leakage as a process of its own: ``python -m core.evaluation.leakage_job DATASET FINGERPRINT``.

Its folder is cache/quality/<first 16 digits of the fingerprint>/leakage/, as `core.background` has it; what was
measured is the result in its state.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import background
from core.background import Background, Progress
from core.data import quality_search
from core.errors import InputError, shorten

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from core.evaluation.leakage import Leak
    from core.runs.store import Run

NOUN = "measuring of leakage"
PHASES = {"read": (0.0, 0.05), "vectorize": (0.05, 0.45), "fit": (0.45, 1.0)}
SPOKEN = {"read": "reads", "vectorize": "counts words", "fit": "learns from each split"}
# Measured on two cores: 24 s of processor time for 167,616 rows in 42 categories.
SECONDS_AT_LEAST, SECONDS_PER_ROW = 3.0, 1.5e-4
# The words of more rows would not fit into the memory beside all else.
MOST_ROWS = 1_000_000


def folder_of(fingerprint: str) -> Path:
    """Return the folder of the measuring in the content with this fingerprint."""
    return quality_search.folder_of(fingerprint) / "leakage"


def measuring_in(dataset: Dataset) -> Background:
    """Return how far the measuring in ``dataset`` is."""
    return background.look(folder_of(dataset.fingerprint))


def measured(dataset: Dataset) -> list[Leak]:
    """Return what was measured, empty where nothing was."""
    from core.evaluation.leakage import Leak

    return [Leak(**one) for one in measuring_in(dataset).result.get("splits", [])]


def expected_seconds(dataset: Dataset) -> float:
    """Return how long it will about take, by the number of rows."""
    return SECONDS_AT_LEAST + dataset.rows * SECONDS_PER_ROW


def start(dataset: Dataset) -> Background:
    """Start to measure in the background unless that is at work; InputError for a dataset that is too large."""
    if dataset.rows > MOST_ROWS:
        raise InputError(
            f"dataset {shorten(dataset.name)} has {dataset.rows:,} rows; leakage is measured up to {MOST_ROWS:,}"
        )
    quality_search.load_near(dataset)  # says what is missing
    arguments = [dataset.name, dataset.fingerprint]
    return background.start(folder_of(dataset.fingerprint), __name__, arguments, noun=NOUN)


def cancel(dataset: Dataset) -> None:
    """End the measuring; InputError when none is at work."""
    background.cancel(folder_of(dataset.fingerprint), noun=NOUN)


def leak_of_run(run: Run, dataset: Dataset) -> Leak:
    """Return the figures of ``run``, which was trained on ``dataset``, under its own grouping."""
    from core.data import datasets
    from core.data.records import text_of
    from core.evaluation.evaluate import evaluate
    from core.evaluation.leakage import of_run, text_codes
    from core.runs.split import columns_of, split_frame

    pairs = quality_search.load_near(dataset)
    frame = datasets.frame(dataset, list(dict.fromkeys([*columns_of(run.spec), "headline", "short_description"])))
    texts = text_of(frame)
    train, _ = split_frame(frame, texts, run.spec)
    return of_run(text_codes(texts), pairs, train, evaluate(run).table)


def main(arguments: list[str]) -> int:
    """Measure; return 0 when it came to its end."""
    name, fingerprint = arguments

    def task(report: Progress) -> dict[str, Any]:
        from core.data import datasets
        from core.evaluation.leakage import measure

        dataset = datasets.load(name)
        if dataset.fingerprint != fingerprint:
            raise InputError(f"dataset {shorten(name)} has other content than a moment ago; start again")
        frame = datasets.frame(dataset, ["headline", "short_description", "category"])
        return {"splits": [one.document() for one in measure(frame, quality_search.load_near(dataset), report)]}

    return background.work(folder_of(fingerprint), PHASES, task, noun=NOUN)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
