"""Words: what tells one part of a dataset from another, what is frequent, and which shortcuts to distrust."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.data.safe_csv import frame_to_csv
from core.evaluation.counted_words import CountedWords
from core.evaluation.distinctive import distinctive, frequent
from core.evaluation.ngrams import FIELDS
from core.evaluation.word_search import narrowed, search_for
from core.ui import cache_words, shortcuts_view
from core.ui.charts.words import frequency_bars, word_bars
from core.ui.components import clicked, escaped
from core.ui.explored import PAGE, Explored, chart_key
from core.ui.selection import pick
from core.ui.word_sides import Sides, sides

DISTINCTIVE, FREQUENT, SHORTCUTS = "distinctive", "frequent", "shortcuts"
LENGTHS: Mapping[str, tuple[int, ...]] = {"any length": (1, 2, 3), "single": (1,), "pairs": (2,), "triples": (3,)}
WORD = "word"
MOST = 15  # words of either side


def draw(explored: Explored) -> None:
    """Draw the words of what is explored; a click on one narrows the page to its rows."""
    _draw(explored)


@st.fragment
def _draw(explored: Explored) -> None:
    place = st.empty()
    counted = cache_words.words(explored.dataset, place)
    bar = st.container(horizontal=True, vertical_alignment="bottom")
    with bar:
        what = pick(
            st.segmented_control,
            "Words that are",
            [DISTINCTIVE, FREQUENT, SHORTCUTS],
            page=PAGE,
            name="words",
            required=True,
            format_func={DISTINCTIVE: "Distinctive", FREQUENT: "Frequent", SHORTCUTS: "Shortcuts"}.get,
            help="Shortcuts give a category away in their own time alone: a model that learns them errs later.",
        )
    if what == SHORTCUTS:
        shortcuts_view.draw(explored, bar, place)
    else:
        _compared(explored, counted, bar, what)
    if counted.note:
        st.caption(counted.note)


def _compared(explored: Explored, counted: CountedWords, bar: st.delta_generator.DeltaGenerator, what: str) -> None:
    """Draw the words of one side against another."""
    with bar:
        chosen = sides(explored)
        field = pick(st.segmented_control, "In", FIELDS, page=PAGE, name="text", required=True)
        size = pick(st.segmented_control, "Words", list(LENGTHS), page=PAGE, name="size", required=True)
        dull = what == FREQUENT and st.toggle(
            "Without function words", value=True, key=f"{PAGE}_dull", help="Leaves out the, of, and their like."
        )
    ours, theirs = chosen.ours[counted.rows], chosen.theirs[counted.rows]
    st.caption(escaped(_told(chosen, int(ours.sum()), int(theirs.sum()))))
    if not ours.any() or (what == DISTINCTIVE and not theirs.any()):
        return
    how = {"field": field, "lengths": LENGTHS[size]}
    if what == DISTINCTIVE:
        table = distinctive(counted.ngrams, ours, theirs, most=MOST, **how)
    else:
        without = _function_words() if dull else frozenset()
        table = frequent(counted.ngrams, ours, theirs, most=2 * MOST, without=without, **how)
    left, right = st.columns([4, 5], gap="medium")
    with left:
        _bars(explored, chosen, table, what, field)
    with right:
        _figures(table, chosen)
    st.caption(
        "Log-odds ratio with an informative Dirichlet prior from the whole dataset (Monroe, Colaresi & Quinn, 2008); "
        "|z| of 2 or more is listed. Of words that stand in one another, the longest is."
        if what == DISTINCTIVE
        else "Words are counted whatever their case, and shown as they are most often written."
    )


def _told(chosen: Sides, ours: int, theirs: int) -> str:
    if not ours:
        return f"No row of {chosen.name} is left under the filters; take one away, or choose another side."
    rest = f"{theirs:,} of {chosen.other}" if theirs else f"none of {chosen.other}, so that nothing can be compared"
    return f"{ours:,} rows of {chosen.name} against {rest}. A click on a word shows its rows."


def _bars(explored: Explored, chosen: Sides, table: pd.DataFrame, what: str, field: str) -> None:
    if what == DISTINCTIVE:
        chart = word_bars(table, palette=explored.palette, sides=(chosen.name, chosen.other), selection=WORD)
    else:
        chart = frequency_bars(table, palette=explored.palette, side=chosen.name, selection=WORD)
    event = st.altair_chart(
        chart,
        theme=None,
        on_select="rerun",
        key=chart_key(f"words_{what}"),
        alt=f"Words that are {what}; the figures stand in the table beside it.",
    )
    if mark := clicked(event, WORD):
        explored.read(search=narrowed(explored.filters.search, search_for(mark["shown"], field=field)))


def _figures(table: pd.DataFrame, chosen: Sides) -> None:
    """Draw the figures behind the bars, with a download that is safe in a spreadsheet."""
    shown = table.assign(our_share=table["our_share"] * 1e4, their_share=table["their_share"] * 1e4)
    config = {
        "shown": st.column_config.TextColumn("Words", width=104),
        "ours": st.column_config.NumberColumn(
            "Times", format="localized", width=54, help=escaped(f"In {chosen.name}.")
        ),
        "theirs": st.column_config.NumberColumn(
            "There", format="localized", width=54, help=escaped(f"In {chosen.other}.")
        ),
        "log_odds": st.column_config.NumberColumn("Log-odds", format="%+.2f", width=66, help="Ours less theirs."),
        "z": st.column_config.NumberColumn("z", format="%+.1f", width=46, help="Log-odds over its standard error."),
        "our_share": st.column_config.NumberColumn(
            "Per 10,000", format="%.1f", width=78, help="Of 10,000 n-grams of this length."
        ),
        "their_share": st.column_config.NumberColumn("There", format="%.1f", width=54, help="Of 10,000 n-grams there."),
    }
    st.dataframe(
        shown, hide_index=True, column_order=list(config), column_config=config, height=min(36 * len(table) + 38, 600)
    )
    st.download_button(
        "Download as CSV",
        frame_to_csv(table),
        file_name="words.csv",
        mime="text/csv",
        key=f"{PAGE}_words_csv",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


@st.cache_resource(show_spinner=False)
def _function_words() -> frozenset[str]:
    from core.models.tfidf import english_stop_words

    return english_stop_words()
