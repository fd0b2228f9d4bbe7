"""Two groupings beside each other: what moves, how far apart they are, what becomes of each group's F1."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.data.datasets import Dataset
from core.errors import CopydeskError
from core.evaluation.compare_groupings import f1_by_group
from core.grouping import versions
from core.grouping.diff import Diff, diff
from core.grouping.grouping import Grouping
from core.runs.store import Run
from core.ui import cache, charts
from core.ui.components import escaped
from core.ui.selection import choose, pick
from core.ui.theme import Palette

PAGE = "grouping"
OF = "grouping_diff_of"
NOW = "*"  # the edit on screen; no name of a grouping
MANY = 20  # rows up to which a table is shown whole
MOST_NAMED = 6  # renamed groups that are told in words


def references() -> list[str]:
    """Return all that can be compared: the edit, each grouping, each saved version that is not the newest."""
    found = [NOW]
    for grouping in versions.list_all():
        older = versions.versions(grouping.name)[:-1] if grouping.version else []
        found += [grouping.name, *(f"{grouping.name}@{number}" for number in reversed(older))]
    return found


def draw_chosen(current: Grouping, dataset: Dataset, run: Run | None, *, palette: Palette) -> None:
    """Draw the choice of two groupings, first what is saved and what is in the editor, and what lies between them."""
    options = references()
    # What is compared from is what is edited, until somebody chooses otherwise.
    if st.session_state.get(OF) != current.name:
        if OF in st.session_state:
            choose(PAGE, "old", current.name)
        st.session_state[OF] = current.name
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = [
            pick(
                st.selectbox,
                label,
                options,
                page=PAGE,
                name=name,
                default=default,
                width=280,
                format_func=lambda option: "in the editor now" if option == NOW else option,
            )
            for label, name, default in (("From", "old", current.name), ("To", "new", NOW))
        ]
    try:
        one, other = (current if name == NOW else versions.load(name) for name in names)
    except CopydeskError as error:
        st.warning(escaped(str(error)), icon=":material/broken_image:")
        return
    titles = tuple("the edit" if name == NOW else name for name in names)
    draw(one, other, dataset, run, palette=palette, titles=titles)


def draw(
    a: Grouping, b: Grouping, dataset: Dataset, run: Run | None, *, palette: Palette, titles: tuple[str, str] = ("", "")
) -> None:
    """Draw what lies between ``a`` and ``b``, counted on ``dataset``; with a run also the F1 of groups.

    ``titles`` are what the two are called where their names do not tell them apart.
    """
    found = diff(a, b, dataset.category_counts)
    names = titles if all(titles) else titles_of(a, b)
    st.caption(escaped(f"From {names[0]} to {names[1]}, counted on {dataset.name}. A rename alone is no change."))
    figures(found)
    _renamed(found)
    picture = charts.flow_picture(flows_frame(found), titles=names, palette=palette, unit=found.unit)
    alt = f"Flow picture: {found.rows_moved:,} of {found.rows:,} rows move; the table below lists them."
    st.altair_chart(picture, theme=None, alt=alt)
    _moves(found)
    if run is not None and not found.same_partition:
        _f1(found, a, b, run)


def titles_of(a: Grouping, b: Grouping) -> tuple[str, str]:
    """Return what two groupings are called beside each other: an edit of a grouping bears its name."""
    one, other = (f"{grouping.name}@{grouping.version}" if grouping.version else grouping.name for grouping in (a, b))
    return (one, other) if one != other else (one, f"the edit of {other}")


def figures(found: Diff) -> None:
    """Draw how much moves and the two distances."""
    share = f"{100 * found.rows_moved / found.rows:.1f} % of {found.rows:,} rows." if found.rows else None
    facts = st.columns(4)
    facts[0].metric("Categories moved", f"{len(found.moves):,}")
    facts[1].metric("Rows moved", f"{found.rows_moved:,}", help=share)
    facts[2].metric(
        "Adjusted Rand index",
        f"{found.adjusted_rand_index:.3f}",
        help="Of pairs of rows: 1 when both groupings agree on all, about 0 for chance (Hubert and Arabie, 1985).",
    )
    facts[3].metric(
        "Variation of information",
        f"{found.variation_of_information:.3f} bits",
        help="What knowing a row's group in one leaves open about the other, both ways; 0 when alike (Meilă, 2007).",
    )


def flows_frame(found: Diff) -> pd.DataFrame:
    """Return one row a flow, as `flow_picture` draws it; its rows are categories where no rows are known."""
    return pd.DataFrame(
        [
            {
                "origin": flow.origin,
                "target": flow.target,
                "rows": flow.rows if found.rows else len(flow.categories),
                "categories": ", ".join(flow.categories),
                "moves": flow.moves,
            }
            for flow in found.flows
        ],
        columns=["origin", "target", "rows", "categories", "moves"],
    )


def moves_frame(found: Diff) -> pd.DataFrame:
    """Return one row a category that moves; a group that comes is marked, since another may have had its name."""
    return pd.DataFrame(
        [
            {
                "category": move.category,
                "from": move.origin,
                "to": f"{move.target} (new)" if move.target in found.added else move.target,
                "rows": move.rows,
            }
            for move in found.moves
        ],
        columns=["category", "from", "to", "rows"],
    )


def _renamed(found: Diff) -> None:
    if not found.renamed:
        return
    named = [f"{one} is {other}" for one, other in found.renamed[:MOST_NAMED]]
    more = f" and {len(found.renamed) - MOST_NAMED} more" if len(found.renamed) > MOST_NAMED else ""
    st.caption(escaped(f"Goes on under another name: {'; '.join(named)}{more}."))


def _moves(found: Diff) -> None:
    if found.same_partition:
        return
    st.dataframe(
        moves_frame(found),
        hide_index=True,
        height="content" if len(found.moves) <= MANY else "auto",
        column_config={
            "category": st.column_config.TextColumn("Category", width="medium"),
            "from": st.column_config.TextColumn("From", width="medium"),
            "to": st.column_config.TextColumn("To", width="medium"),
            "rows": st.column_config.NumberColumn("Rows", format="localized", width=80),
        },
    )


def _f1(found: Diff, a: Grouping, b: Grouping, run: Run) -> None:
    """Draw what becomes of each group's F1 on the run's test rows, or why the run cannot say."""
    st.subheader("F1 of each group", anchor=False)
    try:
        before, after = (cache.judged(run, grouping).metrics.per_class for grouping in (a, b))
    except CopydeskError as error:
        st.caption(escaped(str(error)))
        return
    st.caption(escaped(f"Of run {run.title} on the test rows that it never saw."))
    frame = f1_by_group(found, before, after)
    score, count = {"format": "%.3f", "width": 90}, {"format": "localized", "width": 110}
    st.dataframe(
        frame,
        hide_index=True,
        height="content" if len(frame) <= MANY else "auto",
        placeholder="–",
        column_config={
            "a": st.column_config.TextColumn("Group before", width="medium"),
            "b": st.column_config.TextColumn("Group after", width="medium"),
            "before": st.column_config.NumberColumn("F1 before", **score),
            "after": st.column_config.NumberColumn("F1 after", **score),
            "difference": st.column_config.NumberColumn("Difference", format="%+.3f", width=90),
            "support_before": st.column_config.NumberColumn("Rows before", **count),
            "support_after": st.column_config.NumberColumn("Rows after", **count),
        },
    )
