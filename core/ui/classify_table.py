"""The table of answers to many texts on Classify: counted, narrowed down, sorted, saved; a row opens as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core.data.safe_csv import frame_to_csv
from core.errors import CopydeskError
from core.inference.items import Listed
from core.inference.sureness import CATEGORY, COLUMNS, GROUP, NOT_SURE, answers_table
from core.runs.store import Run
from core.ui import cache, charts, classify_view, shell
from core.ui.classify_asked import PAGE, Asked, is_fast, open_text
from core.ui.components import escaped, table_key
from core.ui.selection import choose, pick

ANSWERED = f"{PAGE}_answered"
MOST_SHOWN, HEIGHT, FITTING = 5_000, 400, 10
SLOW_ROWS = 50  # texts that slow models answer without being told to
FIRST = "Given first"
FIXED = {*COLUMNS, "line", "differ", "place"}
ORDERS = {
    FIRST: (["place"], [True]),
    "Least sure first": (["confidence", "place"], [True, True]),
    "Surest first": (["confidence", "place"], [False, True]),
    "By answer": (["answer", "confidence"], [True, False]),
    "Headline, A to Z": (["headline", "place"], [True, True]),
}


@dataclass(frozen=True, eq=False)
class Answered:
    """The answers to some texts, kept in the session until something else is asked; `of` tells what was asked."""

    of: object
    table: pd.DataFrame


def warn(text: str) -> None:
    """Say in one line what is wrong with what was given."""
    st.warning(escaped(f"{text[:1].upper()}{text[1:]}."), icon=":material/edit_note:")


def answered(asked: Asked, runs: Sequence[Run], found: Listed, pressed: bool) -> pd.DataFrame | None:
    """Return the answers, None where slow models wait to be told to give them."""
    models = tuple(cache.ended(model.run) for model in asked.models)
    of = (models, cache.named(asked.grouping), asked.threshold, asked.calibrated, hash(tuple(found.items)))
    kept: Answered | None = st.session_state.get(ANSWERED)
    if kept is not None and kept.of == of:
        return kept.table
    if not (is_fast(runs) or pressed or len(found.items) <= SLOW_ROWS):
        st.write(f"{len(found.items):,} texts are ready. These models take a while for so many: press Classify.")
        return None
    with st.spinner(f"Classifying {len(found.items):,} texts", show_time=True):
        try:
            table = _compute(asked, found)
        except CopydeskError as error:
            warn(str(error))
            return None
    st.session_state[ANSWERED] = Answered(of, table)
    return table


def _compute(asked: Asked, found: Listed) -> pd.DataFrame:
    """Return the table of the first model, with the answers of the others, and the line of each text."""
    tables = [
        answers_table(model, found.items, asked.grouping, threshold=asked.threshold, calibrated=asked.calibrated)
        for model in asked.models
    ]
    table = tables[0]
    for name, other in zip(classify_view.names(asked.models)[1:], tables[1:], strict=True):
        table[name] = other["answer"]
    if len(tables) > 1:
        table["differ"] = pd.concat([one["answer"] for one in tables], axis=1).nunique(axis=1) > 1
    table.insert(0, "line", found.lines)
    table["place"] = range(len(table))
    return table


def draw(asked: Asked, found: Listed, table: pd.DataFrame) -> None:
    """Draw the answers of ``table`` to what was ``found``: counts, rows in any order, bars."""
    _facts(asked, found, table)
    _table(table)


def _facts(asked: Asked, found: Listed, table: pd.DataFrame) -> None:
    sure = table["sure"].value_counts()
    parts = [f"**{len(table):,}** texts, read as {escaped(found.read_as)}"]
    names = {CATEGORY: "sure of the category", GROUP: "sure of the group", NOT_SURE: "not sure"}
    parts += [f"{sure[level]:,} {name}" for level, name in names.items() if level in sure]
    if "differ" in table:
        parts.append(f"models differ on {int(table['differ'].sum()):,}")
    st.caption(" · ".join(parts) + escaped(f" · sure from {asked.threshold:.2f}"))


def _table(table: pd.DataFrame) -> None:
    """Draw the choice of answers, their order, and the rows; a click on one opens it as one."""
    counts = table["answer"].value_counts()
    options = {"": f"All answers · {len(table):,}"} | {name: f"{name} · {count:,}" for name, count in counts.items()}
    if "differ" in table:
        options["?differ"] = f"Models differ · {int(table['differ'].sum()):,}"
    show, order, save = st.columns([4, 4, 2], vertical_alignment="bottom")
    with show:
        chosen = pick(st.selectbox, "Show", list(options), page=PAGE, name="show", default="", format_func=options.get)
    with order:
        by, ascending = ORDERS[pick(st.selectbox, "Order", list(ORDERS), page=PAGE, name="order", default=FIRST)]
    kept = table[table["differ"]] if chosen == "?differ" else table[table["answer"] == chosen] if chosen else table
    shown = kept.sort_values(by, ascending=ascending, kind="stable")
    with save:
        st.download_button(
            "CSV",
            data=lambda: frame_to_csv(shown.drop(columns="place")).encode("utf-8"),
            file_name="answers.csv",
            mime="text/csv",
            icon=":material/download:",
            key=f"{PAGE}_answers_csv",
            on_click="ignore",
            help="The rows that are shown, all of them. No cell of it starts a formula in a spreadsheet.",
        )
    _rows(shown.head(MOST_SHOWN))
    if len(shown) > MOST_SHOWN:
        st.caption(f"The first {MOST_SHOWN:,} are shown; the CSV has all.")
    st.caption("Click the box before a row to see its reasons.")
    if len(counts) > 1:
        frame = pd.DataFrame(
            {"label": counts.index, "rows": counts.to_numpy(), "share": counts.to_numpy() / len(table)}
        )
        chart = charts.distribution_bars(
            frame, palette=shell.palette(), selection="answer", selected=chosen or None, label_title="answer"
        )
        st.altair_chart(chart, theme=None, key=f"{PAGE}_counts", alt="Texts by answer, as bars.")


def _rows(shown: pd.DataFrame) -> None:
    key = table_key(f"{PAGE}_answers", shown["place"].tolist())
    others = [name for name in shown if name not in FIXED]
    st.dataframe(
        shown,
        hide_index=True,
        key=key,
        height=HEIGHT if len(shown) > FITTING else "content",
        on_select=lambda: _opened(key, shown),
        selection_mode="single-row",
        column_order=["headline", "answer", *others, "confidence", "sure", "category", "margin", "runner_up", "line"],
        column_config={
            "headline": st.column_config.TextColumn("Text", width=190),
            "answer": st.column_config.TextColumn("Answer", width=140),
            "confidence": st.column_config.NumberColumn("Confidence", format="%.3f", width=75),
            "category": st.column_config.TextColumn("Raw category", width=110),
            "margin": st.column_config.NumberColumn("Margin", format="%.3f", width=62),
            "sure": st.column_config.TextColumn("Sure", width=68, help="Of what: the category, the group, or nothing."),
            "runner_up": st.column_config.TextColumn("Runner-up", width=110),
            "line": st.column_config.NumberColumn("Line", width=50),
        },
    )


def _opened(key: str, shown: pd.DataFrame) -> None:
    """Open the row that was clicked as one, before the page is drawn again."""
    if rows := st.session_state[key]["selection"]["rows"]:
        row = shown.iloc[rows[0]]
        open_text(row["headline"], row["description"])
        choose(PAGE, "mode", "One")
