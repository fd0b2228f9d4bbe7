"""Suggestions: what to merge and what to split, each with its evidence, its effect and one click to try it."""

from __future__ import annotations

from html import escape

import streamlit as st

from core.data.datasets import Dataset
from core.errors import CopydeskError
from core.evaluation.advice import Effect, MergeAdvice, SplitAdvice
from core.grouping.grouping import Grouping
from core.runs.store import Run
from core.ui import cache_advice
from core.ui.components import escaped
from core.ui.studio import Take
from core.ui.theme import Palette

PAGE = "grouping"
TOP = 10
STYLE = """<style>
.pairs {{ width: 100%; border-collapse: collapse; font-size: .85rem; line-height: 1.3; table-layout: fixed; }}
.pairs th {{ font-weight: 600; text-align: left; }}
.pairs th, .pairs td {{ border: none; border-bottom: 1px solid {rule}; padding: 3px 12px 3px 0; vertical-align: top;
  overflow-wrap: anywhere; }}
</style>"""


def draw(run: Run, dataset: Dataset, draft: Grouping, *, palette: Palette, take: Take) -> None:
    """Draw merges and splits of ``draft``; ``take(grouping, what)`` puts one that is tried into the editor."""
    try:
        found = cache_advice.suggestions(run, dataset, draft, top=TOP)
    except CopydeskError as error:
        st.warning(escaped(str(error)), icon=":material/edit_note:")
        return
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("Merge", anchor=False)
        st.caption(
            "Groups that are hardly told apart. The score is the geometric mean of confusion, confident joint, "
            "likeness of words, and how surely one comes before the other in time."
        )
        for place, merge in enumerate(found.merges):
            _merge(place, merge, palette, take)
        if not found.merges:
            st.write(_nothing(found.figures.groups))
    with right:
        st.subheader("Split", anchor=False)
        st.caption("Groups of several categories, cut in two where the model tells them apart best.")
        for place, split in enumerate(found.splits):
            _split(place, split, take)
        if not found.splits:
            st.write("No group has two categories with test rows, so there is nothing to take apart.")


def _nothing(groups: int) -> str:
    if groups < 3:
        return "There is nothing left to merge: one group of everything would always be right and tell nothing."
    return "No two groups are mistaken for one another."


def _merge(place: int, one: MergeAdvice, palette: Palette, take: Take) -> None:
    merge = one.merge
    with st.container(border=True, gap="xsmall"):
        _head(
            f"{merge.a} + {merge.b}",
            f"grouping_try_merge_{place}",
            one.grouping,
            f"merge {merge.b} into {merge.a}",
            take,
        )
        st.write(escaped(merge.sentence))
        st.caption(f"{effect_text(one.effect)}  ·  score {merge.score:.2f}")
        if one.pairs:
            with st.expander(f"{len(one.pairs)} headline pairs that are nearest"):
                st.html(pairs_table((merge.a, merge.b), one.pairs, palette))


def _split(place: int, one: SplitAdvice, take: Take) -> None:
    split = one.split
    with st.container(border=True, gap="xsmall"):
        what = f"split {split.group} into {split.names[0]} and {split.names[1]}"
        _head(
            f"{split.group} → {split.names[0]} | {split.names[1]}",
            f"grouping_try_split_{place}",
            one.grouping,
            what,
            take,
        )
        st.write(escaped(split.sentence))
        st.caption(effect_text(one.effect))
        if any(split.words):
            with st.expander("Distinctive words"):
                for name, words in zip(split.names, split.words, strict=True):
                    st.write(f"**{escaped(name)}**: {escaped(', '.join(words)) or 'none that is clear'}")


def _head(title: str, key: str, grouping: Grouping, what: str, take: Take) -> None:
    """Draw what is suggested, and the button that tries it."""
    name, button = st.columns([3, 1], vertical_alignment="top")
    name.markdown(f"**{escaped(title)}**")
    button.button(
        "Try it",
        key=key,
        icon=":material/play_arrow:",
        on_click=take,
        args=(grouping, what),
        help=escaped(what[0].upper() + what[1:]),
        width="stretch",
    )


def effect_text(effect: Effect) -> str:
    """Return what a change does to the figures, as ``accuracy +1.2 points · ...``."""
    return " · ".join(effect.parts).replace("-", "−").replace("macro−F1", "macro-F1")


def pairs_table(names: tuple[str, str], pairs: list[tuple[str, str]], palette: Palette) -> str:
    """Return headline pairs as an HTML table under the names of their groups."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in pair)}</tr>" for pair in pairs)
    style = STYLE.format(rule=palette.rule)
    return f'{style}<table class="pairs"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
