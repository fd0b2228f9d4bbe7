"""Why Classify answered so: the words that spoke for it, what would flip it, what the model does not know."""

from __future__ import annotations

from html import escape

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data.records import text_from
from core.errors import CopydeskError
from core.inference.changes import sentences
from core.inference.classify import Answer, Model
from core.inference.familiarity import familiarity, remarks
from core.inference.pulls import shaded, why_no_words
from core.inference.sensitivity import shaded_by
from core.ui import cache_classify, shell
from core.ui.classify_asked import PAGE, Asked
from core.ui.components import escaped
from core.ui.selection import pick, remember, value
from core.ui.theme import Palette, colour_at, ink_on

WORDS = 12
FAINT = 0.08  # of the strongest word, below which a word is not shaded
EXACT, LEFT_OUT = "Contributions", "Sensitivity"
LEAST = 0.0005  # change of a probability, below which it is told as none
SHOWN = 2_000  # parts of a text, words and what is between them
AT_ONCE = 20_000  # rows over which their headlines are read only once somebody asks

Shades = list[tuple[str, float]]
# A table of words, and the names and titles of its columns of words and of figures.
Figures = tuple[pd.DataFrame, str, str, str, str]


def draw(asked: Asked, found: list[Answer], called: list[str]) -> None:
    """Draw the reasons of one model, the first unless another one is chosen."""
    place = 0
    if len(found) > 1:
        chosen = pick(st.selectbox, "Reasons of", called, page=PAGE, name="why_of", default=called[0])
        place = called.index(chosen)
    model, answer = asked.models[place], found[place]
    _unknown(model, answer)
    exact = why_no_words(model.run) is None
    how = EXACT
    if exact:
        how = pick(
            st.segmented_control, "Reasons by", [EXACT, LEFT_OUT], page=PAGE, name="why", default=EXACT, required=True,
            label_visibility="collapsed", help="Contributions are exact. Sensitivity leaves out each word in turn; it "
            "works for any model, and is not a cause: without a word it is another text.",
        )  # fmt: skip
    elif not _wanted(model):
        return
    found_words = _contributions(answer) if exact and how == EXACT else _sensitivity(asked, model, answer, exact)
    _changes(asked, model, answer)
    if found_words is not None:
        _figures(*found_words)


def _wanted(model: Model) -> bool:
    """Draw and return whether a slow model is to be asked for reasons."""
    key = f"{PAGE}_reasons"
    if key not in st.session_state:
        st.session_state[key] = value(PAGE, "reasons") == "1"
    wanted = st.toggle(
        "Reasons",
        key=key,
        help=f"A {model.run.spec.model} has no exact contributions of words. It is asked again without each word, and "
        "without several, which takes up to a hundred times as long as the answer.",
    )
    remember(PAGE, "reasons", "1" if wanted else None)
    return wanted


def _unknown(model: Model, answer: Answer) -> None:
    """Say what the model does not know of the text, a line each; nothing where there is nothing to say."""
    text = text_from(answer.headline, answer.description)
    near, far = None, None
    index = cache_classify.index_of(model.run.spec)
    if index is not None:
        from core.inference.neighbours import nearest

        closest = nearest(index, text, 1)
        near, far = (float(closest["similarity"].iloc[0]) if len(closest) else 0.0), index.far
    for remark in remarks(familiarity(model.classifier, text, near), far=far):
        st.caption(f":material/help: {escaped(remark)}")


def _contributions(answer: Answer) -> Figures | None:
    """Draw the text shaded by what each word adds to the score, exactly; return that as figures."""
    told = answer.explanation or {}
    words = pd.DataFrame(told.get("words", []), columns=["feature", "contribution"])
    if words.empty:
        # That it knows no word is said above.
        return None
    by = words.rename(columns={"contribution": "difference"}).astype({"feature": "str", "difference": float})
    st.html(shaded_html(shaded(text_from(answer.headline, answer.description), by)[:SHOWN], shell.palette()))
    st.caption(f"Weight × tf-idf of each word and pair, exact: {legend(told['label'])}")
    return words, "feature", "Word or pair", "contribution", "Contribution"


def _sensitivity(asked: Asked, model: Model, answer: Answer, exact: bool) -> Figures | None:
    """Draw the text shaded by what the probability loses without each word; return that as figures."""
    text = text_from(answer.headline, answer.description)
    words = cache_classify.sensitivity_of(model, text, asked.grouping, answer.label, calibrated=asked.calibrated)
    if words.empty:
        st.write("This text has no word to leave out, or is too long for it.")
        return None
    if not words["change"].abs().max() >= LEAST:
        st.write("No single word matters: without any of them the probability stays.")
        return None
    st.html(shaded_html(shaded_by(text, words)[:SHOWN], shell.palette()))
    why = "" if exact else f" A {model.run.spec.model} has no exact contributions."
    st.caption(
        f"Sensitivity, not a cause: what the probability loses without each word; {legend(answer.label)}{escaped(why)}"
    )
    return words, "word", "Word", "change", "Change of probability"


def legend(label: str) -> str:
    """Return what the shades mean, as Markdown."""
    return f":blue[blue] speaks for {escaped(label)}, :red[red] against it, the darker the more."


def shaded_html(parts: Shades, palette: Palette) -> str:
    """Return parts of a text, each -1 (against) to 1 (for), as HTML; the text is escaped, a tooltip has the figure."""
    inside = "".join(_part(part, strength, palette) for part, strength in parts)
    return f'<div style="font-size:1.05rem;line-height:1.6;overflow-wrap:anywhere">{inside}</div>'


def _part(part: str, strength: float, palette: Palette) -> str:
    if abs(strength) < FAINT:
        return escape(part)
    fill = colour_at((palette.blues if strength > 0 else palette.reds)[:7], abs(strength))
    style = f"background:{fill};color:{ink_on(fill)};border-radius:2px;padding:0 2px"
    return f'<span style="{style}" title="{100 * strength:+.0f} % of the strongest">{escape(part)}</span>'


def _figures(words: pd.DataFrame, word: str, word_title: str, figure: str, title: str) -> None:
    """Draw the strongest words as a table, folded."""
    opened = st.expander("Words in figures", key=f"{PAGE}_figures", on_change="rerun")
    if not opened.open:
        return
    with opened:
        order = np.argsort(-words[figure].abs().to_numpy(), kind="stable")
        st.dataframe(
            words.iloc[order].head(WORDS),
            hide_index=True,
            width=420,
            column_order=[word, figure],
            column_config={word: word_title, figure: st.column_config.NumberColumn(title, format="%+.3f")},
        )


def _changes(asked: Asked, model: Model, answer: Answer) -> None:
    """Say what would flip the answer."""
    text = text_from(answer.headline, answer.description)
    try:
        found = cache_classify.changes(model, text, asked.grouping, calibrated=asked.calibrated)
    except CopydeskError as error:
        st.caption(escaped(str(error)))
        return
    told = [f":material/swap_horiz: {escaped(sentence)}" for sentence in sentences(found)]
    if told:
        st.caption("  \n".join(told))


def nearest(model: Model, answer: Answer) -> None:
    """Draw the training headlines most like the text; they are looked through once somebody asks."""
    from core.data import datasets
    from core.inference import neighbours

    spec = model.run.spec
    st.caption("Training headlines most like it")
    index = cache_classify.index_of(spec)
    if index is None:
        dataset = datasets.by_fingerprint(spec.fingerprint)
        if dataset is None:
            st.caption(
                escaped(f"The dataset that this model was trained on, {spec.dataset}, is not here, so its headlines ")
                + "cannot be shown; import the same file to see them."
            )
            return
        many = dataset.rows > AT_ONCE
        if many and not st.button(
            "Look for them",
            key=f"{PAGE}_nearest",
            icon=":material/search:",
            help=f"Reads the words of {dataset.rows:,} headlines, once; some seconds.",
        ):
            return
        bar = st.progress(0.0, text="Reading the training headlines") if many else None
        index = cache_classify.build_index(spec, dataset, lambda share: _show(bar, share))
        if bar:
            bar.empty()
    found = neighbours.nearest(index, text_from(answer.headline, answer.description))
    if found.empty:
        st.caption("None shares a word with it.")
        return
    st.html(nearest_html(found, shell.palette()))


def nearest_html(found: pd.DataFrame, palette: Palette) -> str:
    """Return training headlines as a table in HTML, whole and escaped: similarity, category, headline."""
    cell = f"padding:3px 12px 3px 0;vertical-align:top;border-top:1px solid {palette.rule}"
    rows = "".join(
        f'<tr><td style="{cell};width:1%" title="cosine, 0 to 1">{row.similarity:.2f}</td>'
        f'<td style="{cell};width:1%;white-space:nowrap;color:{palette.muted}">{escape(row.category)}</td>'
        f'<td style="{cell};overflow-wrap:anywhere">{escape(row.headline)}</td></tr>'
        for row in found.itertuples()
    )
    style = "width:100%;border-collapse:collapse;font-size:0.875rem;font-variant-numeric:tabular-nums"
    return f'<table aria-label="Training headlines most like it" style="{style}">{rows}</table>'


def _show(bar: DeltaGenerator | None, share: float) -> None:
    if bar is not None:
        bar.progress(min(share, 1.0), text="Reading the training headlines")
