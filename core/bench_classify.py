"""``bench classify``: how long one answer takes, how many a second, and its reasons; with the starter."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.bench_commands import command, json_of, path_of, scratch_home
from core.storage import REPOSITORY

Document = dict[str, Any]
TEXTS, CONNECTIONS, REQUESTS = 500, 16, 6_000
SCORED_ROWS = 1_000_000
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


def bench_classify(file: Path | None, rounds: int) -> Document:
    """Measure the starter on the headlines of ``file``: a row of figures for each thing that people wait for.

    load: the model, in a process that has its libraries. one: a single headline, classified. why: with the exact
    contributions of its words. changes: the fewest words whose removal flips the answer. score: the whole command, a
    million rows from Parquet to Parquet, with all columns. serve: requests of one headline over 16 connections at once,
    the service on one core; its client works on another one. Times in ms; a p99 is the time that 99 in 100 keep to.
    """
    measured = []
    with scratch_home() as environment:
        environment.pop("COPYDESK_STARTER", None)
        home = Path(environment["COPYDESK_HOME"])
        json_of([*command("data", "import", path_of(file)), "--name", "bench", "--json"], environment)
        for number in range(rounds):
            found = json_of([sys.executable, "-m", __name__, "answers"], environment)
            scored = _score(environment, home, number)
            for name, figures in {**found, "score": scored, "serve": _serve(environment)}.items():
                measured.append({"round": number + 1, "what": name, **figures})
    return {"file": path_of(file), "measured": measured}


def _score(environment: dict[str, str], home: Path, number: int) -> Document:
    source, output = home / "grown.parquet", home / f"scored-{number}.parquet"
    _grow(home / "data" / "bench" / "records.parquet", source)
    start = time.perf_counter()
    done = json_of([*command("score", str(source), str(output)), "--run", "starter", "--json"], environment)
    seconds = time.perf_counter() - start
    return {"rows": done["rows"], "seconds": round(seconds, 2), "rows_per_s": round(done["rows"] / seconds)}


def _grow(source: Path, target: Path) -> None:
    """Write the rows of ``source`` again and again, until there are a million: to start takes seconds by itself."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(source)
    pq.write_table(pa.concat_tables([table] * max(1, -(-SCORED_ROWS // table.num_rows))), target)


def answers() -> Document:
    """Return the figures of what one process answers."""
    from core.data import datasets
    from core.inference.classify import classify, load_model
    from core.inference.flips import removal
    from core.runs import store

    run = store.load("starter")
    load_model(run)
    loads = _times(lambda _: load_model(run), range(5))
    model = load_model(run)
    frame = datasets.frame(datasets.load("bench"), columns=["headline", "short_description"])
    drawn = frame.sample(min(TEXTS, len(frame)), random_state=0).fillna("")
    items = list(zip(drawn["headline"], drawn["short_description"], strict=True))
    classify(model, items[:1], explain=True)
    return {
        "load": loads,
        "one": _times(lambda item: classify(model, [item]), items),
        "why": _times(lambda item: classify(model, [item], explain=True), items),
        "changes": _times(lambda item: removal(model.classifier.predict_proba, item[0]), items[:50]),
    }


def _times(work: Any, items: Sequence[Any]) -> Document:
    """Return median and 99th percentile of what ``work`` takes for each of the items, in ms."""
    times = []
    for item in items:
        start = time.perf_counter()
        work(item)
        times.append(1000 * (time.perf_counter() - start))
    return {"median_ms": round(float(np.median(times)), 2), "p99_ms": round(float(np.quantile(times, 0.99)), 2)}


def _serve(environment: dict[str, str]) -> Document:
    """Return requests a second and their times, the service on the first core that we may use."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    program = [sys.executable, "-m", __name__, "serve", str(cores[0]) if cores else ""]
    process = subprocess.Popen(program, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        port = int(re.search(r":(\d+),", process.stdout.readline())[1])  # type: ignore[index, union-attr]
        asyncio.run(_ask(port, 200))
        start = time.perf_counter()
        times = asyncio.run(_ask(port, REQUESTS))
        seconds = time.perf_counter() - start
    finally:
        process.terminate()
        process.wait()
    ms = 1000 * np.array(times)
    return {
        "requests_per_s": round(len(times) / seconds),
        "median_ms": round(float(np.median(ms)), 2),
        "p99_ms": round(float(np.quantile(ms, 0.99)), 2),
    }


async def _ask(port: int, requests: int) -> list[float]:
    """Return the seconds of each of so many requests, over 16 connections that are kept."""
    each = await asyncio.gather(*(_client(port, requests // CONNECTIONS, number) for number in range(CONNECTIONS)))
    return [seconds for times in each for seconds in times]


async def _client(port: int, requests: int, number: int) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    times = []
    for turn in range(requests):
        headline = f"Senate Passes Budget Number {number} After Long Night {turn}"
        body = json.dumps({"headline": headline, "top": 3}).encode()
        head = "POST /classify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        start = time.perf_counter()
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(answer)
        content = await reader.readexactly(int(length[1]) if length else 0)
        times.append(time.perf_counter() - start)
        if not answer.startswith(b"HTTP/1.1 200") or b'"label"' not in content:
            raise RuntimeError(f"the service answered {answer[:20]!r} {content[:200]!r}")
    writer.close()
    return times


def serve(core: str) -> None:
    """Run the service on one core, on any free port, with no limit on the rate."""
    from core.serving.limits import Limits
    from core.serving.server import run

    if core:
        os.sched_setaffinity(0, {int(core)})
    run(0, Limits(rate=0))


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    else:
        print(json.dumps(answers()))
