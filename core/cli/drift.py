"""``data drift``: which classes' texts changed over time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import status_line
from core.cli.data_words import ByGroup, grouping_of
from core.cli.printing import Json, emit, table
from core.cli.row_filters import GroupingName, Name, check_known

if TYPE_CHECKING:
    from core.evaluation.drift import Dated, Drift


def drift(
    name: Name,
    class_: Annotated[
        list[str] | None, typer.Option("--class", metavar="CLASS", help="Only this category or group; may be repeated.")
    ] = None,
    by_group: ByGroup = False,
    grouping: GroupingName = None,
    gap: Annotated[int, typer.Option(metavar="DAYS", min=0, help="Days left out around the middle.")] = 0,
    words: Annotated[int, typer.Option(metavar="N", min=0, help="List N words that came and N that went.")] = 0,
    json: Json = False,
) -> None:
    """Tell early from late texts of each class by their words: the area under the ROC curve, with its 95 % interval.

    Halves part at the day in the middle; the area is cross-validated, and 0.5 is chance.
    """
    from core.data import datasets
    from core.data.engine import open_table
    from core.evaluation.counted_words import counted_words, dated
    from core.evaluation.drift import EVERY, drifts

    start = time.perf_counter()
    dataset = datasets.load(name)
    status_line.working("telling early from late texts")
    opened = open_table(dataset)
    counted = counted_words(opened)
    data = dated(counted, opened, grouping_of(dataset, grouping, by_group), gap)
    check_known("--class", tuple(class_ or ()), list(data.names))
    found = list(drifts(data, list(dict.fromkeys(class_ or (EVERY, *data.names)))))
    document = {
        "dataset": dataset.name,
        "gap": gap,
        "read": len(counted.rows),
        "of": counted.total,
        "classes": [_document(data, one, words) for one in found],
        "seconds": time.perf_counter() - start,
    }
    emit(document, _text(document, counted.note), json)


def _document(data: Dated, one: Drift, words: int) -> dict[str, Any]:
    """Return a class's drift as a JSON object; null where nothing is told."""
    from core.evaluation.drift import sentence, vocabulary, yearly

    figures = {key: None if one.reason else getattr(one, key) for key in ("auc", "low", "high")}
    found = vocabulary(data, one.label, most=words) if words else None
    sides = {
        side: [] if found is None else found.loc[(found["z"] > 0) == (side == "came"), "shown"].tolist()
        for side in ("came", "went")
    }
    years = yearly(data, one.label)
    return {
        "class": one.label,
        "rows": one.rows,
        "dated": one.dated,
        "early": one.early,
        "late": one.late,
        "last_early": one.last_early or None,
        "first_late": one.first_late or None,
        "read": one.read,
        **figures,
        "told_apart": one.strength,
        "reason": one.reason or None,
        "sentence": sentence(one),
        "years": [
            {"year": int(year), "rows": int(rows), "share": float(share)}
            for year, rows, share in zip(years["year"], years["rows"], years["share"], strict=True)
        ],
        **sides,
    }


def _text(document: dict[str, Any], note: str) -> str:
    """Return the classes for people, the most changed first."""
    told = sorted((one for one in document["classes"] if not one["reason"]), key=lambda one: -one["auc"])
    parts = [table(told, ["class", "dated", "auc", "low", "high", "told_apart"])] if told else []
    parts += [one["sentence"] for one in document["classes"] if one["reason"]]
    for one in told:
        if one["came"] or one["went"]:
            came, went = (", ".join(one[side]) or "none" for side in ("came", "went"))
            parts.append(f"{one['class']}\n  came: {came}\n  went: {went}")
    return "\n\n".join([*parts, *([note] if note else [])])


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(epilog="Example: python -m core data drift huffpost --class POLITICS --words 10")(drift)
