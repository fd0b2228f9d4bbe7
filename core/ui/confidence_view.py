"""Confidence: is a run as sure as it is right, and what is to be had by answering only when it is sure?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.data.datasets import Dataset
from core.errors import CopydeskError
from core.evaluation import selective, temperature
from core.evaluation.calibration import (
    BINNINGS,
    BINS,
    Binning,
    expected_calibration_error,
    maximum_calibration_error,
    reliability,
)
from core.evaluation.confidence import Confidence, bins_of, curve_frame, thinned
from core.evaluation.judge import Judged
from core.evaluation.temperature import Calibration
from core.runs.store import Run
from core.ui import cache, cache_confidence, charts
from core.ui.components import escaped, table_key
from core.ui.selection import pick, remember, value
from core.ui.theme import Palette

PAGE = "evaluate"
ALL = "all answers"
AS_THEY_ARE, CALIBRATED = "as they are", "calibrated"
THRESHOLDS = [f"{step / 100:.2f}" for step in range(101)]
PRECISIONS = [f"{step / 100:.2f}" for step in range(50, 100)]
COUNTED = 10  # bins of the histogram
DRAWN = 400  # points of a curve
PROBLEM = "evaluate_temperature_problem"
LEVELS = {
    "category": "Raw category",
    "group": "Group",
    "abstain": "No answer",
    "answered": "All answers",
}


@st.fragment
def draw(run: Run, judged: Judged, dataset: Dataset | None, palette: Palette) -> None:
    """Draw everything, apart from the page; ``dataset`` was judged whole, None for the run's own test rows."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kept = _kept(run)
        by = _chosen(kept)
        label = pick(
            st.selectbox, "Reliability of", [ALL, *judged.metrics.labels], page=PAGE, name="label", width=260,
            help="All answers with their confidence, or one class's probability over all rows.",
        )  # fmt: skip
        binning = pick(
            st.segmented_control, "Bins", list(BINNINGS), page=PAGE, name="bins", required=True,
            help=f"{BINS} bins that hold equally many rows, or {BINS} of equal width, as in Guo et al., 2017.",
        )  # fmt: skip
    _problem()
    found = cache_confidence.confidence(run, judged.grouping, dataset, by)
    if not judged.metrics.rows:
        st.write("There is no row to judge.")
        return
    left, right = st.columns(2, gap="large")
    with left:
        before = cache_confidence.confidence(run, judged.grouping, dataset, None) if by else None
        _reliable(found, before, None if label == ALL else label, binning, palette)
    with right:
        _backed_off(found, palette)
    _thresholds(found, palette)
    left, right = st.columns(2, gap="large")
    with left:
        _risk(found, palette)
    with right:
        _temperature(run, kept)


def _kept(run: Run) -> Calibration | None:
    try:
        return temperature.stored(run)
    except CopydeskError as error:
        st.session_state[PROBLEM] = str(error)
        return None


def _chosen(kept: Calibration | None) -> Calibration | None:
    """Draw the choice of probabilities where there is one; return the calibration to use."""
    if kept is None:
        return None
    choice = pick(
        st.segmented_control, "Probabilities", [AS_THEY_ARE, CALIBRATED], page=PAGE, name="probabilities",
        required=True, help=f"Calibrated: with temperature {kept.temperature:.3f}, which is kept with the run.",
    )  # fmt: skip
    return kept if choice == CALIBRATED else None


def _temperature(run: Run, kept: Calibration | None) -> None:
    """Draw what is known of the run's temperature, and the button that fits and keeps one, or takes it away."""
    st.subheader("Temperature", anchor=False)
    st.caption(
        "One number by which log-probabilities are divided, so that answers are as sure as they are right (Guo et al., "
        "2017). It is fitted on the test rows, each judged by a temperature of the parts that it is not in, and "
        "kept beside the run. Answers use it only where you ask for that: here, in Report, or "
        "with `--calibrated` on the command line. The likeliest category stays; the likeliest "
        "group can change, since its probability is a sum."
    )
    if kept is None:
        st.button("Fit and keep", type="primary", key="evaluate_temperature_fit", on_click=_fit, args=(run,))
        return
    spread = f"{min(kept.fold_temperatures):.3f} to {max(kept.fold_temperatures):.3f}"
    st.write(f"**{kept.temperature:.3f}** from {kept.rows:,} rows; {spread} over {kept.folds} parts.")
    if kept.unknown_rows:
        st.caption(f"{kept.unknown_rows:,} rows of classes that it cannot answer are left out.")
    number = st.column_config.NumberColumn
    config = {"Log loss": number(format="%.4f"), "ECE": number(format="%.4f"), "Accuracy": number(format="%.4f")}
    st.dataframe(_gains(kept), hide_index=True, column_config=config)
    st.button("Take it away", key="evaluate_temperature_off", on_click=_remove, args=(run,))


def _gains(kept: Calibration) -> pd.DataFrame:
    rows = [
        {"": f"{of}, {when}", "Log loss": one.log_loss, "ECE": one.ece, "Accuracy": one.accuracy}
        for of, gain in (("Own labels", kept.labels), ("Groups", kept.groups))
        for when, one in ((AS_THEY_ARE, gain.before), (CALIBRATED, gain.after))
    ]
    return pd.DataFrame(rows)


def _fit(run: Run) -> None:
    try:
        temperature.keep(run, temperature.calibrate(run.spec, cache.predictions(run)))
    except (CopydeskError, OSError) as error:
        st.session_state[PROBLEM] = str(error)
    else:
        remember(PAGE, "probabilities", CALIBRATED)


def _remove(run: Run) -> None:
    try:
        temperature.remove(run)
    except OSError as error:
        st.session_state[PROBLEM] = str(error)


def _problem() -> None:
    if told := st.session_state.pop(PROBLEM, None):
        st.warning(escaped(told), icon=":material/edit_note:")


def _reliable(
    found: Confidence, before: Confidence | None, label: str | None, binning: Binning, palette: Palette
) -> None:
    st.subheader("As sure as it is right?", anchor=False)
    table = bins_of(found, label, BINS, binning)
    parts = [table.assign(series=CALIBRATED if before else AS_THEY_ARE)]
    if before:
        parts.append(bins_of(before, label, BINS, binning).assign(series=AS_THEY_ARE))
    st.caption(escaped(told(table, label, binning, found, bins_of(before, label, BINS, binning) if before else None)))
    x_title = "confidence (mean of the bin)" if label is None else f"probability of {label} (mean of the bin)"
    st.altair_chart(
        charts.reliability_diagram(pd.concat(parts), palette=palette, x_title=x_title),
        theme=None,
        alt="Share of right answers against confidence, a point a bin, beside the line on which both are equal.",
    )
    if label is None:
        st.altair_chart(
            charts.confidence_counts(counts(found), palette=palette),
            theme=None,
            alt="How many answers are how sure, and how many of them are wrong.",
        )


def told(
    table: pd.DataFrame, label: str | None, binning: Binning, found: Confidence, before: pd.DataFrame | None
) -> str:
    """Return in words how far confidence and accuracy are apart."""
    ece = expected_calibration_error(table)
    was = f" ({expected_calibration_error(before):.3f} as they are)" if before is not None else ""
    figures = (
        f"ECE {ece:.3f}{was}, largest gap {maximum_calibration_error(table):.3f}, of {len(table)} bins of {binning}."
    )
    if label is not None:
        return f"{figures} Of rows that are given {label} with probability p, a share p should be {label}."
    gap = float(found.sure.mean() - found.right.mean())
    side = "too sure" if gap > 0 else "not sure enough"
    if abs(gap) < 0.0005:
        return f"{figures} On average its answers are as sure as they are right."
    return f"{figures} On average its answers are {100 * abs(gap):.1f} points {side}."


def counts(found: Confidence) -> pd.DataFrame:
    """Return how many answers are how sure, in bins of equal width: low, high, rows, errors."""
    table = reliability(found.sure, found.right, bins=COUNTED, binning="equal width")
    errors = (table["rows"] * (1 - table["accuracy"])).round().astype(int)
    return table[["low", "high", "rows"]].assign(errors=errors)


def _backed_off(found: Confidence, palette: Palette) -> None:
    levels = [level.name for level in found.levels]
    st.subheader("What if it answers only when sure?", anchor=False)
    rule = "the raw category, else the group," if len(levels) > 1 else f"the {levels[0]}"
    threshold = float(
        pick(
            st.select_slider, "Threshold", THRESHOLDS, page=PAGE, name="threshold", default="0.70",
            help=f"A row is answered with {rule} whose probability is at least this; else it is left open.",
        )
    )  # fmt: skip
    now = selective.back_off(found.levels, threshold)
    st.dataframe(
        shown_levels(now),
        hide_index=True,
        column_config={
            "level": "Answered with",
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "coverage": st.column_config.NumberColumn("Coverage", format="%.1f %%"),
            "accuracy": st.column_config.TextColumn("Accuracy", alignment="right"),
            "interval": st.column_config.TextColumn("95 %", alignment="right"),
        },
    )
    curve = found.back_off_curve
    left, right = st.columns(2, gap="small")
    with left:
        stacked = curve[curve["level"] != "answered"]
        st.altair_chart(
            charts.level_areas(worded(stacked), palette=palette, threshold=threshold),
            theme=None,
            alt="Share of rows answered with a category, a group or not at all, against the threshold.",
        )
    with right:
        enough = curve[(curve["level"] != selective.ABSTAIN) & (curve["rows"] >= selective.FEWEST_ANSWERS)]
        st.altair_chart(
            charts.accuracy_lines(worded(enough), palette=palette, threshold=threshold),
            theme=None,
            alt="Share of right answers at each level, against the threshold.",
        )
    best = selective.threshold_for_accuracy(curve, 0.9)
    if best is not None:
        row = curve[(curve["level"] == "answered") & (curve["threshold"] == best)].iloc[0]
        st.caption(f"From {best:.2f} on, nine of ten answers are right, and {row['coverage']:.0%} of the rows get one.")


def worded(curve: pd.DataFrame) -> pd.DataFrame:
    """Return a curve of levels with the words of the table for them."""
    return curve.assign(level=curve["level"].map(LEVELS))


def shown_levels(now: pd.DataFrame) -> pd.DataFrame:
    """Return a `back_off` as it is shown: level, rows, coverage (per cent), accuracy and interval as text."""
    known = now["accuracy"].notna()
    accuracy = [f"{one:.3f}" for one in now["accuracy"]]
    ends = [f"{low:.3f} to {high:.3f}" for low, high in zip(now["accuracy_low"], now["accuracy_high"], strict=True)]
    return pd.DataFrame(
        {
            "level": now["level"].map(LEVELS),
            "rows": now["rows"],
            "coverage": 100 * now["coverage"],
            "accuracy": pd.Series(accuracy).where(known, "–"),
            "interval": pd.Series(ends).where(known, ""),
        }
    )


def _risk(found: Confidence, palette: Palette) -> None:
    st.subheader("Risk and coverage", anchor=False)
    curve = found.curve
    st.caption(
        f"Area {curve.aurc:.3f}; {curve.best:.3f} would be the least, with every error less sure than every right "
        "answer. Answers under the grouping, the surest first."
    )
    frame = curve_frame(curve)
    # What a handful of the very surest do is no curve.
    frame = frame[frame["coverage"] * len(found.right) >= selective.FEWEST_ANSWERS]
    st.altair_chart(
        charts.risk_curve(thinned(frame, DRAWN), palette=palette),
        theme=None,
        alt="Share of wrong answers against the share of rows answered.",
    )


def _thresholds(found: Confidence, palette: Palette) -> None:
    """Draw the threshold of each class, and what a threshold does to the answers of the one that is chosen."""
    st.subheader("A threshold for each class", anchor=False)
    left, right = st.columns(2, gap="large")
    with left:
        table, label = _chosen_class(found)
    limit = table.set_index("label").loc[label, "threshold"]
    trade = selective.tradeoff_of(found.judged.table, label)
    trade = trade[trade["kept"] >= min(selective.FEWEST_ANSWERS, trade["kept"].max() if len(trade) else 0)]
    marked = None if pd.isna(limit) else float(limit)
    with right:
        st.caption(f"Answers of **{escaped(label)}** that are at least as sure as a threshold; tick another class.")
        st.altair_chart(
            charts.tradeoff_lines(thinned(trade, DRAWN), palette=palette, threshold=marked, height=270),
            theme=None,
            alt=f"Precision, coverage and recall of answers of {label} against the threshold on them.",
        )


def _chosen_class(found: Confidence) -> tuple[pd.DataFrame, str]:
    """Draw the precision that is wanted and the table of thresholds; return the table and the class that is chosen."""
    precision = float(
        pick(
            st.select_slider, "Precision wanted", PRECISIONS, page=PAGE, name="precision", default="0.90",
            help="The lowest threshold on a class's answers that gives this precision, on ten answers or more.",
        )
    )  # fmt: skip
    metrics = found.judged.metrics
    table = selective.class_thresholds(found.judged.table, metrics.labels, precision)
    table = table.sort_values("answers", ascending=False, kind="stable").reset_index(drop=True)
    event = st.dataframe(
        table,
        key=table_key("evaluate_thresholds", [*table["label"], precision]),
        hide_index=True,
        height=266,
        on_select="rerun",
        selection_mode="single-row",
        column_order=["label", "threshold", "precision", "precision_low", "coverage", "recall", "answers"],
        column_config={
            "label": st.column_config.TextColumn("Class", pinned=True, width=152),
            "threshold": st.column_config.NumberColumn("Threshold", format="%.3f", width=72),
            "precision": st.column_config.NumberColumn("Precision", format="%.3f", width=70),
            "precision_low": st.column_config.NumberColumn(
                "95 % from",
                format="%.3f",
                width=70,
                help="The threshold is chosen on these very rows: of few, trust this one.",
            ),
            "coverage": st.column_config.NumberColumn(
                "Kept", format="%.3f", width=55, help="Share of the class's answers."
            ),
            "recall": st.column_config.NumberColumn("Recall", format="%.3f"),
            "answers": st.column_config.NumberColumn("Answers", format="localized"),
        },
    )
    ticked = event["selection"]["rows"]
    if ticked:
        remember(PAGE, "threshold_class", table["label"].iloc[ticked[0]])
    labels, asked = table["label"].tolist(), value(PAGE, "threshold_class")
    return table, asked if asked in labels else labels[0]
