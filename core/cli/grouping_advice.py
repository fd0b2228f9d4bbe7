"""``grouping suggest`` and ``grouping frontier``: what a finished run says of how to group."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import status_line
from core.cli.printing import Json, emit, table

if TYPE_CHECKING:
    from core.evaluation.advice import Advice
    from core.grouping.frontier import Frontier

RunId = Annotated[str, typer.Option(metavar="RUN", help="A finished run with target category.")]


def suggest(
    run: RunId,
    grouping: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="The grouping to improve; raw: every category by itself.")
    ] = "raw",
    top: Annotated[
        int, typer.Option("--top", "--limit", metavar="N", min=1, help="List at most N merges and N splits.")
    ] = 10,
    json: Json = False,
) -> None:
    """Suggest groups to merge and groups to split, with the evidence and what each would do to the figures."""
    from core.evaluation.advice import advise, basis_of
    from core.grouping import versions
    from core.runs import local, store

    start = time.perf_counter()
    status_line.working("looking for groups to merge and to split")
    local.settle()
    found = store.find(run)
    wanted = versions.load_or_read(grouping)
    known = basis_of(found)
    advice = advise(known, wanted, top=top)
    document = {
        "run": found.id,
        "dataset": known.dataset.name,
        "grouping": wanted.name,
        "merges": [one.document() for one in advice.merges],
        "splits": [one.document() for one in advice.splits],
        "seconds": time.perf_counter() - start,
    }
    emit(document, _advice_text(advice), json)


def frontier(run: RunId, json: Json = False) -> None:
    """Find good groupings of every size by greedy merging, from all categories down to two groups."""
    from core.evaluation.advice import frontier_document, frontier_of
    from core.evaluation.regroup import scores_of
    from core.runs import local, store

    start = time.perf_counter()
    status_line.working("merging")
    local.settle()
    found = store.find(run)
    curves = frontier_of(found, scores_of(found))
    document = {
        "run": found.id,
        "dataset": found.spec.dataset,
        "points": frontier_document(curves),
        "seconds": time.perf_counter() - start,
    }
    emit(document, _frontier_text(curves), json)


def _advice_text(advice: Advice) -> str:
    """Return the suggestions for people: a line of what, one of why, one of what it does, then headlines."""
    parts = []
    for place, one in enumerate(advice.merges, start=1):
        lines = [f"{place}. merge {one.merge.a} + {one.merge.b}", one.merge.sentence, ", ".join(one.effect.parts)]
        lines += [f"- {first}  |  {second}" for first, second in one.pairs]
        parts.append("\n   ".join(lines))
    if not advice.merges:
        parts.append("no merge to suggest: no two groups are mistaken for one another, or only two are left")
    for place, one in enumerate(advice.splits, start=1):
        head = f"{place}. split {one.split.group} into {' + '.join(one.split.names)}"
        words = [
            f"words of {name}: {', '.join(found)}"
            for name, found in zip(one.split.names, one.split.words, strict=True)
            if found
        ]
        parts.append("\n   ".join([head, one.split.sentence, ", ".join(one.effect.parts), *words]))
    return "\n\n".join(parts)


def _frontier_text(curves: Frontier) -> str:
    """Return one line a number of groups: the best of each measure, and by which objective it was found."""
    from core.grouping.frontier import OBJECTIVES

    rows: list[dict[str, Any]] = []
    for groups in range(len(curves.categories), 1, -1):
        best = {measure: curves.best(groups, measure) for measure in OBJECTIVES}
        rows.append({"groups": groups} | {name: getattr(point, name) for name, point in best.items() if point})
    return table(rows, ["groups", *OBJECTIVES])


def register(app: typer.Typer) -> None:
    """Add the commands to ``grouping``."""
    example = "Example: python -m core grouping {}".format
    app.command(epilog=example("suggest --run RUN --grouping huffpost-12 --top 5"))(suggest)
    app.command(epilog=example("frontier --run RUN --json"))(frontier)
