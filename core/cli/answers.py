"""``evaluate``, ``whatif`` and ``classify``: what a finished run has to say."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import status_line
from core.cli.printing import Json, emit, pairs, say, table
from core.errors import InputError, shorten
from core.grouping.builtin import BUILTIN

if TYPE_CHECKING:
    from core.evaluation.judge import Judged
    from core.grouping.grouping import Grouping
    from core.inference.classify import Answer
    from core.runs.store import Run

RunId = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, as `runs list` prints it.")]
GroupingName = Annotated[
    str | None, typer.Option(metavar="NAME|FILE", help="The grouping.", show_default="the run's own")
]

Calibrated = Annotated[
    bool,
    typer.Option("--calibrated", help="Scale probabilities by the temperature that `calibrate` kept with the run."),
]


def evaluate(
    run: RunId,
    grouping: GroupingName = None,
    dataset: Annotated[
        str | None, typer.Option(help="Judge all rows of this dataset.", show_default="the run's test rows")
    ] = None,
    calibrated: Calibrated = False,
    json: Json = False,
) -> None:
    """Judge a run on rows that it never saw: figures, table by class, confusion matrix."""
    from core.data import datasets
    from core.evaluation.evaluate import evaluate as judge_run
    from core.evaluation.evaluate import evaluation_document

    start = time.perf_counter()
    status_line.working("judging the rows")
    found = found_run(run)
    judged = judge_run(
        found,
        grouping=grouping_for(found, grouping),
        dataset=datasets.load(dataset) if dataset is not None else None,
        calibrated=calibrated,
    )
    document = {**evaluation_document(found, judged), "seconds": time.perf_counter() - start}
    emit(document, _report(found, judged, document), json)


def whatif(
    run: RunId,
    grouping: Annotated[str, typer.Option(metavar="NAME|FILE", help="The grouping to try.")],
    against: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="The grouping to compare it with.", show_default="the run's own"),
    ] = None,
    flips: Annotated[
        int, typer.Option(metavar="N", min=0, help="List N rows that turn wrong, and N that turn right.")
    ] = 0,
    json: Json = False,
) -> None:
    """Judge a run under another grouping without training: figures, differences with 95 % intervals, rows that flip.

    Beside them stands what runs reached that were trained on these very groups.
    """
    from core.evaluation import regroup
    from core.evaluation.evaluate import evaluate as judge_run
    from core.evaluation.evaluate import evaluation_document

    start = time.perf_counter()
    status_line.working("judging the rows")
    found = found_run(run)
    wanted, other = grouping_for(found, grouping), grouping_for(found, against) or found.spec.grouping.grouping()
    judged = judge_run(found, grouping=wanted)
    tried = regroup.try_grouping(found, regroup.scores_of(found), wanted, other)
    trained = regroup.retrained_runs(found, tried.after)
    document = {
        **evaluation_document(found, judged),
        **regroup.what_if_document(found, tried, trained, flips),
        "seconds": time.perf_counter() - start,
    }
    emit(document, f"{_report(found, judged, document)}\n\n{_what_if_text(document)}", json)


def classify(
    run: Annotated[
        str | None, typer.Option(metavar="RUN", help="The run that answers.", show_default="as `models list` marks it")
    ] = None,
    headline: Annotated[str | None, typer.Option(metavar="TEXT", help="One headline.")] = None,
    description: Annotated[str, typer.Option(metavar="TEXT", help="Its description.")] = "",
    file: Annotated[
        Path | None, typer.Option(help="Text with one headline a line, or JSON lines, CSV, TSV or Parquet.")
    ] = None,
    grouping: GroupingName = None,
    top: Annotated[
        int | None, typer.Option("--top", "--limit", metavar="K", min=1, help="List only the K most probable labels.")
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Add the words that spoke for the answer; of one headline also what would change it."
        ),
    ] = False,
    nearest: Annotated[
        int, typer.Option(metavar="N", min=0, help="List the N training headlines most like a single headline.")
    ] = 0,
    calibrated: Calibrated = False,
    json: Json = False,
) -> None:
    """Classify one headline, or each in a file."""
    from core.cli import reasons
    from core.data.records import text_from
    from core.inference.classify import classify as answer
    from core.inference.classify import load_model
    from core.inference.familiarity import knows_too_little
    from core.inference.items import items_in

    if (headline is None) == (file is None):
        raise InputError("give either --headline TEXT or --file FILE, one of the two")
    if description and file is not None:
        raise InputError("--description goes with --headline; a file has its own descriptions")
    if nearest and file is not None:
        raise InputError("--nearest goes with --headline; ask for one headline at a time")
    items = [(headline, description)] if headline is not None else items_in(file)
    found, under = run_or_default(run), found_grouping(grouping)
    model = load_model(found)
    status_line.working("looking for the nearest headlines" if nearest else "classifying")
    answers = answer(model, items, under, top=top, explain=explain, calibrated=calibrated)
    results = [one.document() for one in answers]
    text = "\n\n".join(map(_answer_text, answers)) if headline is not None else _answers_table(answers)
    if headline is not None and not explain and knows_too_little(model.classifier, text_from(*items[0])):
        text += "\nnote: most of its words are unknown to the model, so the confidence means little"
    if headline is not None and (explain or nearest):
        added, told = reasons.of(model, items[0], under, explain=explain, nearest=nearest, calibrated=calibrated)
        results[0] |= added
        text = "\n".join([text, *told])
    if run is None and not json:
        say(f"answered by {found.title}; --run RUN asks another")
    emit({"run": found.id, "results": results}, text, json)


def found_run(run_id: str) -> Run:
    """Return the run that is meant; NotFound or InputError where there is none."""
    from core.runs import local, store

    local.settle()
    return store.find(run_id)


def run_or_default(run_id: str | None) -> Run:
    """Return the run that is meant, or without one the run that answers by default; InputError when there is none."""
    from core.runs import local, models, registry, store

    if run_id is not None:
        return found_run(run_id)
    local.settle()
    found = models.default_run(store.list_all(), registry.read())
    if found is None:
        raise InputError("there is no model yet; start one with `train`")
    return found


def found_grouping(reference: str | None) -> Grouping | None:
    """Return the grouping of that name, or in that file; None for None."""
    from core.grouping import versions

    return versions.load_or_read(reference) if reference is not None else None


def grouping_for(run: Run, reference: str | None) -> Grouping | None:
    """Return the grouping of that name, or in that file; a warning says which of its categories the run does not know.

    A built-in one may name more than any dataset has.
    """
    found = found_grouping(reference)
    if found is not None and reference not in BUILTIN:
        from core.cli.meant import warn_of_strangers

        warn_of_strangers(found.mapping, run.spec.categories, f"the data of run {shorten(run.title)}")
    return found


def _report(run: Run, judged: Judged, document: dict[str, Any]) -> str:
    """Return figures with their intervals, table by class and the most confused pairs, for people."""
    from core.evaluation.judge import unknown_sentence
    from core.evaluation.report_parts import ends

    metrics = judged.metrics
    facts: dict[str, Any] = {
        "run": run.id,
        "dataset": judged.dataset,
        "grouping": judged.grouping.name,
        "rows": metrics.rows,
        **{name: f"{document[name]:.3f}  [{ends(interval)}]" for name, interval in document["intervals"].items()},
        **metrics.totals,
    }
    columns = ["label", "precision", "recall", "f1", "specificity", "support", "tp", "fp", "fn", "tn", "error_share"]
    parts = [pairs(facts), table(metrics.per_class.to_dict("records"), columns)]
    confused = [
        {"true": metrics.labels[row], "predicted": metrics.labels[column], "rows": int(metrics.confusion[row, column])}
        for row in range(len(metrics.labels))
        for column in range(len(metrics.labels))
        if row != column and metrics.confusion[row, column]
    ]
    confused.sort(key=lambda pair: -pair["rows"])
    if confused:
        parts.append("most confused\n" + table(confused[:10], ["true", "predicted", "rows"]))
    else:
        parts.append("no row is wrong")
    if judged.unknown_labels:
        parts.append(f"note: {unknown_sentence(judged)}")
    if judged.seen_in_training is None:
        parts.append("note: the run's own dataset is not here, so nobody can tell which rows it was trained on")
    elif judged.seen_in_training:
        parts.append(
            f"note: {judged.seen_in_training:,} of the {metrics.rows:,} rows have a text that the run was trained on; "
            "the figures flatter it"
        )
    if not judged.same_partition:
        parts.append(f"note: the run was started with grouping {run.spec.grouping.name}, of another partition")
    return "\n\n".join(parts)


def _what_if_text(document: dict[str, Any]) -> str:
    """Return what a change of grouping does, for people."""
    changes = [
        {
            "measure": name.replace("_", " "),
            document["against"]: gap["before"],
            document["grouping"]: gap["after"],
            "difference": f"{gap['difference']:+.3f}",
            "95 % interval": f"{gap['low']:+.3f} to {gap['high']:+.3f}",
        }
        for name, gap in document["differences"].items()
    ]
    columns = list(dict.fromkeys(["measure", document["against"], document["grouping"], "difference", "95 % interval"]))
    parts = [
        f"{document['grouping']} instead of {document['against']}\n{table(changes, columns)}",
        f"{document['turned_wrong']:,} rows turn wrong, {document['turned_right']:,} turn right; {document['groups']} "
        f"groups, the smallest {document['smallest_group']} with {document['smallest']:,} test rows",
    ]
    parts += [f"note: {remark}" for remark in document["remarks"]]
    if document["flips"]:
        parts.append(table(document["flips"], ["turned", "category", "before", "after", "confidence", "headline"]))
    if document["retrained"]:
        parts.append(
            "runs that were trained on these groups\n"
            + table(document["retrained"], ["run", "accuracy", "macro_f1", "weighted_f1", "information_kept"])
        )
    return "\n\n".join(parts)


def _answer_text(answer: Answer) -> str:
    """Return an answer with its probabilities as bars of text."""
    width = max(map(len, answer.probabilities))
    lines = [
        f"{label.ljust(width)}  {probability:.3f}  {'█' * round(probability * 40)}"
        for label, probability in answer.probabilities.items()
    ]
    raw = f" (category {answer.category})" if answer.category else ""
    head = f"{answer.label}{raw}, confidence {answer.confidence:.3f}, {answer.seconds * 1000:.1f} ms"
    return "\n".join([head, *lines, *_why(answer.explanation)])


def _why(explanation: dict[str, Any] | None) -> list[str]:
    """Return the lines that say why; none when nobody asked."""
    if explanation is None:
        return []
    if explanation["method"] is None:
        return [f"why {explanation['label']}: {explanation['note']}"]
    words = [f"{word['contribution']:+.3f}  {word['feature']}" for word in explanation["words"][:12]]
    return [f"why {explanation['label']} ({explanation['method']}):", *words]


def _answers_table(answers: list[Answer]) -> str:
    rows = [
        {"label": one.label, "confidence": one.confidence, "category": one.category, "headline": one.headline}
        for one in answers
    ]
    return table(rows, ["label", "confidence", "category", "headline"])


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    example = "Example: python -m core {}".format
    app.command(epilog=example("evaluate RUN --grouping huffpost-12 --json"))(evaluate)
    app.command(epilog=example("whatif RUN --grouping desks.yaml --against huffpost-12 --flips 5"))(whatif)
    app.command(epilog=example("classify --run RUN --headline 'Senate Passes Budget After Long Night' --explain"))(
        classify
    )
