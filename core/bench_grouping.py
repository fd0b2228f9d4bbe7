"""``bench grouping``: an edit of a grouping to its new figures, against training again."""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from core.bench_commands import command, json_of, path_of, scratch_home

EDITS = 40


def bench_grouping(file: Path | None, rounds: int) -> dict[str, Any]:
    """Train once, then move one category after another and take the time to all figures of each edit.

    One side is what the page does after an edit: the outcome, the differences with their intervals to
    the saved grouping and to every category by itself, and the rows that flip. The other is training
    on the edited groups, as a whole run. ``ratio`` is the run's seconds over the median of an edit.
    ``frontier_s`` and ``suggest_s`` are greedy merging down to two groups, and the suggestions.
    """
    measured = []
    with scratch_home() as environment:
        json_of([*command("data", "import", path_of(file)), "--name", "bench", "--json"], environment)
        first = json_of([*command("train", "--dataset", "bench", "--wait", "--json")], environment)
        for number in range(rounds):
            options = ("--target", "group", "--wait", "--json")
            again = json_of(command("train", "--dataset", "bench", *options), environment)
            frontier = json_of(command("grouping", "frontier", "--run", first["run"], "--json"), environment)
            advice = json_of(command("grouping", "suggest", "--run", first["run"], "--json"), environment)
            edits = json_of([sys.executable, "-m", "core.bench_grouping", first["run"], str(number)], environment)
            measured.append(
                {
                    "round": number + 1,
                    **edits,
                    "retrain_s": again["seconds"],
                    "frontier_s": frontier["seconds"],
                    "suggest_s": advice["seconds"],
                    "ratio": round(again["seconds"] / edits["edit_s"]),
                }
            )
    return {"file": path_of(file), "measured": measured, "ratio": statistics.median(one["ratio"] for one in measured)}


def _edit_seconds(run_id: str, seed: int) -> dict[str, Any]:
    """Return rows, labels of a run, and the median and the most seconds from an edit to its figures."""
    from core.evaluation import regroup
    from core.grouping.builtin import RAW
    from core.grouping.grouping import Grouping
    from core.grouping.whatif import what_if
    from core.runs import store

    run = store.load(run_id)
    scores, grouping = regroup.scores_of(run), run.spec.grouping.grouping()
    saved, raw = regroup.outcome_of(run, scores, grouping), regroup.outcome_of(run, scores, RAW)
    draw = random.Random(seed)  # noqa: S311 - which edits are tried
    seconds = []
    for _ in range(EDITS):
        moved = {draw.choice(scores.categories): draw.choice(saved.groups)}
        grouping = Grouping(grouping.name, {**grouping.mapping, **moved})
        start = time.perf_counter()
        found = what_if(saved, grouping)
        what_if(raw, grouping)
        regroup.flipped_rows(found)
        seconds.append(time.perf_counter() - start)
    return {
        "rows": len(scores),
        "labels": len(scores.labels),
        "edit_s": round(statistics.median(seconds), 4),
        "slowest_edit_s": round(max(seconds), 4),
    }


if __name__ == "__main__":
    print(json.dumps(_edit_seconds(sys.argv[1], int(sys.argv[2]))))
