"""``bench label-noise``: how many of the labels that are called wrong are wrong, where that is known."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.bench_commands import command, json_of, path_of, scratch_home

Document = dict[str, Any]
SHARE = 0.05
FIRST = (100, 1_000)
# How a label is flipped: to any other category alike, or to one of the same group, which is harder to see.
KINDS = ("any", "sibling")


def bench_label_noise(file: Path | None, rounds: int) -> Document:
    """Flip 5 % of the labels of ``file`` with a seed and search for them, in a process of its own.

    ``first_N`` is the share of flipped labels among the first N of the list, N being 100, 1,000, 1 % of the
    rows, and as many as were flipped; ``base_rate`` is that of any N rows, and ``lift`` how many times as good
    the last one is. A label of the file that was wrong before counts as not flipped, so the figures are
    bounds from below. ``cpu_seconds`` is the processor time of the search, whatever else the machine does.
    ``flagged`` are the rows that confident learning flags, with their precision and recall.
    """
    measured = []
    with scratch_home() as environment:
        json_of([*command("data", "import", path_of(file)), "--name", "bench", "--json"], environment)
        for number in range(rounds):
            for kind in KINDS:
                child = [sys.executable, "-m", __name__, kind, str(number)]
                measured.append({"round": number + 1, "flipped_to": kind, **json_of(child, environment)})
    return {"file": path_of(file), "measured": measured}


def flip(categories: pd.Series, kind: str, seed: int) -> tuple[pd.Series, np.ndarray]:
    """Return ``categories`` with 5 % of them flipped, and which rows those are, shape (rows,).

    Of kind "sibling" are flips within a group of the built-in grouping; a category without siblings, and
    every one of another kind of data, is flipped to any other.
    """
    from core.grouping.builtin import default_for

    random = np.random.default_rng(seed)
    names, codes = np.unique(categories.astype("str").to_numpy(dtype=object), return_inverse=True)
    grouping = default_for(names.tolist())
    groups = [grouping.group_of(name) for name in names]
    flipped = np.zeros(len(codes), dtype=bool)
    flipped[random.choice(len(codes), round(SHARE * len(codes)), replace=False)] = True
    others = {code: _others(code, groups, kind) for code in range(len(names))}
    codes[flipped] = [random.choice(others[code]) for code in codes[flipped]]
    return pd.Series(names[codes], index=categories.index, dtype="str"), flipped


def _others(code: int, groups: list[str], kind: str) -> list[int]:
    """Return the categories that one may be flipped to."""
    every = [other for other in range(len(groups)) if other != code]
    siblings = [other for other in every if groups[other] == groups[code]]
    return siblings if kind == "sibling" and siblings else every


def measure(kind: str, seed: int) -> Document:
    """Return the figures of one search in the dataset ``bench``."""
    from core.data import datasets
    from core.evaluation.label_noise import find_label_noise
    from core.runs.progress import peak_memory

    frame = datasets.frame(datasets.load("bench"), ["headline", "short_description", "category"])
    noisy, flipped = flip(frame["category"], kind, seed)
    begun, worked = time.perf_counter(), time.process_time()
    found = find_label_noise(frame.assign(category=noisy), "bench", seed=seed)
    seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - worked
    return {
        "rows": len(frame),
        "flipped": int(flipped.sum()),
        "base_rate": round(float(flipped.mean()), 3),
        **precision(found.table, flipped),
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu_seconds, 1),
        "peak_memory_mb": round(peak_memory() / 1e6),
    }


def precision(table: pd.DataFrame, flipped: np.ndarray) -> Document:
    """Return how many of the first rows of `LabelNoise.table`, and of its flagged ones, are ``flipped``."""
    hits = flipped[table["row"].to_numpy()]
    flagged = hits[table["flagged"].to_numpy()]
    count = int(flipped.sum())
    figures = {f"first_{first}": _share(hits[:first]) for first in FIRST}
    figures |= {"first_1_percent": _share(hits[: round(len(flipped) / 100)]), "first_flipped": _share(hits[:count])}
    return {
        **figures,
        "lift": round(figures["first_flipped"] / float(flipped.mean()), 1),
        "flagged": len(flagged),
        "flagged_precision": _share(flagged),
        "flagged_recall": round(float(flagged.sum()) / count, 3),
    }


def _share(hits: np.ndarray) -> float:
    return round(float(hits.mean()), 3) if len(hits) else 0.0


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
