"""What is selected: kept in the URL, so that a link shows a colleague the same thing.

A choice is looked for in the URL first (when somebody opened or edited it), then in what the
person last chose in this visit, then comes the default. Streamlit forgets a widget's value when
its page is left, and empties the URL; both are restored from a copy in the session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core.ui.components import escaped

SHARED = "shared"


def pick(
    widget: Callable[..., Any],
    label: str,
    options: Sequence[str],
    *,
    page: str,
    name: str,
    default: str | None = None,
    missed: bool = False,
    **how: Any,
) -> Any:
    """Draw ``widget(label, options, ...)`` with its choice kept in the URL as ``name``; return the choice.

    ``page`` goes in front of the keys in the session, so that pages do not meet there. ``missed``: say
    so when what was chosen in this visit is no option any more. Returns None when there are no options.
    """
    if not options:
        return None
    key = f"{page}_{name}"
    asked, kept = _asked(page, name), st.session_state.get(f"{key}_kept")
    wish = st.session_state.pop(f"{key}_wish", None)
    for value in (wish, asked, st.session_state.get(key), kept, default, options[0]):
        if value in options:
            st.session_state[key] = value
            break
    shown = how.get("format_func", str)(st.session_state[key])
    if asked is not None and asked not in options:
        st.warning(escaped(f"The link asks for {asked!r}, which is not here; {shown} is shown."))
    elif missed and wish is None and kept is not None and kept not in options:
        st.warning(escaped(f"{name.capitalize()} {kept} is not here any more; {shown} is shown."))
    choice = widget(label, options, key=key, **how)
    remember(page, name, choice)
    return choice


def value(page: str, name: str) -> str | None:
    """Return what the URL or this visit says of ``name``, for what is chosen by other means than a widget."""
    asked = _asked(page, name)
    return st.session_state.get(f"{page}_{name}_kept") if asked is None else asked


def coming(page: str, name: str) -> str | None:
    """Return what a `pick` of ``name`` further down this page is about to choose, as far as it has that option."""
    key = f"{page}_{name}"
    found = (st.session_state.get(f"{key}_wish"), _asked(page, name), st.session_state.get(key))
    return next((one for one in found if one is not None), st.session_state.get(f"{key}_kept"))


def choose(page: str, name: str, choice: str) -> None:
    """Choose for the person, as after an import: the widget of `pick` shows it in the next run."""
    # Streamlit forbids to set a widget's own value once it is drawn.
    st.session_state[f"{page}_{name}_wish"] = choice
    remember(page, name, choice)


def remember(page: str, name: str, choice: str | None) -> None:
    """Keep ``choice`` for this visit and in the URL; None removes it."""
    st.session_state[f"{page}_{name}_kept"] = choice
    st.session_state[f"{page}_{name}_written"] = choice
    if choice is None:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != choice:
        st.query_params[name] = choice


def _asked(page: str, name: str) -> str | None:
    """Return the URL's value if it is not the one that we wrote there ourselves."""
    asked = st.query_params.get(name)
    return None if asked == st.session_state.get(f"{page}_{name}_written") else asked
