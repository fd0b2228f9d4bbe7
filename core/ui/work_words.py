"""What is said of work in the background: how far it is, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping

from core.background import FAILED, INTERRUPTED, Background
from core.runs.wording import duration


def how_far(work: Background, spoken: Mapping[str, str]) -> str:
    """Return phase, count, share and time left of work that goes on.

    >>> how_far(Background("running", "read", "20 rows", 0.5, 1.0), {"read": "reads"})
    'reads · 20 rows · 50 %'
    """
    parts = [spoken.get(work.phase, work.phase), work.note, f"{100 * work.share:.0f} %"]
    if work.seconds_left is not None:
        parts.append(f"about {duration(work.seconds_left)} left")
    return " · ".join(filter(None, parts))


def ending(work: Background, noun: str) -> str:
    """Return what is to be said of work that ended without a result, as a sentence; "" for any other."""
    if work.state == FAILED:
        return sentence(work.error or f"the {noun} failed")
    if work.state == INTERRUPTED:
        return f"The {noun} was ended from outside; start it again."
    return ""


def sentence(told: str) -> str:
    """Return an error's message as a sentence.

    >>> sentence("the disk is full")
    'The disk is full.'
    """
    return f"{told[:1].upper()}{told[1:].removesuffix('.')}."
