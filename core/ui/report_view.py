"""Report: what it begins with, what shall be in it, and its three files, each made when it is asked for."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.data.datasets import Dataset
from core.errors import CopydeskError, InputError
from core.evaluation import temperature
from core.evaluation.judge import Judged
from core.evaluation.report import FORMATS
from core.evaluation.report_html import CARDS
from core.evaluation.report_parts import ends, score
from core.evaluation.report_sections import NAMES, summary
from core.evaluation.temperature import Calibration
from core.grouping.grouping import Grouping
from core.runs.store import Run
from core.ui import cache, cache_confidence, cache_report, shell, why_view
from core.ui.cache_report import Asked, Other
from core.ui.components import escaped

EXAMPLES = 20
FILES = {
    ".html": ("HTML", "text/html", "One page for a browser or a printer, with pictures; it fetches nothing."),
    ".md": ("Markdown", "text/markdown", "Words and tables, as GitHub shows them."),
    ".json": ("JSON", "application/json", "Every figure as it is, for scripts."),
}


def draw(run: Run, judged: Judged, other: Run | None, grouping: Grouping, dataset: Dataset | None) -> None:
    """Draw the preview and the three downloads; ``dataset`` is what was judged, None: the test rows.

    ``other`` is the run to compare with, None for a report without.
    """
    compared = "compared with the run chosen above" if other else "choose above what to compare with"
    st.caption(
        f"One file to hand on: figures, matrices, classes, causes, slices, confidence, limits; {compared}. "
        "The first one takes some seconds."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shown = st.checkbox(
            f"Show {EXAMPLES} errors with their headlines",
            key="evaluate_report_examples",
            help="Drawn at random. Without it the report holds no headline.",
        )
        by = _calibration(run)
    try:
        if by is not None:
            judged = cache_confidence.confidence(run, judged.grouping, dataset, by).judged
        against = (other, cache.judged(other, grouping, dataset)) if other else None
        siblings = why_view.siblings_of(run, shell.chosen().grouping)
        asked = Asked(EXAMPLES if shown else 0, by is not None, siblings)
        first = cache_report.first(run, judged, against, asked)
    except InputError as error:
        st.warning(escaped(str(error)), icon=":material/edit_note:")
        return
    except CopydeskError as error:
        st.error(escaped(str(error)), icon=":material/error:")
        return
    downloads(run, judged, against, asked)
    st.subheader(escaped(first["title"]), anchor=False)
    for sentence in summary(first):
        st.markdown(escaped(sentence.replace(" %", "\u00a0%")))
    for place, name in zip(st.columns(len(CARDS)), CARDS, strict=True):
        place.metric(NAMES[name], score(first[name]), help=f"95 %: {ends(first['intervals'][name])}")


def _calibration(run: Run) -> Calibration | None:
    """Draw the choice of calibrated probabilities where the run has a temperature; return what to calibrate by."""
    try:
        kept = temperature.stored(run)
    except CopydeskError:
        return None  # Confidence tells of it
    if kept is None:
        return None
    told = f"With the temperature {kept.temperature:.3f} of this run."
    return kept if st.toggle("Calibrated", key="evaluate_report_calibrated", help=told) else None


def downloads(run: Run, judged: Judged, against: Other, asked: Asked) -> None:
    """Draw a button a form; the file is made when it is clicked, and the page does not run again."""
    with st.container(horizontal=True):
        for ending, (label, mime, what) in FILES.items():
            st.download_button(
                label,
                partial(content, run, judged, against, asked, ending),
                file_name=f"report-{run.id}{ending}",
                mime=mime,
                key=f"evaluate_report_{label}",
                help=what,
                on_click="ignore",
                type="primary" if ending == ".html" else "secondary",
                icon=":material/download:",
            )


def content(run: Run, judged: Judged, against: Other, asked: Asked, ending: str) -> bytes:
    """Return the report as a file with this ending; seconds of work for the first one."""
    return FORMATS[ending](cache_report.whole(run, judged, against, asked)).encode("utf-8")
