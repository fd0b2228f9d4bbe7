"""What ``runs compare`` and ``report`` say of two runs on the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.cli.printing import bytes_text, table
from core.errors import CopydeskError

if TYPE_CHECKING:
    from core.runs.store import Run

Document = dict[str, Any]


def tested(
    run: Run, other: Run, *, grouping: str | None, dataset: str | None, examples: int
) -> tuple[Document | None, str | None]:
    """Return the comparison of two runs on the rows of both, or None and the reason why there is none.

    A run that has not ended well, or two that share no row, are a reason; what was asked for
    expressly and cannot be had is a CopydeskError.
    """
    from core.data import datasets
    from core.evaluation.comparison import compare_runs, comparison_document
    from core.grouping import versions

    if run.id == other.id:
        return None, None
    try:
        found = compare_runs(
            run,
            other,
            grouping=versions.load_or_read(grouping) if grouping is not None else None,
            dataset=datasets.load(dataset) if dataset is not None else None,
        )
    except CopydeskError as error:
        if grouping is not None or dataset is not None or examples:
            raise
        return None, str(error)
    return comparison_document(found, run, other, examples=examples), None


def comparison_text(found: Document, name: str, other: str) -> str:
    """Return a comparison for people; ``name`` and ``other`` are what the runs are called."""
    from core.evaluation.comparison import chance_sentence

    figures = [
        {"": measure.replace("_", " "), name: gap["after"], other: gap["before"], **_gap(gap)}
        for measure, gap in found["differences"].items()
    ]
    classes = [
        {
            "class": row["label"],
            "rows": row["support"],
            f"F1 {name}": row["f1"],
            f"F1 {other}": row["f1_against"],
            **_gap({end: row[f"f1_{end}"] for end in ("difference", "low", "high")}),
        }
        for row in found["per_class"]
    ]
    costs = [
        {"": _cost_name(field), name: _cost(field, value), other: _cost(field, there)}
        for (field, value), there in zip(found["cost"]["run"].items(), found["cost"]["against"].values(), strict=True)
        if value is not None or there is not None
    ]
    counts = found["agreement"]
    parts = [
        f"On {found['rows']:,} rows of {found['dataset']} that neither was trained on, under {found['grouping']}; "
        f"differences are {name} - {other}, with 95 % intervals:",
        *(f"note: {remark}" for remark in found["remarks"]),
        table(figures, ["", name, other, "difference", "from", "to"]),
        table(classes, list(classes[0])),
        chance_sentence(sum(row["f1_low"] is not None for row in found["per_class"])),
        f"both right {counts['both_right']:,}, both wrong {counts['both_wrong']:,}; {found['verdict']}",
        table(costs, ["", name, other]),
        f"{name}: {found['gain']}",
    ]
    parts += [_example(row, name, other) for row in found["examples"]]
    return "\n\n".join(parts)


def _gap(gap: Document) -> dict[str, str]:
    """Return a difference and both ends of its interval, signed; a dash for ends that are not told."""
    ends = {"difference": gap["difference"], "from": gap["low"], "to": gap["high"]}
    # Added to 0, what rounds to nothing has no minus.
    return {field: "–" if value is None else f"{round(value, 3) + 0.0:+.3f}" for field, value in ends.items()}


def _cost_name(field: str) -> str:
    return field.removesuffix("_bytes").replace("_per_s", "/s").replace("_", " ")


def _cost(field: str, value: float | None) -> Any:
    if value is None or not field.endswith(("_bytes", "_per_s")):
        return value
    return bytes_text(value) if field.endswith("_bytes") else round(value)


def _example(row: Document, name: str, other: str) -> str:
    headline = row["headline"] or f"row {row['row']:,}"
    return f"{row['outcome']}: {headline}\n   {row['true']}; {name} says {row['run']}, {other} says {row['against']}"
