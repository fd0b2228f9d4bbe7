"""``causes``: why the wrong rows of a run are wrong."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import status_line
from core.cli.answers import GroupingName, RunId, found_grouping, found_run, grouping_for
from core.cli.printing import Json, emit, table

if TYPE_CHECKING:
    from core.evaluation.why_wrong import WhyWrong


def causes(
    run: RunId,
    grouping: GroupingName = None,
    siblings: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help="The coarser grouping whose groups make classes siblings.",
            show_default="the run's own",
        ),
    ] = None,
    dataset: Annotated[
        str | None, typer.Option(help="Judge all rows of this dataset.", show_default="the run's test rows")
    ] = None,
    class_: Annotated[
        str | None, typer.Option("--class", metavar="CLASS", help="Only rows whose true class is this one.")
    ] = None,
    top: Annotated[
        int, typer.Option("--top", "--limit", metavar="N", min=0, help="List N rows of each cause, with evidence.")
    ] = 0,
    json: Json = False,
) -> None:
    """Tell why the wrong rows of a run are wrong: each one's first matching cause, and how much each cause matters.

    The lift is how much more often a cause is found among wrong rows than among right ones, with its 95 % interval.
    """
    from core.data import datasets
    from core.evaluation.evaluate import evaluate
    from core.evaluation.why_wrong import check_class, document, why_wrong

    start = time.perf_counter()
    status_line.working("looking for causes")
    found = found_run(run)
    own = found.spec.grouping.grouping()
    judged = evaluate(
        found,
        grouping=grouping_for(found, grouping),
        dataset=datasets.load(dataset) if dataset is not None else None,
    )
    why = why_wrong(found, judged, found_grouping(siblings) or own)
    if class_ is not None:
        check_class(why, class_)
    told = document(found, why, class_, top)
    emit({**told, "seconds": time.perf_counter() - start}, _text(why, told), json)


def _text(why: WhyWrong, told: dict[str, Any]) -> str:
    """Return the causes for people: a table, what could not be told, the rows that were asked for."""
    of = f" of {told['class']}" if told["class"] is not None else ""
    head = f"{told['errors']:,} errors{of} under {told['grouping']} on {told['dataset']}, by first matching cause"
    rows = [
        # Shares of few rows would stand with many digits.
        {key: round(value, 4) if isinstance(value, float) else value for key, value in one.items()}
        for one in told["causes"]
        if one["cause"] not in told["skipped"]
    ]
    columns = ["cause", "rows", "share", "matching", "share_of_wrong", "share_of_right", "lift", "low", "high"]
    parts = [f"{head}\n\n{table(rows, columns)}"]
    if told["skipped"]:
        parts.append("\n".join(f"not told: {cause}, since {reason}" for cause, reason in told["skipped"].items()))
    for cause, listed in told["examples"].items():
        if listed:
            parts.append(f"{cause}\n\n{table(listed, ['row', 'true', 'predicted', 'confidence', 'evidence', 'also'])}")
    return "\n\n".join(parts)


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(epilog="Example: python -m core causes RUN --grouping raw --class CRIME --top 5")(causes)
