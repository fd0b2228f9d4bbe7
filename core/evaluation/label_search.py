"""The search for wrong labels as a process of its own: ``python -m core.evaluation.label_search DATASET FINGERPRINT``.

It outlives the page or the command that started it. What it leaves lies under COPYDESK_HOME, keyed by the
content of the dataset and never inside it:

cache/labels/<first 16 digits of the fingerprint>/
    found.parquet    `LabelNoise`, whole or not at all; that of an earlier search stays until then
    state.json       state, progress, seconds, error; replaced atomically
    worker.lock      held (POSIX) for as long as the process lives, however it ends
    cancel           present once somebody asked for the end
    log.txt          what the process printed
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import CopydeskError, DamagedError, InputError, is_disk_full, one_line, shorten
from core.runs.wording import duration
from core.storage import REPOSITORY, hold_lock, home, lock_holder, read_json, write_atomic

if TYPE_CHECKING:
    # The lock is taken before anything large is imported, so that whoever started us knows at once.
    from core.data.datasets import Dataset
    from core.evaluation.label_noise import LabelNoise

FOUND, STATE, LOCK, CANCEL, LOG = "found.parquet", "state.json", "worker.lock", "cancel", "log.txt"
RUNNING, SUCCEEDED, FAILED, CANCELLED, INTERRUPTED = "running", "succeeded", "failed", "cancelled", "interrupted"
# sysexits.h: EX_DATAERR, EX_TEMPFAIL; Python itself ends with 1 when it cannot go on.
DONE, NOT_DONE, NOT_MINE = 0, 65, 75
EVERY_SECONDS, START_SECONDS, LOOK_SECONDS = 0.25, 20.0, 0.01
# What a phase takes of the whole, measured on 167,616 rows; "fit" is all folds together.
PHASES = {"read": (0.0, 0.05), "vectorize": (0.05, 0.35), "fit": (0.35, 0.93), "rank": (0.93, 1.0)}
SPOKEN = {"read": "reads", "vectorize": "counts words", "fit": "learns each fold", "rank": "ranks"}
# Measured on two cores: 19 to 34 s for 167,616 rows in 42 categories.
SECONDS_AT_LEAST, SECONDS_PER_ROW = 3.0, 1.6e-4
METADATA = b"copydesk"


@dataclass(frozen=True)
class Search:
    """How far the search in a dataset is, or how the last one ended.

    Attributes
    ----------
    state: None where there was none yet, else "running", "succeeded", "failed", "cancelled" or "interrupted"
        (its process is gone without a last word).
    phase, share: of a running one; share of the whole, 0 to 1. seconds: so far, or in all.
    seconds_left: None while nobody can tell.
    error: why it failed.
    has_result: whether a finished search, this or an earlier one, can be read.
    """

    state: str | None
    phase: str = ""
    share: float = 0.0
    seconds: float = 0.0
    seconds_left: float | None = None
    error: str | None = None
    has_result: bool = False

    @property
    def running(self) -> bool:
        return self.state == RUNNING

    def document(self) -> dict[str, Any]:
        """Return it as ``labels find`` prints it."""
        return {
            "state": self.state,
            "phase": self.phase,
            "share": round(self.share, 3),
            "seconds": self.seconds,
            "seconds_left": self.seconds_left,
            "error": self.error,
        }


def folder_of(fingerprint: str) -> Path:
    """Return the folder of the searches in the content with this fingerprint, be it there or not."""
    return home() / "cache" / "labels" / fingerprint[:16]


def search_in(fingerprint: str) -> Search:
    """Return how far the search in the content with this fingerprint is."""
    folder = folder_of(fingerprint)
    # In this order: one that ends in between has written its end before it let go of the lock.
    alive = lock_holder(folder / LOCK) is not None
    try:
        told = read_json(folder / STATE)
    except DamagedError:
        told = {}
    told = told if isinstance(told, dict) else {}
    state = told.get("state")
    if state == RUNNING and not alive:
        state = CANCELLED if (folder / CANCEL).exists() else INTERRUPTED
    return Search(
        RUNNING if alive else state,
        str(told.get("phase", "read")) if alive else "",
        float(told.get("share", 0.0)) if state == RUNNING else 0.0,
        float(told.get("seconds", 0.0)),
        told.get("seconds_left") if alive else None,
        told.get("error"),
        (folder / FOUND).is_file(),
    )


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
    folder.mkdir(parents=True, exist_ok=True)
    if lock_holder(folder / LOCK) is not None:
        return search_in(dataset.fingerprint)
    with (folder / LOG).open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, dataset.name, dataset.fingerprint],
            cwd=REPOSITORY,
            env={**os.environ, "COPYDESK_HOME": str(home())},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    # Wait for it in a thread, so that it never stays behind as a zombie of a long-lived server.
    threading.Thread(target=process.wait, daemon=True).start()
    deadline = time.monotonic() + START_SECONDS
    while lock_holder(folder / LOCK) != process.pid and process.poll() is None:
        if time.monotonic() > deadline:
            raise CopydeskError(f"the search could not begin within {START_SECONDS:.0f} s; see {folder / LOG}")
        time.sleep(LOOK_SECONDS)
    if process.poll() not in (None, DONE, NOT_DONE, NOT_MINE):
        raise CopydeskError(f"the search could not begin ({_last_words(folder / LOG)}); see {folder / LOG}")
    return search_in(dataset.fingerprint)


def _last_words(log: Path) -> str:
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return one_line(str(error))
    return shorten(one_line(text.strip().split("\n")[-1]) or "it said nothing", 200)


def cancel(dataset: Dataset) -> None:
    """End the search in ``dataset``; what an earlier one found stays. InputError when none is at work."""
    folder = folder_of(dataset.fingerprint)
    holder = lock_holder(folder / LOCK)
    if holder is None:
        raise InputError(f"no search for wrong labels is at work in dataset {shorten(dataset.name)}")
    (folder / CANCEL).touch()
    # It has nothing to tidy: its result appears whole, and its lock goes with it. 0: in another container.
    if holder > 0:
        with contextlib.suppress(ProcessLookupError):
            os.kill(holder, signal.SIGTERM)


def wait(dataset: Dataset, on_look: Callable[[Search], None] = lambda _: None, every: float = 0.1) -> Search:
    """Return the search once it has ended; ``on_look`` is called with it every so many seconds."""
    while (found := search_in(dataset.fingerprint)).running:
        on_look(found)
        time.sleep(every)
    return found


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
    if not hold_lock(folder / LOCK):
        return NOT_MINE
    for left in (folder / CANCEL, *folder.glob(f".{FOUND}.*"), *folder.glob(f".{STATE}.*")):
        left.unlink(missing_ok=True)
    state = _State(folder)
    try:
        _search(name, fingerprint, state)
        state.end(SUCCEEDED)
        return DONE
    except CopydeskError as error:
        state.end(FAILED, error=one_line(str(error)))
    except MemoryError:
        state.end(FAILED, error="there is not enough memory to search this dataset; close other programs")
    except OSError as error:
        full = "the disk is full; free some space, then search again"
        state.end(FAILED, error=full if is_disk_full(error) else one_line(str(error)))
    return NOT_DONE


def _search(name: str, fingerprint: str, report: _State) -> None:
    """Search, and save what was found."""
    report("read", 0, 1)
    from core.data import datasets
    from core.evaluation.label_noise import find_label_noise

    dataset = datasets.load(name)
    if dataset.fingerprint != fingerprint:
        raise InputError(f"dataset {shorten(name)} has other content than a moment ago; start the search again")
    frame = datasets.frame(dataset, ["headline", "short_description", "category"])
    report("read", 1, 1)
    save(find_label_noise(frame, dataset.name, report=report), fingerprint)


class _State:
    """The `Report` of a search: writes down how far it is."""

    def __init__(self, folder: Path) -> None:
        self.path, self.begun, self.written = folder / STATE, time.monotonic(), 0.0
        self.phase, self.share = "", 0.0

    def __call__(self, phase: str, step: int, total: int, **_: object) -> None:
        """Take note of ``step`` of ``total`` of one of `PHASES`."""
        begin, end = PHASES[phase]
        # A phase may begin again at nothing where another part of it starts.
        self.share = max(self.share, begin + (end - begin) * min(step / max(total, 1), 1.0))
        now = time.monotonic()
        if now - self.written >= EVERY_SECONDS or phase != self.phase:
            seconds = now - self.begun
            left = seconds * (1 - self.share) / self.share if self.share > PHASES["read"][1] else None
            self._write({"state": RUNNING, "phase": phase, "share": self.share, "seconds_left": left})
            self.phase, self.written = phase, now

    def end(self, state: str, error: str | None = None) -> None:
        """Write down how it ended."""
        self._write({"state": state, "error": error})

    def _write(self, told: dict[str, Any]) -> None:
        from core.runs.progress import peak_memory

        seconds = round(time.monotonic() - self.begun, 3)
        text = json.dumps({**told, "seconds": seconds, "peak_memory_bytes": peak_memory()})
        # Not forced to disk: it is soon replaced, and after a power cut the lock tells the rest.
        write_atomic(self.path, text, durable=False)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
