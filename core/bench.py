"""``bench``: speed measured on this machine, both sides of a comparison in the same run."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.bench_classify import bench_classify
from core.bench_commands import command, json_of, path_of, scratch_home
from core.bench_explore import bench_explore
from core.bench_grouping import bench_grouping
from core.bench_labels import bench_label_noise
from core.bench_quality import bench_quality
from core.bench_report import bench_report
from core.bench_transformer import bench_transformer

Document = dict[str, Any]
RECIPES = (("notebook", "group"), ("default", "category"))
PAGES = {
    "Home": "Copydesk",
    "Explore": "Explore",
    "Grouping": "Grouping",
    "Train": "Train",
    "Evaluate": "Evaluate",
    "Classify": "Classify",
    "Models": "Models",
}


def bench_import(file: Path | None, rounds: int) -> Document:
    """Import ``file`` (default: the sample) in a process of its own; seconds, rows/s and peak memory."""
    measured = []
    for number in range(rounds):
        with scratch_home() as environment:
            script = (
                "import json, resource, sys; from pathlib import Path; "
                "from core.data.importing import import_file; "
                "from core.runs.progress import peak_memory; "
                "d = import_file(Path(sys.argv[1]), 'bench'); "
                "print(json.dumps([d.rows, d.rejected, d.seconds, peak_memory()]))"
            )
            rows, rejected, seconds, peak = json_of([sys.executable, "-c", script, path_of(file)], environment)
        measured.append(
            {
                "round": number + 1,
                "rows": rows,
                "rejected": rejected,
                "seconds": seconds,
                "rows_per_s": round(rows / max(seconds, 1e-9)),
                "peak_memory_mb": round(peak / 1e6),
            }
        )
    return {"file": path_of(file), "measured": measured}


def bench_logistic(file: Path | None, rounds: int) -> Document:
    """Train the notebook's recipe and our default in turn on the same rows, each in its own process.

    Both are judged under huffpost-12 on the same held-out fifth. ``seconds`` is the run's time from
    reading to the saved model; ``ratio`` is the notebook's median over ours.
    """
    measured: list[Document] = []
    with scratch_home() as environment:
        json_of([*command("data", "import", path_of(file)), "--name", "bench", "--json"], environment)
        for number in range(rounds):
            for preset, target in RECIPES:
                arguments = command("train", "--dataset", "bench", "--preset", preset, "--target", target)
                found = json_of([*arguments, "--grouping", "huffpost-12", "--wait", "--json"], environment)
                shown = json_of([*command("runs", "show", found["run"]), "--json"], environment)
                measured.append(
                    {
                        "round": number + 1,
                        "preset": preset,
                        "target": target,
                        "seconds": shown["seconds"],
                        "accuracy": shown["metrics"]["accuracy"],
                        "macro_f1": shown["metrics"]["macro_f1"],
                        "test_rows": shown["metrics"]["rows"],
                        "peak_memory_mb": round(shown["metrics"]["peak_memory_bytes"] / 1e6),
                    }
                )
    median = {
        preset: statistics.median(one["seconds"] for one in measured if one["preset"] == preset)
        for preset, _ in RECIPES
    }
    return {"file": path_of(file), "measured": measured, "ratio": round(median["notebook"] / median["default"], 2)}


def bench_pages(file: Path | None, rounds: int) -> Document:
    """Open every page in a headless browser on ``file``, with a trained run; seconds to the last element.

    ``first_s`` is a page's first view in a new server, asked for by its address; ``click_s`` the median
    of ``rounds`` clicks on it in the sidebar.
    """
    from core.browser import Browser, serving

    with scratch_home() as environment:
        json_of([*command("data", "import", path_of(file)), "--name", "bench", "--json"], environment)
        json_of([*command("train", "--dataset", "bench", "--wait", "--json")], environment)
        with serving(environment) as address, Browser() as browser:
            first = {name: browser.seconds_to_show(address, name.lower()) for name in PAGES}
            clicks = [browser.seconds_after_clicks(address, PAGES) for _ in range(rounds)]
    measured = [
        {"page": name, "first_s": first[name], "click_s": statistics.median(one[name] for one in clicks)}
        for name in PAGES
    ]
    return {"file": path_of(file), "measured": measured}


def bench_runs(file: Path | None, rounds: int) -> Document:
    """Start, watch, cancel and list runs (`core.bench_runs`)."""
    from core import bench_runs

    return bench_runs.bench_runs(file, rounds)


BENCHES: dict[str, Callable[..., Document]] = {
    "classify": bench_classify,
    "explore": bench_explore,
    "grouping": bench_grouping,
    "import": bench_import,
    "label-noise": bench_label_noise,
    "logistic": bench_logistic,
    "pages": bench_pages,
    "quality": bench_quality,
    "report": bench_report,
    "runs": bench_runs,
    "transformer": bench_transformer,
}
