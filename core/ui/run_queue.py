"""The runs that are at work or wait: a row each, how far it is, and what to do about it."""

from __future__ import annotations

import contextlib
import functools
import gc
import time
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.errors import CopydeskError
from core.runs import dispatcher, local, states, store, waiting
from core.runs.wording import how_far, share_done
from core.storage import lock_holder, models_root
from core.ui import run_actions, run_facts
from core.ui.components import escaped

EVERY_SECONDS, LOOK_SECONDS = 1.5, 3.0
SETTLED_NANOSECONDS = 10**9  # a folder's time is told in steps: one that has just changed may change again unseen
MOST_ROWS = 12
SCROLL_FROM, SCROLL_HEIGHT = 4, 176  # more rows than fit scroll, so that what is below stays in sight


_looked: dict[Path, float] = {}
_living: dict[Path, tuple[int, list[str]]] = {}


def look() -> None:
    """See to it that the queue moves, as `local.look`, but not at every poll of every visit."""
    root, now = models_root(), time.monotonic()
    if now - _looked.get(root, -LOOK_SECONDS) >= LOOK_SECONDS:
        _looked[root] = now
        # A dispatcher that is at work needs nobody to look after the queue.
        with contextlib.suppress(PermissionError):
            if lock_holder(root / dispatcher.LOCK) is None:
                local.look()


def living() -> list[store.Run]:
    """Return the runs that are alive; all others are read only when one came, went or was taken up again."""
    root = models_root()
    mark = root.stat().st_mtime_ns if root.is_dir() else 0
    known, ids = _living.get(root, (-1, []))
    if mark != known or time.time_ns() - mark < SETTLED_NANOSECONDS:
        ids = [run.id for run in store.list_all() if run.alive]
        _living[root] = (mark, ids)
    found = []
    for run_id in ids:
        with contextlib.suppress(CopydeskError):
            found.append(store.load(run_id))
    return [run for run in found if run.alive]


def alive_in_order(runs: Sequence[store.Run]) -> list[store.Run]:
    """Return the living runs: those at work as they were queued, then those that wait as they will start."""
    working = sorted((run for run in runs if run.state == states.RUNNING), key=lambda run: run.sequence)
    return [*working, *waiting.in_order(runs)]


def moves_of(runs: Sequence[store.Run]) -> tuple[tuple[str, str], ...]:
    """Return what is another as soon as a run starts to live, moves or ends."""
    return tuple((run.id, run.state) for run in alive_in_order(runs))


def draw(runs: Sequence[store.Run], *, watched: str | None = None, show: bool = True) -> None:
    """Draw a row for each living run; ``show`` adds a button that shows it below, but for the one ``watched``."""
    alive = alive_in_order(runs)
    if not alive:
        return
    st.subheader("At work and waiting", anchor=False)
    places = waiting.places(runs)
    if places and (reason := local.hindrance()):
        st.warning(escaped(f"{reason[:1].upper()}{reason[1:]}."), icon=":material/hourglass_disabled:")
    with st.container(height=SCROLL_HEIGHT if len(alive) >= SCROLL_FROM else "content", border=False, gap="small"):
        shown = [run for place, run in enumerate(alive) if place < MOST_ROWS or run.id == watched]
        for run in shown:
            _row(run, places.get(run.id), show=show and run.id != watched)
        if len(alive) > len(shown):
            st.caption(f"{len(alive) - len(shown):,} more wait; they stand in the list of runs.")


def _row(run: store.Run, place: int | None, *, show: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        text = f"{run_facts.ICONS[run.state]} **{escaped(run.title)}** · {escaped(how_far(run, place))}"
        st.progress(share_done(run), text)
        if show:
            run_actions.show_button(run, key=f"alive_show_{run.id}")
        if place is not None and place > 1:
            run_actions.next_button(run, key=f"alive_next_{run.id}")
        run_actions.cancel_button(run, key=f"alive_cancel_{run.id}")


@functools.cache
def spare_the_collector() -> None:
    """Take what is loaded by now out of the garbage collector's sight, once for this server.

    Streamlit collects after each run of a script, so at each look at a living run; without this it would
    go through all that the libraries hold, which takes a tenth of a core.
    """
    gc.collect()
    gc.freeze()


def draw_while_alive() -> None:
    """Draw the rows; they refresh themselves as long as there are any."""
    run_actions.redraw_asked()
    moves = moves_of(living())
    if moves:
        spare_the_collector()
        st.fragment(_part, run_every=EVERY_SECONDS)(moves)


def _part(moves: tuple[tuple[str, str], ...]) -> None:
    look()
    runs = living()
    if run_actions.redraw_asked() or moves_of(runs) != moves:
        # One has started or ended: the whole page shows what came of it, and decides whether to go on polling.
        st.rerun()
    run_actions.problem()
    draw(runs, show=False)
