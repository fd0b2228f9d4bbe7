"""The page Models: the models as a table, and what can be done with the one that is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from core.errors import CopydeskError, DamagedError
from core.runs import about, models, registry, run_files, store
from core.runs.models import ListedModel
from core.runs.wording import size
from core.ui import run_facts, shell, stale
from core.ui.components import escaped, link, table_key
from core.ui.selection import pick, remember, value
from core.ui.work_words import sentence

PAGE = "models"
MODEL, RETIRED = "model", "retired"
PROBLEM, TICKED = "models_problem", "models_ticked"
MOST_ROWS = 6  # of the table before it scrolls
DEFAULT = "default: answers where no other is asked for. Without a mark of yours it is the starter, or else the newest."
SCORE = {"format": "%.3f", "width": 76, "help": "Under the grouping that it was trained with, on its test rows."}
COLUMNS = {
    "mark": st.column_config.TextColumn("Mark", width=110, help=DEFAULT),
    "name": st.column_config.TextColumn("Name", width=188),
    "dataset": st.column_config.TextColumn("Data", width=80),
    "grouping": st.column_config.TextColumn("Grouping", width=92),
    "model": st.column_config.TextColumn("Model", width=122),
    "accuracy": st.column_config.NumberColumn("Accuracy", **SCORE),
    "macro_f1": st.column_config.NumberColumn("Macro-F1", **SCORE),
    "bytes": st.column_config.NumberColumn("Size", format="bytes", width=70),
    "created": st.column_config.DatetimeColumn("Age", format="distance", width=118),
}


def survey() -> tuple[list[ListedModel], bool]:
    """Return the models, and whether the registry can be read; what is damaged is told."""
    try:
        found, readable = models.list_all(), True
    except DamagedError as error:
        found, readable = models.list_all(registry.Registry()), False
        _registry_damaged(str(error))
    if told := st.session_state.pop(PROBLEM, None):
        st.warning(escaped(sentence(told)), icon=":material/edit_note:")
    if wrong := store.damaged():
        st.caption(
            f":material/broken_image: {len(wrong):,} {'run is' if len(wrong) == 1 else 'runs are'} damaged, and left "
            f"out: {escaped(', '.join(wrong))}. Train tells why."
        )
    return found, readable


def _registry_damaged(reason: str) -> None:
    """Say that nothing is known of defaults and retired runs, and offer to begin anew."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.error(
            escaped(f"{sentence(reason)} Until then no mark counts: the starter answers, and none is retired."),
            icon=":material/error:",
        )
        st.button(
            "Begin a new one",
            key="models_new_registry",
            help="The damaged file keeps its content under another name beside it.",
            on_click=attempt,
            args=(registry.set_aside,),
        )


def attempt(action: Callable[..., object], *arguments: object) -> None:
    """Do it, for a click; what goes wrong is told in one line."""
    try:
        action(*arguments)
    except (CopydeskError, OSError) as error:
        st.session_state[PROBLEM] = str(error)


def summary(found: Sequence[ListedModel]) -> bool:
    """Say how many models there are and what they take; return whether the retired ones are shown."""
    retired = sum(one.retired for one in found)
    disk = size(sum(one.bytes for one in found))
    word = "model" if len(found) == 1 else "models"
    st.caption(f"{len(found):,} {word}, {disk} on disk" if found else "", width="stretch")
    wished = value(PAGE, RETIRED) == "yes" or any(one.retired and one.run.id == value(PAGE, MODEL) for one in found)
    if not retired:
        remember(PAGE, RETIRED, None)
        return False
    shown = st.toggle(f"Show {retired:,} retired", value=wished, key="models_retired_shown")
    remember(PAGE, RETIRED, "yes" if shown else None)
    return shown


def nothing(found: Sequence[ListedModel]) -> None:
    """Say kindly that there is no model to show, and what to do."""
    if found:
        st.write("All models are retired: show them above, and bring one back.")
        return
    st.subheader("No model yet", anchor=False)
    st.write("Train one, on the sample it takes seconds; or import a bundle that somebody handed on.")
    link("pages/train.py", "Go to Train")


def frame(listed: Sequence[ListedModel]) -> pd.DataFrame:
    """Return one row a model."""
    rows = []
    for one in listed:
        told = one.document()
        created = run_facts.local_time(told["created_at"])
        rows.append(
            {
                "mark": " · ".join(filter(None, [told["mark"], "starter" if one.run.ships and one.default else ""])),
                "name": one.run.title,
                "dataset": told["dataset"],
                "grouping": told["grouping"],
                "model": f"{told['model']}, {told['preset']}",
                "accuracy": told["accuracy"],
                "macro_f1": told["macro_f1"],
                "bytes": told["bytes"],
                "created": created,
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def table(listed: Sequence[ListedModel]) -> ListedModel:
    """Draw the table; return the model that is ticked, or that the URL asks for, else the run in use or the first."""
    by_id = {one.run.id: one for one in listed}
    asked = value(PAGE, MODEL)
    if asked is not None and asked not in by_id:
        st.warning(escaped(f"The link asks for model {asked!r}, which is not here; another one is shown."))
        asked = None
    in_use = shell.chosen().run
    default = in_use.id if in_use is not None and in_use.id in by_id else listed[0].run.id
    ids, chosen = list(by_id), asked or default
    event = st.dataframe(
        frame(listed),
        # A tick is a place in the list: another list must not inherit it.
        key=table_key("models_table", ids),
        hide_index=True,
        placeholder="–",
        height="content" if len(ids) <= MOST_ROWS else 35 * (MOST_ROWS + 1),
        on_select="rerun",
        selection_mode="single-row",
        selection_default={"selection": {"rows": [ids.index(chosen)]}},
        column_config=COLUMNS,
    )
    ticked = [ids[row] for row in event["selection"]["rows"] if row < len(ids)]
    # A tick counts once, when it is made: afterwards a link may ask for another.
    if ticked and ticked != st.session_state.get(TICKED):
        if TICKED in st.session_state:
            chosen = ticked[0]
        st.session_state[TICKED] = ticked
    remember(PAGE, MODEL, chosen)
    return by_id[chosen]


def head(model: ListedModel, found: Sequence[ListedModel], *, writable: bool) -> None:
    """Draw which model is chosen, what is wrong with its files, and what can be done with it."""
    run = model.run
    told = model.document()
    st.subheader(escaped(run.title), anchor=False)
    parts = [run.id] if run.name else []
    parts += [f"{run_facts.model_name(run.spec.model)}, {run.spec.preset}", f"on {run.spec.dataset}"]
    parts += [f"target {run.spec.target}", told["mark"]]
    st.caption(escaped(" · ".join(filter(None, parts))))
    stale.caption(run, shell.chosen().grouping)
    gone = run_files.absent(run)
    if gone:
        names = ", ".join(gone[:3]) + (f" and {len(gone) - 3:,} more" if len(gone) > 3 else "")
        st.error(
            escaped(
                f"This model cannot answer: {names} {'is' if len(gone) == 1 else 'are'} gone or changed. Restore the "
                f"folder {run.path.name} of models from a backup, or delete the run on Train."
            ),
            icon=":material/error:",
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        if not gone and not model.retired:
            link("pages/classify.py", "Use in Classify", run=run.id, models=run.id)
        _marks(model, writable=writable)
        _name(model)
        _compare(model, found)


def _marks(model: ListedModel, *, writable: bool) -> None:
    """Draw the buttons that change what the registry says of the model."""
    run = model.run
    if model.retired:
        st.button(
            "Bring back", key="models_bring_back", disabled=not writable, on_click=attempt,
            args=(registry.bring_back, run),
        )  # fmt: skip
        return
    marked = model.default and writable and registry.read().default == run.id
    if marked:
        st.button(
            "No longer the default", key="models_no_default", on_click=attempt, args=(registry.unmark_default,),
            help="The starter answers then where no other is asked for, or else the newest.",
        )  # fmt: skip
    else:
        st.button(
            "Make default", key="models_default", disabled=not writable, on_click=attempt,
            args=(registry.mark_default, run), help="It answers where no other is asked for.",
        )  # fmt: skip
    st.button(
        "Retire", key="models_retire", disabled=not writable, on_click=attempt, args=(registry.retire, run),
        help="It stays with its figures, but is not offered to classify with.",
    )  # fmt: skip


def _name(model: ListedModel) -> None:
    run = model.run
    if run.ships:
        return
    key = f"models_name_{run.id}"
    with st.popover("Name"), st.form(f"{key}_form", border=False):
        st.text_input("Name", value=run.name or "", max_chars=about.LONGEST_NAME, placeholder=run.id, key=key)
        st.form_submit_button("Save", type="primary", on_click=attempt, args=(_rename, run, key))


def _rename(run: store.Run, key: str) -> None:
    store.rename(run, st.session_state[key])


def _compare(model: ListedModel, found: Sequence[ListedModel]) -> None:
    """Draw the choice of another model, and the links to where the two stand side by side."""
    others = {one.run.id: one.run for one in found if one.run.id != model.run.id and not one.retired}
    if not others:
        return
    with st.popover("Compare"):
        other = pick(
            st.selectbox,
            "With",
            list(others),
            page=PAGE,
            name="other",
            format_func=lambda run_id: shell.run_label(others[run_id]),
        )
        if not model.retired:
            link("pages/evaluate.py", "Figures, on the same rows", run=model.run.id, part="Compare", against=other)
        link("pages/train.py", "Settings, side by side", compare=f"{model.run.id},{other}")
