"""The search for wrong labels as a process of its own: ``python -m core.evaluation.label_search DATASET FINGERPRINT``.

It outlives the page or the command that started it (`core.background`). What it leaves lies under COPYDESK_HOME, keyed
by the content of the dataset and never inside it:

cache/labels/<first 16 digits of the fingerprint>/
    found.parquet    `LabelNoise`, whole or not at all; that of an earlier search stays until then
    state.json, worker.lock, cancel, log.txt    of the work in the background
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import background
from core.background import CANCELLED, FAILED, INTERRUPTED, LOCK, RUNNING, SUCCEEDED, Background
from core.errors import DamagedError, InputError, one_line, shorten
from core.runs.wording import duration
from core.storage import home, lock_holder, write_atomic

if TYPE_CHECKING:
    # The lock is taken before anything large is imported, so that whoever started us knows at once.
    from core.data.datasets import Dataset
    from core.evaluation.label_noise import LabelNoise

__all__ = ["CANCELLED", "FAILED", "INTERRUPTED", "LOCK", "RUNNING", "SUCCEEDED", "Search"]

FOUND, NOUN = "found.parquet", "search"
# What a phase takes of the whole, measured on 167,616 rows; "fit" is all folds together.
PHASES = {"read": (0.0, 0.05), "vectorize": (0.05, 0.35), "fit": (0.35, 0.93), "rank": (0.93, 1.0)}
SPOKEN = {"read": "reads", "vectorize": "counts words", "fit": "learns each fold", "rank": "ranks"}
# Measured on two cores: 19 to 34 s for 167,616 rows in 42 categories.
SECONDS_AT_LEAST, SECONDS_PER_ROW = 3.0, 1.6e-4
METADATA = b"copydesk"


@dataclass(frozen=True)
class Search(Background):
    """How far the search in a dataset is, or how the last one ended.

    Attributes
    ----------
    has_result: whether a finished search, this or an earlier one, can be read.
    """

    has_result: bool = False


def folder_of(fingerprint: str) -> Path:
    """Return the folder of the searches in the content with this fingerprint, be it there or not."""
    return home() / "cache" / "labels" / fingerprint[:16]


def search_in(fingerprint: str) -> Search:
    """Return how far the search in the content with this fingerprint is."""
    folder = folder_of(fingerprint)
    found = background.look(folder)
    return Search(**vars(found), has_result=(folder / FOUND).is_file())


def how_far(search: Search) -> str:
    """Return phase, share and time left of a search at work, for people."""
    left = "" if search.seconds_left is None else f" · about {duration(search.seconds_left)} left"
    return f"{SPOKEN.get(search.phase, search.phase)} · {100 * search.share:.0f} %{left}"


def expected_seconds(dataset: Dataset) -> float:
    """Return how long a search will about take: as long as the last one, else by the number of rows."""
    told = search_in(dataset.fingerprint)
    return told.seconds if told.state == SUCCEEDED else SECONDS_AT_LEAST + dataset.rows * SECONDS_PER_ROW


def start(dataset: Dataset) -> Search:
    """Start a search in the background unless one is at work; return once it has begun.

    Raises CopydeskError with its last words when it does not come up.
    """
    folder = folder_of(dataset.fingerprint)
    background.start(folder, __name__, [dataset.name, dataset.fingerprint], noun=NOUN)
    return search_in(dataset.fingerprint)


def cancel(dataset: Dataset) -> None:
    """End the search in ``dataset``; what an earlier one found stays. InputError when none is at work."""
    folder = folder_of(dataset.fingerprint)
    if lock_holder(folder / LOCK) is None:
        raise InputError(f"no search for wrong labels is at work in dataset {shorten(dataset.name)}")
    background.cancel(folder, noun=NOUN)


def wait(dataset: Dataset, on_look: Callable[[Search], None] = lambda _: None, every: float = 0.1) -> Search:
    """Return the search once it has ended; ``on_look`` is called with it every so many seconds."""
    background.wait(folder_of(dataset.fingerprint), lambda _: on_look(search_in(dataset.fingerprint)), every)
    return search_in(dataset.fingerprint)


def load(dataset: Dataset) -> LabelNoise:
    """Return what the last finished search found; InputError where there is none, DamagedError for a spoilt file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from core.evaluation.label_noise import COLUMNS, LabelNoise

    path = folder_of(dataset.fingerprint) / FOUND
    if not path.is_file():
        raise InputError(
            f"no search for wrong labels has ended in dataset {shorten(dataset.name)} yet; "
            "start one with: labels find --dataset NAME"
        )
    try:
        stored = pq.read_table(path)
        facts = json.loads(stored.schema.metadata[METADATA])
        table = stored.to_pandas()
        if tuple(table.columns) != COLUMNS or facts["fingerprint"] != dataset.fingerprint:
            raise ValueError("it is of another content or version")
        return LabelNoise(table, float(facts["noise"]), float(facts["accuracy"]), dict(facts["left_out"]))
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedError(f"{path} cannot be read ({one_line(str(error))}); start the search again") from error


def save(found: LabelNoise, fingerprint: str) -> None:
    """Write what a search found, whole or not at all."""
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    facts = {
        "fingerprint": fingerprint,
        "noise": found.noise,
        "accuracy": found.accuracy,
        "left_out": dict(found.left_out),
    }
    table = pa.Table.from_pandas(found.table, preserve_index=False)
    table = table.replace_schema_metadata((table.schema.metadata or {}) | {METADATA: json.dumps(facts).encode()})
    out = io.BytesIO()
    pq.write_table(table, out)
    write_atomic(folder_of(fingerprint) / FOUND, out.getvalue())


def main(arguments: list[str]) -> int:
    """Search in the dataset of this name, if it has this fingerprint; return 0 when it came to its end."""
    name, fingerprint = arguments
    folder = folder_of(fingerprint)

    def search(report: background.Progress) -> dict[str, Any] | None:
        for left in folder.glob(f".{FOUND}.*"):
            left.unlink(missing_ok=True)
        return _search(name, fingerprint, report)

    return background.work(folder, PHASES, search, noun=NOUN)


def _search(name: str, fingerprint: str, report: background.Progress) -> dict[str, Any]:
    """Search, and save what was found; return the memory that it took."""
    from core.data import datasets
    from core.evaluation.label_noise import find_label_noise
    from core.runs.progress import peak_memory

    dataset = datasets.load(name)
    if dataset.fingerprint != fingerprint:
        raise InputError(f"dataset {shorten(name)} has other content than a moment ago; start the search again")
    frame = datasets.frame(dataset, ["headline", "short_description", "category"])
    report("read", 1, 1)
    save(find_label_noise(frame, dataset.name, report=report), fingerprint)
    return {"peak_memory_bytes": peak_memory()}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
