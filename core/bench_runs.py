"""``bench runs``: how quickly a run starts and is cancelled, how long a list takes, what watching costs."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.bench_commands import command, json_of, path_of, scratch_home
from core.browser import Browser, serving, settled
from core.data import datasets
from core.errors import CopydeskError
from core.runs import local, states, status, store
from core.runs.spec import plan
from core.storage import NAME, REPOSITORY, models_root

Document = dict[str, Any]
MANY_RUNS = 500
WATCH_SECONDS = 20.0
GIVE_UP_SECONDS = 120.0
# What the figures are held against: seconds, and the share of one core.
AIMS = {"click_to_running_s": 1.0, "cancel_s": 2.0, "killed_to_interrupted_s": 5.0, "list_s": 0.5, "watch_cpu": 0.05}


def bench_runs(file: Path | None, rounds: int) -> Document:
    """Start, watch, cancel and kill an lbfgs fit on ``file``, beside 500 finished runs, and list them all.

    Medians of ``rounds``: ``click_to_running_s`` is from the click on Start to the state running, imports
    and all; ``imports_s`` is what one Python takes to import what the dispatcher and the worker import before
    that. ``cancel_s`` is from the request to the state cancelled, ``killed_to_interrupted_s`` from kill -9 to
    that state, with nobody looking. ``list_s`` is `runs list` as a whole process, ``start_s`` of which is what
    a Python takes to import the command line. ``watch_cpu`` is the share of one core that the server takes
    while a browser watches the run. ``ratio`` is the figure over what it is held against: 1 or less is good.
    """
    figures: dict[str, list[float]] = {name: [] for name in AIMS}
    with scratch_home() as environment:
        json_of([*command("data", "import", path_of(file)), "--name", "bench", "--json"], environment)
        os.environ["COPYDESK_HOME"] = environment["COPYDESK_HOME"]
        _fill_up()
        with serving(environment) as address, Browser() as browser:
            for _ in range(rounds):
                for name, value in _start_watch_and_cancel(browser, address).items():
                    figures[name].append(value)
        for _ in range(rounds):
            figures["killed_to_interrupted_s"].append(_seconds_to_notice_a_kill())
            figures["list_s"].append(_seconds_of([*command("runs", "list"), "--json"], environment))
        imports = _seconds_of([sys.executable, "-c", "import core.runs.dispatcher, core.runs.worker"], environment)
        started = _seconds_of([sys.executable, "-c", "import core.cli.app, core.runs.local"], environment)
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


def _fill_up() -> None:
    """Make as many finished runs as are to be listed; without models, which no list reads."""
    spec = plan(datasets.load("bench"), preset="notebook")
    first = store.create(spec)
    for number in range(MANY_RUNS):
        copy = first.path.parent / re.sub(r"-[0-9a-f]{4}$", f"-{number:05x}", first.id)
        shutil.copytree(first.path, copy)
        with status.changing(copy, durable=False) as found:
            found |= {"sequence": number, "state": states.SUCCEEDED, "seconds": 30.0 + number, "metrics": {}}
            found["metrics"] |= {"rows": 33_524, "accuracy": 0.7, "macro_f1": 0.5, "majority_share": 0.3}
    local.cancel(first)


def _start_watch_and_cancel(browser: Browser, address: str) -> dict[str, float]:
    """Return the figures of one run: started by a click, watched while it fits, cancelled."""
    page = browser.page()
    page.goto(f"{address}/train?preset=notebook")
    settled(page)
    known = set(models_root().iterdir())
    begun = time.perf_counter()
    page.get_by_role("button", name="Start", exact=True).click()
    run = _until(lambda: _at_work(set(models_root().iterdir()) - known))
    running = time.perf_counter() - begun
    _until(lambda: store.load(run.id).status["progress"]["phase"] == "fit" or None)
    cpu = _cpu_while_watched()
    begun = time.perf_counter()
    local.cancel(run)
    _until(lambda: store.load(run.id).state == states.CANCELLED or None)
    cancelled = time.perf_counter() - begun
    page.context.close()
    return {"click_to_running_s": running, "cancel_s": cancelled, "watch_cpu": cpu}


def _seconds_to_notice_a_kill() -> float:
    """Return the seconds from kill -9 of a worker to the state interrupted, which its dispatcher alone writes."""
    run = local.submit(plan(datasets.load("bench"), preset="notebook"))
    _until(lambda: store.load(run.id).status["progress"]["phase"] == "vectorize" or None)
    os.kill(store.load(run.id).status["pid"], signal.SIGKILL)
    begun = time.perf_counter()
    _until(lambda: store.load(run.id).state == states.INTERRUPTED or None)
    return time.perf_counter() - begun


def _at_work(paths: set[Path]) -> store.Run | None:
    """Return the run at work among what is new in the folder; cheap, so as not to slow what is measured."""
    for path in paths:
        if NAME.fullmatch(path.name):
            with contextlib.suppress(CopydeskError):
                run = store.load(path.name)
                return run if run.state == states.RUNNING else None
    return None


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


def _seconds_of(arguments: list[str], environment: Mapping[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run(arguments, cwd=REPOSITORY, env=dict(environment), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun
