"""Labels: which of the dataset's labels are likely wrong, and what was decided about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.data import corrections
from core.data.datasets import Dataset
from core.errors import CopydeskError
from core.evaluation import label_search
from core.evaluation.judge import Judged
from core.evaluation.label_candidates import chosen
from core.evaluation.label_noise import LabelNoise, sentence
from core.evaluation.label_search import Search
from core.grouping.grouping import Grouping
from core.runs.preflight import corrections_text
from core.runs.store import Run
from core.runs.wording import duration
from core.ui import cache, label_verdicts
from core.ui.components import escaped, notice, table_key
from core.ui.correct_form import correct_form
from core.ui.selection import pick, remember, value
from core.ui.theme import Palette

PAGE = "evaluate"
ROW, CATEGORY, WORDS, SIBLINGS, PART = "noise", "noise_category", "noise_words", "noise_siblings", "noise_page"
MANY = "noise_many"
EVERY = "every category"
LEFT_OUT, LISTED = "left out", "listed"
EVERY_SECONDS = 1.0
FIRST = 1_000  # candidates that are listed unless all are asked for
SOME, ALL = "first", "all"
ON_A_PAGE = 100
HEIGHT = 470  # px
PROBLEM, FILTERS = "evaluate_labels_problem", "evaluate_labels_filters"
# Below this share of labels that the folds' models give themselves, wrong labels and hard ones look alike.
WEAK = 0.4
# Measured by people on ten public test sets, so that a long list is not taken for that many errors.
BASE_RATE = (
    "For comparison: on ten public test sets people found 51 % of such candidates wrong, and at least 3.3 % of all "
    "labels are (Northcutt, Athalye and Mueller, 2021)."
)


@st.fragment
def draw(run: Run, judged: Judged, dataset: Dataset | None, palette: Palette) -> None:
    """Draw the search, its candidates and the decisions, apart from the page.

    ``dataset`` is the one whose labels are looked at, that of ``judged``; None when it is not here any more.
    """
    if dataset is None:
        st.caption("The dataset of this run is not here; import its file to look at the labels.")
        return
    if run.spec.corrections:
        st.caption(f":material/edit: This run was {corrections_text(len(run.spec.corrections))}.")
    try:
        verdicts = corrections.overlay(dataset.fingerprint).verdicts
    except CopydeskError as error:
        st.warning(escaped(str(error)), icon=":material/edit_note:")
        return
    search = label_search.search_in(dataset.fingerprint)
    _search(dataset, search)
    if search.has_result:
        try:
            found = _found(dataset)
        except CopydeskError as error:
            st.warning(escaped(str(error)), icon=":material/edit_note:")
        else:
            _facts(found)
            _candidates(dataset, found, judged.grouping, verdicts)
    label_verdicts.draw(dataset, cache.frame(dataset)["headline"])


def _found(dataset: Dataset) -> LabelNoise:
    file = label_search.folder_of(dataset.fingerprint) / label_search.FOUND
    return _loaded(dataset.fingerprint, file.stat().st_mtime_ns, dataset)


@st.cache_resource(max_entries=3, show_spinner=False)
def _loaded(fingerprint: str, written: int, _dataset: Dataset) -> LabelNoise:
    return label_search.load(_dataset)


def _search(dataset: Dataset, search: Search) -> None:
    """Draw the button that starts a search, or how far the one at work is."""
    if search.running:
        st.fragment(_progress, run_every=EVERY_SECONDS)(dataset)
        return
    if told := st.session_state.pop(PROBLEM, None) or ending(search):
        st.warning(escaped(f"{told[:1].upper()}{told[1:]}."), icon=":material/edit_note:")
    about = duration(label_search.expected_seconds(dataset))
    if not search.has_result:
        st.write(
            "Each record is judged by a model that was trained without it. Where the model is sure of another "
            "category and the label's own is improbable, the label is a candidate for a mistake."
        )
    st.button(
        "Search again" if search.has_result else "Search for wrong labels",
        type="tertiary" if search.has_result else "primary",
        icon=":material/search:",
        key="evaluate_labels_start",
        help=f"Takes about {about} for {dataset.rows:,} rows; goes on when the page is closed.",
        on_click=_attempt_start,
        args=(dataset,),
    )
    if not search.has_result:
        st.caption(f"Takes about {about} for the {dataset.rows:,} rows of {escaped(dataset.name)}, in the background.")


def ending(search: Search) -> str:
    """Return what is to be said of a search that ended without a result; "" for any other."""
    if search.state == label_search.FAILED:
        return search.error or "the search failed"
    if search.state == label_search.INTERRUPTED:
        return "the search was ended from outside; start it again"
    return ""


def _attempt_start(dataset: Dataset) -> None:
    try:
        label_search.start(dataset)
    except (CopydeskError, OSError) as error:
        st.session_state[PROBLEM] = str(error)


def _attempt_cancel(dataset: Dataset) -> None:
    try:
        label_search.cancel(dataset)
    except (CopydeskError, OSError) as error:
        st.session_state[PROBLEM] = str(error)


def _progress(dataset: Dataset) -> None:
    search = label_search.search_in(dataset.fingerprint)
    if not search.running:
        # It has ended: the whole page shows what came of it, and stops polling.
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.progress(search.share, f"Searching {escaped(dataset.name)} · {label_search.how_far(search)}")
        st.button("Cancel", key="evaluate_labels_cancel", on_click=_attempt_cancel, args=(dataset,))


def _facts(found: LabelNoise) -> None:
    """Say how much was found, and how far it can be trusted."""
    judged = len(found.table)
    weak = found.accuracy < WEAK
    # What a weak model finds is mostly its own errors, so the share that it estimates would be taken for a finding.
    estimate = (
        ""
        if weak
        else f" By the estimate of confident learning {100 * found.noise:.0f} % of all labels are wrong or could as "
        "well be another category."
    )
    st.caption(
        f"Of {judged:,} labels **{found.flagged:,}** are candidates, the likeliest wrong first.{estimate} The models "
        f"give {100 * found.accuracy:.0f} % of the labels themselves. {BASE_RATE}"
    )
    if found.left_out:
        rows, names = sum(found.left_out.values()), ", ".join(sorted(found.left_out)[:3])
        more = "" if len(found.left_out) <= 3 else f" and {len(found.left_out) - 3:,} more"
        st.caption(
            f":material/info: {rows:,} rows of {escaped(names)}{more} have too few different headlines to be judged."
        )
    if weak:
        st.caption(
            ":material/info: So few that hard labels and wrong ones look alike here: expect most candidates to be "
            "right. More records would tell them apart."
        )


def _candidates(
    dataset: Dataset, found: LabelNoise, grouping: Grouping, verdicts: Mapping[int, corrections.Verdict]
) -> None:
    """Draw filters, the list of candidates, and the one that is chosen beside it."""
    frame = cache.frame(dataset)
    bar = st.container(horizontal=True, vertical_alignment="bottom")
    with bar:
        category, words, siblings = _filters(found, grouping)
    listed = chosen(
        found,
        frame,
        category=None if category == EVERY else category,
        words=words,
        grouping=grouping if siblings == LEFT_OUT else None,
        verdicts=verdicts,
    )
    if listed.empty:
        st.caption("No candidate is left under these filters.")
        return
    notice(dataset)
    many = len(listed)
    with bar:
        every = many > FIRST and _every(many)
    if many > FIRST and not every:
        listed = listed.head(FIRST)
        st.caption(
            f"The {FIRST:,} likeliest wrong of {many:,} are listed; further down, ever more labels are right and the "
            "suggestion fits as well, since categories overlap."
        )
    with bar:
        page = _page(len(listed))
    if _changed((category, words, siblings, every, page)):
        remember(PAGE, ROW, None)
    asked = _asked(found, value(PAGE, ROW))
    shown = listed.iloc[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
    left, right = st.columns([2, 1], gap="medium")
    with left:
        clicked = _table(shown, frame)
    if clicked is not None:
        remember(PAGE, ROW, str(clicked))
        asked = _asked(found, str(clicked))
    candidate = asked if asked is not None else shown.iloc[0].to_dict()
    with right:
        _record(dataset, found, candidate, frame, following(shown["row"].tolist(), candidate["row"]))


def _changed(filters: tuple[object, ...]) -> bool:
    """Tell whether the list is narrowed otherwise than when it was last drawn in this visit."""
    before = st.session_state.get(FILTERS, filters)
    st.session_state[FILTERS] = filters
    return before != filters


def _filters(found: LabelNoise, grouping: Grouping) -> tuple[str, str, str]:
    """Draw what narrows the list; return category, words, and whether siblings are listed."""
    names = list(found.table["category"].cat.categories)
    category = pick(
        st.selectbox,
        "Given or suggested",
        [EVERY, *names],
        page=PAGE,
        name=CATEGORY,
        width=180,
    )
    words = _words()
    merged = len(grouping.labels(names)) < len(names)
    siblings = pick(
        st.segmented_control,
        "Siblings in a group",
        [LEFT_OUT, LISTED] if merged else [LISTED],
        page=PAGE,
        name=SIBLINGS,
        required=True,
        help=f"A candidate whose suggestion is in the same group of {escaped(grouping.name)} as its label.",
    )
    return category, words, siblings


def _words() -> str:
    """Draw the search in the texts; what is searched for is in the URL."""
    key = f"{PAGE}_{WORDS}"
    if key not in st.session_state:
        st.session_state[key] = value(PAGE, WORDS) or ""
    words = st.text_input("Words", key=key, placeholder="all in the text", width=140).strip()
    remember(PAGE, WORDS, words or None)
    return words


def _every(rows: int) -> bool:
    """Draw the choice between the first candidates and all of them; tell whether all are asked for."""
    names = {SOME: f"first {FIRST:,}", ALL: f"all {rows:,}"}
    return pick(
        st.segmented_control, "How many", list(names), page=PAGE, name=MANY, required=True, format_func=names.get
    ) == ALL  # fmt: skip


def _page(rows: int) -> int:
    """Draw the choice of a part of a long list; return its number from 0."""
    pages = -(-rows // ON_A_PAGE)
    if pages == 1:
        return 0
    names = [str(number + 1) for number in range(pages)]

    def span(name: str) -> str:
        begin = (int(name) - 1) * ON_A_PAGE
        return f"{begin + 1:,} to {min(begin + ON_A_PAGE, rows):,} of {rows:,}"

    return int(pick(st.selectbox, "Candidates", names, page=PAGE, name=PART, format_func=span, width=172)) - 1


def _asked(found: LabelNoise, row: str | None) -> dict[str, Any] | None:
    """Return the judged row that the URL asks for, None when it asks for none that there is."""
    if row is None or not row.isdecimal():
        return None
    there = found.table[found.table["row"] == int(row)]
    return None if there.empty else there.iloc[0].to_dict()


def following(rows: Sequence[int], row: int) -> int | None:
    """Return the row that comes after ``row`` in a list, else the one before; None when there is no other.

    >>> following([5, 8, 2], 8), following([5, 8, 2], 2), following([5], 5), following([5], 7)
    (2, 8, None, 5)
    """
    if row not in rows:
        return rows[0] if rows else None
    place = rows.index(row)
    return rows[place + 1] if place + 1 < len(rows) else rows[place - 1] if place else None


def _table(shown: pd.DataFrame, frame: pd.DataFrame) -> int | None:
    """Draw candidates; return the row that was clicked just now, None when none was."""
    rows = shown["row"].tolist()
    key = table_key("evaluate_labels", rows)
    number = st.column_config.NumberColumn
    event = st.dataframe(
        shown.assign(headline=frame["headline"].iloc[rows].to_numpy()),
        key=key,
        hide_index=True,
        height=min(HEIGHT, 38 + 35 * len(rows)),
        on_select="rerun",
        selection_mode="single-row",
        column_order=["headline", "category", "suggested", "confidence", "rank"],
        column_config={
            "rank": number("Rank", format="localized", width=55),
            "headline": st.column_config.TextColumn("Headline", width=290),
            "category": "Given",
            "suggested": "Suggested",
            "confidence": number("Sure", format="%.3f", width=60, help="Out-of-fold probability of the suggestion."),
        },
    )
    ticked = event["selection"]["rows"]
    clicked = rows[ticked[0]] if ticked and ticked[0] < len(rows) else None
    # The table keeps its tick, so only a change is a click.
    changed = st.session_state.get(f"{key}_last") != clicked
    st.session_state[f"{key}_last"] = clicked
    return clicked if changed else None


def _record(
    dataset: Dataset, found: LabelNoise, candidate: dict[str, Any], frame: pd.DataFrame, then: int | None
) -> None:
    """Draw one candidate whole, what speaks against its label, and the buttons that decide."""
    row = int(candidate["row"])
    record = frame.iloc[row]
    with st.container(border=True):
        st.markdown(f"**{escaped(str(record['headline']))}**")
        if isinstance(record["short_description"], str) and record["short_description"].strip():
            st.write(escaped(record["short_description"]))
        day = "" if pd.isna(record["date"]) else f" · {record['date']:%Y-%m-%d}"
        st.caption(f"Row {row:,}{day}")
        st.write(escaped(sentence(candidate, len(found.table))))
        correct_form(
            dataset,
            row,
            str(candidate["category"]),
            dataset.categories,
            "evaluate_labels",
            suggested=str(candidate["suggested"]),
            decided=lambda: remember(PAGE, ROW, None if then is None else str(then)),
        )
