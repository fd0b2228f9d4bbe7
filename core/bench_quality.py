"""``bench quality``: what the search for flaws finds and costs, and MinHash against a join that misses no pair."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.bench_commands import command, json_of, path_of, scratch_home

Document = dict[str, Any]
BASE, GROWN = "bench", "grown"
# As many as the whole HuffPost set has; a file of at least half of them is grown to it.
WHOLE = 209_527
CLEANED = {"join-lines": True, "strip-control": True, "drop-conflicts": True, "drop-respelled": True}


def bench_quality(file: Path | None, rounds: int) -> Document:
    """Search ``file`` for flaws; a file of half as many rows as the whole set is grown to it and searched again.

    ``scan_s`` is one pass over all rows, ``near_s`` comparing all texts, ``clean_s`` a cleaned copy in four steps;
    ``cpu_s`` beside them is processor time, whatever else the machine does. ``exact`` is a join that misses no pair
    (`core.evaluation.near_duplicates`) on the same texts, ``recall`` the share of its pairs that MinHash found.
    ``flaws`` are rows, groups, and rows that the step of the kind takes out or changes.
    """
    load = [os.getloadavg()[0]]
    child = [sys.executable, "-m", __name__]
    with scratch_home() as environment:
        found = json_of([*command("data", "import", path_of(file)), "--name", BASE, "--json"], environment)
        measured = [{"round": number + 1, **json_of([*child, BASE], environment)} for number in range(rounds)]
        if WHOLE / 2 < found["rows"] < WHOLE:
            json_of([sys.executable, "-m", "core.bench_explore", "grow", str(WHOLE)], environment)
            measured.append({"round": 1, **json_of([*child, GROWN], environment)})
    load.append(os.getloadavg()[0])
    return {"file": path_of(file), "measured": measured, "load": [round(one, 1) for one in load]}


def measure(name: str) -> Document:
    """Return the figures of one search in the dataset ``name``."""
    from core.data import datasets
    from core.data.cleaning import clean
    from core.data.near_duplicates import near_pairs
    from core.data.quality_findings import cheap_findings, distinct_texts, near_finding
    from core.data.quality_scan import scan
    from core.data.recipe import recipe_from
    from core.runs.progress import peak_memory

    dataset = datasets.load(name)
    seen, scanning = _timed(lambda: scan(dataset))
    findings = cheap_findings(dataset, seen)
    texts, first = distinct_texts(dataset, seen)
    pairs, comparing = _timed(lambda: near_pairs(texts))
    findings.append(near_finding(seen, first, pairs))
    peak = peak_memory()
    copy, cleaning = _timed(lambda: clean(dataset, recipe_from(CLEANED), f"{name}-clean"))
    exact, joining = _timed(lambda: exact_pairs(texts))
    found = set(zip(pairs.one.tolist(), pairs.other.tolist(), strict=True))
    return {
        "rows": dataset.rows,
        **_named("scan", scanning),
        **_named("near", comparing),
        **_named("clean", cleaning),
        **_named("exact", joining),
        "peak_memory_mb": round(peak / 1e6),
        "pairs": len(found),
        "exact_pairs": len(exact),
        "recall": round(len(found & exact) / len(exact), 5) if exact else None,
        "rows_cleaned": copy.rows,
        "flaws": {one.kind: [one.rows, one.groups, one.removable] for one in findings},
    }


def exact_pairs(texts: list[str]) -> set[tuple[int, int]]:
    """Return all pairs of ``texts`` that are alike but not the same, by the join that misses none."""
    import numpy as np

    from core.evaluation.near_duplicates import near_pairs, word_sets

    sets = word_sets(texts)
    pairs = near_pairs(sets, np.arange(len(texts)))
    members: dict[int, list[int]] = {}
    for place, unit in enumerate(sets.unit.tolist()):
        members.setdefault(unit, []).append(place)
    found = {(one, other) for same in members.values() for one in same for other in same if one < other}
    for unit, beside in zip(pairs.asked.tolist(), pairs.other.tolist(), strict=True):
        found |= {(min(a, b), max(a, b)) for a in members[unit] for b in members[beside]}
    return found


def _timed(work: Callable[[], Any]) -> tuple[Any, tuple[float, float]]:
    begun, worked = time.perf_counter(), time.process_time()
    done = work()
    return done, (round(time.perf_counter() - begun, 1), round(time.process_time() - worked, 1))


def _named(name: str, seconds: tuple[float, float]) -> Document:
    return {f"{name}_s": seconds[0], f"{name}_cpu_s": seconds[1]}


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
