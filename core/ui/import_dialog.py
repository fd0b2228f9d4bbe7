"""The import in a dialog: where from, then a look at what would be imported, then it goes on in the background."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Iterator
from pathlib import Path

import streamlit as st

from core.data import datasets, hub, import_folders, import_jobs, server_files
from core.data.dataset_names import free_name
from core.data.hub import HubSource
from core.data.import_jobs import Job, Order
from core.data.sample import import_sample
from core.data.sources import HUFFPOST
from core.errors import CopydeskError
from core.runs.wording import size
from core.ui import import_preview, visit_uploads
from core.ui.components import escaped
from core.ui.selection import SHARED, choose

TYPES = ["json", "jsonl", "ndjson", "csv", "tsv", "tab", "parquet", "gz", "zip", "txt"]
UPLOAD, SERVER, HUB, SAMPLE = "Upload", "File on the server", "Hugging Face hub", "Sample"
STAGED, ROUND, MINE = "import_staged", "import_round", "import_mine"


@contextlib.contextmanager
def said() -> Iterator[None]:
    """Show an error that a person can cause as its one line; the page goes on."""
    try:
        yield
    except CopydeskError as error:
        st.error(escaped(str(error)), icon=":material/error:")


class Staged:
    """A file that is looked over, and what is known of its import so far.

    An upload goes with the visit that brought it (``visitors``), unless its import is started: it is removed
    when this object is, which the visit's session holds, or with the server.
    """

    def __init__(self, path: Path, order: Order, folder: Path | None = None, *, visitors: bool = False) -> None:
        self.path, self.order, self.folder = path, order, folder
        self._end = weakref.finalize(self, import_folders.forget, folder) if visitors else None

    def keep(self) -> None:
        """Let the file stay: its import looks after it from now on."""
        if self._end:
            self._end.detach()

    def drop(self) -> None:
        """Remove an upload now."""
        if self._end:
            self._end()


def open_(staged: Staged | None = None) -> None:
    """Open the dialog, where given with a file that is there already."""
    import_folders.clean_up()
    leave()
    if staged:
        st.session_state[STAGED] = staged
    _dialog()


def of_job(job: Job) -> Staged:
    """Return what an import left to be looked over: fetched from the hub, or failed for its columns."""
    order = job.order
    if job.waits:
        told = job.progress.result
        order = Order(None, file=told["file"], source=told["source"], licence=told["licence"], hub=order.hub)
    path = (
        server_files.located(order.server_file)
        if order.server_file
        else job.folder / import_folders.FILES / str(order.file)
    )
    return Staged(path, order, job.folder)


def leave() -> None:
    """Forget the file that was looked over; an upload goes away with it."""
    if staged := st.session_state.pop(STAGED, None):
        staged.drop()
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1


@st.dialog("Import headlines", width="large", on_dismiss=leave)
def _dialog() -> None:
    draw()


def draw() -> None:
    """Draw the dialog: the choice of a source, or the file that was chosen."""
    staged = st.session_state.get(STAGED)
    try:
        if staged is None:
            _sources()
        else:
            _look_over(staged)
    except (CopydeskError, OSError) as error:
        told = str(error).replace(f"{staged.path.parent}/", "") if staged else str(error)
        st.error(escaped(told), icon=":material/error:")


def _sources() -> None:
    """Draw the choice of where the headlines come from, and what that asks for."""
    source = st.segmented_control(
        "Where the headlines come from",
        [UPLOAD, SERVER, HUB, SAMPLE],
        default=UPLOAD,
        required=True,
        key="import_source",
    )
    {UPLOAD: _upload, SERVER: _server_file, HUB: _hub, SAMPLE: _sample}[source]()


def _upload() -> None:
    """Draw the upload; a file goes to disk in pieces and out of memory at once."""
    upload = st.file_uploader(
        "File of headlines",
        type=TYPES,
        key=f"import_file_{st.session_state.get(ROUND, 0)}",
    )
    st.caption(
        "The file stays on this server. Kaggle's `News_Category_Dataset_v3.json` is taken as it is, bare or zipped."
    )
    if upload is None:
        return
    bar = st.progress(0.0, "Writing to disk")

    def progress(done: int) -> None:
        bar.progress(min(done / max(upload.size, 1), 1.0), f"Writing to disk · {size(done)} of {size(upload.size)}")

    path = import_folders.stage(upload.name, upload.size, upload.read, progress)
    visit_uploads.free(upload.file_id)
    visit_uploads.watch(path.parent.parent)
    order = Order(None, file=path.name, source=path.name)
    leave()
    st.session_state[STAGED] = Staged(path, order, path.parent.parent, visitors=True)
    _again()


def _again() -> None:
    """Draw the dialog anew."""
    # Outside of a dialog, as in tests, there is no part to run by itself.
    with contextlib.suppress(st.errors.StreamlitAPIException):
        st.rerun(scope="fragment")
    st.rerun()


def _server_file() -> None:
    if server_files.root() is None:
        st.caption(
            f"No folder of the server is open to imports. Whoever runs the app can name one: "
            f"`{server_files.VARIABLE}=/path/to/folder streamlit run Home.py`."
        )
        return
    listing = server_files.listing()
    if not listing.files:
        st.caption(f"The folder that {server_files.VARIABLE} names holds no file of a known kind.")
        return
    sizes = {file.path: size(file.size) for file in listing.files}
    path = st.selectbox(
        "File", list(sizes), index=None, key="import_server_file", placeholder="Choose or type",
        format_func=lambda path: f"{path} · {sizes[path]}",
    )  # fmt: skip
    if listing.more:
        st.caption(f"The first {len(sizes):,} files are listed; there are more.")
    if st.button("Look it over", type="primary", disabled=path is None, key="import_server_look"):
        order = Order(None, server_file=path, source=path)
        st.session_state[STAGED] = Staged(server_files.located(path), order)
        _again()


def _hub() -> None:
    """Draw the HuffPost set and any other dataset of the hub; without a network say so at once."""
    reason = hub.unreachable()
    if reason:
        st.warning(
            escaped(f"{hub.endpoint()} cannot be reached: {reason}. The other sources are there all the same."),
            icon=":material/cloud_off:",
        )
    with st.container(border=True):
        st.write(
            f"**The HuffPost set**: {HUFFPOST.rows:,} headlines in {HUFFPOST.categories} categories, 2012 to 2022."
        )
        huffpost(key="import_huffpost")
    with st.container(border=True):
        st.write("**Any other dataset**, by its name there. It is fetched first; then you choose its columns.")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input("Dataset", key="import_hub_name", placeholder="owner/name")
            config = st.text_input("Configuration", key="import_hub_config", placeholder="the only one")
            split = st.text_input("Split", key="import_hub_split", placeholder="train")
            revision = st.text_input("Revision", key="import_hub_revision", placeholder="main")
        st.caption("No code from the hub is run. HF_TOKEN in the server's environment opens what is not public.")
        if st.button("Fetch", disabled=not name.strip() or reason is not None, key="import_hub_fetch"):
            source = HubSource(name.strip(), config.strip() or None, split.strip() or None, revision.strip() or "main")
            begin(Order(None, hub=hub.checked(source)))


def huffpost(key: str) -> None:
    """Draw the button that fetches the HuffPost set, under its licence; disabled where the hub cannot be reached."""
    reason = hub.unreachable()
    st.caption(f"{escaped(HUFFPOST.notice)} About 90 MB from the Hugging Face hub; rows and categories are checked.")
    if st.button("Fetch the HuffPost set", icon=":material/download:", disabled=reason is not None, key=key):
        with said():
            begin(Order(free_name(HUFFPOST.name), published=HUFFPOST.key, licence=HUFFPOST.licence))


def _sample() -> None:
    st.write("Fictional headlines in 42 categories, written for Copydesk, under CC0. Ready at once.")
    if st.button("Use the sample", type="primary", icon=":material/draft:", key="import_sample"):
        use_sample()


def use_sample() -> None:
    """Choose the sample; import it where it is not there."""
    with said():
        if "sample" not in datasets.names():
            import_sample()
        choose(SHARED, "dataset", "sample")
        st.rerun()


def begin(order: Order, folder: Path | None = None) -> None:
    """Start an import and close the dialog; the first page shows how far it is."""
    job = import_jobs.start(order, folder)
    if staged := st.session_state.pop(STAGED, None):
        staged.keep()
    st.session_state.setdefault(MINE, set()).add(job.id)
    leave()
    st.rerun()


def _look_over(staged: Staged) -> None:
    """Draw what the file holds; import it as is said there."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{escaped(staged.order.source or staged.path.name)}**")
        st.button("Another file", type="tertiary", icon=":material/arrow_back:", key="import_another", on_click=leave)
    if staged.order.licence:
        st.caption(f"Licence, as the hub has it: {escaped(staged.order.licence)}")
    order = import_preview.draw(staged.path, staged.order, key=str(st.session_state.get(ROUND, 0)))
    if order is not None:
        begin(order, staged.folder)
