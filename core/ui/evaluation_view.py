"""The head of Evaluate: what is judged, how good it is, and what to be careful about."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core.data.datasets import Dataset
from core.errors import CopydeskError
from core.evaluation.judge import Judged, has_partition, unknown_sentence
from core.evaluation.metrics import Metrics
from core.grouping.builtin import RAW
from core.grouping.grouping import Grouping
from core.runs.store import Run
from core.ui import cache, cache_errors, shell
from core.ui.components import escaped
from core.ui.selection import pick

PAGE = "evaluate"
HEAD = "evaluate_head"
# Title and choices share a line; below the bar of Streamlit, which would cover them.
STYLE = f"<style>.st-key-{HEAD} {{ padding-top: .7rem; }}</style>"
GROUPS, CATEGORIES = "Groups", "Raw categories"
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


def shown_grouping(run: Run, grouping: Grouping) -> Grouping:
    """Draw the choice between groups and the raw categories inside them, where the run answers both."""
    if run.spec.target != "category" or not grouping.partition(run.spec.categories):
        return grouping
    level = pick(
        st.segmented_control,
        "Classes",
        [GROUPS, CATEGORIES],
        page=PAGE,
        name="level",
        required=True,
        label_visibility="collapsed",
    )
    return RAW if level == CATEGORIES else grouping


def provenance(run: Run, judged: Judged, grouping: Grouping) -> None:
    """Say which run, rows and grouping the figures are of, and what to be careful about.

    ``grouping`` is the one on screen, which ``judged`` may show category by category.
    """
    st.caption(
        f"Run **{escaped(run.title)}** under **{escaped(judged.grouping.name)}** on {escaped(judged.dataset)}: "
        f"{judged.metrics.rows:,} rows{', none of which training saw' if judged.seen_in_training == 0 else ''}."
    )
    dataset = shell.chosen().dataset
    if dataset is not None and dataset.fingerprint not in (run.spec.fingerprint, judged.fingerprint):
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


def beside(other: Run | None, grouping: Grouping, dataset: Dataset | None) -> tuple[Run, Judged] | None:
    """Return the other run, judged on the same terms; None where there is none, or it cannot answer them."""
    if other is None:
        return None
    try:
        return other, cache.judged(other, grouping, dataset)
    except CopydeskError:
        return None


def values_of(run: Run, judged: Judged) -> dict[str, float]:
    """Return every single figure by name; NaN for a kappa that is not defined."""
    values = cache_errors.values(run, judged)
    return values if has_kappa(judged.metrics) else {**values, "kappa": float("nan")}


def has_kappa(metrics: Metrics) -> bool:
    """Return whether chance leaves room for agreement: not where one label is all that is true or predicted."""
    confusion = metrics.confusion
    return np.count_nonzero(confusion.sum(axis=0) + confusion.sum(axis=1)) > 1


def figures_frame(run: Run, judged: Judged, compared: tuple[Run, Judged] | None) -> pd.DataFrame:
    """Return one row a figure: figure (its name), value, low, high, against, difference (NaN without another run)."""
    values, theirs = values_of(run, judged), values_of(*compared) if compared else {}
    sure = cache_errors.intervals(run, judged)
    if np.isnan(values["kappa"]):
        sure = {**sure, "kappa": (float("nan"), float("nan"))}
    rows = [(shown, values[name], *sure[name], theirs.get(name, float("nan"))) for name, shown in NAMES.items()]
    frame = pd.DataFrame(rows, columns=["figure", "value", "low", "high", "against"], index=list(NAMES))
    return frame.assign(difference=frame["value"] - frame["against"])


def figures(run: Run, judged: Judged, frame: pd.DataFrame, other: Run | None) -> None:
    """Draw the headline figures of `figures_frame` with their intervals, and how far they are from ``other``."""
    metrics = judged.metrics
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
    if other:
        elsewhere = judged.fingerprint != run.spec.fingerprint
        st.caption(difference_text(other, frame, same_rows=elsewhere or other.spec.split == run.spec.split))


def difference_text(other: Run, frame: pd.DataFrame, *, same_rows: bool) -> str:
    """Return how far the figures are from those of the run compared with, as Markdown; Compare has the rows of both."""
    names = ("accuracy", "macro_f1", "kappa", "top_3_accuracy", "log_loss")
    gaps = " · ".join(
        f"{row.figure} {row.difference:+.3f}" for row in frame.loc[[*names]].dropna(subset=["difference"]).itertuples()
    )
    where = "" if same_rows else ", on its own test rows"
    return f"Against {escaped(shell.run_label(other))}{where}: {gaps}".replace(" -", " −")


def all_figures(judged: Judged, frame: pd.DataFrame, *, compared: bool) -> None:
    """Draw every single figure of `figures_frame` with its interval, folded."""
    with st.popover("All figures", icon=":material/table_rows:"):
        st.caption(
            "95 % intervals: Wilson's for shares of rows, by drawing the rows again (bootstrap) for the rest, none "
            "where errors or right rows are too few. Macro counts each class the same, weighted by its rows. "
            "Majority is the accuracy of always answering the largest class."
        )
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
