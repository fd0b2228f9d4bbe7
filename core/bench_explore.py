"""``bench explore``: what each view of Explore costs, at the size of the whole real set and at five million rows."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.bench_commands import command, json_of, path_of, scratch_home
from core.bench_explore_views import pandas_views, queries, views

if TYPE_CHECKING:
    from pathlib import Path

    from core.data.datasets import Dataset

Document = dict[str, Any]
# The whole HuffPost set, and as many as Explore has to be usable with.
SIZES = (209_527, 5_000_000)
# Rows that pandas is measured with; of larger files it gets the beginning, and its times are scaled.
PANDAS_ROWS = 209_527
ROW_GROUP = 16_384
BASE, GROWN = "bench", "grown"


def bench_explore(file: Path | None, rounds: int, rows: int | None = None) -> Document:
    """Measure the views of Explore on ``file`` grown to ``rows`` rows (default: both `SIZES`), in their own processes.

    ``ms`` is the median of ``rounds``, ``cpu_ms`` the processor time of all threads, whatever else the machine
    does; nothing is remembered between rounds. ``pandas_cpu_ms`` is that of the same view in plain pandas, its
    frame already read, ``ratio`` how many times as much it is: of files over `PANDAS_ROWS` rows it is measured on
    their beginning and scaled by the rows. ``memory`` is the resident memory of the process that answered, the
    most it ever was. ``load`` is how many processes wanted to run before and after.
    """
    measured: list[Document] = []
    memory: list[Document] = []
    load = [os.getloadavg()[0]]
    with scratch_home() as environment:
        json_of([*command("data", "import", path_of(file)), "--name", BASE, "--json"], environment)
        for size in SIZES if rows is None else (rows,):
            base = [sys.executable, "-m", __name__]
            json_of([*base, "grow", str(size)], environment)
            found = json_of([*base, "measure", str(rounds)], environment)
            plain = json_of([*base, "pandas", str(rounds)], environment)
            memory.append({"rows": size, **found["memory"]})
            measured += [_compared(size, row, plain) for row in found["views"]]
            json_of(command("data", "delete", GROWN, "--yes", "--json"), environment)
    load.append(os.getloadavg()[0])
    return {"file": path_of(file), "measured": measured, "memory": memory, "load": [round(one, 1) for one in load]}


def _compared(size: int, row: Document, plain: Mapping[str, float]) -> Document:
    """Return a view's figures beside those of pandas, where it was measured there."""
    other = plain.get(row["view"])
    ratio = round(other / row["cpu_ms"], 1) if other is not None and row["cpu_ms"] else None
    return {"rows": size, **row, "pandas_cpu_ms": other, "ratio": ratio}


def grow(rows: int) -> Document:
    """Make the dataset `GROWN` of ``rows`` rows: those of `BASE` again and again, each time in another order.

    From the second time on the headline has a number of its own, so that no two rows are the same.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from core.data import datasets
    from core.storage import building, data_root, write_json

    base = datasets.load(BASE)
    table = pq.read_table(base.path / datasets.RECORDS)
    random = np.random.default_rng(0)
    counts: Counter[str] = Counter()
    with building(data_root() / GROWN) as work:
        with pq.ParquetWriter(
            work / datasets.RECORDS, table.schema, compression="zstd", use_dictionary=["category"]
        ) as out:
            for number, first in enumerate(range(0, rows, table.num_rows)):
                part = table.take(pa.array(random.permutation(table.num_rows))) if number else table
                part = _numbered(part.slice(0, rows - first), number)
                counts.update(part.column("category").to_pylist())
                out.write_table(part, row_group_size=ROW_GROUP)
        shutil.copy(base.path / datasets.REJECTED, work)
        made = replace(
            base, name=GROWN, rows=rows, category_counts=dict(counts.most_common()), fingerprint=f"{rows:064d}"
        )
        write_json(work / datasets.DESCRIPTION, datasets.summary(made))
    return {"rows": rows}


def _numbered(part: Any, number: int) -> Any:
    import pyarrow.compute as pc

    if not number:
        return part
    place = part.schema.get_field_index("headline")
    return part.set_column(place, "headline", pc.binary_join_element_wise(part.column(place), f"no. {number}", " "))


def measure(rounds: int) -> Document:
    """Return what each view of `GROWN` costs, and the memory that all of them took together."""
    # Imported before the clock runs: a server does that once.
    import polars  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    from core.data import datasets
    from core.data.engine import open_table
    from core.runs.progress import peak_memory

    dataset = datasets.load(GROWN)
    found = [_timed("open", lambda: open_table(dataset), 1)]
    table = open_table(dataset)
    opened = peak_memory()
    searches = queries(table)
    for name, view in views(table, dataset, searches).items():
        found.append(_timed(name, view, rounds))
    memory = {"opened_mb": round(opened / 1e6), "peak_mb": round(peak_memory() / 1e6)}
    return {"views": found, "memory": memory}


def _timed(name: str, view: Callable[[], object], rounds: int) -> Document:
    walls, cpus = [], []
    for _ in range(rounds):
        begun, worked = time.perf_counter(), time.process_time()
        view()
        walls.append(time.perf_counter() - begun)
        cpus.append(time.process_time() - worked)
    wall, cpu = (round(1000 * statistics.median(times), 1) for times in (walls, cpus))
    return {"view": name, "ms": wall, "cpu_ms": cpu}


def pandas_side(rounds: int) -> dict[str, float]:
    """Return the processor time of some views in plain pandas, in milliseconds, scaled to all rows."""
    from core.data import datasets
    from core.data.engine import open_table

    dataset = datasets.load(GROWN)
    rows = min(dataset.rows, PANDAS_ROWS)
    worked = time.process_time()
    frame = _beginning(dataset, rows)
    read = 1000 * (time.process_time() - worked)
    searches = queries(open_table(dataset))
    scale = dataset.rows / rows
    timed = {name: _timed(name, view, rounds)["cpu_ms"] for name, view in pandas_views(frame, searches).items()}
    return {name: round(ms * scale, 1) for name, ms in {"open": read, **timed}.items()}


def _beginning(dataset: Dataset, rows: int) -> pd.DataFrame:
    """Return the first ``rows`` records as pandas reads them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from core.data.datasets import RECORDS

    with pq.ParquetFile(dataset.path / RECORDS) as file:
        parts = []
        for part in file.iter_batches(ROW_GROUP):
            parts.append(part)
            if sum(one.num_rows for one in parts) >= rows:
                break
        frame = pa.Table.from_batches(parts).slice(0, rows).to_pandas(date_as_object=False)
    return frame.astype({"category": "category"})


if __name__ == "__main__":
    step, number = sys.argv[1], int(sys.argv[2])
    print(json.dumps({"grow": grow, "measure": measure, "pandas": pandas_side}[step](number)))
