"""Quality in Explore: what is wrong with the whole dataset, rows that show it, and copies that are mended."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.background import CANCELLED, Background
from core.data import datasets, quality_search
from core.data.datasets import Dataset
from core.data.markup import CONTROL, LINES
from core.data.quality import KINDS, MOST_LISTED, Finding
from core.data.quality_search import Found
from core.errors import CopydeskError
from core.runs.wording import duration, size
from core.ui import cache_quality, cleaning_form, leakage_view
from core.ui.components import escaped, table_key
from core.ui.explored import PAGE, Explored
from core.ui.selection import choose, remember, value
from core.ui.work_words import ending, how_far, sentence

FLAW = "flaw"
EVERY_SECONDS = 1.0
HEIGHT, FITTING = 420, 10  # px of a table, and rows that need less
PROBLEM, TICKED = "explore_quality_problem", "explore_quality_ticked"
MARKS = {"lines", "control", "lost", "encoding"}


@st.fragment
def draw(explored: Explored) -> None:
    """Draw the search, what it found, rows of the kind that is ticked, and what a cleaned copy can be made of."""
    dataset = explored.dataset
    search = quality_search.search_in(dataset)
    there = quality_search.has_result(dataset)
    _search(dataset, search, there)
    if not there:
        return
    try:
        found = cache_quality.found(dataset)
    except (CopydeskError, OSError) as error:
        st.warning(escaped(str(error)), icon=":material/edit_note:")
        return
    cleaning_form.told(dataset)
    _findings(explored, found, search)
    cleaning_form.draw(dataset, found)
    leakage_view.draw(dataset, found)


def _search(dataset: Dataset, search: Background, there: bool) -> None:
    """Draw the button that starts a search, or how far the one at work is."""
    if search.running:
        st.fragment(_progress, run_every=EVERY_SECONDS)(dataset, there)
        return
    if told := st.session_state.pop(PROBLEM, None) or ending(search, "search"):
        st.warning(escaped(told), icon=":material/edit_note:")
    if there:
        return
    near = quality_search.compares(dataset)
    about = duration(quality_search.expected_seconds(dataset, near=near))
    st.write(
        "Repeats, near-repeats, one text under several categories, markup, broken encoding, line breaks, other "
        "languages, hardly any text, and names spelled in several ways: each is counted, shown, and can be mended in "
        "a copy. The dataset itself never changes."
    )
    st.button(
        "Search for flaws",
        type="primary",
        icon=":material/search:",
        key="explore_quality_start",
        on_click=_attempt_start,
        args=(dataset, None),
    )
    rest = "" if near else " Near-repeats are looked for when they are asked for."
    st.caption(f"Takes about {about} for {dataset.rows:,} rows, in the background.{rest}")


def _attempt_start(dataset: Dataset, near: bool | None) -> None:
    try:
        quality_search.start(dataset, near=near)
    except (CopydeskError, OSError) as error:
        st.session_state[PROBLEM] = sentence(str(error))


def _attempt_cancel(dataset: Dataset) -> None:
    try:
        quality_search.cancel(dataset)
    except (CopydeskError, OSError) as error:
        st.session_state[PROBLEM] = sentence(str(error))


def _progress(dataset: Dataset, there: bool) -> None:
    search = quality_search.search_in(dataset)
    if not search.running or quality_search.has_result(dataset) != there:
        # It has ended, or found the first: the page shows what came of it.
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.progress(search.share, f"Searching {escaped(dataset.name)} · {how_far(search, quality_search.SPOKEN)}")
        st.button("Cancel", key="explore_quality_cancel", on_click=_attempt_cancel, args=(dataset,))


def _findings(explored: Explored, found: Found, search: Background) -> None:
    """Draw the kinds with rows as a table, and beside it the one that is ticked."""
    dataset, findings = explored.dataset, found.quality.findings
    shown = [one for one in findings.values() if one.rows]
    left, right = st.columns([9, 11], gap="medium")
    with left:
        st.caption(f"Of the whole dataset, {dataset.rows:,} rows, whatever the filters.")
        ticked = _table(shown, dataset) if shown else None
        _rest(dataset, found, search)
    chosen = findings.get(ticked or "")
    with right:
        if chosen is not None and chosen.rows:
            _detail(explored, chosen)


def _table(shown: list[Finding], dataset: Dataset) -> str:
    """Draw the findings; return the kind that is ticked, or that the URL asks for, else the first."""
    kinds = [one.kind for one in shown]
    frame = pd.DataFrame(
        {
            "flaw": [KINDS[one.kind].title for one in shown],
            "rows": [one.rows for one in shown],
            "groups": [f"{one.groups:,}" if KINDS[one.kind].in_groups else "" for one in shown],
        }
    )
    key = table_key("explore_quality_flaws", kinds)
    number = st.column_config.NumberColumn
    event = st.dataframe(
        frame,
        key=key,
        hide_index=True,
        height="content",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "flaw": st.column_config.TextColumn("Flaw", width=235),
            "rows": number("Rows", format="localized", width=60),
            "groups": st.column_config.TextColumn(
                "Groups", width=60, alignment="right", help="Sets of rows that belong together."
            ),
        },
    )
    ticked = event["selection"]["rows"]
    clicked = kinds[ticked[0]] if ticked and ticked[0] < len(kinds) else None
    # The table keeps its tick, so only a change is a click.
    if st.session_state.get(TICKED) != (key, clicked):
        st.session_state[TICKED] = (key, clicked)
        if clicked:
            remember(PAGE, FLAW, clicked)
    asked = value(PAGE, FLAW)
    return asked if asked in kinds else kinds[0]


def _rest(dataset: Dataset, found: Found, search: Background) -> None:
    """Say what was looked for in vain, and offer what was not looked for."""
    none = [KINDS[one.kind].title.lower() for one in found.quality.findings.values() if not one.rows]
    if none:
        st.caption(f"Looked for in vain: {', '.join(none)}.")
    if search.running:
        return
    if not found.near:
        about = duration(quality_search.expected_seconds(dataset, near=True))
        memory = size(quality_search.near_bytes(dataset))
        st.button(
            "Compare texts for near-repeats",
            key="explore_quality_near",
            icon=":material/compare_arrows:",
            help=f"Takes about {about} and {memory} of memory; goes on when the page is closed.",
            on_click=_attempt_start,
            args=(dataset, True),
        )
    stopped = " The last search was cancelled." if search.state == CANCELLED else ""
    st.button(
        "Search again",
        type="tertiary",
        key="explore_quality_again",
        help=f"The content is the same, so this helps after an update of Copydesk alone.{stopped}",
        on_click=_attempt_start,
        args=(dataset, found.near or None),
    )


def _detail(explored: Explored, chosen: Finding) -> None:
    """Draw one kind: what it is, why it matters, its button and its rows."""
    kind = KINDS[chosen.kind]
    st.subheader(escaped(kind.title), anchor=False)
    st.write(kind.why)
    if chosen.note:
        st.caption(escaped(sentence(chosen.note)))
    cleaning_form.one_step(explored.dataset, chosen)
    if chosen.kind == "rejected":
        _rejected(explored.dataset)
        return
    _rows(explored, chosen)


def _rejected(dataset: Dataset) -> None:
    """List the lines that were kept aside at the import."""
    lines = datasets.rejected(dataset, MOST_LISTED)
    st.dataframe(
        pd.DataFrame(lines, columns=["line", "reason", "text"]),
        key="explore_quality_rejected",
        hide_index=True,
        height=_height(len(lines)),
        column_config={
            "line": st.column_config.NumberColumn("Line", format="localized", width=80),
            "reason": "Reason",
            "text": "Text",
        },
    )


def _height(rows: int) -> int | str:
    """Return the height of a table of so many rows: as it needs, up to some."""
    return HEIGHT if rows > FITTING else "content"


def _rows(explored: Explored, chosen: Finding) -> None:
    """Draw the rows of one kind, group by group."""
    records = explored.table.records(chosen.listed)
    grouped = KINDS[chosen.kind].in_groups
    table = pd.DataFrame(
        {
            "group": chosen.groups_listed,
            "category": records["category"].astype("str"),
            "headline": [shown(text, chosen.kind) for text in records["headline"]],
            "short_description": [shown(text, chosen.kind) for text in records["short_description"]],
            "date": records["date"],
            "row": chosen.listed,
        }
    )
    event = st.dataframe(
        table,
        key=table_key("explore_quality_rows", [explored.dataset.fingerprint, chosen.kind]),
        hide_index=True,
        height=_height(len(table)),
        on_select="rerun",
        selection_mode="single-row",
        column_order=[*(["group"] if grouped else []), *table.columns[1:]],
        column_config={
            "group": st.column_config.NumberColumn("Group", width=50),
            "category": st.column_config.TextColumn("Category", width=110),
            "headline": st.column_config.TextColumn("Headline", width=270),
            "short_description": st.column_config.TextColumn("Description", width=200),
            "date": st.column_config.DateColumn("Date", format="YYYY-MM-DD", width=80),
            "row": st.column_config.NumberColumn("Row", format="localized", width=65),
        },
    )
    ticked = event["selection"]["rows"]
    if ticked and ticked[0] < len(table):
        row = int(chosen.listed[ticked[0]])
        if st.button(
            f"Read row {row:,} whole, in Records", key="explore_quality_open", icon=":material/arrow_forward:"
        ):
            choose(PAGE, "part", "Records")
            remember(PAGE, "row", str(row))
            st.rerun()
    if chosen.rows > len(table):
        st.caption(f"The first {MOST_LISTED:,} of {chosen.rows:,} rows are listed.")


def shown(text: object, kind: str) -> str | None:
    """Return ``text`` with what is wrong in it made visible, where it is of the kinds that cannot be seen.

    >>> shown("Two\\nlines", "lines"), shown("a\\u200bb", "control"), shown(None, "lines")
    ('Two⏎lines', 'a[U+200B]b', None)
    """
    if not isinstance(text, str):
        return None
    if kind not in MARKS:
        return text
    broken = LINES.sub(lambda found: "⏎" if found.group() in "\n\r" else f"[U+{ord(found.group()):04X}]", text)
    return CONTROL.sub(lambda found: f"[U+{ord(found.group()):04X}]", broken)
