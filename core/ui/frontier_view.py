"""The frontier: how far the edited grouping is from the best of its size, and those to take instead."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.data.datasets import Dataset
from core.errors import CopydeskError
from core.grouping.frontier import OBJECTIVES, Frontier, Point, distance, grouping_at
from core.grouping.grouping import Grouping
from core.grouping.whatif import Figures
from core.runs.store import Run
from core.ui import cache, cache_advice, charts
from core.ui.components import clicked, escaped
from core.ui.selection import pick
from core.ui.studio import Take
from core.ui.theme import Palette
from core.ui.whatif_view import WORDS as FIGURE_WORDS

PAGE = "grouping"
SELECTION = "point"
CHART = "grouping_frontier"
# Accuracy alone is served best by one group that swallows the others: it is not what one meets first.
WORDS = {name: FIGURE_WORDS[name] for name in ("information_kept", "macro_f1", "accuracy")}
UNITS = {
    "accuracy": "accuracy (0 to 1)",
    "macro_f1": "macro-F1 (0 to 1)",
    "information_kept": "information kept (0 to 1)",
}


def draw(run: Run, dataset: Dataset, draft: Grouping, *, palette: Palette, take: Take) -> None:
    """Draw the curves with ``draft`` as a dot; a click on a point gives its grouping to ``take(grouping, what)``."""
    try:
        found, figures = cache_advice.frontier(run), cache.outcome(run, draft).figures
    except CopydeskError as error:
        st.warning(escaped(str(error)), icon=":material/edit_note:")
        return
    left, right = st.columns([5, 2], gap="medium")
    with left:
        measure = pick(
            st.segmented_control,
            "Measure",
            list(WORDS),
            page=PAGE,
            name="measure",
            required=True,
            format_func=WORDS.get,
        )
        _chart(found, figures, draft, measure, palette, take)
    with right:
        _sentences(found, figures, draft)
        _by_number(found, figures, draft, measure, take)


def frame_of(found: Frontier, measure: str) -> pd.DataFrame:
    """Return one row a point, as `frontier_lines` draws it."""
    return pd.DataFrame(
        [
            {
                "objective": point.objective,
                "series": f"merged for {WORDS[point.objective].lower().replace('f1', 'F1')}",
                "groups": point.groups,
                "value": getattr(point, measure),
                **{name: getattr(point, name) for name in OBJECTIVES},
            }
            for point in found.points
        ]
    )


def _chart(found: Frontier, figures: Figures, draft: Grouping, measure: str, palette: Palette, take: Take) -> None:
    # A point that was taken stays chosen in its chart; another chart has none, so that it can be clicked again.
    number = st.session_state.get(f"{CHART}_taken", 0)
    key = f"{CHART}_{measure}_{number}"

    def choose() -> None:
        cell = clicked(st.session_state[key], SELECTION)
        point = point_of(found, cell) if cell else None
        if point is not None:
            st.session_state[f"{CHART}_taken"] = number + 1
            take(grouping_at(found, point, draft), what_of(point))

    current = (figures.groups, getattr(figures, measure), draft.name)
    chart = charts.frontier_lines(
        frame_of(found, measure), palette=palette, y_title=UNITS[measure], current=current, selection=SELECTION
    )
    st.altair_chart(
        chart,
        theme=None,
        key=key,
        on_select=choose,
        selection_mode=SELECTION,
        alt=f"{WORDS[measure]} against the number of groups; this grouping is {distance(found, figures, measure)}.",
    )
    st.caption(
        "Each line starts from every category by itself and merges two groups at a time, always the two that serve "
        "its own aim best. Accuracy alone is served best by one group that swallows the others, so read it beside "
        "information kept. A click on a point takes that grouping into the editor; undo brings yours back."
    )


def point_of(found: Frontier, cell: dict[str, object]) -> Point | None:
    """Return the point that was clicked."""
    wanted = (cell.get("objective"), cell.get("groups"))
    return next((point for point in found.points if (point.objective, point.groups) == wanted), None)


def what_of(point: Point) -> str:
    """Return in a few words where a grouping is from."""
    return f"{point.groups:,} groups merged for {WORDS[point.objective].lower().replace('f1', 'F1')}"


def _sentences(found: Frontier, figures: Figures, draft: Grouping) -> None:
    """Say for each measure how far the edited grouping is from the best of its size."""
    count = f"{figures.groups:,} {'group' if figures.groups == 1 else 'groups'}"
    lines = [
        f"- {word} **{getattr(figures, measure):.3f}**: {escaped(distance(found, figures, measure))}"
        for measure, word in WORDS.items()
    ]
    st.markdown("\n".join([f"**{escaped(draft.name)}**, {count}:", "", *lines]))


def _by_number(found: Frontier, figures: Figures, draft: Grouping, measure: str, take: Take) -> None:
    """Draw the same as a click, for the keyboard: a number of groups and a button."""
    most = len(found.categories)
    groups = st.number_input(
        "Number of groups", min_value=2, max_value=most, value=min(max(figures.groups, 2), most), key=f"{CHART}_groups"
    )
    point = found.best(int(groups), measure)
    if point is not None:
        st.button(
            f"Take the best {int(groups):,} groups",
            icon=":material/download:",
            key=f"{CHART}_take",
            on_click=lambda: take(grouping_at(found, point, draft), what_of(point)),
            help=f"The highest {WORDS[measure]} found with so many groups.",
        )
        figures_there = ", ".join(
            f"{word.lower().replace('f1', 'F1')} {getattr(point, name):.3f}" for name, word in WORDS.items()
        )
        st.caption(f"Best by {WORDS[measure].lower().replace('f1', 'F1')}: {figures_there}.")
