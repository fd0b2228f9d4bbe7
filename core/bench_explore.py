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

if TYPE_CHECKING:
    from pathlib import Path

    from core.data.datasets import Dataset
    from core.data.engine import Table
    from core.data.query import Query

Document = dict[str, Any]
Views = dict[str, Callable[[], object]]
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


def queries(table: Table) -> dict[str, str]:
    """Return a search of each kind, with words that the data have."""
    heads = table.records(np.arange(min(table.rows, 5_000)), ["headline"])["headline"]
    words = Counter(word for head in heads for word in set(head.lower().split()) if word.isalpha() and len(word) > 4)
    one, other = [word for word, _ in words.most_common(2)]
    pairs = Counter(
        f"{left} {right}"
        for head in heads
        for left, right in zip(head.split(), head.split()[1:], strict=False)
        if left.isalpha() and right.isalpha() and min(len(left), len(right)) > 3
    )
    return {
        "search a word": one,
        "search two words": f"{one} {other}",
        "search a phrase": f'"{pairs.most_common(1)[0][0]}"',
        "search without a word": f"{one} -{other}",
        "search in headlines": f"headline:{one}",
        "search an expression": rf"/\b{one[:3]}\w+ (in|of) \w+s\b/",
    }


def views(table: Table, dataset: Dataset, searches: Mapping[str, str]) -> Views:
    """Return what the parts of Explore ask for, by name; each is computed anew at every call."""
    from core.data import column_facts, gaps, lengths, overview, timeline
    from core.data.columns import month_text
    from core.data.filters import Filters
    from core.data.query import parse
    from core.grouping.builtin import default_for

    grouping = default_for(table.categories)
    everything = np.ones(table.rows, dtype=bool)
    dated = table.month[table.month > 0]
    middle = month_text(int(np.median(dated))) if len(dated) else "2014-01"
    year = Filters(months=(f"{middle[:4]}-01", f"{middle[:4]}-12"))
    largest = max(dataset.category_counts, key=dataset.category_counts.__getitem__)

    def spread(mask: np.ndarray) -> None:
        counts = overview.counts_by_category(table.category, mask, len(table.categories))
        overview.distribution(table.categories, counts)
        overview.nested_distribution(table.categories, counts, grouping.group_of)

    def over_time(mask: np.ndarray) -> None:
        times = timeline.timeline(table.category, table.month, mask, table.categories)
        timeline.bins(timeline.grouped(times, grouping.group_of))
        timeline.lifespans(times)

    def all_lengths(mask: np.ndarray) -> None:
        both = {"headline": table.headline_length[mask], "description": table.description_length[mask]}
        for values in both.values():
            lengths.histogram(values)
        column_facts.describe_lengths({(text, "characters"): values for text, values in both.items()})

    def filtered(filters: Filters) -> None:
        mask = table.unremembered().mask(filters, grouping)
        spread(mask)
        over_time(mask)

    def page(filters: Filters, order: str) -> pd.DataFrame:
        fresh = table.unremembered()
        return fresh.records(fresh.positions(fresh.mask(filters, grouping), 0, 50, order))

    def search(query: Query) -> Callable[[], object]:
        return lambda: table.unremembered().search(query)

    return {
        "distribution": lambda: spread(everything),
        "over time": lambda: over_time(everything),
        "lengths": lambda: all_lengths(everything),
        "missing and empty": lambda: gaps.gaps_by_label(table, everything, grouping.group_of),
        "columns": lambda: column_facts.info(dataset),
        "filter of a year": lambda: filtered(year),
        "filter of year and category": lambda: filtered(replace(year, categories=(largest,))),
        **{name: search(parse(text)) for name, text in searches.items()},
        "records": lambda: page(Filters(), "row"),
        "records, newest": lambda: page(Filters(), "newest"),
        "records, by headline": lambda: page(Filters(), "headline"),
        "records of a category, longest": lambda: page(Filters(categories=(largest,)), "longest"),
    }


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


def pandas_views(frame: pd.DataFrame, searches: Mapping[str, str]) -> Views:
    """Return the views as one writes them in a notebook."""
    word, two = searches["search a word"], searches["search two words"].split()
    expression = searches["search an expression"].strip("/")
    year = frame["date"].dropna().dt.year.median()

    def has(pattern: str) -> pd.Series:
        # Text by text: the sum of both would be made anew for each search.
        found = [frame[name].str.contains(pattern, case=False, na=False) for name in ("headline", "short_description")]
        return found[0] | found[1]

    def in_year() -> pd.DataFrame:
        return frame[frame["date"].dt.year == year]

    def by_month(rows: pd.DataFrame) -> pd.Series:
        return rows.groupby([rows["date"].dt.to_period("M"), "category"], observed=True).size()

    return {
        "distribution": lambda: frame["category"].value_counts(),
        "over time": lambda: by_month(frame),
        "lengths": lambda: [frame[name].str.len().describe() for name in ("headline", "short_description")],
        "missing and empty": lambda: frame.isna().groupby(frame["category"], observed=True).sum(),
        "filter of a year": lambda: (in_year()["category"].value_counts(), by_month(in_year())),
        "search a word": lambda: has(rf"\b{word}"),
        "search two words": lambda: has(rf"\b{two[0]}") & has(rf"\b{two[1]}"),
        "search an expression": lambda: has(expression.replace("(", "(?:")),
        "records, newest": lambda: frame.sort_values("date", ascending=False, kind="stable").head(50),
        "records, by headline": lambda: frame.sort_values("headline", kind="stable").head(50),
    }


if __name__ == "__main__":
    step, number = sys.argv[1], int(sys.argv[2])
    print(json.dumps({"grow": grow, "measure": measure, "pandas": pandas_side}[step](number)))
