"""The parts of Evaluate: figures, table of classes, matrix cells, the headlines behind a cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.errors import InputError
from core.evaluation.judge import Judged
from core.evaluation.metrics import Metrics, error_matrix, row_shares
from core.runs.store import Run
from core.ui import cache, shell
from core.ui.components import escaped, notice, table_key

MOST = 500
MANY = 20
PAIRS = 12

ORDERS: dict[str, Callable[[Metrics], list[str]]] = {
    "by size": lambda metrics: [
        metrics.labels[place]
        for place in sorted(
            range(len(metrics.labels)), key=lambda at: (-metrics.confusion[at].sum(), metrics.labels[at])
        )
    ],
    "by name": lambda metrics: sorted(metrics.labels),
}


def ordered(metrics: Metrics, order: str) -> list[str]:
    """Return the labels in the order chosen."""
    return ORDERS[order](metrics)


def provenance(run: Run, judged: Judged) -> None:
    """Say which run, rows and grouping the figures are of, and mark another partition."""
    st.caption(
        f"Run **{run.id}** under **{escaped(judged.grouping.name)}** on {escaped(judged.dataset)}: "
        f"{judged.metrics.rows:,} rows{', none of which training saw' if judged.seen_in_training == 0 else ''}."
    )
    dataset = shell.chosen().dataset
    if dataset is not None and dataset.fingerprint != run.spec.fingerprint:
        st.warning(
            f"This run was trained on {escaped(run.spec.dataset)}, not on {escaped(dataset.name)}, the dataset in the "
            "sidebar. Choose another run there, or other rows below.",
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
    if not judged.same_partition:
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


def figures(metrics: Metrics) -> None:
    """Draw the headline figures."""
    wrong = metrics.rows - int(np.trace(metrics.confusion))
    facts = st.columns(6)
    facts[0].metric("Accuracy", f"{metrics.accuracy:.3f}")
    facts[1].metric("Macro-F1", f"{metrics.macro_f1:.3f}", help="The mean F1 of the classes, each counting the same.")
    facts[2].metric("Weighted F1", f"{metrics.weighted_f1:.3f}", help="Each class counts by its rows.")
    facts[3].metric("Macro recall", f"{metrics.macro_recall:.3f}")
    facts[4].metric("Errors", f"{wrong:,}", help=f"{100 * metrics.error_rate:.1f} % of {metrics.rows:,} rows.")
    facts[5].metric("Majority", f"{metrics.majority_share:.3f}", help="Accuracy of always answering the largest class.")


def cells(metrics: Metrics) -> pd.DataFrame:
    """Return one row a cell of the matrix: true, predicted, rows, row_share."""
    size = len(metrics.labels)
    return pd.DataFrame(
        {
            "true": np.repeat(metrics.labels, size),
            "predicted": np.tile(metrics.labels, size),
            "rows": metrics.confusion.ravel(),
            "row_share": row_shares(metrics.confusion).ravel(),
        }
    )


def asked_pair(true: str | None, predicted: str | None, labels: Sequence[str]) -> tuple[str, str] | None:
    """Return the cell that the URL asks for, None when the labels on screen do not have it."""
    return (true, predicted) if true in labels and predicted in labels else None


def newest_pair(
    cell: Mapping[str, str] | None, ticked: tuple[str, str] | None, labels: Sequence[str]
) -> tuple[str, str] | None:
    """Return the pair of the matrix or of the table, whichever was chosen last; None when neither changed.

    Both keep what was chosen in them, so only a change tells which one a person means now.
    """
    chosen = {"cell": (cell["true"], cell["predicted"]) if cell else None, "tick": ticked}
    newest = None
    for name, pair in chosen.items():
        key = f"evaluate_last_{name}"
        if pair != st.session_state.get(key):
            st.session_state[key] = pair
            newest = pair
    return asked_pair(*newest, labels) if newest else None


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
        key=table_key("evaluate_pairs", frame.values.tolist()),
        hide_index=True,
        height=220,
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


def class_table(metrics: Metrics) -> None:
    """Draw the table of classes, the largest first."""
    totals = metrics.totals
    st.caption(
        f"Summed over {len(metrics.labels)} classes: TP {totals['tp']:,}, FP {totals['fp']:,}, FN {totals['fn']:,}, "
        f"TN {totals['tn']:,}. Error rate {100 * metrics.error_rate:.1f} %."
    )
    share = {"min_value": 0.0, "max_value": 1.0, "format": "%.3f"}
    count = {"format": "localized"}
    st.dataframe(
        metrics.per_class.sort_values("support", ascending=False),
        hide_index=True,
        height=420,
        column_order=["label", "f1", "precision", "recall", "support", "tp", "fp", "fn", "tn", "specificity"],
        column_config={
            "label": st.column_config.TextColumn("Class", pinned=True),
            "precision": st.column_config.NumberColumn("Precision", format="%.3f", width=70),
            "recall": st.column_config.NumberColumn("Recall", format="%.3f", width=60),
            "f1": st.column_config.ProgressColumn("F1", width=110, **share),
            "specificity": st.column_config.NumberColumn("Specificity", format="%.3f"),
            "support": st.column_config.NumberColumn("Support", **count),
            "tp": st.column_config.NumberColumn("TP", **count),
            "fp": st.column_config.NumberColumn("FP", **count),
            "fn": st.column_config.NumberColumn("FN", **count),
            "tn": st.column_config.NumberColumn("TN", **count),
        },
    )


def headlines(judged: Judged, pair: tuple[str, str] | None) -> None:
    """List the records of the cell, the surest first."""
    if pair is None:
        st.caption("Click a cell of the matrix, or tick a pair, to list its headlines.")
        return
    true, predicted = pair
    table = judged.table
    inside = table[(table["true"] == true) & (table["predicted"] == predicted)]
    inside = inside.sort_values("confidence", ascending=False, kind="stable")
    verb = "rightly taken for" if true == predicted else "taken for"
    st.subheader(f"{len(inside):,} rows of {escaped(true)} {verb} {escaped(predicted)}", anchor=False)
    try:
        dataset = cache.dataset_by_fingerprint(judged.fingerprint)
        records = cache.frame(dataset)
    except InputError as error:
        st.caption(escaped(str(error)))
        return
    notice(dataset)
    shown = records.loc[inside["row"].head(MOST), ["headline", "short_description", "category", "date"]]
    shown = shown.assign(confidence=inside["confidence"].head(MOST).to_numpy())
    if len(inside) > MOST:
        st.caption(f"The {MOST} surest of {len(inside):,} are listed.")
    st.dataframe(
        shown,
        hide_index=True,
        column_config={
            "headline": st.column_config.TextColumn("Headline", width="large"),
            "short_description": st.column_config.TextColumn("Description", width="large"),
            "category": "Raw category",
            "date": st.column_config.DateColumn("Date", format="YYYY-MM-DD"),
            "confidence": st.column_config.NumberColumn("Confidence", format="%.3f"),
        },
    )
