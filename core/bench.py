"""``bench``: speed measured on this machine, both sides of a comparison in the same run."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.data.sample import SAMPLE_FILE
from core.errors import InputError
from core.storage import REPOSITORY

Document = dict[str, Any]
RECIPES = (("notebook", "group"), ("default", "category"))
PAGES = {
    "Home": "Copydesk",
    "Explore": "Explore",
    "Grouping": "Grouping",
    "Train": "Train",
    "Evaluate": "Evaluate",
    "Classify": "Classify",
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
        json_of([*command_line("data", "import", path_of(file)), "--name", "bench", "--json"], environment)
        for number in range(rounds):
            for preset, target in RECIPES:
                arguments = command_line("train", "--dataset", "bench", "--preset", preset, "--target", target)
                found = json_of([*arguments, "--grouping", "huffpost-12", "--wait", "--json"], environment)
                shown = json_of([*command_line("runs", "show", found["run"]), "--json"], environment)
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
        json_of([*command_line("data", "import", path_of(file)), "--name", "bench", "--json"], environment)
        json_of([*command_line("train", "--dataset", "bench", "--wait", "--json")], environment)
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


BENCHES: dict[str, Callable[[Path | None, int], Document]] = {
    "import": bench_import,
    "logistic": bench_logistic,
    "pages": bench_pages,
    "runs": bench_runs,
}


def path_of(file: Path | None) -> str:
    path = SAMPLE_FILE if file is None else file
    if not path.is_file():
        raise InputError(f"file {str(path)!r} does not exist; give a file of headlines")
    return str(path.resolve())


def command_line(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "core", *arguments]


@contextmanager
def scratch_home() -> Iterator[dict[str, str]]:
    """Yield an environment whose COPYDESK_HOME is a temporary folder."""
    folder = tempfile.mkdtemp(prefix="copydesk-bench-")
    try:
        yield {**os.environ, "COPYDESK_HOME": folder}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def json_of(command: list[str], environment: dict[str, str]) -> Any:
    """Run a command of ours and return the JSON that it prints; its one-line error is passed on."""
    import json

    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().split("\n") or ["no reason given"])[-1]
        raise InputError(f"the measured command ended with status {done.returncode}: {last.removeprefix('error: ')}")
    return json.loads(done.stdout)
