"""What is looked at before a run starts: whether its data, the disk and the memory can carry it."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError, shorten
from core.runs import estimate as earlier
from core.runs import store
from core.runs.spec import FEWEST_RECORDS, TrainingSpec
from core.runs.waiting import SPARE_DISK_BYTES
from core.runs.wording import size
from core.storage import home, models_root

if TYPE_CHECKING:
    from core.data.datasets import Dataset

FEW_TEST_ROWS = 10


@dataclass(frozen=True)
class Outlook:
    """What a run will take and what is to be said of it.

    Attributes
    ----------
    seconds: None when no earlier run tells; runs: how many earlier runs tell.
    memory_bytes, disk_bytes: at the peak, and for the run's directory.
    warnings: a line each; nothing of it keeps the run from being started.
    less_memory: which settings to change when the machine has too little.
    """

    seconds: float | None
    runs: int
    memory_bytes: int
    disk_bytes: int
    warnings: tuple[str, ...]
    less_memory: str


def check(spec: TrainingSpec, dataset: Dataset) -> Outlook:
    """Return the outlook of a run that can be started, else raise InputError with the reason."""
    check_enough(spec, dataset.category_counts)
    if spec.split.kind == "past":
        check_dates(spec, by_time(spec, dataset))
    outlook = look_ahead(spec, dataset)
    _check_disk(outlook.disk_bytes)
    _check_memory(outlook.memory_bytes, outlook.less_memory)
    _check_model(spec, dataset)
    return outlook


def look_ahead(spec: TrainingSpec, dataset: Dataset) -> Outlook:
    """Return what the run will take, from earlier runs where there are any like it, else from its size."""
    from core.models.registry import needs, settings_of

    told = earlier.estimate(spec, dataset.rows, store.list_all())
    labels = len(labels_of(spec, dataset.category_counts))
    guess = needs(spec.model, settings_of(spec.model, spec.hyperparameters), rows=dataset.rows, labels=labels)
    memory = round(told.memory_bytes) if told else guess.memory_bytes
    disk = round(told.disk_bytes) if told else guess.disk_bytes
    seconds = told.seconds if told else None
    runs = told.runs if told else 0
    timed = by_time(spec, dataset) if spec.split.kind == "past" else None
    known = (*guess.notes, *warnings(spec, dataset.category_counts, memory, timed))
    return Outlook(seconds, runs, memory, disk, known, guess.less_memory)


def labels_of(spec: TrainingSpec, counts: Mapping[str, int]) -> dict[str, int]:
    """Return label -> rows, for the labels that the run learns."""
    rows: dict[str, int] = {}
    for category, count in counts.items():
        label = spec.target_of(category)
        rows[label] = rows.get(label, 0) + count
    return rows


def check_enough(spec: TrainingSpec, counts: Mapping[str, int]) -> None:
    """Raise InputError unless there are two labels or more, each with enough records to split."""
    kind = spec.target
    rows = labels_of(spec, counts)
    if len(rows) < 2:
        only = shorten(next(iter(rows), ""))
        raise InputError(
            f"dataset {shorten(spec.dataset)} has the single {kind} {only}; a classifier needs two or more: "
            + ("import records of another category" if kind == "category" else "choose another grouping")
        )
    label, fewest = min(rows.items(), key=lambda item: (item[1], item[0]))
    if fewest < FEWEST_RECORDS:
        raise InputError(
            f"{kind} {shorten(label)} of dataset {shorten(spec.dataset)} has {fewest} "
            f"{'record' if fewest == 1 else 'records'}, too few to split into training and test rows "
            f"(at least {FEWEST_RECORDS}); merge it with another in a grouping and train on target group, or on a copy "
            f"without such categories: data clean {spec.dataset} --drop-small {FEWEST_RECORDS}, or Quality in Explore"
        )


@dataclass(frozen=True)
class ByTime:
    """What a split by time makes of a dataset, before texts are looked at.

    Attributes
    ----------
    first_test_day: ISO day, None where no two days differ.
    rows, undated, tested: of the dataset, without a date, and from the first test day on.
    before, after: label -> rows, of the labels that have any on that side.
    """

    first_test_day: str | None
    rows: int
    undated: int
    tested: int
    before: Mapping[str, int]
    after: Mapping[str, int]


def by_time(spec: TrainingSpec, dataset: Dataset) -> ByTime:
    """Return what the split of ``spec`` by time makes of ``dataset``; reads two of its columns (20 ms of 200,000)."""
    from core.data.datasets import frame
    from core.runs.split import first_test_day

    # A dataset without any date is not read.
    found = frame(dataset, columns=["category", "date"]).dropna(subset=["date"]) if dataset.first_date else None
    day = None if found is None else first_test_day(found["date"], spec.split.test_share)
    if found is None or day is None:
        dated = 0 if found is None else len(found)
        return ByTime(None, dataset.rows, dataset.rows - dated, 0, {}, {})
    later = (found["date"] >= day).to_numpy()
    before, after = (
        labels_of(spec, {name: int(rows) for name, rows in side.value_counts().items() if rows})
        for side in (found["category"][~later], found["category"][later])
    )
    undated = dataset.rows - len(found)
    return ByTime(day.date().isoformat(), dataset.rows, undated, int(later.sum()), before, after)


def check_dates(spec: TrainingSpec, found: ByTime) -> None:
    """Raise InputError unless there is a past to learn two labels or more from, and a later day to test on."""
    name = f"dataset {shorten(spec.dataset)}"
    if found.first_test_day is None:
        lacking = "no date" if found.undated == found.rows else "a single day"
        raise InputError(
            f"{name} has {lacking}, so its past cannot be told from what came later; choose split random, or "
            "import it with --date COL"
        )
    if len(found.before) < 2:
        raise InputError(
            f"{name} has a single {spec.target} before {found.first_test_day}, {shorten(next(iter(found.before)))}, "
            f"and a classifier needs two or more; choose split random, or a test share below {spec.split.test_share:g}"
        )


def by_time_warnings(spec: TrainingSpec, found: ByTime) -> list[str]:
    """Return what should be known before a run is split by time, a line each."""
    told = [f"tests on {found.tested:,} rows from {found.first_test_day} on, and learns from earlier ones alone"]
    if found.undated:
        rows = "1 row without a date is" if found.undated == 1 else f"{found.undated:,} rows without a date are"
        told.append(f"{rows} neither learned from nor tested on")
    young = sorted(set(found.after) - set(found.before))
    if young:
        rows = sum(found.after[label] for label in young)
        which = f"{spec.target} {young[0]} has" if len(young) == 1 else f"{len(young):,} labels, {young[0]} first, have"
        told.append(f"{which} no earlier row, so the model never answers so: {rows:,} test rows count as wrong there")
    return told


def warnings(
    spec: TrainingSpec, counts: Mapping[str, int], memory_bytes: int, timed: ByTime | None = None
) -> list[str]:
    """Return what should be known before the run starts, a line each; ``timed`` of a split by time."""
    found = [corrections_text(len(spec.corrections))] if spec.corrections else []
    found += by_time_warnings(spec, timed) if timed else []
    if spec.grouping.mapping and not set(spec.grouping.mapping) & set(counts):
        found.append(
            f"grouping {shorten(spec.grouping.name)} names no category of dataset {shorten(spec.dataset)}, "
            "so each category is a group of its own"
        )
    share = spec.split.test_share
    tested = {label: rows * share for label, rows in labels_of(spec, counts).items()}
    if timed:
        tested = {label: timed.after.get(label, 0) for label in tested}
    few = sorted(label for label, rows in tested.items() if rows < FEW_TEST_ROWS)
    if few:
        labels = f"{spec.target} {few[0]} has" if len(few) == 1 else f"{len(few):,} labels, {few[0]} among them, have"
        found.append(f"{labels} under {FEW_TEST_ROWS} test rows: figures by label weigh little")
    free = free_memory()
    if free is not None and memory_bytes > free:
        found.append(f"the run needs about {size(memory_bytes)} of memory, and {size(free)} are free now")
    return found


def corrections_text(count: int) -> str:
    """Return what is to be known of a run with ``count`` corrected labels."""
    labels = "1 corrected label" if count == 1 else f"{count:,} corrected labels"
    return f"trained with {labels}; test rows keep the dataset's labels, so that runs stay comparable"


def _check_disk(needed: int) -> None:
    free = free_disk()
    if free < needed + SPARE_DISK_BYTES:
        raise InputError(
            f"the run needs about {size(needed)} on disk and {size(free)} are free at {models_root()}; "
            "free some space, delete old runs, or set COPYDESK_HOME to a larger disk"
        )


def _check_memory(needed: int, advice: str) -> None:
    total = total_memory()
    if total is not None and needed > total:
        raise InputError(
            f"the run needs about {size(needed)} of memory and this machine has {size(total)}; "
            f"train on fewer rows, or {advice}"
        )


def _check_model(spec: TrainingSpec, dataset: Dataset) -> None:
    """Let the model look at its own settings against the data."""
    from core.models.registry import check_before_start, settings_of

    check_before_start(
        spec.model,
        settings_of(spec.model, spec.hyperparameters),
        rows=dataset.rows,
        labels=len(labels_of(spec, dataset.category_counts)),
        free_bytes=free_disk(),
    )


def free_disk() -> int:
    """Return the bytes that are free where runs are kept."""
    folder = next(path for path in (models_root(), home(), *home().parents) if path.is_dir())
    return shutil.disk_usage(folder).free


def free_memory() -> int | None:
    """Return the bytes of memory that a process could get now; None where the system does not tell."""
    import psutil

    limit, used = _cgroup("memory.max"), _cgroup("memory.current")
    free = psutil.virtual_memory().available
    return free if limit is None or used is None else min(free, max(0, limit - used))


def total_memory() -> int | None:
    """Return the bytes of memory that this machine, or the container that we are in, has."""
    import psutil

    return min(psutil.virtual_memory().total, _cgroup("memory.max") or 2**62)


def _cgroup(name: str) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        return int((Path("/sys/fs/cgroup") / name).read_text(encoding="ascii"))
    return None
