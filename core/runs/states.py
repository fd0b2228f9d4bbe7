"""The states of a run and the moves between them."""

from __future__ import annotations

QUEUED, RUNNING = "queued", "running"
SUCCEEDED, FAILED, CANCELLED, INTERRUPTED = "succeeded", "failed", "cancelled", "interrupted"

MOVES = {
    QUEUED: {RUNNING, FAILED, CANCELLED, INTERRUPTED},
    RUNNING: {SUCCEEDED, FAILED, CANCELLED, INTERRUPTED},
    INTERRUPTED: {QUEUED},
    SUCCEEDED: set(),
    FAILED: set(),
    CANCELLED: set(),
}
ALIVE = frozenset({QUEUED, RUNNING})
ENDED = frozenset(MOVES) - ALIVE


def may_move(state: str, to: str) -> bool:
    """Tell whether a run may go from ``state`` to ``to``: only forward, but for a resumed one."""
    return to in MOVES[state]
