"""Parts that several pages show: runs as a table, runs at work, a dataset's flaws."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.data import datasets
from core.errors import InputError
from core.runs import local, states, store

ICONS = {
    states.QUEUED: ":material/schedule:",
    states.RUNNING: ":material/play_arrow:",
    states.SUCCEEDED: ":material/check:",
    states.FAILED: ":material/error:",
    states.CANCELLED: ":material/block:",
    states.INTERRUPTED: ":material/power_off:",
}
SPECIAL = "\\`*_{}[]()#+-.!|~$:<>&"


def escaped(text: str) -> str:
    """Return ``text`` so that Markdown shows it as it is."""
    return "".join(f"\\{letter}" if letter in SPECIAL else letter for letter in text)


def link(page: str, label: str) -> None:
    """Draw a link to another page; nothing where a page is shown without its navigation."""
    with contextlib.suppress(st.errors.StreamlitAPIException, KeyError):
        st.page_link(page, label=label, icon=":material/arrow_forward:")


def years(dataset: datasets.Dataset) -> str:
    """Return the years that the records come from."""
    if not dataset.first_date:
        return "none"
    first, last = str(dataset.first_date)[:4], str(dataset.last_date)[:4]
    return first if first == last else f"{first}–{last}"


def dataset_facts(dataset: datasets.Dataset) -> None:
    """Draw what a dataset is in figures, what was wrong with its file, and what it wants to be said."""
    facts = st.columns([3, 3, 3, 4])
    facts[0].metric("Rows", f"{dataset.rows:,}")
    facts[1].metric("Categories", f"{len(dataset.category_counts):,}")
    facts[2].metric("Rejected lines", f"{dataset.rejected:,}")
    facts[3].metric("Dates", years(dataset))
    flaws(dataset)
    notice(dataset)


def notice(dataset: datasets.Dataset) -> None:
    """Say what the dataset wants to be said wherever it is shown."""
    if dataset.notice:
        st.caption(f":material/info: {escaped(dataset.notice)}")


def flaws(dataset: datasets.Dataset) -> None:
    """Say in one line what was wrong with the file, if anything was."""
    found = [f"{count:,} × {reason}" for reason, count in dataset.rejected_reasons.items()]
    if dataset.dates_unreadable:
        found.append(f"{dataset.dates_unreadable:,} × unreadable date (kept without)")
    if found:
        st.caption(f"Flaws found: {escaped('; '.join(found))}.")


def runs_frame(runs: Sequence[store.Run]) -> pd.DataFrame:
    """Return one row a run with what tells runs apart, the figures first."""
    return pd.DataFrame(
        [
            {
                "accuracy": (run.status.get("metrics") or {}).get("accuracy"),
                "macro_f1": (run.status.get("metrics") or {}).get("macro_f1"),
                "state": run.state,
                "dataset": run.spec.dataset,
                "preset": run.spec.preset,
                "target": run.spec.target,
                "grouping": run.spec.grouping.name,
                "seconds": run.status.get("seconds"),
                "run": run.id,
            }
            for run in runs
        ]
    )


def table_key(key: str, rows: Sequence[object]) -> str:
    """Return a widget key that is another for other rows."""
    return f"{key}_{zlib.crc32(repr(rows).encode()):08x}"


def runs_table(runs: Sequence[store.Run], *, key: str, select: bool = False) -> list[str]:
    """Draw runs as a table; return the ids of the rows that are ticked, when ``select``."""
    frame = runs_frame(runs)
    # A tick is a place in the list: another list must not inherit it.
    key = table_key(key, [run.id for run in runs])
    figure = {"format": "%.3f", "width": 80, "help": "Under the run's own grouping."}
    event = st.dataframe(
        frame,
        key=key,
        hide_index=True,
        on_select="rerun" if select else "ignore",
        selection_mode="single-row",
        column_order=None if select else ["accuracy", "macro_f1", "dataset", "preset", "target", "grouping", "seconds"],
        column_config={
            "accuracy": st.column_config.NumberColumn("Accuracy", **figure),
            "macro_f1": st.column_config.NumberColumn("Macro-F1", **figure),
            "state": "State",
            "dataset": "Dataset",
            "preset": "Preset",
            "target": "Target",
            "grouping": "Grouping",
            "seconds": st.column_config.NumberColumn("Time, s", format="%.1f", width=70),
            "run": st.column_config.TextColumn("Run", width="medium"),
        },
    )
    return [frame["run"].iloc[row] for row in event["selection"]["rows"]] if select else []


def runs_alive() -> None:
    """Draw the runs that wait or work; it refreshes itself as long as there are any."""
    alive = [run for run in store.list_all() if run.alive]
    if alive:
        _alive_fragment()


@st.fragment(run_every=1.0)
def _alive_fragment() -> None:
    local.look()
    alive = [run for run in store.list_all() if run.alive]
    if not alive:
        # The last one has ended: the whole page shows what came of it, and this polling stops.
        st.rerun()
    st.subheader("Runs at work", anchor=False)
    for place, run in enumerate(reversed(alive)):
        progress_row(run, place)


def progress_row(run: store.Run, place: int) -> None:
    """Draw one living run: what it is, how far, and a button to cancel it."""
    progress = run.status["progress"]
    total = progress["total"] or 1
    text, action = st.columns([4, 1], vertical_alignment="center")
    phase = "cancelling" if run.cancel_requested else progress["phase"]
    step = f" · {progress['step']:,} of {progress['total']:,}" if progress["total"] > 1 else ""
    text.progress(min(progress["step"] / total, 1.0), f"{run.id} · {phase}{step}")
    if action.button("Cancel", key=f"alive_cancel_{run.id}", disabled=run.cancel_requested):
        # It may have ended since it was drawn; then there is nothing left to cancel.
        with contextlib.suppress(InputError):
            local.cancel(run)
        st.rerun()


def clicked(event: object, name: str) -> dict[str, str] | None:
    """Return the fields of the mark that was clicked in a chart, None when none is.

    Item access, since tests hand in plain dicts.
    """
    marks = event["selection"].get(name) if event else None  # type: ignore[index]
    return dict(marks[0]) if marks else None
