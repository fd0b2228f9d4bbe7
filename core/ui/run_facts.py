"""What is to be said of a run, as words and small tables."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from core.models.registry import settings_from
from core.runs import compare, endings, states, store
from core.runs.wording import duration, size

MODEL_NAMES = {"logistic": "TF-IDF + logistic regression", "transformer": "Fine-tuned encoder"}
ICONS = {
    states.QUEUED: ":material/schedule:",
    states.RUNNING: ":material/play_arrow:",
    states.SUCCEEDED: ":material/check:",
    states.FAILED: ":material/error:",
    states.CANCELLED: ":material/block:",
    states.INTERRUPTED: ":material/power_off:",
}
SIGNS = {
    states.QUEUED: "◷",
    states.RUNNING: "▶",
    states.SUCCEEDED: "✓",
    states.FAILED: "✕",
    states.CANCELLED: "⊘",
    states.INTERRUPTED: "↯",
}
THREE_PLACES = {"accuracy", "macro_f1", "weighted_f1"}


def model_name(model: str) -> str:
    """Return a model's name for people."""
    return MODEL_NAMES.get(model, model)


def plain(value: object) -> str:
    """Return a setting as a person types it after ``--set``."""
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def shown(field: str, value: object) -> str:
    """Return a fact of a run for people: sizes and times with their unit, scores with three places."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is None:
        return "none"
    if number and field.endswith("_bytes"):
        return size(value)
    if number and field == "seconds":
        return duration(value)
    if number and field in THREE_PLACES:
        return f"{value:.3f}"
    if isinstance(value, int) and number and "seed" not in field:
        return f"{value:,}"
    return plain(value)


def named(field: str) -> str:
    """Return the name of a fact or figure for people; a setting keeps the name that ``--set`` knows.

    >>> named("peak_memory_bytes")
    'peak memory'
    """
    return field.removesuffix("_bytes").replace("_", " ").replace("macro f1", "macro-F1").replace(" f1", "-F1")


def local_time(moment: str | None) -> datetime | None:
    """Return a time of a status in this machine's own zone; None where there is none that can be read."""
    try:
        return datetime.fromisoformat(moment).astimezone() if moment else None
    except ValueError:
        return None


def times(run: store.Run) -> str:
    """Return when a run was queued, started and ended, and how long it has worked; a day is told once."""
    found = run.status
    ended = None if run.alive else found.get("finished_at")
    moments = {"queued": found["created_at"], "started": found.get("started_at"), "ended": ended}
    words, day = [], datetime.now().astimezone().date()
    for what, moment in moments.items():
        if at := local_time(moment):
            words.append(f"{what} {at:%H:%M:%S}" if at.date() == day else f"{what} {at:%Y-%m-%d %H:%M:%S}")
            day = at.date()
    if run.seconds is not None:
        words.append(f"worked {duration(run.seconds)}")
    return " · ".join(words)


def room(run: store.Run, disk: int) -> str:
    """Return the memory and the disk that a run takes or took, as far as they are known."""
    known = run.status["progress"] | (run.status.get("metrics") or {})
    words = []
    if known.get("peak_memory_bytes"):
        words.append(f"peak memory {size(known['peak_memory_bytes'])}")
    if known.get("gpu_memory_bytes"):
        words.append(f"GPU memory {size(known['gpu_memory_bytes'])}")
    if run.alive and known.get("gpu_utilization") is not None:
        words.append(f"GPU {100 * known['gpu_utilization']:.0f} % busy")
    return " · ".join([*words, f"{size(disk)} on disk"])


def ending(run: store.Run) -> str:
    """Return why a run ended as it did; what to do about it is left to the buttons of the page."""
    reason = str(run.status.get("error") or "").removesuffix(f"; {endings.TAKE_UP}")
    return reason[:1].upper() + reason[1:]


def log_end(run: store.Run) -> str:
    """Return the last lines that a run printed before it ended without a model."""
    lines = run.status.get("log_end")
    return "\n".join(map(str, lines)) if isinstance(lines, list) else ""


def settings_frame(run: store.Run) -> pd.DataFrame:
    """Return everything that decides a run, as a table."""
    facts = compare.spec_facts(run)
    own = run.spec.hyperparameters
    values = [plain(value) if field in own else shown(field, value) for field, value in facts.items()]
    return pd.DataFrame({"Setting": list(facts), "Value": values})


def history_frame(run: store.Run) -> pd.DataFrame:
    """Return the moves of a run: state, when, how long after the move before, and what was noted."""
    moves = run.status["history"]
    moments = [local_time(move.get("at")) for move in moves]
    after = [""] + [
        duration(max(0.0, (later - earlier).total_seconds())) if earlier and later else ""
        for earlier, later in itertools.pairwise(moments)
    ]
    return pd.DataFrame(
        {
            "State": [str(move.get("state")) for move in moves],
            "At": [f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "" for moment in moments],
            "After": after[: len(moves)],
            "Note": [str(move.get("note") or "") for move in moves],
        }
    )


def command_line(run: store.Run) -> str:
    """Return the command that starts the same run again, to be pasted into a shell."""
    spec = run.spec
    base = settings_from(spec.model, spec.preset, {}).model_dump(mode="json")
    version = f"@{spec.grouping.version}" if spec.grouping.version else ""
    options = {
        "--dataset": spec.dataset,
        "--model": spec.model,
        "--target": spec.target,
        "--grouping": f"{spec.grouping.name}{version}",
        "--preset": spec.preset,
        "--seed": str(spec.seed),
        "--test-share": f"{spec.split.test_share:g}",
        "--split": spec.split.kind,
    }
    parts = [part for option in options.items() for part in option]
    parts += ["--corrections"] if spec.corrections else []
    return shlex.join(["python", "-m", "core", "train", *parts, *_set_options(spec.hyperparameters, base)])


def _set_options(values: Mapping[str, Any], base: Mapping[str, Any]) -> list[str]:
    changed = [f"{key}={plain(value)}" for key, value in values.items() if base.get(key) != value]
    return [part for setting in changed for part in ("--set", setting)]
