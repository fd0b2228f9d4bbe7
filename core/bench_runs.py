"""``bench runs``: how quickly a run starts and is cancelled, how long a list takes, what watching costs."""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.bench import Document, command_line, json_of, path_of, scratch_home
from core.browser import Browser, serving, settled
from core.errors import CopydeskError
from core.runs import local, states, status, store
from core.storage import REPOSITORY

MANY_RUNS = 500
WATCH_SECONDS = 20.0
GIVE_UP_SECONDS = 120.0
# What the figures are held against: seconds, and the share of one core.
AIMS = {"click_to_running_s": 1.0, "cancel_s": 2.0, "list_s": 0.5, "watch_cpu": 0.05}


def bench_runs(file: Path | None, rounds: int) -> Document:
    """Start, watch and cancel an lbfgs fit on ``file`` from the page, and list 500 runs; medians of ``rounds``.

    ``click_to_running_s`` is from the click on Start to the state running, imports and all; ``imports_s`` is
    what one Python takes to import what the dispatcher and the worker import before that. ``cancel_s`` is from the
    request to the state cancelled. ``list_s`` is `runs list` as a whole process less the start of one that
    does nothing (``start_s``). ``watch_cpu`` is the share of one core that the server takes while a browser
    watches the run. ``ratio`` is the figure over what it is held against, so 1 or less is good.
    """
    with scratch_home() as environment:
        json_of([*command_line("data", "import", path_of(file)), "--name", "bench", "--json"], environment)
        figures: dict[str, list[float]] = {}
        os.environ["COPYDESK_HOME"] = environment["COPYDESK_HOME"]
        with serving(environment) as address, Browser() as browser:
            for _ in range(rounds):
                for name, value in _start_watch_and_cancel(browser, address).items():
                    figures.setdefault(name, []).append(value)
        run = store.list_all()[0]
        for _ in range(rounds):
            figures.setdefault("list_s", []).append(_seconds_to_list(run, environment))
        imports = _seconds_of([sys.executable, "-c", "import core.runs.dispatcher, core.runs.worker"], environment)
        started = _seconds_of([sys.executable, "-c", "import core.cli.app, core.runs.local"], environment)
    figures["list_s"] = [value - started for value in figures["list_s"]]
    measured = []
    for name, aim in AIMS.items():
        value = statistics.median(figures[name])
        measured.append({"figure": name, "median": round(value, 3), "aim": aim, "ratio": round(value / aim, 2)})
    return {
        "file": path_of(file),
        "measured": measured,
        "imports_s": round(imports, 3),
        "start_s": round(started, 3),
        "runs_listed": MANY_RUNS,
        "watched_s": WATCH_SECONDS,
    }


def _start_watch_and_cancel(browser: Browser, address: str) -> dict[str, float]:
    """Return the figures of one run: started by a click, watched while it fits, cancelled."""
    page = browser.page()
    page.goto(f"{address}/train?preset=notebook")
    settled(page)
    known = set(store.run_ids())
    begun = time.perf_counter()
    page.get_by_role("button", name="Start", exact=True).click()
    run = _until(lambda: next((one for one in store.list_all() if one.id not in known and _works(one)), None))
    running = time.perf_counter() - begun
    _until(lambda: store.load(run.id).status["progress"]["phase"] == "fit" or None)
    cpu = _cpu_while_watched()
    begun = time.perf_counter()
    local.cancel(run)
    _until(lambda: store.load(run.id).state == states.CANCELLED or None)
    cancelled = time.perf_counter() - begun
    page.context.close()
    return {"click_to_running_s": running, "cancel_s": cancelled, "watch_cpu": cpu}


def _works(run: store.Run) -> bool:
    return run.state == states.RUNNING


def _cpu_while_watched() -> float:
    """Return the share of one core that the server of the app, our child, takes over some seconds."""
    import psutil

    server = next(child for child in psutil.Process().children() if "streamlit" in " ".join(child.cmdline()))
    before = sum(server.cpu_times()[:2])
    time.sleep(WATCH_SECONDS)
    return (sum(server.cpu_times()[:2]) - before) / WATCH_SECONDS


def _until(found: Callable[[], Any]) -> Any:
    """Return what ``found`` gives as soon as it is not None; CopydeskError when that takes too long."""
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while time.monotonic() < deadline:
        value = found()
        if value is not None:
            return value
        time.sleep(0.005)
    raise CopydeskError(f"what is measured did not come about within {GIVE_UP_SECONDS:.0f} s; see the logs of the runs")


def _seconds_to_list(run: store.Run, environment: Mapping[str, str]) -> float:
    """Return the seconds of `runs list --json` as a process, with as many runs as are to be listed."""
    folder = run.path.parent
    have = len(store.run_ids())
    for number in range(have, MANY_RUNS):
        copy = folder / re.sub(r"-[0-9a-f]{4}$", f"-{number:05x}", run.id)
        shutil.copytree(run.path, copy)
        with status.changing(copy, durable=False) as found:
            found["sequence"] = number
    return _seconds_of([*command_line("runs", "list"), "--json"], environment)


def _seconds_of(command: list[str], environment: Mapping[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, cwd=REPOSITORY, env=dict(environment), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun
