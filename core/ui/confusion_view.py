"""The matrix of Evaluate, the tables of confused pairs and of classes beside it, and a glance at what is selected.

Matrix and tables select the same thing, a `Pair`, which is in the URL; the list of errors below shows its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import NamedTuple

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from core.confusion import ratio
from core.data.datasets import Dataset
from core.errors import InputError, shorten
from core.evaluation.errors import chosen, rows_at
from core.evaluation.judge import Judged
from core.evaluation.metrics import Metrics, error_matrix, row_shares
from core.evaluation.ordering import Order, ordered, starts
from core.grouping.builtin import RAW
from core.grouping.grouping import Grouping
from core.runs.store import Run
from core.ui import cache, cache_errors, charts
from core.ui.charts.matrix import ALL, natural_width
from core.ui.charts.unchecked import unchecked
from core.ui.components import clicked, escaped, table_key
from core.ui.errors_view import MATRIX, ORDER_NAMES, asked_query, heading, outline_again
from core.ui.selection import pick, remember, value
from core.ui.theme import Palette

PAGE = "evaluate"
MANY = 20
PAIRS = 12
GLANCE = 6
ROW = 33  # px of a row of a table, and of its head
FEW_PAIRS, SOME_ROWS = 5, 6  # rows that are seen without scrolling
BESIDE = 480  # px that a matrix of few classes leaves the tables on a screen of 1,280
# Above so many classes a cell is too small to be read or clicked; of more, so many are drawn.
DRAWABLE, DRAWN = 80, 60
CLEARED, OUTLINED = "evaluate_cleared", "evaluate_outlined"
MATRICES = {"counts": "Counts", "by row": "By row", "by column": "By column", "errors": "Errors"}
ORDERS = {"by size": "Largest first", "by name": "By name", "by confusion": "Confused together"}
# Tables stand beside the matrix where both have room. Where they have not, those of few classes come below it, and
# those of many above: a matrix of many classes fills a screen by itself.
STYLE = """<style>
.st-key-evaluate_board_wide { flex-wrap: wrap-reverse; align-items: flex-end; }
.st-key-evaluate_tables { flex: 1 1 24rem; row-gap: 0; }
.st-key-evaluate_tables > * { flex: 1 1 24rem; min-width: 0; }
.st-key-evaluate_tables > :has(.st-key-evaluate_glance) { flex-basis: 100%; }
.glance { width: 100%; border-collapse: collapse; font-size: .9rem; line-height: 1.3; }
.glance td { border: none; border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent); }
.glance td { padding: 3px 0; vertical-align: baseline; overflow-wrap: anywhere; }
.glance td + td { padding-left: 12px; white-space: nowrap; text-align: right; font-variant-numeric: tabular-nums; }
</style>"""


class Pair(NamedTuple):
    """What is selected: a cell, a row (predicted None), a column (true None), or nothing."""

    true: str | None = None
    predicted: str | None = None


def draw(run: Run, judged: Judged, dataset: Dataset | None, grouping: Grouping, palette: Palette) -> None:
    """Draw matrix and tables, and take up what is selected in them.

    ``grouping`` is the one on screen; ``dataset`` is that of ``judged``, None when it is not here any more.
    """
    st.html(STYLE)
    drop_unknown(judged)
    wide = len(judged.metrics.labels) > MANY
    board = st.container(horizontal=True, gap="medium", key="evaluate_board_wide" if wide else "evaluate_board")
    room = natural_width(judged.metrics.labels)
    with board.container(width=room if wide else min(room, BESIDE)):
        cell = matrix(run, judged, grouping, palette)
    tables = board.container(horizontal=True, gap="small", key="evaluate_tables")
    found = tables.container(key="evaluate_glance")
    with tables.container():
        st.subheader("Most confused", anchor=False)
        pair = confused_pairs(judged.metrics, SOME_ROWS if wide else FEW_PAIRS)
    with tables.container():
        st.subheader("Classes", anchor=False)
        label = class_table(judged.metrics, SOME_ROWS if wide else MANY)
    choose_newest(cell, pair, label)
    with found:
        glance(run, judged, dataset)


def cells(metrics: Metrics) -> pd.DataFrame:
    """Return one row a cell of the matrix that is not zero: true, predicted, rows, row_share, column_share."""
    confusion = metrics.confusion
    labels, (true, predicted) = np.array(metrics.labels, dtype=object), np.nonzero(confusion)
    return pd.DataFrame(
        {
            "true": labels[true],
            "predicted": labels[predicted],
            "rows": confusion[true, predicted],
            "row_share": row_shares(confusion)[true, predicted],
            "column_share": ratio(confusion, confusion.sum(axis=0, keepdims=True))[true, predicted],
        }
    )


@st.cache_resource(max_entries=32, show_spinner=False)
def _chart(
    key: tuple[str, str, str],
    grouping_key: str,
    palette_name: str,
    view: str,
    order: Order,
    pair: Pair,
    _judged: Judged,
    _grouping: Grouping,
    _palette: Palette,
) -> alt.Chart | alt.LayerChart:
    """Return the matrix; a change in a part further down the page asks for the same one again."""
    many = len(_judged.metrics.labels) > DRAWABLE
    labels = ordered(_judged.metrics, order, _grouping.group_of, most=DRAWN if many else None)
    chart = charts.confusion_matrix(
        cells(_judged.metrics),
        labels,
        value={"by row": "row_share", "by column": "column_share"}.get(view, "rows"),
        kind="errors" if view == "errors" else "confusion",
        palette=_palette,
        selection="cell",
        selected=(pair.true or ALL, pair.predicted or ALL) if any(pair) else None,
        noun="category" if _judged.grouping.name == "raw" else "group",
        sums=True,
        parted=starts(labels, _grouping.group_of) if order == "by group" else (),
    )
    return unchecked(chart)


def matrix(run: Run, judged: Judged, grouping: Grouping, palette: Palette) -> Mapping[str, str] | None:
    """Draw the matrix with its choices; return the cell that is clicked. ``grouping`` is the one on screen."""
    grouped = judged.grouping is RAW and grouping is not RAW
    orders = ORDERS | ({"by group": "By group"} if grouped else {})
    with st.container(horizontal=True, vertical_alignment="center"):
        view = pick(
            st.segmented_control,
            "Matrix",
            list(MATRICES),
            page=PAGE,
            name="view",
            required=True,
            format_func=MATRICES.get,
            label_visibility="collapsed",
        )
        order: Order = pick(
            st.selectbox,
            "Order",
            list(orders),
            page=PAGE,
            name="order",
            format_func=orders.get,
            width=165,
            label_visibility="collapsed",
        )
    classes = len(judged.metrics.labels)
    if classes > DRAWABLE:
        st.caption(
            f"Drawn are the {DRAWN} classes with most rows that are theirs or are taken for them; the sums are of "
            f"these cells. {classes - DRAWN:,} more are not drawn; choose one in the table Classes, or a grouping "
            "with fewer classes."
        )
    told = f"Confusion matrix of {classes} classes; its largest errors stand in the table Most confused."
    key = f"evaluate_matrix_{view}_{order}_{st.session_state.get(MATRIX, 0)}"
    if key not in st.session_state:
        # From then on the chart outlines its own click: the same chart need be neither built nor sent again.
        st.session_state[OUTLINED] = asked()
    chart = _chart(
        cache_errors.key_of(run, judged),
        cache.named(grouping),
        palette.name,
        view,
        order,
        st.session_state.get(OUTLINED, Pair()),
        judged,
        grouping,
        palette,
    )
    return clicked(st.altair_chart(chart, theme=None, on_select="rerun", key=key, alt=told), "cell")


def asked() -> Pair:
    """Return the cell, row or column that the URL asks for; see `drop_unknown`."""
    return Pair(value(PAGE, "true"), value(PAGE, "predicted"))


def drop_unknown(judged: Judged) -> None:
    """Take back a selection that no label on screen has, both sides of it, and say so."""
    unknown = [one for one in asked() if one is not None and one not in judged.metrics.labels]
    if unknown:
        names = " or ".join(escaped(shorten(one)) for one in unknown)
        st.warning(f"No class under {escaped(judged.grouping.name)} is called {names}; nothing is selected.")
        clear()


def clear() -> None:
    """Select nothing, in the matrix, the tables and the list of errors."""
    _keep(Pair())
    outline_again()
    # A table keeps its tick, but not under a new key.
    st.session_state[CLEARED] = st.session_state.get(CLEARED, 0) + 1


def choose_newest(cell: Mapping[str, str] | None, pair: tuple[str, str] | None, label: str | None) -> None:
    """Select what was chosen last in the matrix, the pairs or the classes; nothing when none of them changed.

    All keep what was chosen in them, so only a change tells which one a person means now.
    """
    places = {
        "cell": Pair(*(None if one == ALL else one for one in (cell["true"], cell["predicted"]))) if cell else None,
        "pair": Pair(*pair) if pair else None,
        "label": Pair(label) if label else None,
    }
    for name, place in places.items():
        key = f"{PAGE}_last_{name}"
        if place == st.session_state.get(key):
            continue
        st.session_state[key] = place
        if place is not None:
            select(place, within_matrix=name == "cell")


def select(pair: Pair, *, within_matrix: bool = False) -> None:
    """Select a cell, row or column: for the matrix and for the list of errors alike."""
    _keep(pair)
    if not within_matrix:
        outline_again()
        # The matrix is drawn already, and outlines what was selected before.
        st.rerun()


def _keep(pair: Pair) -> None:
    """Keep what is selected; the list of errors begins again with its first page, and without a ticked row."""
    remember(PAGE, "true", pair.true)
    remember(PAGE, "predicted", pair.predicted)
    # The diagonal is where the right ones are.
    remember(PAGE, "show", "right" if pair.true and pair.true == pair.predicted else None)
    for forgotten in ("page", "row"):
        remember(PAGE, forgotten, None)


def selecting_key(name: str, frame: pd.DataFrame) -> str:
    """Return the key of a table that selects: another one for other rows, and after `clear`."""
    return table_key(f"{name}_{st.session_state.get(CLEARED, 0)}", frame.values.tolist())


def _height(shown: int, rows: int) -> int | str:
    """Return the height of a table of ``rows`` rows, of which ``shown`` at most are seen without scrolling."""
    return "content" if rows <= shown else ROW * (shown + 1) + 2


def confused_pairs(metrics: Metrics, shown: int) -> tuple[str, str] | None:
    """Draw the pairs that are mistaken for one another most often, ``shown`` at once; return the one that is ticked."""
    wrong = error_matrix(metrics.confusion)
    order = np.argsort(-wrong, axis=None, kind="stable")[:PAIRS]
    rows, columns = np.unravel_index(order, wrong.shape)
    frame = pd.DataFrame(
        {
            "rows": wrong[rows, columns],
            "back": wrong[columns, rows],
            "true": [metrics.labels[row] for row in rows],
            "predicted": [metrics.labels[column] for column in columns],
        }
    )
    frame = frame[frame["rows"] > 0]
    if frame.empty:
        st.write("No row is wrong.")
        return None
    event = st.dataframe(
        frame,
        key=selecting_key("evaluate_pairs", frame),
        hide_index=True,
        height=_height(shown, len(frame)),
        on_select="rerun",
        selection_mode="single-row",
        column_order=["true", "predicted", "rows", "back"],
        column_config={
            "true": st.column_config.TextColumn("True", width=144),
            "predicted": st.column_config.TextColumn("Predicted", width=144),
            "rows": st.column_config.NumberColumn("Rows", format="localized", width=46),
            "back": st.column_config.NumberColumn("Back", format="localized", width=46, help="The other way round."),
        },
    )
    ticked = event["selection"]["rows"]
    return (frame["true"].iloc[ticked[0]], frame["predicted"].iloc[ticked[0]]) if ticked else None


def class_table(metrics: Metrics, shown: int) -> str | None:
    """Draw the table of classes, the largest first, ``shown`` at once; return the one that is ticked."""
    share = {"min_value": 0.0, "max_value": 1.0, "format": "%.3f"}
    count = {"format": "localized"}
    frame = metrics.per_class.sort_values(["support", "label"], ascending=[False, True])
    frame = frame.assign(error_share=100 * frame["error_share"])
    number = st.column_config.NumberColumn
    event = st.dataframe(
        frame,
        key=selecting_key("evaluate_classes", frame),
        hide_index=True,
        height=_height(shown, len(frame)),
        on_select="rerun",
        selection_mode="single-row",
        column_order=[
            "label", "f1", "support", "precision", "recall", "error_share", "tp", "fp", "fn", "tn", "specificity",
        ],
        column_config={
            "label": st.column_config.TextColumn("Class", pinned=True, width=158),
            "f1": st.column_config.ProgressColumn("F1", width=100, **share),
            "precision": number("Precision", format="%.3f", width=65),
            "recall": number("Recall", format="%.3f", width=60),
            "support": number("Support", width=56, **count),
            "error_share": number(
                "Of errors", format="%.1f %%", width=65, help="Of all errors, the share whose true class it is."
            ),
            "tp": number("TP", **count),
            "fp": number("FP", **count),
            "fn": number("FN", **count),
            "tn": number("TN", **count),
            "specificity": number("Specificity", format="%.3f"),
        },
    )  # fmt: skip
    ticked = event["selection"]["rows"]
    return frame["label"].iloc[ticked[0]] if ticked else None


def glance(run: Run, judged: Judged, dataset: Dataset | None) -> None:
    """List the first headlines of what is selected, at the matrix; all of them are below, in the list."""
    if not any(asked()):
        st.caption("Click a cell of the matrix, or a sum at its edge, to list those headlines.")
        return
    if dataset is None:
        st.caption("The dataset of this run is not here; import its file to see the headlines.")
        return
    found = cache_errors.listing(run, judged, dataset)
    query = asked_query(found)
    try:
        places = chosen(found, query)
    except InputError as error:
        st.caption(escaped(str(error)))
        return
    st.subheader(heading(query, len(places)), anchor=False)
    if len(places):
        st.html(glance_html(rows_at(found, places[:GLANCE])))
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(places) > GLANCE:
            first = "first" if query.order == "row" else ORDER_NAMES[query.order].lower()
            st.caption(f"{GLANCE} of {len(places):,}, {first}; all are below.", width="content")
        st.button("clear", icon=":material/close:", type="tertiary", on_click=clear, help="Select nothing.")


def glance_html(rows: pd.DataFrame) -> str:
    """Return headlines, whole and escaped, each with its confidence, as HTML."""
    lines = (f"<tr><td>{escape(row.headline)}</td><td>{row.confidence:.3f}</td></tr>" for row in rows.itertuples())
    return f'<table class="glance">{"".join(lines)}</table>'
