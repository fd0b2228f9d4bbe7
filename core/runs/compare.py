"""Two runs side by side: what they were started with, what came of them, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.runs import store
from core.runs.cost import cost
from core.runs.store import Run

FIGURES = ("accuracy", "macro_f1", "weighted_f1", "rows", "training_rows", "peak_memory_bytes")


@dataclass(frozen=True)
class Line:
    """One fact of two runs.

    Attributes
    ----------
    part: "spec" or "figures"; field: what the fact is; one, other: its value in each run, None where it has none.
    """

    part: str
    field: str
    one: Any
    other: Any

    @property
    def differs(self) -> bool:
        """True when the two runs do not agree in it."""
        return self.one != self.other


def compare(one: Run, other: Run) -> list[Line]:
    """Return the facts of both runs in the same order: what decides a run, then what came of it."""
    lines = []
    for part, facts in (("spec", spec_facts), ("figures", figures)):
        left, right = facts(one), facts(other)
        lines += [Line(part, field, left.get(field), right.get(field)) for field in dict.fromkeys([*left, *right])]
    return lines


def spec_facts(run: Run) -> dict[str, Any]:
    """Return everything that decides a run, flat, by name."""
    spec = run.spec
    version = f" version {spec.grouping.version}" if spec.grouping.version else ""
    return {
        "dataset": spec.dataset,
        "fingerprint": spec.fingerprint[:16],
        "categories": len(spec.categories),
        "text fields": " + ".join(spec.text_fields),
        "model": spec.model,
        "preset": spec.preset,
        "target": spec.target,
        "grouping": f"{spec.grouping.name}{version}",
        "partition": spec.grouping.grouping().partition_hash(spec.categories),
        "split": spec.split.kind,
        "test share": spec.split.test_share,
        "split seed": spec.split.seed,
        "seed": spec.seed,
        "corrections": len(spec.corrections),
        **spec.hyperparameters,
    }


def figures(run: Run) -> dict[str, Any]:
    """Return what came of a run."""
    metrics = run.status.get("metrics") or {}
    paid = cost(run)
    pace = paid.training_rows_per_s
    return {
        "state": run.state,
        **{name: metrics.get(name) for name in FIGURES},
        "seconds": run.seconds,
        "training_rows_per_s": None if pace is None else round(pace),
        "model_bytes": paid.model_bytes,
        "disk_bytes": store.disk_bytes(run),
    }
