"""The report of a run as one document, and as one file: HTML, Markdown or JSON.

The document is all there is: the two other forms show what stands in it. It holds no time but those
of the run, so the same run gives the same report whenever it is made, as long as the same data are here
and the same was decided about their labels: its causes rest on both.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from core.data import datasets
from core.errors import InputError, shorten
from core.evaluation import slice_report, slices, why_wrong
from core.evaluation.calibration import BINS, expected_calibration_error, maximum_calibration_error, reliability
from core.evaluation.cause_words import MEANINGS
from core.evaluation.comparison import compare, comparison_document
from core.evaluation.confidence import plain
from core.evaluation.evaluate import evaluation_document
from core.evaluation.judge import Judged
from core.evaluation.metrics import Metrics, error_matrix
from core.evaluation.regroup import with_headlines
from core.evaluation.report_html import html
from core.evaluation.report_markdown import markdown
from core.grouping.builtin import HUFFPOST_12
from core.grouping.grouping import Grouping
from core.models.logistic_settings import PRESETS
from core.resampling import RESAMPLES
from core.runs.compare import spec_facts
from core.runs.cost import cost
from core.runs.store import Run
from core.runs.wording import split_text
from core.storage import write_atomic

Document = dict[str, Any]
BINNING = "equal count"
PAIRS = 15
SLICED = ("description", "length", "year")
SEED = 0
# What is published of the notebook's recipe, measured on the whole set under twelve groups.
PUBLISHED: Document = {"accuracy": 0.7102, "macro_f1": 0.556, "weakest": ["EDUCATION", "TECHNOLOGY", "RELIGION"]}
PUBLISHED_FOR = "LIFESTYLE"  # to which much of its weakest classes is lost


def essentials(run: Run, judged: Judged, *, against: tuple[Run, Judged] | None = None, examples: int = 0) -> Document:
    """Return the part of `report` that is made in a moment: what its summary and its first figures say."""
    # First, since it is soon known whether there can be one.
    comparison = _comparison(run, judged, against, examples)
    figures = evaluation_document(run, judged)
    del figures["seconds"]
    return {
        "format": 1,
        "title": f"Evaluation of {run.title}",
        "name": run.name,
        "note": run.note,
        "created_at": run.status["created_at"],
        "finished_at": run.status.get("finished_at"),
        **figures,
        "group_noun": "category" if judged.grouping.name == "raw" else "group",
        "groups": _groups(run, judged),
        "majority_label": majority_label(judged.metrics),
        "most_confused": most_confused(judged.metrics),
        "comparison": comparison,
    }


def report(
    run: Run,
    judged: Judged,
    *,
    against: tuple[Run, Judged] | None = None,
    examples: int = 0,
    calibrated: bool = False,
    siblings: Grouping | None = None,
) -> Document:
    """Return everything that a report of ``run`` says, as plain JSON values.

    Parameters
    ----------
    judged: the run under the grouping and on the rows that are reported.
    against: another run, judged under the same grouping, to compare with.
    examples: how many errors are shown with their headline; with a comparison also how many rows of
        either kind on which the two differ. 0: no headline at all.
    calibrated: whether the probabilities were scaled by the run's temperature.
    siblings: the grouping that makes classes siblings; None: the run's own.

    What is made of the records is None where their dataset is not here any more; ``skipped`` tells why.

    Raises InputError when the two cannot be compared, see `core.evaluation.comparison.compare`.
    """
    first = essentials(run, judged, against=against, examples=examples)
    skipped: dict[str, str] = {}
    parts = {"causes": lambda: _causes(run, judged, siblings), "slices": lambda: _slices(judged)}
    return {
        **first,
        "calibrated": calibrated,
        "published": beside_published(run, judged),
        "calibration": _calibration(judged),
        **{name: _or_reason(name, part, skipped) for name, part in parts.items()},
        "skipped": skipped,
        "examples": _examples(judged, examples),
        "data": _data(judged),
        "spec": spec_facts(run),
        "cost": cost(run).document(),
        "limits": _limits(run, judged),
    }


def _groups(run: Run, judged: Judged) -> dict[str, list[str]]:
    """Return group -> its raw categories, of the categories that the run was trained on and those of the rows."""
    rows = judged.table["category"].cat.categories
    return judged.grouping.members({*run.spec.categories, *map(str, rows)})


def majority_label(metrics: Metrics) -> str | None:
    """Return the label that most rows have, the first by name of several; None without rows."""
    support = metrics.confusion.sum(axis=1)
    return metrics.labels[int(support.argmax())] if metrics.rows else None


def most_confused(metrics: Metrics, most: int = PAIRS) -> list[dict[str, Any]]:
    """Return the cells beside the diagonal with the most rows, the largest first, at most ``most``.

    Keys: true, predicted, rows, share (of the true label's rows), error_share (of all errors) and back
    (rows the other way round).
    """
    wrong = error_matrix(metrics.confusion)
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    support, errors = metrics.confusion.sum(axis=1), int(wrong.sum())
    return [
        {
            "true": metrics.labels[true],
            "predicted": metrics.labels[predicted],
            "rows": int(wrong[true, predicted]),
            "share": float(wrong[true, predicted] / support[true]),
            "error_share": float(wrong[true, predicted] / errors),
            "back": int(wrong[predicted, true]),
        }
        for true, predicted in zip(*np.unravel_index(order, wrong.shape), strict=True)
        if wrong[true, predicted]
    ]


def beside_published(run: Run, judged: Judged) -> Document | None:
    """Return the run beside what is published of its recipe; None unless it is that recipe, on such data.

    That is a run of the notebook preset, judged on its own test rows of HuffPost's categories under their twelve
    groups. Keys: accuracy, macro_f1, weakest (names) of the published one; own_weakest: label, f1, errors and
    taken_for (errors that were taken for `PUBLISHED_FOR`) of the weakest classes here.
    """
    categories, found = run.spec.categories, judged.metrics
    same = judged.grouping.partition_hash(categories) == HUFFPOST_12.partition_hash(HUFFPOST_12.mapping)
    recipe = run.spec.model == "logistic" and run.spec.hyperparameters == PRESETS["notebook"].model_dump(mode="json")
    own = judged.fingerprint == run.spec.fingerprint and set(categories) == HUFFPOST_12.mapping.keys()
    if not (same and recipe and own and found.rows):
        return None
    rows = found.per_class[found.per_class["support"] > 0].nsmallest(len(PUBLISHED["weakest"]), "f1")
    taken = found.labels.index(PUBLISHED_FOR) if PUBLISHED_FOR in found.labels else None
    weakest = [
        {
            "label": str(row["label"]),
            "f1": float(row["f1"]),
            "errors": int(row["fn"]),
            "taken_for": 0 if taken is None else int(found.confusion[found.labels.index(row["label"]), taken]),
        }
        for row in rows.to_dict("records")
    ]
    return {**PUBLISHED, "taken_for": PUBLISHED_FOR, "own_weakest": weakest}


def _calibration(judged: Judged) -> Document:
    table = reliability(
        judged.table["confidence"].to_numpy(), judged.true == judged.predicted, bins=BINS, binning=BINNING
    )
    return {
        "binning": BINNING,
        "ece": expected_calibration_error(table),
        "mce": maximum_calibration_error(table),
        "bins": plain(table),
    }


def _or_reason(name: str, part: Callable[[], Document], skipped: dict[str, str]) -> Document | None:
    """Return a part of the report; where there can be none, note in ``skipped`` why."""
    try:
        return part()
    except InputError as error:
        skipped[name] = str(error)
        return None


def _causes(run: Run, judged: Judged, siblings: Grouping | None) -> Document:
    found = why_wrong.document(run, why_wrong.why_wrong(run, judged, siblings or run.spec.grouping.grouping()))
    kept = ("siblings", "order", "causes", "per_class", "skipped")
    return {**{key: found[key] for key in kept}, "meanings": dict(MEANINGS)}


def _slices(judged: Judged) -> Document:
    """Return the worst slices, and every slice by what most datasets have."""
    rows = slices.rows_from(judged, slice_report.records_of(judged))
    searched = slice_report.usable(rows)
    worst = slices.worst_slices(searched, rows.right, rows.expected)
    dimensions = slice_report.usable(rows, SLICED)
    return {
        "searched": [one.name for one in searched],
        "looked_at": worst.looked_at,
        "smallest": worst.smallest,
        "worst": plain(worst.table),
        "by": {one.name: plain(slices.slices(one, rows.right, rows.expected)) for one in dimensions},
    }


def _comparison(run: Run, judged: Judged, against: tuple[Run, Judged] | None, examples: int) -> Document | None:
    if against is None:
        return None
    other, judged_other = against
    found = comparison_document(compare(run, judged, other, judged_other), run, other, examples=examples)
    return {"run_title": run.title, "against_title": other.title, **found}


def _examples(judged: Judged, most: int) -> list[dict[str, Any]]:
    """Return errors drawn at random, the same each time, each with its headline."""
    wrong = judged.table[judged.true != judged.predicted]
    drawn = wrong.sample(min(most, len(wrong)), random_state=SEED).sort_values("row")
    return plain(with_headlines(drawn.astype({"row": "int64"}), judged.fingerprint)) if most else []


def _data(judged: Judged) -> Document | None:
    """Return what is known of the dataset that was judged; None when it is not here any more."""
    found = datasets.by_fingerprint(judged.fingerprint)
    if found is None:
        return None
    keys = ("rows", "rejected", "first_date", "last_date", "source", "licence", "notice")
    return {
        "name": judged.dataset,
        "fingerprint": judged.fingerprint,
        "categories": len(found.category_counts),
        **{key: getattr(found, key) for key in keys},
    }


def _limits(run: Run, judged: Judged) -> list[str]:
    """Return how the figures were measured and what they do not say, a sentence each."""
    told = [*_rows_told(run, judged)]
    if not judged.same_partition:
        how = (
            "it was trained on raw categories, whose probabilities are added up, so the figures hold"
            if run.spec.target == "category"
            else "its groups are added up to these"
        )
        told.append(f"The run was trained under {run.spec.grouping.name}, another partition than this one: {how}.")
    if judged.unknown_labels:
        named = ", ".join(f"{label} ({rows:,} rows)" for label, rows in judged.unknown_labels.items())
        told.append(f"The run cannot answer {named}: all of these rows count as wrong.")
    told.append(
        f"Intervals are of 95 %, of shares of rows by Wilson's formula, of all others from drawing the rows again "
        f"{RESAMPLES:,} times (bootstrap): how far the figures would move with other rows of the same kind, not with "
        "headlines of another time or another desk."
    )
    told.append(
        "Labels are those of the dataset. Where a label is wrong, or two fit, the model is marked wrong as well."
    )
    return told


def _rows_told(run: Run, judged: Judged) -> list[str]:
    if judged.fingerprint == run.spec.fingerprint:
        told = [
            f"Measured on {split_text(run.spec.split)}: {judged.metrics.rows:,} rows, none of which training saw. "
            "Rows of equal text were kept on one side."
        ]
        if run.spec.split.kind == "random":
            told.append(
                "Test rows are of the same time as the training rows; headlines of a later time may be harder "
                "(a run with the split past is tested on those)."
            )
        return told
    told = [
        f"Measured on all {judged.metrics.rows:,} rows of {judged.dataset}, another dataset than it was trained on."
    ]
    if judged.seen_in_training is None:
        told.append("What the run was trained on is not here any more, so nobody can tell which of these rows it knew.")
    elif judged.seen_in_training:
        told.append(f"{judged.seen_in_training:,} of these rows have a text that it was trained on: that flatters it.")
    return told


def as_json(document: Document) -> str:
    """Return the document as one readable JSON text."""
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


FORMATS: dict[str, Callable[[Document], str]] = {".html": html, ".md": markdown, ".json": as_json}


def check_target(path: Path) -> None:
    """Raise InputError unless a report can be written to ``path``: a known ending, in a folder that is there."""
    name = shorten(str(path))
    if os.path.isdir(path):  # noqa: PTH112 - unlike Path's, it has no error for a name that is too long
        raise InputError(f"report file {name} is a folder; give a file in it, such as report.html")
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"report file {name} has another ending; name it FILE.html, FILE.md or FILE.json")
    if not path.parent.is_dir():
        raise InputError(f"folder {shorten(str(path.parent))} does not exist; make it first")


def write(document: Document, path: Path) -> int:
    """Write the report in the form that the file's ending says, whole or not at all; return its size in bytes.

    Raises InputError as `check_target`, and where the file cannot be written.
    """
    check_target(path)
    content = FORMATS[path.suffix.lower()](document).encode("utf-8")
    try:
        write_atomic(path, content)
    except OSError as error:
        raise InputError(
            f"report file {shorten(str(path))} cannot be written ({error.strerror}); "
            "choose another folder, or make room there"
        ) from error
    return len(content)
