"""``confidence``, ``calibrate`` and ``slices``: how far a run can be trusted, and where it cannot."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from core.cli import status_line
from core.cli.answers import Calibrated, GroupingName, RunId, found_run, grouping_for
from core.cli.printing import Json, emit, pairs, table

DatasetName = Annotated[
    str | None, typer.Option(metavar="NAME", help="All rows of this dataset.", show_default="the run's test rows")
]


def confidence(
    run: RunId,
    grouping: GroupingName = None,
    dataset: DatasetName = None,
    threshold: Annotated[
        float, typer.Option(metavar="T", help="Answer with a category, else a group, that is at least as sure.")
    ] = 0.7,
    precision: Annotated[
        float, typer.Option(metavar="X", help="Look for the threshold of each class that gives this precision.")
    ] = 0.9,
    label: Annotated[
        str | None, typer.Option(help="Reliability and trade-off of this class.", show_default="all answers")
    ] = None,
    bins: Annotated[int, typer.Option(help="Bins of the reliability and its ECE.")] = 15,
    binning: Annotated[str, typer.Option(help="'equal count' of rows in each bin, or 'equal width'.")] = "equal count",
    calibrated: Calibrated = False,
    json: Json = False,
) -> None:
    """Say what a run's confidence is worth: reliability, risk and coverage, thresholds, backing off to groups."""
    from core.data import datasets
    from core.evaluation.confidence import confidence_document, confidence_of

    start = time.perf_counter()
    status_line.working("judging the rows")
    wanted = found_run(run)
    on = datasets.load(dataset) if dataset is not None else None
    found = confidence_of(wanted, grouping_for(wanted, grouping), on, calibrated=calibrated)
    document = confidence_document(
        wanted, found, calibrated=calibrated, threshold=threshold, precision=precision, label=label, bins=bins,
        binning=binning,
    )  # fmt: skip
    emit({**document, "seconds": time.perf_counter() - start}, _confidence_text(document), json)


def _confidence_text(document: dict[str, Any]) -> str:
    """Return the document for people."""
    names = ("run", "dataset", "grouping", "rows", "accuracy", "calibrated", "temperature", "ece", "mce")
    what = f"probability of {document['label']}" if document["label"] else "answers"
    area = document["risk_coverage"]
    parts = [
        pairs({**{name: document[name] for name in names}, "aurc": area["aurc"], "aurc_best": area["best"]}),
        f"reliability of {what}, {document['bins']} bins of {document['binning']}\n"
        + table(document["reliability"], list(document["reliability"][0]) if document["reliability"] else []),
        f"backing off at {document['threshold']:g}: the first level that is as sure answers\n"
        + table(document["back_off"], ["level", "rows", "coverage", "accuracy", "accuracy_low", "accuracy_high"]),
        f"thresholds that give a precision of {document['precision']:g}\n"
        + table(
            document["class_thresholds"],
            ["label", "answers", "threshold", "kept", "precision", "precision_low", "coverage", "recall"],
        ),
    ]
    if document["tradeoff"]:
        columns = ["threshold", "kept", "precision", "coverage", "recall"]
        parts.append(f"thresholds on answers of {document['label']}\n" + table(document["tradeoff"], columns))
    return "\n\n".join(parts)


def calibrate(
    run: RunId,
    off: Annotated[bool, typer.Option("--off", help="Take the temperature away again.")] = False,
    json: Json = False,
) -> None:
    """Fit a temperature on a run's test rows and keep it with the run, for evaluate and classify --calibrated.

    Nothing else changes: answers are calibrated only where that is asked for.
    """
    from core.evaluation import temperature
    from core.evaluation.confidence import calibration_document
    from core.evaluation.evaluate import test_predictions

    found = found_run(run)
    if off:
        there = temperature.remove(found)
        text = f"the temperature of run {found.id} is gone" if there else f"run {found.id} had no temperature"
        emit(calibration_document(found, None), text, json)
        return
    status_line.working("fitting the temperature")
    kept = temperature.calibrate(found.spec, test_predictions(found))
    temperature.keep(found, kept)
    emit(calibration_document(found, kept), _calibration_text(found.id, kept.model_dump()), json)


def _calibration_text(run_id: str, kept: dict[str, Any]) -> str:
    lines = [
        {"of": of, "with": when, **kept[of][side]}
        for of in ("labels", "groups")
        for when, side in (("as they are", "before"), ("calibrated", "after"))
    ]
    spread = ", ".join(f"{one:.3f}" for one in kept["fold_temperatures"])
    left_out = f"; {kept['unknown_rows']:,} rows of labels that it cannot give are left out"
    return "\n\n".join(
        [
            f"run {run_id} has temperature {kept['temperature']:.3f}, from {kept['rows']:,} test rows"
            + (left_out if kept["unknown_rows"] else ""),
            table(lines, ["of", "with", "log_loss", "ece", "accuracy"]),
            f"each row judged by the temperature of the {kept['folds'] - 1} parts that it is not in ({spread}); "
            f"ECE of {kept['bins']} bins of {kept['binning']}",
        ]
    )


def slices(
    run: RunId,
    by: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="description, length, year, month, class, or any column.")
    ] = None,
    grouping: GroupingName = None,
    dataset: DatasetName = None,
    search: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help="Search the worst slices by this; may be repeated.",
            show_default="description, length, year, authors",
        ),
    ] = None,
    top: Annotated[int, typer.Option("--top", "--limit", metavar="K", min=1, help="Tell the K worst.")] = 10,
    errors: Annotated[
        str | None, typer.Option(metavar="SLICE", help="List the errors of a slice, as 'year=2014'.")
    ] = None,
    json: Json = False,
) -> None:
    """Say where a run is worse than elsewhere, the worst slices found, and random split beside split by time."""
    from core.data import datasets
    from core.evaluation.evaluate import evaluate
    from core.evaluation.slice_report import slices_document
    from core.evaluation.slices import SEARCHED

    start = time.perf_counter()
    status_line.working("looking for the worst slices")
    found = found_run(run)
    on = datasets.load(dataset) if dataset is not None else None
    judged = evaluate(found, grouping=grouping_for(found, grouping), dataset=on)
    document = slices_document(found, judged, by=by, search=search or SEARCHED, top=top, errors=errors)
    emit({**document, "seconds": time.perf_counter() - start}, _slices_text(document), json)


def _slices_text(document: dict[str, Any]) -> str:
    """Return the document for people."""
    parts = [pairs({name: document[name] for name in ("run", "dataset", "grouping", "rows", "accuracy", "split")})]
    if document["by"]:
        columns = ["slice", "rows", "errors", "accuracy", "rest", "difference", "low", "high", "q", "expected"]
        parts.append(f"by {document['by']}\n" + table(document["slices"], columns))
    if document["note"]:
        parts.append(f"note: {document['note']}")
    found = [row["sentence"] for row in document["worst"]] or ["no slice is surely worse than the other rows"]
    searched = (
        f"{document['looked_at']:,} of at least {document['smallest']:,} rows, by {', '.join(document['searched'])}"
    )
    parts.append(f"the worst slices, of {searched}\n" + "\n".join(found))
    if document["errors_of"]:
        parts.append(
            f"{document['errors_found']:,} errors of {document['errors_of']}, the surest first\n"
            + table(document["errors"], ["row", "true", "predicted", "confidence", "headline"])
        )
    if document["other_split"]:
        parts.append(
            f"random split beside split by time (the other is run {document['other_split']})\n"
            + table(document["figures"], ["figure", "random", "past", "difference"])
        )
        columns = ["label", "random", "past", "difference", "low", "high", "random_rows", "past_rows", "met"]
        parts.append(table(document["classes"], columns))
    else:
        other = "past" if document["split"] == "random" else "random"
        parts.append(
            "note: no finished run differs in its split alone; "
            f"`python -m core runs retry {document['run']} --split {other}` starts one"
        )
    return "\n\n".join(parts)


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    example = "Example: python -m core {}".format
    app.command(epilog=example("confidence RUN --threshold 0.8 --precision 0.95"))(confidence)
    app.command(epilog=example("calibrate RUN && python -m core classify --run RUN --headline TEXT --calibrated"))(
        calibrate
    )
    app.command(epilog=example("slices RUN --by year --errors 'year=2014'"))(slices)
