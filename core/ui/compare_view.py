"""Compare: a run beside another one on the rows that neither was trained on, figures, classes, rows and price."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.data.datasets import Dataset
from core.errors import CopydeskError, InputError
from core.evaluation.comparison import (
    BOTH_RIGHT,
    BOTH_WRONG,
    OF_CLASS,
    ONLY_AGAINST,
    ONLY_RUN,
    Comparison,
    chance_sentence,
    gain_sentence,
    verdict,
)
from core.evaluation.report_sections import NAMES
from core.grouping.grouping import Grouping
from core.runs import states, store
from core.runs.cost import Cost, cost
from core.runs.store import Run
from core.runs.wording import duration, size
from core.ui import cache, cache_comparison, charts, shell
from core.ui.components import escaped, notice, table_key
from core.ui.selection import pick
from core.ui.theme import Palette

PAGE = "evaluate"
NOBODY = "none"
PER_PAGE = 50
FEW = 20
MEASURES = {"f1": "F1", "precision": "Precision", "recall": "Recall"}
# By name in the URL: who is right -> what the choice is called.
TURNED = {"run": (ONLY_RUN, "Only this run right"), "other": (ONLY_AGAINST, "Only the other right")}


def draw(run: Run, against: Run | None, grouping: Grouping, dataset: Dataset | None, palette: Palette) -> None:
    """Draw all that differs between two runs; ``dataset`` is what was judged, None: the test rows."""
    if against is None:
        st.write("There is no other finished run on this dataset. Train a second one to compare with.")
        return
    try:
        found = cache_comparison.comparison(run, against, grouping, dataset)
    except InputError as error:
        st.warning(escaped(str(error)), icon=":material/edit_note:")
        return
    except CopydeskError as error:
        st.error(escaped(str(error)), icon=":material/error:")
        return
    _compared(run, against, found, palette)


@st.fragment
def _compared(run: Run, against: Run, found: Comparison, palette: Palette) -> None:
    """Draw all that differs, apart from the page, whose figures follow the choice of the other run alone."""
    paid = cost(run), cost(against)
    st.markdown(f"**{escaped(gain_sentence(found, *paid))}**")
    st.caption(escaped(verdict(found.mcnemar, "this run", "the other")))
    for remark in found.remarks(("this run", "the other")):
        st.caption(escaped(f"{remark[0].upper()}{remark[1:]}."))
    left, right = st.columns(2, gap="medium")
    with left:
        _classes(found, palette)
    with right:
        _figures(found)
        _agreement(found)
    # Few classes leave room beside the figures.
    with left if len(found.labels) <= FEW else right:
        _costs(*paid)
    _rows(found)


def others(run: Run, fingerprint: str) -> list[Run]:
    """Return the finished runs that ``run`` can be compared with on the dataset of this content, the newest first.

    On test rows, those on the same dataset; on another dataset, every run, since it can be judged there too.
    """
    elsewhere = fingerprint != run.spec.fingerprint
    return [
        one
        for one in store.list_all()
        if one.id != run.id and one.state == states.SUCCEEDED and (elsewhere or one.spec.fingerprint == fingerprint)
    ]


def chosen_run(run: Run, fingerprint: str, *, optional: bool) -> Run | None:
    """Draw the choice of the other run, which the URL keeps; None where there is none.

    ``optional``: nobody has to be chosen, and None is also for that.
    """
    found = {one.id: one for one in others(run, fingerprint)}
    if not found:
        return None
    choice = pick(
        st.selectbox,
        "Compared with",
        [*([NOBODY] if optional else []), *found],
        page=PAGE,
        name="against",
        width=250,
        format_func=lambda name: f"vs {shell.run_label(found[name])}" if name in found else "compared with no run",
        label_visibility="collapsed",
    )
    return found.get(choice)


def class_frame(found: Comparison, measure: str) -> pd.DataFrame:
    """Return what `class_differences` draws of one of `OF_CLASS`, the classes with the most rows first."""
    frame = found.per_class.rename(
        columns={
            measure: "run",
            f"{measure}_against": "against",
            f"{measure}_difference": "difference",
            f"{measure}_low": "low",
            f"{measure}_high": "high",
        }
    )[["label", "support", "run", "against", "difference", "low", "high"]]
    return without_minus(frame.sort_values(["support", "label"], ascending=[False, True], ignore_index=True))


def without_minus(frame: pd.DataFrame) -> pd.DataFrame:
    """Return differences in thousandths, so that what rounds to nothing is shown without a minus."""
    gaps = ["difference", "low", "high"]
    return frame.assign(**(frame[gaps].round(3) + 0.0))


def with_interval(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with the columns low and high as one, interval, in words; a dash where none is told."""
    ends = zip(frame["low"], frame["high"], strict=True)
    words = ["–" if pd.isna(low) else f"{low:+.3f} to {high:+.3f}" for low, high in ends]
    return frame.drop(columns=["low", "high"]).assign(interval=pd.Series(words, index=frame.index, dtype="str"))


def _classes(found: Comparison, palette: Palette) -> None:
    """Draw the difference of each class, as a picture and as a table."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader("Class by class", anchor=False, width="content")
        measure = pick(
            st.segmented_control,
            "Measure",
            list(OF_CLASS),
            page=PAGE,
            name="measure",
            required=True,
            format_func=MEASURES.get,
            label_visibility="collapsed",
        )
    frame = class_frame(found, measure)
    name = MEASURES[measure]
    chart = charts.class_differences(frame, measure=name, palette=palette)
    st.altair_chart(chart, theme=None, alt=f"Difference of {name} of each class; the table below has the figures.")
    st.caption(f"Filled where the 95 % interval leaves out 0. {chance_sentence(int(frame['low'].notna().sum()))}")
    with st.expander("The same as a table"):
        score, gap = {"format": "%.3f", "width": 70}, {"format": "%+.3f", "width": 80}
        st.dataframe(
            with_interval(frame),
            key=table_key("evaluate_compare_classes", [measure, *frame["label"]]),
            hide_index=True,
            column_config={
                "label": st.column_config.TextColumn("Class", pinned=True, width=150),
                "support": st.column_config.NumberColumn("Rows", format="localized", width=60),
                "run": st.column_config.NumberColumn("This run", **score),
                "against": st.column_config.NumberColumn("Other", **score),
                "difference": st.column_config.NumberColumn("Difference", **gap),
                "interval": st.column_config.TextColumn("95 %", width=130),
            },
        )


def _figures(found: Comparison) -> None:
    """Draw the single figures of both with the interval of the difference."""
    st.subheader(f"On {found.pairing.rows:,} rows that neither was trained on", anchor=False)
    frame = pd.DataFrame(
        [(NAMES[name], gap.after, gap.before, gap.value, gap.low, gap.high) for name, gap in found.overall.items()],
        columns=["figure", "run", "other", "difference", "low", "high"],
    )
    score, gap = {"format": "%.3f", "width": 58}, {"format": "%+.3f", "width": 78}
    st.dataframe(
        with_interval(without_minus(frame)),
        key="evaluate_compare_figures",
        hide_index=True,
        height="content",
        column_config={
            "figure": st.column_config.TextColumn("Figure", width=118),
            "run": st.column_config.NumberColumn("This run", **score),
            "other": st.column_config.NumberColumn("Other", **score),
            "difference": st.column_config.NumberColumn("Difference", **gap),
            "interval": st.column_config.TextColumn("95 %", width=130),
        },
    )


def agreement_frame(found: Comparison) -> pd.DataFrame:
    """Return who is right on how many rows: this run in rows, the other in columns, with shares in words."""
    cells = [[BOTH_RIGHT, ONLY_RUN], [ONLY_AGAINST, BOTH_WRONG]]
    counts = [[found.agreement[name] for name in row] for row in cells]
    shown = [[f"{rows:,} · {100 * rows / found.pairing.rows:.1f} %" for rows in row] for row in counts]
    return pd.DataFrame(shown, index=["This run right", "This run wrong"], columns=["Other right", "Other wrong"])


def _agreement(found: Comparison) -> None:
    st.subheader("Who is right", anchor=False)
    st.dataframe(agreement_frame(found), key="evaluate_compare_agreement", height="content")
    share = 100 * found.same_answer / found.pairing.rows
    st.caption(f"Both give the same answer on {found.same_answer:,} rows ({share:.1f} %), right or wrong.")


def cost_frame(paid: Cost, paid_against: Cost) -> pd.DataFrame:
    """Return what both cost, as words; what neither has told is left out."""
    shown = {
        "Training": ("train_seconds", duration),
        "Training rows": ("training_rows", "{:,}".format),
        "Training rows/s": ("training_rows_per_s", "{:,.0f}".format),
        "Classified rows/s": ("classified_rows_per_s", "{:,.0f}".format),
        "Model on disk": ("model_bytes", size),
    }
    rows = {
        name: [None if getattr(one, field) is None else how(getattr(one, field)) for one in (paid, paid_against)]
        for name, (field, how) in shown.items()
    }
    return pd.DataFrame.from_dict(
        {name: values for name, values in rows.items() if any(values)}, orient="index", columns=["This run", "Other"]
    )


def _costs(paid: Cost, paid_against: Cost) -> None:
    st.subheader("What it cost", anchor=False)
    st.dataframe(cost_frame(paid, paid_against), key="evaluate_compare_cost", height="content", placeholder="not known")


def _rows(found: Comparison) -> None:
    """List the rows on which one alone is right, page by page."""
    st.subheader("Rows on which they differ", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        who = pick(
            st.segmented_control,
            "Who is right",
            list(TURNED),
            page=PAGE,
            name="turned",
            required=True,
            format_func=lambda name: f"{TURNED[name][1]} · {found.agreement[TURNED[name][0]]:,}",
        )
        rows = found.rows_of(TURNED[who][0])
        pages = max(1, -(-len(rows) // PER_PAGE))
        page = pick(
            st.selectbox,
            "Page",
            [str(number + 1) for number in range(pages)],
            page=PAGE,
            name="turned_page",
            width=110,
            format_func=lambda number: f"{number} of {pages:,}",
        )
    if rows.empty:
        st.write("There is no such row.")
        return
    part = rows.iloc[(int(page) - 1) * PER_PAGE :][:PER_PAGE]
    try:
        dataset = cache.dataset_by_fingerprint(found.fingerprint)
    except InputError as error:
        st.caption(escaped(str(error)))
        return
    notice(dataset)
    headlines = cache.frame(dataset)["headline"].iloc[part["row"]].to_numpy()
    share = {"format": "%.3f", "width": 90}
    st.dataframe(
        part.assign(headline=headlines),
        key=table_key("evaluate_compare_rows", [who, page, *part["row"]]),
        hide_index=True,
        column_order=["headline", "true", "run", "against", "confidence", "confidence_against", "category"],
        column_config={
            "headline": st.column_config.TextColumn("Headline", width="large"),
            "true": "True",
            "run": "This run",
            "against": "The other",
            "confidence": st.column_config.NumberColumn("Confidence", **share),
            "confidence_against": st.column_config.NumberColumn("Of the other", **share),
            "category": "Raw category",
        },
    )
