"""A file of any size scored in the background: what is scored by what, and the scorings there are."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.data import import_folders, server_files
from core.data.import_jobs import Order as ImportOrder
from core.data.records import Mapping, detected
from core.errors import CopydeskError
from core.evaluation import temperature
from core.grouping.grouping import Grouping
from core.inference import score_jobs
from core.inference.score_input import columns_of
from core.inference.score_jobs import Job, Order
from core.runs import staleness
from core.runs.models import ListedModel
from core.runs.store import Run
from core.runs.wording import size
from core.ui import score_list, shell, visit_uploads
from core.ui.components import escaped
from core.ui.import_dialog import SERVER, TYPES, UPLOAD, Staged
from core.ui.models_view import PAGE
from core.ui.selection import pick
from core.ui.work_words import sentence

STAGED, ROUND, PROBLEM = "models_score_staged", "models_score_round", "models_score_problem"
FORMATS = {".csv": "CSV", ".tsv": "TSV", ".jsonl": "JSON lines", ".parquet": "Parquet"}
MOST_TOLD = ("1", "3", "5", "10")
NONE = "–"


def draw(model: ListedModel) -> None:
    """Draw the choice of a file, how it is scored, and below it the scorings of everybody."""
    st.caption(
        "Each row of a file with its answer: all columns stay, in order. It goes on in the background, whatever "
        "becomes of this page, and takes files of any size. Nothing leaves this server."
    )
    if told := st.session_state.pop(PROBLEM, None):
        st.warning(escaped(told), icon=":material/edit_note:")
    if model.retired:
        st.write("This model is retired: bring it back to score with it, or choose another.")
    else:
        _source_and_settings(model.run)
    score_list.draw()


def _source_and_settings(run: Run) -> None:
    staged = st.session_state.get(STAGED)
    if staged is not None and not staged.path.exists():
        staged = None
    if staged is None:
        source = pick(
            st.segmented_control, "Source", [UPLOAD, SERVER], page=PAGE, name="source", required=True,
            label_visibility="collapsed",
        )  # fmt: skip
        (_upload if source == UPLOAD else _server_file)()
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{escaped(staged.order.source)}** · {size(staged.path.stat().st_size)}", width="content")
        st.button("Another file", type="tertiary", key="models_score_another", on_click=_leave)
    try:
        order = _settings(run, staged)
    except CopydeskError as error:
        st.error(escaped(sentence(str(error).replace(f"{staged.path.parent}/", ""))), icon=":material/error:")
        return
    if order is not None:
        st.button(
            "Score it", type="primary", icon=":material/play_arrow:", key="models_score_start", on_click=_start,
            args=(order, staged),
        )  # fmt: skip


def _upload() -> None:
    """Draw the upload; a file goes to disk in pieces and out of memory at once."""
    upload = st.file_uploader(
        "File of headlines", type=TYPES, key=f"models_score_file_{st.session_state.get(ROUND, 0)}"
    )
    if upload is None:
        return
    bar = st.progress(0.0, "Writing to disk")
    try:
        path = import_folders.stage(
            upload.name,
            upload.size,
            upload.read,
            lambda done: bar.progress(
                min(done / max(upload.size, 1), 1.0), f"Writing to disk · {size(done)} of {size(upload.size)}"
            ),
        )
    except (CopydeskError, OSError) as error:
        st.error(escaped(sentence(str(error))), icon=":material/error:")
        return
    visit_uploads.free(upload.file_id)
    visit_uploads.watch(path.parent.parent)
    order = ImportOrder(None, file=path.name, source=path.name)
    _leave()
    st.session_state[STAGED] = Staged(path, order, path.parent.parent, visitors=True)
    st.rerun()


def _server_file() -> None:
    if server_files.root() is None:
        st.caption(
            f"No folder of the server is open to the app. Whoever runs it can name one: "
            f"`{server_files.VARIABLE}=/path/to/folder streamlit run Home.py`."
        )
        return
    listing = server_files.listing()
    sizes = {file.path: size(file.size) for file in listing.files}
    path = st.selectbox(
        "File", list(sizes), index=None, key="models_score_server_file", placeholder="Choose or type",
        format_func=lambda path: f"{path} · {sizes[path]}", width=520,
    )  # fmt: skip
    if listing.more:
        st.caption(f"The first {len(sizes):,} files are listed; there are more.")
    if path is not None:
        st.session_state[STAGED] = Staged(server_files.located(path), ImportOrder(None, server_file=path, source=path))
        st.rerun()


def _settings(run: Run, staged: Staged) -> Order | None:
    """Draw how the file is scored; return the order, None while no column is the headline."""
    columns, source = columns_of(staged.path), staged.order
    with st.container(horizontal=True, vertical_alignment="bottom"):
        headline = description = None
        if columns is not None:
            found = detected(columns, Mapping())
            headline = _column("Headline", columns, found.headline, "headline")
            description = _column("Description", columns, found.short_description, "description", optional=True)
        ending = pick(
            st.selectbox,
            "Written as",
            list(FORMATS),
            page=PAGE,
            name="written",
            width=130,
            format_func=FORMATS.get,
            help="Cells stay as they came. A spreadsheet takes those that begin with = for formulas: of a file by "
            "strangers, Parquet or JSON lines are the safer ones.",
        )
        top = pick(
            st.selectbox, "Labels told", MOST_TOLD, page=PAGE, name="told", default="3", width=110,
            help="So many of the likeliest labels stand beside each row, with their probabilities.",
        )  # fmt: skip
        calibrated = _calibrated(run)
    grouping = _grouping(run)
    if columns is not None and headline is None:
        st.write("No column is named like a headline: choose it.")
        return None
    return Order(
        run.id,
        ending,
        server_file=source.server_file,
        grouping=grouping.name,
        mapping=dict(grouping.mapping),
        top=int(top),
        calibrated=calibrated,
        headline=headline,
        description=description,
    )


def _column(label: str, columns: tuple[str, ...], found: str | None, key: str, *, optional: bool = False) -> str | None:
    """Draw the choice of a column; return it, None for none."""
    options = [NONE, *columns] if optional else list(columns)
    index = options.index(found) if found in options else 0 if optional else None
    number = st.session_state.get(ROUND, 0)
    choice = st.selectbox(label, options, index=index, key=f"models_score_{key}_{number}", width=180)
    return None if choice == NONE else choice


def _calibrated(run: Run) -> bool:
    try:
        kept = temperature.stored(run)
    except CopydeskError:
        return False  # Evaluate, Confidence tells of it
    if kept is None:
        return False
    told = f"With the temperature {kept.temperature:.3f} of this run."
    return st.toggle("Calibrated", key="models_score_calibrated", help=told)


def _grouping(run: Run) -> Grouping:
    """Return the grouping on screen where the run can answer it, else its own; say which."""
    grouping, own = shell.chosen().grouping, run.spec.grouping.grouping()
    if staleness.staleness(run.spec, grouping) == staleness.RETRAIN:
        st.caption(
            f"Answers are groups of {escaped(own.name)}: the run cannot tell those of {escaped(grouping.name)} apart."
        )
        return own
    st.caption(f"Answers are groups of {escaped(grouping.name)}, the grouping in the sidebar.")
    return grouping


def _start(order: Order, staged: Staged) -> None:
    """Start the scoring, for a click; an upload is its own from then on."""
    _try(lambda: score_jobs.start(order, None if staged.order.server_file else staged.path))
    if PROBLEM not in st.session_state:
        _leave()


def _try(action: Callable[[], Job]) -> None:
    try:
        action()
    except (CopydeskError, OSError) as error:
        st.session_state[PROBLEM] = sentence(str(error))


def _leave() -> None:
    """Forget the file that was chosen; an upload goes away with it."""
    if staged := st.session_state.pop(STAGED, None):
        staged.drop()
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
