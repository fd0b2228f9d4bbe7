"""``report``: what a run is worth, as one file to hand on."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from core.cli import status_line
from core.cli.files import Overwrite, check_free
from core.cli.printing import Json, bytes_text, emit


def report(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's id or name, as `runs list` prints it.")],
    file: Annotated[Path, typer.Argument(metavar="FILE.html|.md|.json", help="The file to write.")],
    grouping: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="The grouping.", show_default="the run's own")
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Judge all rows of this dataset.", show_default="the run's test rows"),
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="RUN", help="Compare with this run, on the rows that neither was trained on.")
    ] = None,
    with_examples: Annotated[
        int,
        typer.Option(metavar="N", min=0, help="Show N errors with their headlines; else no headline is told."),
    ] = 0,
    calibrated: Annotated[
        bool,
        typer.Option("--calibrated", help="Scale probabilities by the temperature that `calibrate` kept with the run."),
    ] = False,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Write a report of a run into one file that needs nothing else: figures, matrices, causes, slices, limits."""
    from core.cli.answers import found_run, grouping_for
    from core.data import datasets
    from core.evaluation.evaluate import evaluate
    from core.evaluation.report import check_target, write
    from core.evaluation.report import report as report_of

    start = time.perf_counter()
    check_target(file)
    check_free(file, overwrite)
    status_line.working("writing the report")
    found = found_run(run)
    rows = datasets.load(dataset) if dataset is not None else None
    judged = evaluate(found, grouping=grouping_for(found, grouping), dataset=rows, calibrated=calibrated)
    other = None
    if against is not None:
        beside = found_run(against)
        other = (beside, evaluate(beside, grouping=judged.grouping, dataset=rows))
    made = report_of(found, judged, against=other, examples=with_examples, calibrated=calibrated)
    size = write(made, file)
    seconds = time.perf_counter() - start
    document = {
        "run": found.id,
        "against": None if other is None else other[0].id,
        "dataset": judged.dataset,
        "grouping": judged.grouping.name,
        "rows": judged.metrics.rows,
        "labels": len(judged.metrics.labels),
        "file": str(file),
        "bytes": size,
        "seconds": seconds,
    }
    text = f"wrote {file} ({bytes_text(size)}): {judged.metrics.rows:,} rows, {len(judged.metrics.labels)} classes"
    emit(document, f"{text}, in {seconds:.1f} s", json)


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(epilog="Example: python -m core report RUN report.html --against OTHER --with-examples 20")(report)
