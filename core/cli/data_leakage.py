"""``data leakage``: test rows that repeat what was trained on, and how far they flatter the accuracy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.answers import found_run
from core.cli.data_quality import known, waited
from core.cli.printing import Json, emit, table
from core.cli.row_filters import Name

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from core.evaluation.leakage import Leak

SHOWN = ("split", "test rows", "same text", "nearly", "accuracy", "of repeats", "without them")


def register(app: typer.Typer) -> None:
    """Add the command to ``data``."""
    app.command(epilog="Example: python -m core data leakage huffpost")(leakage)


def leakage(
    name: Name,
    run: Annotated[
        str | None, typer.Option(metavar="RUN", help="A run trained on the dataset, to stand beside the two splits.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Measure anew, whatever was measured before.")] = False,
    json: Json = False,
) -> None:
    """Tell how many test rows repeat a training text, and the accuracy with and without them.

    A naive random split stands beside Copydesk's, each with a quick model fitted to it. What was measured is kept by
    the dataset's content, so the next time it is there at once.
    """
    from core.data import datasets, quality_search
    from core.evaluation import leakage_job

    dataset = datasets.load(name)
    of_run = [] if run is None else [_checked(run, dataset)]
    if not known(dataset, near=True):
        quality_search.start(dataset, near=True)
        waited(quality_search.folder_of(dataset.fingerprint), quality_search.SPOKEN, f"data quality {name}")
    if again or not leakage_job.measured(dataset):
        leakage_job.start(dataset)
        waited(leakage_job.folder_of(dataset.fingerprint), leakage_job.SPOKEN, f"data leakage {name}")
    splits = leakage_job.measured(dataset) + [leakage_job.leak_of_run(one, dataset) for one in of_run]
    document = {
        "dataset": dataset.name,
        "fingerprint": dataset.fingerprint,
        "rows": dataset.rows,
        "run": run,
        "splits": [one.document() for one in splits],
    }
    emit(document, _text(splits), json)


def _checked(run_id: str, dataset: Dataset) -> Any:
    """Return the run; InputError for one of another dataset, whose test rows are not among these."""
    from core.errors import InputError, shorten

    run = found_run(run_id)
    if run.spec.fingerprint != dataset.fingerprint:
        raise InputError(
            f"run {shorten(run_id)} was trained on dataset {shorten(run.spec.dataset)} and not on the content of "
            f"{shorten(dataset.name)}; name a run of this one"
        )
    return run


def _text(splits: list[Leak]) -> str:
    rows = [
        {
            "split": one.split,
            "test rows": one.rows,
            "same text": one.same,
            "nearly": one.near,
            "accuracy": _score(one.accuracy),
            "of repeats": _score(one.leaky),
            "without them": _score(one.clean),
        }
        for one in splits
    ]
    return table(rows, SHOWN)


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"
