"""Cleaned copies in Explore: one button a finding, and a recipe of several steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.background import SUCCEEDED
from core.data import cleaning_job, quality_search
from core.data.cleaning import suggested_name
from core.data.datasets import Dataset
from core.data.languages import NAMES
from core.data.quality import KINDS, Finding
from core.data.quality_findings import FEWEST_ROWS, FEWEST_TEXT_WORDS
from core.data.quality_search import Found
from core.data.recipe import STEPS, recipe_from
from core.errors import CopydeskError
from core.ui.components import escaped, link
from core.ui.explored import PAGE
from core.ui.selection import remember, value
from core.ui.work_words import ending, how_far, sentence

CHOSEN = "steps"
MADE, PROBLEM = "explore_cleaning_made", "explore_cleaning_problem"
EVERY_SECONDS = 1.0
MOST = 1_000_000  # that a step's number can be
# What nobody would miss: the steps that a recipe begins with.
SAFE = ("fix-encoding", "strip-markup", "strip-control", "join-lines", "merge-names", "drop-duplicates")

LABELS = {
    "drop-short": "Words, at least",
    "drop-longer": "Characters, at most",
    "drop-small": "Rows a category, at least",
}

Steps = Mapping[str, bool | int | str]


def default_values(found: Found) -> dict[str, bool | int | str]:
    """Return what each step takes unless somebody says otherwise, of the steps that can be taken."""
    numbers = {
        "drop-short": FEWEST_TEXT_WORDS,
        "drop-longer": int(found.quality.facts.get("longest_usual", 1_000)),
        "drop-small": FEWEST_ROWS,
        "keep-language": found.quality.language or NAMES[0],
    }
    return {step: numbers.get(step, True) for step in STEPS}


def steps_of(asked: str | None, found: Found) -> dict[str, bool | int | str]:
    """Return the steps that the URL asks for, as ``drop-duplicates,drop-small:10``, without what is none."""
    values = default_values(found)
    steps: dict[str, bool | int | str] = {}
    for part in (asked or "").split(","):
        name, _, number = part.partition(":")
        if name not in values:
            continue
        if isinstance(values[name], bool):
            steps[name] = True
        elif isinstance(values[name], str):
            steps[name] = number if number in NAMES else values[name]
        else:
            # A link may ask for any number, of any length.
            steps[name] = min(int(number[:8]), MOST) or values[name] if number.isdecimal() else values[name]
    return steps


def written(steps: Steps) -> str | None:
    """Return ``steps`` as the URL holds them; None for none."""
    return ",".join(name if taken is True else f"{name}:{taken}" for name, taken in steps.items()) or None


def suggested_steps(found: Found) -> dict[str, bool | int | str]:
    """Return the steps that a recipe begins with: the harmless ones for which there is something to do."""
    needed = {KINDS[one.kind].step for one in found.quality.findings.values() if one.removable}
    return {step: taken for step, taken in default_values(found).items() if step in SAFE and step in needed}


def one_step(dataset: Dataset, chosen: Finding) -> None:
    """Draw the button that writes a copy without one kind of flaw."""
    step = KINDS[chosen.kind].step
    if step is None or not chosen.removable:
        return
    st.button(
        button_text(step, chosen.removable, chosen.rows),
        key=f"explore_cleaning_{step}",
        icon=":material/cleaning_services:",
        help=f"{_does(step)}. The copy is a dataset of its own; this one stays as it is. To take several steps at "
        "once, see Cleaned copy below.",
        on_click=_attempt_one,
        args=(dataset, step),
    )


def button_text(step: str, removable: int, rows: int) -> str:
    """Return what the button of one step says.

    >>> button_text("drop-duplicates", 361, 509), button_text("join-lines", 1, 1)
    ('Write a copy without 361 of these rows', 'Write a copy with this row mended')
    """
    these = "this row" if rows == 1 else f"these {rows:,} rows" if removable == rows else f"{removable:,} of these rows"
    out = step.startswith(("drop-", "keep-"))
    return f"Write a copy without {these}" if out else f"Write a copy with {these} mended"


def _does(step: str) -> str:
    return STEPS[step].does + {"words": f" {FEWEST_TEXT_WORDS}", "rows": f" {FEWEST_ROWS}"}.get(STEPS[step].unit, "")


def _attempt_one(dataset: Dataset, step: str) -> None:
    try:
        found = quality_search.load(dataset)
    except CopydeskError as error:
        st.session_state[PROBLEM] = sentence(str(error))
        return
    _attempt(dataset, {step: default_values(found)[step]}, suggested_name(dataset))


def _attempt(dataset: Dataset, steps: Steps, name: str) -> None:
    try:
        cleaning_job.start(dataset, recipe_from(steps), name)
        st.session_state[MADE] = name
    except (CopydeskError, OSError) as error:
        st.session_state[PROBLEM] = sentence(str(error))


def told(dataset: Dataset) -> None:
    """Draw how far the copy is that is being written, or what became of the last one of this visit."""
    name = st.session_state.get(MADE)
    work = cleaning_job.cleaning_of(name) if name else None
    if work is not None and work.running:
        st.fragment(_progress, run_every=EVERY_SECONDS)(name)
        return
    if problem := st.session_state.pop(PROBLEM, None) or (ending(work, "cleaning") if work else ""):
        st.warning(escaped(problem), icon=":material/edit_note:")
    if work is not None and work.state == SUCCEEDED:
        _made(str(name), work.result, dataset)


def draw(dataset: Dataset, found: Found) -> None:
    """Draw the recipe: the steps to choose from, the numbers that they take, and the button."""
    st.subheader("Cleaned copy", anchor=False)
    asked = value(PAGE, CHOSEN)
    # Another dataset has widgets of its own: what is suggested, and how long is long, is of one dataset.
    own = dataset.fingerprint[:8]
    key = f"explore_cleaning_steps_{own}"
    steps = steps_of(asked, found) if asked is not None else suggested_steps(found)
    if key not in st.session_state:
        st.session_state[key] = list(steps)
    taken = st.multiselect(
        "Steps, taken in the order of this list whatever the order they are chosen in",
        list(STEPS),
        key=key,
        format_func=lambda step: STEPS[step].does + (" …" if STEPS[step].unit else ""),
        placeholder="Choose one or more",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        steps = {step: _value(step, steps, found, own) for step in STEPS if step in taken}
        free = suggested_name(dataset)
        name = st.text_input("Name of the copy", free, key=f"explore_cleaning_name_{free}", width=220)
        st.button(
            "Write the cleaned copy",
            type="primary",
            icon=":material/cleaning_services:",
            key="explore_cleaning_write",
            disabled=not steps,
            on_click=_attempt,
            args=(dataset, steps, name.strip()),
        )
    # Kept once somebody has chosen: what is suggested is not in the URL.
    if steps != suggested_steps(found) or asked is not None:
        remember(PAGE, CHOSEN, written(steps) or "")
    st.caption(
        "The copy is a dataset of its own, with its recipe and the rows that went; the original stays. The same recipe "
        f"makes the same copy: `python -m core data clean {dataset.name} {_options(steps)}`"
    )


def _value(step: str, steps: Steps, found: Found, own: str) -> bool | int | str:
    """Draw what a step takes; return it. ``own`` makes the widget's key that of one dataset."""
    begin = steps.get(step, default_values(found)[step])
    unit = STEPS[step].unit
    if unit == "language":
        return st.selectbox(
            "Language", NAMES, NAMES.index(str(begin)), key=f"explore_cleaning_language_{own}", width=150
        )
    if not unit:
        return True
    return int(st.number_input(LABELS[step], 1, MOST, int(begin), key=f"explore_cleaning_{step}_n_{own}", width=180))


def _options(steps: Steps) -> str:
    return " ".join(f"--{name}" if taken is True else f"--{name} {taken}" for name, taken in steps.items())


def _progress(name: str) -> None:
    work = cleaning_job.cleaning_of(name)
    if not work.running:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.progress(work.share, f"Writing {escaped(name)} · {how_far(work, cleaning_job.SPOKEN)}")
        st.button("Cancel", key="explore_cleaning_cancel", on_click=_attempt_cancel, args=(name,))


def _attempt_cancel(name: str) -> None:
    try:
        cleaning_job.cancel(name)
    except (CopydeskError, OSError) as error:
        st.session_state[PROBLEM] = sentence(str(error))


def _made(name: str, result: Mapping[str, Any], dataset: Dataset) -> None:
    """Say what was written from this dataset, and lead there."""
    recipe = result["recipe"]
    if recipe["parent_fingerprint"] != dataset.fingerprint:
        return
    steps = "; ".join(f"{step} {rows:,}" for step, rows in recipe["counts"].items())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f":material/check: {escaped(name)} has {result['rows']:,} rows. Rows by step: {escaped(steps)}.")
        link("pages/explore.py", f"Open {name}", dataset=name)
