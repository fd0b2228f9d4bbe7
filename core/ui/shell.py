"""The sidebar that all pages share: which dataset, which grouping, which run."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from core.data import datasets
from core.errors import CopydeskError, DamagedError, InputError
from core.grouping import versions
from core.grouping.builtin import RAW, default_for
from core.grouping.grouping import Grouping
from core.runs import registry, store
from core.ui import stale
from core.ui.components import escaped
from core.ui.selection import SHARED, choose, pick, value
from core.ui.theme import Palette, palette_for

RUN_OF = "shared_run_of"


@dataclass(frozen=True)
class Chosen:
    """What all pages work on; None where there is nothing to choose yet."""

    dataset: datasets.Dataset | None
    grouping: Grouping
    run: store.Run | None


# What config.toml has no option for: less margin round the page, so that an answer fits the first
# screen; figures in the ink of the page with room to be read whole; dark tabs that can be read. The
# download in the corner of Streamlit's tables writes cells that a spreadsheet takes for formulas; ours does not.
STYLE = """
<style>
[data-testid="stMainBlockContainer"] {{ padding: 2.2rem 2.5rem 4rem; }}
[data-testid="stSidebarHeader"] {{ height: 2rem; min-height: 2rem; }}
[data-testid="InputInstructions"] {{ display: none; }}
[data-testid="stMetricValue"] {{ font-variant-numeric: tabular-nums; }}
[data-testid="stMetricValue"] > div {{ overflow: visible; text-overflow: clip; }}
[data-testid="stElementToolbarButton"]:has(button[aria-label^="Download as CSV"]) {{ display: none; }}
[role="tab"][aria-selected="true"] p,
[data-variant="segmented_control"][aria-checked="true"] p {{ color: {accent}; }}
h1 {{ padding-top: 0; }}
</style>
"""


def style() -> None:
    """Add the few rules of style that the theme cannot say."""
    st.html(STYLE.format(accent=palette().accent))


def palette() -> Palette:
    """Return the colours of the theme that the visitor sees."""
    return palette_for(st.context.theme.type)


def title(text: str) -> None:
    """Begin a page with its title.

    The first visit to a new server may be a link to a page. Streamlit, seeing a ``pages/`` folder and
    not yet knowing of `st.navigation`, then runs that page without Home.py; run Home.py instead.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()
    st.title(text)


def sidebar() -> None:
    """Draw the three shared choices and keep them in the URL."""
    with st.sidebar:
        found = datasets.list_all()
        rows = {dataset.name: dataset.rows for dataset in found}
        pick(
            st.selectbox,
            "Dataset",
            list(rows),
            page=SHARED,
            name="dataset",
            default=_dataset_of_link(found),
            missed=True,
            format_func=lambda name: f"{name} · {rows[name]:,} rows",
        )
        _choose_grouping(found)
        _choose_run()


def _dataset_of_link(found: list[datasets.Dataset]) -> str | None:
    """Return the dataset of the run that a link asks for; None where the link, or this visit, names a dataset."""
    if value(SHARED, "dataset"):
        return None
    run = next((run for run in finished_runs() if run.id == value(SHARED, "run")), None)
    return next((one.name for one in found if run and one.fingerprint == run.spec.fingerprint), None)


def _choose_grouping(found: list[datasets.Dataset]) -> None:
    name = value(SHARED, "dataset")
    categories = next((sorted(one.category_counts) for one in found if one.name == name), [])
    pick(
        st.selectbox,
        "Grouping",
        [grouping.name for grouping in versions.list_all()],
        page=SHARED,
        name="grouping",
        default=default_for(categories).name if categories else None,
        missed=True,
        help="How raw categories are put together. 'raw' leaves every category by itself.",
    )


def _choose_run() -> None:
    runs = {run.id: run for run in finished_runs()}
    dataset = _dataset()
    best = best_run(list(runs.values()), dataset)
    name = dataset.name if dataset else None
    # Another dataset brings its own best run; a link says which by itself.
    if best and st.session_state.get(RUN_OF) not in (None, name):
        choose(SHARED, "run", best.id)
    st.session_state[RUN_OF] = name
    pick(
        st.selectbox,
        "Run in use",
        list(runs),
        page=SHARED,
        name="run",
        default=best.id if best else None,
        missed=True,
        format_func=lambda run_id: run_label(runs[run_id]),
        help=f"The trained model that Evaluate and Classify work with. {stale.HELP}",
    )


def finished_runs() -> list[store.Run]:
    """Return the runs that have a model and are not retired, the newest first, the starter last."""
    return registry.in_use(store.list_all(), _registry())


def _registry() -> registry.Registry:
    """Return the registry; one that cannot be read says nothing here, and the page Models tells what is wrong."""
    with contextlib.suppress(DamagedError):
        return registry.read()
    return registry.Registry()


def best_run(runs: list[store.Run], dataset: datasets.Dataset | None) -> store.Run | None:
    """Return the run marked as the default, else the most accurate of ``runs`` on ``dataset``, else the newest."""
    if (marked := registry.default_of(runs, _registry())) is not None:
        return marked
    own = [run for run in runs if dataset and run.spec.fingerprint == dataset.fingerprint]
    if own:
        return max(own, key=lambda run: (run.status.get("metrics") or {}).get("accuracy", 0.0))
    return runs[0] if runs else None


def run_label(run: store.Run) -> str:
    """Return a run for people: its name or on what, how good, its mark if stale, by which preset, the end of its id."""
    metrics = run.status.get("metrics") or {}
    accuracy = f" {metrics['accuracy']:.3f}" if "accuracy" in metrics else ""
    # The mark stands where a narrow sidebar does not cut it off.
    begin = stale.marked(f"{run.id if run.ships else run.name or run.spec.dataset}{accuracy}", run, _grouping())
    return f"{begin} · {run.spec.dataset}" if run.ships else f"{begin} · {run.spec.preset} · {run.id[-4:]}"


def chosen() -> Chosen:
    """Return what is chosen, from the URL, this visit or the defaults; what is gone by now is None."""
    return Chosen(_dataset(), _grouping(), _run())


def _dataset() -> datasets.Dataset | None:
    found = datasets.list_all()
    name = value(SHARED, "dataset")
    return next((one for one in found if one.name == name), found[0] if found else None)


def _grouping() -> Grouping:
    name = value(SHARED, "grouping")
    if name:
        with contextlib.suppress(CopydeskError):
            return versions.load(name)
    dataset = _dataset()
    return default_for(sorted(dataset.category_counts)) if dataset else RAW


def _run() -> store.Run | None:
    runs = finished_runs()
    wanted = value(SHARED, "run")
    return next((run for run in runs if run.id == wanted), best_run(runs, _dataset()))


def require_dataset() -> datasets.Dataset:
    """Return the chosen dataset, or end the page with what to do."""
    dataset = chosen().dataset
    if dataset is None:
        empty(
            "No dataset yet",
            "Import a file of headlines, or the sample that ships with Copydesk.",
            "Home.py",
            "Go to Home",
        )
    return dataset


def require_run() -> store.Run:
    """Return the run in use, or end the page with what to do."""
    run = chosen().run
    if run is None:
        empty(
            "No finished run yet",
            "Train a model first: on the sample it takes seconds.",
            "pages/train.py",
            "Go to Train",
        )
    return run


def empty(title: str, text: str, page: str, label: str) -> None:
    """Say kindly that there is nothing yet and what to do next, then end the page."""
    st.subheader(title)
    st.write(text)
    with contextlib.suppress(st.errors.StreamlitAPIException, KeyError):
        st.page_link(page, label=label, icon=":material/arrow_forward:")
    st.stop()


@contextlib.contextmanager
def told() -> object:
    """Show an error that a person can cause as its one line, and end the page there."""
    try:
        yield
    except InputError as error:
        st.warning(escaped(str(error)), icon=":material/edit_note:")
        st.stop()
    except CopydeskError as error:
        st.error(escaped(str(error)), icon=":material/error:")
        st.stop()
