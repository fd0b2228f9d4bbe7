"""Runs as a list: filtered, sorted, and as the documents that scripts read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from core.errors import InputError, shorten
from core.runs import staleness, states, store, waiting
from core.runs.store import Run


def _metric(name: str) -> Callable[[Run], Any]:
    return lambda run: (run.status.get("metrics") or {}).get(name)


# What a list can be sorted by; numbers the largest first, texts in their order.
KEYS: dict[str, Callable[[Run], Any]] = {
    "created": lambda run: run.number,
    "accuracy": _metric("accuracy"),
    "macro_f1": _metric("macro_f1"),
    "seconds": lambda run: run.seconds,
    "disk": store.disk_bytes,
    "name": lambda run: run.title.casefold(),
    "state": lambda run: run.state,
    "dataset": lambda run: run.spec.dataset,
}


def matching(
    runs: Iterable[Run],
    *,
    state: Collection[str] = (),
    dataset: str | None = None,
    model: str | None = None,
    words: str = "",
) -> list[Run]:
    """Return the runs of one of the states, on the dataset, of the model, with every one of the words.

    A word may stand in id, name, note, dataset, model, preset, target, grouping, state or error. What is
    empty or None leaves all; InputError for a state that there is not.
    """
    unknown = [one for one in state if one not in states.MOVES]
    if unknown:
        raise InputError(f"state {shorten(unknown[0])} is unknown; choose one of: {', '.join(states.MOVES)}")
    wanted = words.casefold().split()
    return [
        run
        for run in runs
        if (not state or run.state in state)
        and dataset in (None, run.spec.dataset)
        and model in (None, run.spec.model)
        and all(word in _text(run) for word in wanted)
    ]


def _text(run: Run) -> str:
    spec = run.spec
    parts = [run.id, run.name, run.note, run.state, run.status.get("error")]
    parts += [spec.dataset, spec.model, spec.preset, spec.target, spec.grouping.name]
    return " ".join(filter(None, parts)).casefold()


def sorted_by(runs: Sequence[Run], key: str) -> list[Run]:
    """Return the runs sorted by one of `KEYS`, those without a value last; InputError for another key."""
    if key not in KEYS:
        raise InputError(f"sort key {shorten(key)} is unknown; choose one of: {', '.join(KEYS)}")
    values = [(KEYS[key](run), run) for run in runs]
    known = [(value, run) for value, run in values if value is not None]
    falls = any(isinstance(value, int | float) for value, _ in known)
    ordered = sorted(known, key=lambda pair: pair[0], reverse=falls)
    return [run for _, run in ordered] + [run for value, run in values if value is None]


def document(run: Run, places: dict[str, int] | None = None) -> dict[str, Any]:
    """Return what ``runs show`` prints: `Run.document` with place in the queue, bytes on disk and staleness.

    ``stale`` is true when the newest version of the run's grouping has another partition, null when
    there is none any more.
    """
    known = waiting.places(store.list_all()) if places is None else places
    return {
        **run.document(),
        "place": known.get(run.id),
        "disk_bytes": store.disk_bytes(run),
        "stale": staleness.is_outdated(run),
    }
