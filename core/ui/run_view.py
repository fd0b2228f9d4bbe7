"""One run on the page: where it stands, its figures, its settings and log; beside the runs that are alive."""

from __future__ import annotations

import contextlib
import functools

import streamlit as st

from core.errors import CopydeskError
from core.runs import staleness, states, store
from core.ui import components, run_actions, run_facts, run_figures, run_queue, shell, stale
from core.ui.components import escaped
from core.ui.theme import Palette

LOG_HEIGHT = 260  # px
TABS = ("Settings", "Log", "As a command", "History")


def found(run_id: str | None) -> store.Run | None:
    """Return the run, or None when there is none of that id any more."""
    if not run_id:
        return None
    with contextlib.suppress(CopydeskError):
        return store.load(run_id)
    return None


@functools.lru_cache(maxsize=4096)
def _disk(run_id: str, finished_at: str | None, path: str) -> int:
    return store.disk_bytes(store.load(run_id))


def disk_bytes(run: store.Run) -> int:
    """Return the bytes of a run on disk; those of one that has ended are counted once."""
    if run.alive:
        return store.disk_bytes(run)
    with contextlib.suppress(CopydeskError):
        return _disk(run.id, run.status.get("finished_at"), str(run.path))
    return 0


def draw(watched: store.Run | None, palette: Palette) -> None:
    """Draw the living runs and the run that is watched, in one part that refreshes itself while any run is alive."""
    run_actions.redraw_asked()
    runs = run_queue.living()
    seen = _seen(runs, watched)
    every = run_queue.EVERY_SECONDS if runs else None
    if every:
        run_queue.spare_the_collector()
    st.fragment(_part, run_every=every)(watched.id if watched else None, seen, palette)


def _seen(runs: list[store.Run], watched: store.Run | None) -> tuple[object, ...]:
    """Return what the whole page has to be drawn again for: a run that came, moved, ended or went."""
    return run_queue.moves_of(runs), watched and (watched.id, watched.state)


def _part(run_id: str | None, seen: tuple[object, ...], palette: Palette) -> None:
    run_queue.look()
    runs = run_queue.living()
    run = found(run_id)
    if run_actions.redraw_asked() or _seen(runs, run) != seen:
        st.rerun()
    run_actions.problem()
    run_queue.draw(runs, watched=run_id)
    if run is None:
        st.subheader("No run yet", anchor=False)
        st.write("Start one on the left; its progress, figures, settings and log appear here.")
        return
    _head(run)
    run_actions.draw(run)
    _outcome(run)
    run_figures.draw(run, palette)
    _tabs(run)


def _head(run: store.Run) -> None:
    st.subheader(escaped(run.title), anchor=False)
    spec = run.spec
    what = f"{run_facts.model_name(spec.model)}, {spec.preset}, on {spec.dataset} · {spec.target}"
    what += f" · {spec.grouping.name}"
    state = f"{run_facts.ICONS[run.state]} **{run.state}**"
    facts = [run.id] if run.name else []
    facts += [run_facts.times(run), run_facts.room(run, disk_bytes(run))]
    told = " · ".join(facts)
    lines = [f"{state} · {escaped(what)}", escaped(told[:1].upper() + told[1:])]
    st.caption("  \n".join(lines))
    stale.caption(run, shell.chosen().grouping)
    if run.note:
        st.text(run.note)


def _outcome(run: store.Run) -> None:
    if run.alive:
        return
    if reason := run_facts.ending(run):
        st.error(escaped(f"{reason}. {_advice(run)}"), icon=run_facts.ICONS[run.state])
    if end := run_facts.log_end(run):
        st.code(end, language=None)
    if run.status.get("metrics"):
        _metrics(run)
    if run.state == states.SUCCEEDED and run.spec.target == "group" and staleness.is_outdated(run) is False:
        # The studio foretold it; it is one click from there to here and back.
        components.link(
            "pages/grouping.py",
            "Compare with what was foretold",
            view="Foretold and reached",
            grouping=run.spec.grouping.name,
        )


def _advice(run: store.Run) -> str:
    """Return what to do about a run that ended without a model."""
    if run.state == states.INTERRUPTED:
        return "Resume goes on from its last checkpoint, or begins again where it left none."
    return "Edit and retry lets you change what was wrong; Retry starts the same again."


def _metrics(run: store.Run) -> None:
    metrics = run.status["metrics"]
    facts = st.columns(4)
    facts[0].metric("Accuracy", f"{metrics['accuracy']:.3f}", help=f"Under {run.spec.grouping.name}, on the test rows.")
    facts[1].metric("Macro-F1", f"{metrics['macro_f1']:.3f}")
    facts[2].metric("Test rows", f"{metrics['rows']:,}")
    facts[3].metric("Largest group", f"{metrics['majority_share']:.3f}", help="What always answering it would reach.")
    if raw := metrics.get("category"):
        st.caption(f"The same rows by raw category: accuracy {raw['accuracy']:.3f}, macro-F1 {raw['macro_f1']:.3f}.")


def _tabs(run: store.Run) -> None:
    """Draw the tab that is open: a log that grows costs nothing while nobody looks at it."""
    tabs = st.tabs(list(TABS), key="train_tabs", on_change="rerun")
    settings, log, command, history = tabs
    if settings.open:
        settings.dataframe(run_facts.settings_frame(run), hide_index=True, height=LOG_HEIGHT)
    if log.open:
        log.code(store.log_tail(run) or "nothing printed yet", language=None, height=LOG_HEIGHT)
    if command.open:
        command.code(run_facts.command_line(run), language="bash", wrap_lines=True)
    if history.open:
        history.dataframe(run_facts.history_frame(run), hide_index=True)
