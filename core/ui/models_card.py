"""The card of a model as it stands in its bundle, and as a file."""

from __future__ import annotations

import re

import streamlit as st

from core.evaluation import temperature
from core.inference.card import card
from core.runs.models import ListedModel
from core.runs.store import Run
from core.ui import cache

# Streamlit reads :name: as an icon beside what Markdown itself reads; the card is escaped against the latter.
DIRECTIVE = re.compile(r":(?=[A-Za-z])")
HEADING = re.compile(r"^(#{2,3}) ", re.MULTILINE)


@st.cache_resource(max_entries=8, show_spinner="Writing the card")
def _card(key: str, name: str, _run: Run) -> str:
    return card(_run)


def draw(model: ListedModel) -> None:
    """Draw the card; its title is that of the page already."""
    run = model.run
    # The card tells whether there is a temperature, which the manifest does not name.
    text = _card(f"{cache.ended(run)} {temperature.stored(run)}", run.title, run)
    st.download_button(
        "Card as Markdown", text, file_name=f"card-{run.id}.md", mime="text/markdown", key="models_card_file",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    with st.container(width=860):
        st.markdown(shown(text))


def shown(text: str) -> str:
    """Return a card as it is drawn below a heading of its own: without its title, its headings smaller."""
    _, _, rest = text.partition("\n\n")
    return DIRECTIVE.sub(r"\\:", HEADING.sub(r"##\1 ", rest))
