"""The finished runs as models: what each is, where it came from, what it consists of."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

from core.errors import DamagedError
from core.runs import registry, states, store
from core.runs.manifest import MANIFEST
from core.runs.store import Run
from core.storage import read_json


@dataclass(frozen=True)
class ListedModel:
    """A run that has a model, and what is said of it.

    Attributes
    ----------
    bytes: of all files in its directory.
    default: whether it answers where no other is asked for; retired: whether it is out of use.
    """

    run: Run
    bytes: int
    default: bool
    retired: bool

    def document(self) -> dict[str, Any]:
        """Return it as ``models list`` prints it."""
        spec, metrics = self.run.spec, self.run.status.get("metrics") or {}
        mark = "default" if self.default else "retired" if self.retired else "starter" if self.run.ships else ""
        return {
            "run": self.run.id,
            "name": self.run.name,
            "mark": mark,
            "dataset": spec.dataset,
            "fingerprint": spec.fingerprint,
            "model": spec.model,
            "preset": spec.preset,
            "target": spec.target,
            "grouping": spec.grouping.name,
            "accuracy": metrics.get("accuracy"),
            "macro_f1": metrics.get("macro_f1"),
            "bytes": self.bytes,
            "created_at": self.run.status["created_at"],
            "default": self.default,
            "retired": self.retired,
        }


def list_all(kept: registry.Registry | None = None) -> list[ListedModel]:
    """Return the runs that have a model: the starter first, then the newest; those out of use last.

    ``kept`` is the registry, None: read it. Raises DamagedError when it cannot be read.
    """
    kept, runs = kept or registry.read(), store.list_all()
    answers = default_run(runs, kept)
    found = [
        ListedModel(run, store.disk_bytes(run), run == answers, registry.is_retired(run, kept))
        for run in runs
        if run.state == states.SUCCEEDED
    ]
    return sorted(found, key=lambda one: (one.retired, not one.run.ships))


def default_run(runs: list[Run], kept: registry.Registry) -> Run | None:
    """Return the run that answers where no other is asked for: the one marked, else the starter, else the newest.

    So a training that has just ended changes no answer by itself. None where there is no model.
    """
    used = registry.in_use(runs, kept)
    ships = next((run for run in used if run.ships), None)
    return registry.default_of(runs, kept) or ships or next(iter(used), None)


def origin(run: Run) -> dict[str, Any]:
    """Return where the model of ``run`` came from, and its files, as ``models show`` prints it."""
    spec = run.spec
    manifest: dict[str, Any] = {}
    with contextlib.suppress(DamagedError):
        found = read_json(run.path / MANIFEST)
        manifest = found if isinstance(found, dict) else {}
    files = [{"name": name, **entry} for name, entry in manifest.get("files", {}).items()]
    return {
        "run": run.id,
        "name": run.name,
        "dataset": spec.dataset,
        "fingerprint": spec.fingerprint,
        "model": spec.model,
        "preset": spec.preset,
        "target": spec.target,
        "grouping": spec.grouping.name,
        "grouping_version": spec.grouping.version,
        "created_at": run.status["created_at"],
        "seconds": run.seconds,
        "commit": manifest.get("commit"),
        "python": manifest.get("python"),
        "spec_sha256": run.status.get("spec_sha256"),
        "libraries": manifest.get("libraries", {}),
        "hyperparameters": spec.hyperparameters,
        "files": files,
    }
