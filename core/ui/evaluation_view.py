"""The parts of Evaluate: figures, matrix, tables of classes and of confused pairs, a glance at what is selected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from core.confusion import ratio
from core.data.datasets import Dataset
from core.errors import CopydeskError, InputError, shorten
from core.evaluation.errors import chosen, rows_at
from core.evaluation.judge import Judged, has_partition, unknown_sentence
from core.evaluation.metrics import Metrics, error_matrix, row_shares
from core.evaluation.ordering import Order, ordered, starts
from core.evaluation.ranking import rank
from core.grouping.builtin import RAW
from core.grouping.grouping import Grouping
from core.runs.store import Run
from core.ui import cache, cache_errors, charts, compare_view, shell
from core.ui.charts.matrix import ALL
from core.ui.components import clicked, escaped, table_key
from core.ui.errors_view import MATRIX, ORDER_NAMES, asked_query, heading, outline_again
from core.ui.selection import coming, pick, remember, value
from core.ui.theme import Palette

PAGE = "evaluate"
MANY = 20
PAIRS = 12
GLANCE = 6
# Above so many classes a cell is too small to be read or clicked; of more, so many are drawn.
DRAWABLE, DRAWN = 80, 60
CLEARED = "evaluate_cleared"
GROUPS, CATEGORIES = "Groups", "Raw categories"
MATRICES = {"counts": "Counts", "by row": "By row", "by column": "By column", "errors": "Errors"}
NAMES = {
    "accuracy": "Accuracy",
    "macro_precision": "Macro precision",
    "macro_recall": "Macro recall",
    "macro_f1": "Macro-F1",
    "weighted_precision": "Weighted precision",
    "weighted_recall": "Weighted recall",
    "weighted_f1": "Weighted F1",
    "kappa": "Kappa",
    "top_3_accuracy": "Top-3 accuracy",
    "log_loss": "Log loss",
    "error_rate": "Error rate",
    "majority_share": "Majority",
}
HELP = {
    "accuracy": "The share of rows that are right.",
    "macro_f1": "The mean F1 of the classes, each counting the same.",
    "kappa": "Cohen's kappa: the agreement beyond what chance alone would give.",
    "top_3_accuracy": "The share of rows whose true label is among the three most probable ones.",
    "log_loss": "The mean of -ln of the true label's probability, in nats: 0 is best. A label that the run does not "
    "know counts as one that it rules out.",
}


FEW = "Too few errors, or too few right rows, for an interval."
ONE_CLASS = "Where all rows are of one class, and all answers that class, chance agrees as well."


class Pair(NamedTuple):
    """What is selected: a cell, a row (predicted None), a column (true None), or nothing."""

    true: str | None = None
    predicted: str | None = None


def shown_grouping(run: Run, grouping: Grouping) -> Grouping:
    """Draw the choice between groups and the raw categories inside them, where the run answers both."""
    if run.spec.target != "category" or not grouping.partition(run.spec.categories):
        return grouping
    level = pick(st.segmented_control, "Classes", [GROUPS, CATEGORIES], page=PAGE, name="level", required=True)
    return RAW if level == CATEGORIES else grouping


def provenance(run: Run, judged: Judged, grouping: Grouping) -> None:
    """Say which run, rows and grouping the figures are of, and what to be careful about.

    ``grouping`` is the one on screen, which ``judged`` may show category by category.
    """
    st.caption(
        f"Run **{run.id}** under **{escaped(judged.grouping.name)}** on {escaped(judged.dataset)}: "
        f"{judged.metrics.rows:,} rows{', none of which training saw' if judged.seen_in_training == 0 else ''}."
    )
    dataset = shell.chosen().dataset
    if dataset is not None and dataset.fingerprint != run.spec.fingerprint:
        st.warning(
            f"This run was trained on {escaped(run.spec.dataset)}, not on {escaped(dataset.name)}, the dataset in the "
            "sidebar. Choose another run there, or other rows above.",
            icon=":material/database:",
        )
    if judged.seen_in_training is None:
        st.warning("The run's own dataset is not here, so nobody can tell which of these rows it was trained on.")
    elif judged.seen_in_training:
        st.warning(
            f"{judged.seen_in_training:,} of these rows have a text that the run was trained on: "
            "the figures flatter it.",
            icon=":material/visibility:",
        )
    if unknown := unknown_sentence(judged):
        st.warning(f"Unknown: {escaped(unknown)}.", icon=":material/help:")
    if not has_partition(run.spec, grouping):
        spec = run.spec.grouping
        own = f"{spec.name} version {spec.version}" if spec.version else spec.name
        st.warning(
            f"Stale: trained under grouping {escaped(own)}, another partition than the one on screen. "
            + why_still_right(run),
            icon=":material/difference:",
        )


def why_still_right(run: Run) -> str:
    """Say what the figures mean when run and screen have different groupings."""
    if run.spec.target == "category":
        return "It was trained on raw categories, so the figures below hold for the grouping on screen."
    return "It was trained on those groups, whose answers are added up to the groups on screen."


def against(run: Run, judged: Judged, grouping: Grouping, dataset: Dataset | None) -> tuple[Run, Judged] | None:
    """Return the run compared with now or last, on the same terms; None where there is none, or it cannot answer them.

    Compare chooses it further down the page, with the first one as its default.
    """
    found = {one.id: one for one in compare_view.others(run, judged)}
    default = next(iter(found.values()), None) if coming(PAGE, "part") == "Compare" else None
    other = found.get(coming(PAGE, "against") or "", default)
    if other is None:
        return None
    try:
        return other, cache.judged(other, grouping, dataset)
    except CopydeskError:
        return None


def values_of(judged: Judged) -> dict[str, float]:
    """Return every single figure by name; NaN for a kappa that is not defined."""
    ranking = rank(judged.probabilities, judged.true, judged.answerable)
    values = {**judged.metrics.headline(), **vars(ranking)}
    return values if has_kappa(judged.metrics) else {**values, "kappa": float("nan")}


def has_kappa(metrics: Metrics) -> bool:
    """Return whether chance leaves room for agreement: not where one label is all that is true or predicted."""
    confusion = metrics.confusion
    return np.count_nonzero(confusion.sum(axis=0) + confusion.sum(axis=1)) > 1


def figures_frame(run: Run, judged: Judged, other: Judged | None) -> pd.DataFrame:
    """Return one row a figure: figure (its name), value, low, high, against, difference (NaN without ``other``)."""
    values, theirs = values_of(judged), values_of(other) if other else {}
    sure = cache_errors.intervals(run, judged)
    if np.isnan(values["kappa"]):
        sure = {**sure, "kappa": (float("nan"), float("nan"))}
    rows = [(shown, values[name], *sure[name], theirs.get(name, float("nan"))) for name, shown in NAMES.items()]
    frame = pd.DataFrame(rows, columns=["figure", "value", "low", "high", "against"], index=list(NAMES))
    return frame.assign(difference=frame["value"] - frame["against"])


def figures(run: Run, judged: Judged, compared: tuple[Run, Judged] | None) -> None:
    """Draw the headline figures with their intervals, and how far they are from the run last compared."""
    metrics = judged.metrics
    frame = figures_frame(run, judged, compared[1] if compared else None)
    wrong = metrics.rows - int(np.trace(metrics.confusion))
    largest = metrics.per_class["label"][int(metrics.per_class["support"].argmax())] if metrics.labels else ""
    facts = st.columns(7, gap="small")
    quiet = {"delta_color": "off", "delta_arrow": "off"}
    for place, name in enumerate(("accuracy", "macro_f1", "kappa", "top_3_accuracy", "log_loss")):
        row = frame.loc[name]
        if np.isnan(row["value"]):
            facts[place].metric(row["figure"], "–", "not defined", help=f"{HELP[name]} {ONE_CLASS}", **quiet)
            continue
        between = "few errors" if np.isnan(row["low"]) else f"{row['low']:.3f}–{row['high']:.3f}"
        unsure = f" {FEW}" if np.isnan(row["low"]) else ""
        facts[place].metric(row["figure"], f"{row['value']:.3f}", between, help=HELP[name] + unsure, **quiet)
    share = f"{metrics.error_rate:.1%} of all rows."
    facts[5].metric("Errors", f"{wrong:,}", f"of {metrics.rows:,}", help=share, **quiet)
    facts[6].metric(
        "Majority",
        f"{metrics.majority_share:.3f}",
        f"{metrics.accuracy - metrics.majority_share:+.3f} over it".replace("-", "−"),
        help=f"Accuracy of always answering the largest class, {escaped(largest)}.",
        **quiet,
    )
    if not wrong and metrics.rows:
        st.caption(f":material/check_circle: No row is wrong: all {metrics.rows:,} got the right answer.")
    if compared:
        st.caption(difference_text(compared[0], frame))


def difference_text(other: Run, frame: pd.DataFrame) -> str:
    """Return how far the figures are from those of the run last compared, as Markdown."""
    names = ("accuracy", "macro_f1", "kappa", "top_3_accuracy", "log_loss")
    gaps = " · ".join(
        f"{row.figure} {row.difference:+.3f}" for row in frame.loc[[*names]].dropna(subset=["difference"]).itertuples()
    )
    return f"Against {escaped(shell.run_label(other))}: {gaps}".replace(" -", " −")


def all_figures(run: Run, judged: Judged, compared: tuple[Run, Judged] | None) -> None:
    """Draw every single figure with its interval, folded."""
    with st.popover("All figures", icon=":material/table_rows:"):
        st.caption(
            "95 % intervals: Wilson's for shares of rows, by drawing the rows again (bootstrap) for the rest, none "
            "where errors or right rows are too few. Macro counts each class the same, weighted by its rows. "
            "Majority is the accuracy of always answering the largest class."
        )
        frame = figures_frame(run, judged, compared[1] if compared else None)
        number = st.column_config.NumberColumn
        shown = ["figure", "value", "low", "high"] + (["against", "difference"] if compared else [])
        st.dataframe(
            frame,
            hide_index=True,
            width=520 if compared else 380,
            height=35 * (len(frame) + 1) + 3,
            column_order=shown,
            placeholder="–",
            column_config={
                "figure": "Figure",
                "value": number("Value", format="%.3f", width=60),
                "low": number("From", format="%.3f", width=60),
                "high": number("To", format="%.3f", width=60),
                "against": number("Compared", format="%.3f", width=70),
                "difference": number("Difference", format="%+.3f", width=70),
            },
        )
        totals = judged.metrics.totals
        st.caption(
            f"Summed over {len(judged.metrics.labels)} classes: TP {totals['tp']:,}, FP {totals['fp']:,}, "
            f"FN {totals['fn']:,}, TN {totals['tn']:,}."
        )


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
    return charts.confusion_matrix(
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


def matrix(run: Run, judged: Judged, grouping: Grouping, palette: Palette) -> Mapping[str, str] | None:
    """Draw the matrix with its choices; return the cell that is clicked. ``grouping`` is the one on screen."""
    orders = {"by size": "Size", "by name": "Name", "by confusion": "Confused together"}
    grouped = judged.grouping is RAW and grouping is not RAW
    orders |= {"by group": "Group"} if grouped else {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = pick(
            st.segmented_control,
            "Matrix",
            list(MATRICES),
            page=PAGE,
            name="view",
            required=True,
            format_func=MATRICES.get,
        )
        order: Order = pick(
            st.selectbox, "Order", list(orders), page=PAGE, name="order", format_func=orders.get, width=165
        )
    key = cache_errors.key_of(run, judged)
    chart = _chart(key, cache.named(grouping), palette.name, view, order, asked(), judged, grouping, palette)
    classes = len(judged.metrics.labels)
    if classes > DRAWABLE:
        st.caption(
            f"Drawn are the {DRAWN} classes with most rows that are theirs or are taken for them; the sums are of "
            f"these cells. {classes - DRAWN:,} more are not drawn; choose one in the table Classes, or a grouping "
            "with fewer classes."
        )
    told = f"Confusion matrix of {classes} classes; its largest errors stand in the table Most confused."
    key = f"evaluate_matrix_{view}_{order}_{st.session_state.get(MATRIX, 0)}"
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


def confused_pairs(metrics: Metrics) -> tuple[str, str] | None:
    """Draw the pairs that are mistaken for one another most often; return the one that is ticked."""
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
        height=210,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "true": "True",
            "predicted": "Predicted",
            "rows": st.column_config.NumberColumn("Rows", format="localized", width=60),
            "back": st.column_config.NumberColumn("Back", format="localized", width=60, help="The other way round."),
        },
    )
    ticked = event["selection"]["rows"]
    return (frame["true"].iloc[ticked[0]], frame["predicted"].iloc[ticked[0]]) if ticked else None


def class_table(metrics: Metrics) -> str | None:
    """Draw the table of classes, the largest first; return the one that is ticked."""
    share = {"min_value": 0.0, "max_value": 1.0, "format": "%.3f"}
    count = {"format": "localized"}
    frame = metrics.per_class.sort_values(["support", "label"], ascending=[False, True])
    frame = frame.assign(error_share=100 * frame["error_share"])
    number = st.column_config.NumberColumn
    event = st.dataframe(
        frame,
        key=selecting_key("evaluate_classes", frame),
        hide_index=True,
        height=450 if len(frame) > 12 else "content",
        on_select="rerun",
        selection_mode="single-row",
        column_order=[
            "label", "f1", "support", "precision", "recall", "error_share", "tp", "fp", "fn", "tn", "specificity",
        ],
        column_config={
            "label": st.column_config.TextColumn("Class", pinned=True, width=110),
            "f1": st.column_config.ProgressColumn("F1", width=70, **share),
            "precision": number("Precision", format="%.3f", width=65),
            "recall": number("Recall", format="%.3f", width=60),
            "support": number("Support", width=60, **count),
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


def glance(run: Run, judged: Judged, dataset: Dataset | None, *, wide: bool) -> None:
    """List the first headlines of what is selected, at the matrix; all of them are below, under Errors."""
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
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(heading(query, len(places)), anchor=False, width="content")
        st.button("clear", icon=":material/close:", type="tertiary", on_click=clear, help="Select nothing.")
    if not len(places):
        return
    st.dataframe(
        rows_at(found, places[:GLANCE])[["headline", "confidence"]],
        hide_index=True,
        column_config={
            "headline": st.column_config.TextColumn(
                f"Headline, {ORDER_NAMES[query.order].lower()}", width=720 if wide else 300
            ),
            "confidence": st.column_config.NumberColumn("Confidence", format="%.3f", width=80),
        },
    )
    if len(places) > GLANCE:
        st.caption(f"All {len(places):,} are below, under Errors.")
