"""All runs as a table: filtered, sorted by a click on a column's head, ticked to be shown or compared."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.grouping.grouping import Grouping
from core.runs import listing, states, status, store
from core.storage import models_root
from core.ui import run_actions, run_compare, run_facts, run_view, shell, stale
from core.ui.components import escaped, table_key
from core.ui.run_actions import PAGE, WATCH
from core.ui.selection import pick, remember, value

ANY = "*"  # no name of a dataset or state
COMPARE, TICKED = "compare", "train_ticked"
SCORE = {"format": "%.3f", "width": 80, "help": "Under the run's own grouping, on its test rows."}
COLUMNS = {
    "title": st.column_config.TextColumn("Name", width=230),
    "state": st.column_config.TextColumn("State", width=105),
    "stale": stale.COLUMN,
    "accuracy": st.column_config.NumberColumn("Accuracy", **SCORE),
    "macro_f1": st.column_config.NumberColumn("Macro-F1", **SCORE),
    "dataset": st.column_config.TextColumn("Dataset", width=90),
    "model": st.column_config.TextColumn("Model", width=70),
    "preset": st.column_config.TextColumn("Preset", width=80),
    "target": st.column_config.TextColumn("Target", width=80),
    "grouping": st.column_config.TextColumn("Grouping", width=95),
    "seconds": st.column_config.NumberColumn("Time, s", format="%,.1f", width=75),
    "disk": st.column_config.NumberColumn("Disk", format="bytes", width=75),
    "created": st.column_config.DatetimeColumn("Created", format="YYYY-MM-DD HH:mm", width=130),
    "note": st.column_config.TextColumn("Note", width=200),
    "run": st.column_config.TextColumn("Run", width=215),
}
NARROW = {
    "title": st.column_config.TextColumn("Name", width=130),
    "accuracy": st.column_config.NumberColumn("Accuracy", **SCORE | {"width": 68}),
    "macro_f1": st.column_config.NumberColumn("Macro-F1", **SCORE | {"width": 68}),
    "preset": st.column_config.TextColumn("Preset", width=68),
    "target": st.column_config.TextColumn("Target", width=72),
}
BEST = ("title", "stale", "accuracy", "macro_f1", "preset", "target", "grouping", "seconds")


def frame(runs: Sequence[store.Run], grouping: Grouping) -> pd.DataFrame:
    """Return one row a run, with what tells runs apart; stale is meant for ``grouping``."""
    rows = []
    for run in runs:
        metrics, created = run.status.get("metrics") or {}, run_facts.local_time(run.status["created_at"])
        rows.append(
            {
                "title": run.title,
                "state": f"{run_facts.SIGNS[run.state]} {run.state}",
                "stale": stale.mark(run, grouping),
                "accuracy": metrics.get("accuracy"),
                "macro_f1": metrics.get("macro_f1"),
                "dataset": run.spec.dataset,
                "model": run.spec.model,
                "preset": run.spec.preset,
                "target": run.spec.target,
                "grouping": run.spec.grouping.name,
                "seconds": run.seconds,
                "disk": run_view.disk_bytes(run),
                "created": created.replace(tzinfo=None) if created else None,
                "note": " ".join(run.note.split()),
                "run": run.id,
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def best(runs: Sequence[store.Run], *, key: str) -> None:
    """Draw a few runs as a short table."""
    shown = frame(runs, shell.chosen().grouping)
    # Without a name, or nothing stale, a column says nothing.
    idle = {"title"} if not any(run.name for run in runs) else set()
    idle |= {"stale"} if not shown["stale"].any() else set()
    order = [column for column in BEST if column not in idle]
    st.dataframe(
        shown, key=table_key(key, [run.id for run in runs]), hide_index=True,
        placeholder="–", column_order=order,
        column_config=COLUMNS | NARROW,
    )  # fmt: skip


def draw() -> None:
    """Draw the filter, the list, the two that are compared, and the runs that cannot be read."""
    runs, wrong = store.survey()
    if not runs and not wrong:
        return
    st.subheader("Runs", anchor=False)
    if runs:
        _list(runs)
    for run_id, reason in wrong.items():
        _damaged(run_id, reason)


def _list(runs: Sequence[store.Run]) -> None:
    shown = _filtered(runs)
    if not shown:
        st.write("No run is like that; change or empty the filter.")
        return
    by_id = {run.id: run for run in runs}
    pair = [by_id[run_id] for run_id in (value(PAGE, COMPARE) or "").split(",") if run_id in by_id][:2]
    _act_on(_table(shown, pair))
    if len(pair) == 2:
        run_compare.draw(*pair)
    else:
        st.caption("Tick one run to show it above, two to compare them.")


def _filtered(runs: Sequence[store.Run]) -> list[store.Run]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Find",
            value=value(PAGE, "find") or "",
            placeholder="words in name, note, settings, error",
            key="train_find",
            width=280,
        )
        remember(PAGE, "find", words.strip() or None)
        state = _one_of("State", [one for one in states.MOVES if any(run.state == one for run in runs)], "state")
        dataset = _one_of("Dataset", sorted({run.spec.dataset for run in runs}), "of")
        shown = listing.matching(runs, state=[state] if state else [], dataset=dataset, words=words)
        st.caption(f"{len(shown):,} of {len(runs):,} runs", width="content")
    return shown


def _one_of(label: str, options: list[str], name: str) -> str | None:
    """Draw a choice of one of ``options`` or any; return None for any."""
    choice = pick(
        st.selectbox,
        label,
        [ANY, *options],
        page=PAGE,
        name=name,
        width=180,
        format_func=lambda option: "any" if option == ANY else option,
    )
    if choice != ANY:
        return choice
    remember(PAGE, name, None)
    return None


def _table(runs: Sequence[store.Run], pair: Sequence[store.Run]) -> list[str]:
    """Draw the table; return the ids of the rows that are ticked."""
    ids = [run.id for run in runs]
    shown = frame(runs, shell.chosen().grouping)
    idle = {"run"} if not any(run.name for run in runs) else set()
    idle |= {"stale"} if not shown["stale"].any() else set()
    event = st.dataframe(
        shown,
        # A tick is a place in the list: another list must not inherit it.
        key=table_key("train_runs", ids),
        hide_index=True,
        placeholder="–",
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [ids.index(run.id) for run in pair if run.id in ids]}},
        column_order=[column for column in COLUMNS if column not in idle],
        column_config=COLUMNS,
    )
    return [ids[row] for row in event["selection"]["rows"] if row < len(ids)]


def _act_on(ticked: list[str]) -> None:
    """Show the run that was ticked, or compare the two; a tick counts once, when it is made."""
    if ticked == st.session_state.get(TICKED, []):
        return
    st.session_state[TICKED] = ticked
    remember(PAGE, COMPARE, ",".join(ticked[:2]) if len(ticked) > 1 else None)
    if len(ticked) == 1:
        remember(PAGE, WATCH, ticked[0])
    st.rerun()


def _damaged(run_id: str, reason: str) -> None:
    told, action = st.columns([6, 1], vertical_alignment="center")
    told.caption(f":material/broken_image: Damaged: {escaped(reason)}.")
    with action:
        if status.is_working(models_root() / run_id):
            run_actions.cancel_damaged_button(run_id, key=f"train_damaged_{run_id}_cancel")
            return
        with st.popover("Delete", key=f"train_damaged_{run_id}"):
            st.write(f"Delete what is left of run **{escaped(run_id)}**? This cannot be undone.")
            run_actions.delete_button(run_id, key=f"train_damaged_{run_id}_sure")
