"""One judged record: its text shaded by what pulled, every label's probability, and its label to correct."""

from __future__ import annotations

from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from core.data.datasets import Dataset
from core.data.records import text_from
from core.errors import CopydeskError
from core.evaluation.errors import Listing, rows_at
from core.inference.pulls import Pulls, pulls, shaded, why_no_words
from core.runs.store import Run
from core.ui import cache, charts
from core.ui.components import escaped
from core.ui.correct_form import correct_form
from core.ui.theme import Palette, colour_at, ink_on

WORDS = 12
BARS, FITTING = 300, 14  # px of the probabilities where they scroll, and labels up to which they need not
FAINT = 0.08  # of the strongest pull, below which a word is not shaded


def draw(run: Run, found: Listing, place: int, dataset: Dataset, palette: Palette) -> None:
    """Draw the row at ``place`` of ``found``."""
    row = rows_at(found, np.array([place])).iloc[0]
    description = row["short_description"] if isinstance(row["short_description"], str) else ""
    why = _why(run, found, row, text_from(row["headline"], description))
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.html(text_html(row["headline"], description, why if isinstance(why, Pulls) else None, palette))
        st.caption(facts(row, found, place))
        if isinstance(why, Pulls):
            _words(why, palette)
        else:
            st.caption(f"Which words pulled is not known: {escaped(why)}.")
        _label(row, why, dataset)
    with right:
        st.caption("Probability of each label")
        frame = pd.DataFrame(
            {"label": list(found.judged.metrics.labels), "probability": found.judged.probabilities[place]}
        )
        with st.container(height=BARS if len(frame) > FITTING else "content", border=False):
            bars = charts.probability_bars(frame, palette=palette)
            st.altair_chart(bars, theme=None, key=f"evaluate_bars_{row['row']}")


def _label(row: pd.Series, why: Pulls | str, dataset: Dataset) -> None:
    """Draw the form that decides whether the label is right."""
    st.caption("Is the label wrong? What you decide is kept beside the dataset, not in it.")
    answered = why.answered if isinstance(why, Pulls) else row["predicted"]
    correct_form(
        dataset,
        int(row["row"]),
        row["category"],
        dataset.categories,
        "evaluate_correct",
        suggested=answered if answered in dataset.categories and answered != row["category"] else None,
    )


def _why(run: Run, found: Listing, row: pd.Series, text: str) -> Pulls | str:
    """Return what pulled, or why nobody can tell."""
    if note := why_no_words(run):
        return note
    try:
        return pulls(cache.model(run), text, found.judged.grouping, row["predicted"], row["category"])
    except CopydeskError as error:
        return str(error)


def facts(row: pd.Series, found: Listing, place: int) -> str:
    """Return what was true, what was said and how sure it was, as Markdown."""
    own = found.judged.probabilities[place]
    true = int(found.judged.true[place])
    ahead = int((own > own[true]).sum())
    parts = [f"true **{escaped(row['true'])}**, predicted **{escaped(row['predicted'])}**"]
    if row["category"] != row["true"]:
        parts.append(f"raw category {escaped(row['category'])}")
    parts.append(f"confidence {row['confidence']:.3f}, margin {row['margin']:.3f}")
    if row["true"] != row["predicted"]:
        parts.append(
            f"the true label got {own[true]:.3f}, after {ahead} other{'s' if ahead > 1 else ''}"
            if found.judged.answerable[true]
            else "the run does not know the true label"
        )
    parts += [f"{row['date']:%Y-%m-%d}"] if pd.notna(row["date"]) else []
    return " · ".join([*parts, f"row {row['row']:,}"])


def text_html(headline: str, description: str, why: Pulls | None, palette: Palette) -> str:
    """Return headline and description as HTML, escaped; words that pulled are shaded.

    Red pulled to the answer, blue to the true label, the more the darker; the tooltip says how much
    of the strongest pull it was.
    """
    words = why.words if why else pd.DataFrame({"feature": [], "difference": []})
    texts = [("strong", headline), ("span", description)] if description else [("strong", headline)]
    size = {"strong": "1.05rem", "span": ".9rem"}
    return "".join(
        f'<div style="line-height:1.55;overflow-wrap:anywhere"><{tag} style="font-size:{size[tag]}">'
        + "".join(_part(part, pull, palette) for part, pull in shaded(text, words))
        + f"</{tag}></div>"
        for tag, text in texts
    )


def _part(part: str, pull: float, palette: Palette) -> str:
    if abs(pull) < FAINT:
        return escape(part)
    fill = colour_at((palette.reds if pull > 0 else palette.blues)[:7], abs(pull))
    style = f"background:{fill};color:{ink_on(fill)};border-radius:2px;padding:0 2px"
    return f'<span style="{style}" title="{100 * pull:+.0f} %">{escape(part)}</span>'


def _words(why: Pulls, palette: Palette) -> None:
    """Draw the legend of the shades, and the words with what each adds, folded."""
    if why.words.empty:
        st.caption("The model knows no word of this text, so its answer is only how common its labels are.")
        return
    other = why.true if why.true not in (None, why.answered) else None
    against = f", :blue[blue] to {escaped(other)}" if other else ", :blue[blue] away from it"
    st.caption(f"Words that pulled: :red[red] to {escaped(why.answered)}{against} (weight × tf-idf).")
    with st.expander("Words in figures"):
        columns = ["feature", "difference", "answered", "true"] if other else ["feature", "difference"]
        st.dataframe(
            why.words.head(WORDS),
            hide_index=True,
            column_order=columns,
            column_config={
                "feature": "Word or pair",
                "difference": st.column_config.NumberColumn("Pull", format="%+.3f"),
                "answered": st.column_config.NumberColumn(why.answered, format="%+.3f"),
                "true": st.column_config.NumberColumn(other or "", format="%+.3f"),
            },
        )
