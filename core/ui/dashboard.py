"""Home: where do I stand, what next?"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.data import datasets
from core.grouping.grouping import Grouping
from core.inference.classify import classify
from core.inference.sureness import THRESHOLD, level_of
from core.runs import store, waiting
from core.ui import (
    cache_classify,
    charts,
    classify_view,
    components,
    import_progress,
    run_queue,
    runs_list,
    shell,
    welcome,
)
from core.ui.classify_asked import PAUSE, is_fast

MOST_GROUPS = 20


def draw() -> None:
    """Draw the first page."""
    st.title("Copydesk")
    st.caption("Browse, group, train on, inspect and classify news headlines. Everything stays on this machine.")
    import_progress.draw()
    chosen = shell.chosen()
    if chosen.dataset is None:
        st.subheader("Nothing here yet. Where should the headlines come from?")
        welcome.doors()
        if chosen.run is not None:
            _try_a_headline(chosen)
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        _dataset_card(chosen.dataset)
        _grouping_card(chosen.dataset, chosen.grouping)
        _best_runs(chosen.dataset)
    with right:
        _next_step(chosen)
        _try_a_headline(chosen)
        run_queue.draw_while_alive()
        _spread(chosen.dataset, chosen.grouping)


def _dataset_card(dataset: datasets.Dataset) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(f"Dataset {components.escaped(dataset.name)}", anchor=False)
            welcome.import_button()
            _delete_button(dataset)
        components.dataset_facts(dataset)


def _delete_button(dataset: datasets.Dataset) -> None:
    # Keys with the name in them: what is open, and under the cursor, must not turn to the next dataset.
    with st.popover("Delete", icon=":material/delete:", key=f"home_delete_{dataset.name}"):
        name = components.escaped(dataset.name)
        st.write(f"Delete dataset **{name}**? Runs trained on it stay, but cannot list its headlines.")
        if waits := waiting.in_need_of(dataset.name, store.list_all()):
            st.write(
                f"**{waits:,}** {'run that waits needs' if waits == 1 else 'runs that wait need'} it and will fail."
            )
        if st.button("Delete it", key=f"home_delete_{dataset.name}_sure"):
            with shell.told():
                datasets.delete(dataset.name)
            st.toast(f"Deleted dataset {name}.", icon=":material/delete:")
            st.rerun()


def _grouping_card(dataset: datasets.Dataset, grouping: Grouping) -> None:
    with st.container(border=True):
        st.subheader(f"Grouping {components.escaped(grouping.name)}", anchor=False)
        members = grouping.members(dataset.category_counts)
        rows = {
            group: sum(dataset.category_counts[category] for category in inside) for group, inside in members.items()
        }
        largest, smallest = max(rows, key=rows.get), min(rows, key=rows.get)
        facts = st.columns(3)
        facts[0].metric("Groups", f"{len(members):,}", help="How many groups the categories of the dataset fall into.")
        facts[1].metric("Largest", f"{100 * rows[largest] / dataset.rows:.1f} %", help=components.escaped(largest))
        facts[2].metric("Smallest", f"{100 * rows[smallest] / dataset.rows:.1f} %", help=components.escaped(smallest))
        st.caption(
            f"Largest: {components.escaped(largest)} ({rows[largest]:,} rows). "
            f"Smallest: {components.escaped(smallest)} ({rows[smallest]:,} rows)."
        )


def _spread(dataset: datasets.Dataset, grouping: Grouping) -> None:
    """Draw how the rows spread over the groups; many groups are left to Explore."""
    groups = group_counts(grouping, dataset.category_counts)
    if len(groups) <= MOST_GROUPS:
        st.subheader("Rows by group", anchor=False)
        chart = charts.distribution_bars(groups, palette=shell.palette(), selection="group", label_title="group")
        st.altair_chart(chart, theme=None)


def group_counts(grouping: Grouping, counts: Mapping[str, int]) -> pd.DataFrame:
    """Return one row a group, the largest first: label, rows, share (0 to 1)."""
    rows: dict[str, int] = {}
    for category, count in counts.items():
        rows[grouping.group_of(category)] = rows.get(grouping.group_of(category), 0) + count
    frame = pd.DataFrame({"label": list(rows), "rows": list(rows.values())})
    frame["share"] = frame["rows"] / max(frame["rows"].sum(), 1)
    return frame.sort_values(["rows", "label"], ascending=[False, True]).reset_index(drop=True)


def _best_runs(dataset: datasets.Dataset) -> None:
    runs = [run for run in shell.finished_runs() if run.spec.fingerprint == dataset.fingerprint]
    st.subheader("Best runs", anchor=False)
    if not runs:
        st.write("No run on this dataset has finished yet; the best will stand here.")
        return
    runs.sort(key=lambda run: -(run.status.get("metrics") or {}).get("accuracy", 0.0))
    runs_list.best(runs[:5], key="home_runs")


def _next_step(chosen: shell.Chosen) -> None:
    """One sentence with one button."""
    alive = [run for run in store.list_all() if run.alive]
    if alive:
        text, page, label = "A run is at work. Watch it, or go on browsing.", "pages/train.py", "Watch it"
    elif not any(run.spec.fingerprint == chosen.dataset.fingerprint for run in shell.finished_runs()):
        name = components.escaped(chosen.dataset.name)
        text = f"Next: train a first model on {name}. It takes seconds and runs in the background."
        page, label = "pages/train.py", "Train a model"
    else:
        text, page, label = (
            "Next: see which classes the model confuses.",
            "pages/evaluate.py",
            "Inspect the errors",
        )
    with st.container(border=True):
        st.write(text)
        components.link(page, label)


@st.fragment
def _try_a_headline(chosen: shell.Chosen) -> None:
    """Draw a line that is answered at once. A fragment: typing draws nothing else again."""
    st.subheader("Try a headline", anchor=False)
    if chosen.run is None:
        st.write("As soon as a first run has finished, it answers here.")
        return
    fast = is_fast([chosen.run])
    headline = st.text_input(
        "Headline",
        key="home_headline",
        live=PAUSE if fast else False,
        placeholder="Type or paste a headline" if fast else "Type or paste a headline, then Enter",
    )
    if not headline:
        return
    with shell.told():
        model = cache_classify.model(chosen.run)
        answer = classify(model, [(headline, "")], chosen.grouping)[0]
    level = level_of(model, answer, chosen.grouping, THRESHOLD)
    st.markdown(f"**{classify_view.said(answer, level)}**")
    st.caption(classify_view.facts(answer))
    components.link("pages/classify.py", "All probabilities and the reasons", headline=headline)
