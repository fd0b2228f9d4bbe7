"""The model registry: which run answers unless another one is asked for, and which are out of use.

``models/registry.json`` holds both, by the ids of runs. Nothing in it changes a run: a retired one keeps its model and
its figures, and can be brought back. What is said of a run that is not here any more is of no effect.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import DamagedError, InputError, shorten
from core.runs import states
from core.runs.store import Run
from core.storage import models_root, read_json, write_json

FILE, LOCK = "registry.json", ".registry.lock"


@dataclass(frozen=True)
class Registry:
    """What is said of the runs.

    Attributes
    ----------
    default: id of the run that answers by default; None until one is marked.
    retired: ids of the runs out of use, in the order in which they were retired.
    """

    default: str | None = None
    retired: tuple[str, ...] = ()


def read() -> Registry:
    """Return what is kept; nothing is said of any run where there is no file. DamagedError when it cannot be read."""
    path = models_root() / FILE
    if not path.exists():
        return Registry()
    try:
        found = read_json(path)
    except DamagedError as error:
        # What is said of any other file, to delete its folder, would be the end of all runs.
        raise DamagedError(f"{path} cannot be read; restore it from a backup, or delete this file") from error
    default = found.get("default") if isinstance(found, dict) else None
    retired = found.get("retired", []) if isinstance(found, dict) else None
    if (
        not isinstance(default, str | None)
        or not isinstance(retired, list)
        or not all(isinstance(one, str) for one in retired)
    ):
        raise DamagedError(f"{path} is not a registry of models; restore it from a backup, or delete this file")
    return Registry(default, tuple(retired))


def is_retired(run: Run, registry: Registry) -> bool:
    """Tell whether the run is out of use."""
    return run.id in registry.retired


def in_use(runs: Iterable[Run], registry: Registry) -> list[Run]:
    """Return the runs that have a model and are not retired, in their order."""
    return [run for run in runs if run.state == states.SUCCEEDED and not is_retired(run, registry)]


def default_of(runs: Iterable[Run], registry: Registry) -> Run | None:
    """Return the run that is marked as the default, None where none of ``runs`` is, or it has no model."""
    return next((run for run in in_use(runs, registry) if run.id == registry.default), None)


def mark_default(run: Run) -> Registry:
    """Make ``run`` the one that answers by default; InputError when it has no model, or is retired."""
    if run.state != states.SUCCEEDED:
        raise InputError(f"run {shorten(run.title)} is {run.state} and has no model; choose one that succeeded")
    with _changing() as registry:
        if is_retired(run, registry):
            raise InputError(f"run {shorten(run.title)} is retired; bring it back first, or choose another")
        return _write(replace(registry, default=run.id))


def unmark_default() -> Registry:
    """Leave no run marked: the starter answers again, or else the newest."""
    with _changing() as registry:
        return _write(replace(registry, default=None))


def retire(run: Run) -> Registry:
    """Take ``run`` out of use; it is the default no longer. InputError while it waits or works."""
    if run.alive:
        raise InputError(f"run {shorten(run.title)} is {run.state}; cancel it, or wait for its end")
    with _changing() as registry:
        retired = tuple(dict.fromkeys([*registry.retired, run.id]))
        return _write(Registry(None if registry.default == run.id else registry.default, retired))


def bring_back(run: Run) -> Registry:
    """Put a retired run into use again; InputError when it is not retired."""
    with _changing() as registry:
        if not is_retired(run, registry):
            raise InputError(f"run {shorten(run.title)} is not retired; there is nothing to bring back")
        return _write(replace(registry, retired=tuple(one for one in registry.retired if one != run.id)))


def set_aside() -> Path:
    """Give a registry that cannot be read another name, so that nothing is said of any run; return its new place."""
    path = models_root() / FILE
    aside = path.with_name(f"{FILE}.damaged-{time.time_ns()}")
    os.replace(path, aside)
    return aside


@contextlib.contextmanager
def _changing() -> Iterator[Registry]:
    """Yield what is kept, while nobody else changes it."""
    root = models_root()
    root.mkdir(parents=True, exist_ok=True)
    with (root / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield read()


def _write(registry: Registry) -> Registry:
    write_json(models_root() / FILE, {"format": 1, "default": registry.default, "retired": list(registry.retired)})
    return registry
