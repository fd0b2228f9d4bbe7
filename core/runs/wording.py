"""How far a run is, in words: the same on a page and at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.runs import states

if TYPE_CHECKING:
    from core.runs.spec import Split
    from core.runs.store import Run


def size(count: float) -> str:
    """Return a number of bytes for people.

    >>> size(1_234_000_000)
    '1.2 GB'
    """
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= step:
            return f"{count / step:,.1f} {unit}" if count < 10 * step else f"{count / step:,.0f} {unit}"
    return f"{count:,.0f} B"


def duration(seconds: float) -> str:
    """Return a time for people.

    >>> duration(3725)
    '1 h 2 min'
    """
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min" if minutes > 9 else f"{int(seconds // 60)} min {int(seconds % 60)} s"
    return f"{minutes // 60} h {minutes % 60} min"


def split_text(split: Split) -> str:
    """Return which rows were kept for the test, for people: the end of "the test rows …"."""
    share = f"{100 * split.test_share:g} %"
    if split.kind == "past":
        return f"the latest {share} by date"
    return f"{share} of each category, drawn with seed {split.seed}"


def how_far(run: Run, place: int | None = None) -> str:
    """Return phase, step of total and time left of a living run, or its place in the queue."""
    progress = run.status["progress"]
    if run.cancel_requested:
        return "being cancelled"
    if run.state == states.QUEUED:
        return f"waits, place {place} in the queue" if place else "waits for its turn"
    words = [progress["phase"]]
    if progress["total"] > 1:
        bound = "at most " if progress.get("at_most") else ""
        words.append(f"{progress['step']:,} of {bound}{progress['total']:,}")
    if progress.get("rows_per_second"):
        words.append(f"{progress['rows_per_second']:,.0f} rows/s")
    left = time_left(run)
    return " · ".join([*words, left] if left else words)


def time_left(run: Run) -> str:
    """Return how long a run still takes, as earlier ones did, else how long its phase does; "" when unknown."""
    progress, expected = run.status["progress"], run.status.get("expected_seconds")
    worked = run.seconds
    if expected and worked is not None and worked < expected:
        return f"about {duration(expected - worked)} left"
    # Of a phase that may end sooner, the pace tells nothing.
    if progress.get("seconds_left") and not progress.get("at_most") and progress["step"] < progress["total"]:
        return f"about {duration(progress['seconds_left'])} left in this phase"
    return ""


def share_done(run: Run) -> float:
    """Return how much of the present phase is done, 0 to 1; of a phase that may end sooner, at least that."""
    progress = run.status["progress"]
    return min(progress["step"] / (progress["total"] or 1), 1.0)


def outlook_text(seconds: float | None, runs: int, memory_bytes: int, disk_bytes: int) -> str:
    """Return in one sentence what a run will take, and where that is known from."""
    takes = f"{size(memory_bytes)} of memory and {size(disk_bytes)} on disk"
    if seconds is None:
        return f"Takes about {takes}; how long, no earlier run of its kind and size tells yet."
    known = "an earlier run" if runs == 1 else f"{runs:,} earlier runs"
    return f"Takes about {duration(seconds)}, {takes}, as {known} here did."
