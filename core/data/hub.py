"""Any dataset on the Hugging Face hub as a file of JSON lines, read through the library ``datasets``.

``datasets`` finds the files of a configuration and a split, and reads them whatever their format; the files
themselves come by `core.data.hub_files`, so that a broken-off download goes on. No code of the hub is ever
run: ``datasets`` knows only its own readers since version 4, and refuses a dataset that needs a script.

HF_ENDPOINT names another hub, HF_TOKEN opens what is not public, HF_HUB_OFFLINE keeps everything here.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import getproxies

from core.background import Cancelled
from core.data.hub_errors import OTHERWISE, in_one_line
from core.data.hub_files import HubFile, download
from core.data.hub_records import Report, write_records
from core.errors import InputError, shorten
from core.network import has_route
from core.storage import home

NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?")
HUB = "https://huggingface.co"
# For the hub to say what it has: without a network this is how long one waits for the word.
SECONDS = 5
OFFLINE = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE")


@dataclass(frozen=True)
class HubSource:
    """What is asked of the hub.

    Attributes
    ----------
    name: owner/name. config: None for the only one. split: None for "train", or the only one.
    revision: a branch, tag or commit.
    """

    name: str
    config: str | None = None
    split: str | None = None
    revision: str = "main"


@dataclass(frozen=True)
class Fetched:
    """What came from the hub: JSON lines in ``path``.

    Attributes
    ----------
    source: with the configuration and the split that were taken, and the commit as revision.
    columns: names, those of the first record first. licence: as the hub has it, None where its author told none.
    """

    path: Path
    source: HubSource
    rows: int
    columns: tuple[str, ...]
    licence: str | None

    @property
    def text(self) -> str:
        """Say where it came from, for a dataset's description."""
        of = self.source
        config = "" if of.config in (None, "default") else f", configuration {of.config}"
        return f"Hugging Face hub: {of.name} at {of.revision[:12]}{config}, split {of.split}"


def endpoint() -> str:
    """Return the address of the hub."""
    return (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")


def unreachable() -> str | None:
    """Return why the hub cannot be reached, as far as that shows without asking it; else None."""
    for name in OFFLINE:
        if os.environ.get(name, "").upper() in ("1", "TRUE", "YES", "ON"):
            return f"{name} is set"
    if endpoint() == HUB and not getproxies() and not has_route():
        return "this machine has no network"
    return None


def checked(source: HubSource) -> HubSource:
    """Return ``source`` if the hub can be asked for it, else raise InputError at once."""
    if not NAME.fullmatch(source.name):
        raise InputError(
            f"{shorten(source.name)} is no name on the hub; give it as owner/name, as in its address there"
        )
    if reason := unreachable():
        raise InputError(f"{endpoint()} cannot be reached ({reason}); {OTHERWISE}")
    return source


def fetch(source: HubSource, path: Path, report: Report) -> Fetched:
    """Write the records of a dataset on the hub to ``path`` as JSON lines and say what they are.

    Parameters
    ----------
    report: hears of the phases "find", "download" (bytes) and "read" (rows); may raise to end it.

    Raises InputError, one line, for whatever the hub does not give. What was downloaded stays until it is read
    to its end, so that another attempt goes on from there.
    """
    checked(source)
    report("find", 0, 1)
    with in_one_line(source.name, endpoint(), config=source.config, revision=source.revision):
        # What comes first is quick to import, so that a hub that does not answer is told at once.
        described = _describe(source)
        with _settings():
            builder, split, files = _files_of(source, described)
            folder = home() / "cache" / "hub" / source.name.replace("/", "--") / described.sha

            def on_bytes(done: int, total: int) -> None:
                report("download", done, total, note=f"{done / 1e6:,.1f} of {total / 1e6:,.1f} MB")

            paths = download(lambda file: _url(source.name, described.sha, file), files, folder, on_bytes)
            try:
                rows, columns = write_records(builder, split, paths, path, report)
            except Cancelled:
                # Whoever starts it again need not wait for the download again.
                raise
            except Exception:
                _remove(paths)
                raise
    _remove(paths)
    taken = HubSource(source.name, builder.config.name, split, described.sha)
    return Fetched(path, taken, rows, columns, _licence(described))


def _remove(paths: list[Path]) -> None:
    # Not their folder: another fetch may have files in it, or have removed these already.
    for file in paths:
        file.unlink(missing_ok=True)


def _describe(source: HubSource) -> Any:
    """Return what the hub says of a dataset: its commit, its files with sizes and checksums, its card."""
    # Read when it is imported: tell the hub no more than what is asked for.
    os.environ.update(HF_HUB_DISABLE_TELEMETRY="1", HF_UPDATE_DOWNLOAD_COUNTS="0")
    from huggingface_hub import HfApi

    api = HfApi(endpoint=endpoint())
    return api.dataset_info(source.name, revision=source.revision, files_metadata=True, timeout=SECONDS)


def _licence(described: Any) -> str | None:
    told = (described.card_data or {}).get("license")
    return ", ".join(map(str, told)) if isinstance(told, list) else told and str(told)


def _files_of(source: HubSource, described: Any) -> tuple[Any, str, list[HubFile]]:
    """Return the builder of the configuration, the name of the split, and the split's files."""
    from datasets import load_dataset_builder

    builder = load_dataset_builder(
        f"hf://datasets/{source.name}",
        source.config,
        revision=described.sha,
        cache_dir=str(home() / "cache" / "hub" / "datasets"),
    )
    splits = {str(split): files for split, files in (builder.config.data_files or {}).items()}
    split = _chosen(source, list(splits))
    begin = f"hf://datasets/{source.name}@{described.sha}/"
    known = {file.rfilename: file for file in described.siblings or []}
    return builder, split, [_hub_file(source, str(file), begin, known) for file in splits[split]]


def _chosen(source: HubSource, splits: list[str]) -> str:
    listed = ", ".join(shorten(split) for split in splits[:20]) or "none"
    wanted = source.split or ("train" if "train" in splits or len(splits) != 1 else splits[0])
    if wanted not in splits:
        raise InputError(f"dataset {shorten(source.name)} has no split {shorten(wanted)}; it has: {listed}")
    return wanted


def _hub_file(source: HubSource, address: str, begin: str, known: Mapping[str, Any]) -> HubFile:
    path = address.removeprefix(begin)
    if path == address:
        raise InputError(
            f"dataset {shorten(source.name)} names a file elsewhere, {shorten(address)}; take one whose files are "
            "on the hub"
        )
    told = known.get(path)
    large = getattr(told, "lfs", None)
    return HubFile(
        path,
        getattr(told, "size", None),
        large["sha256"] if large else None,
        None if large else getattr(told, "blob_id", None),
    )


def _url(name: str, commit: str, path: str) -> str:
    from huggingface_hub import hf_hub_url

    return hf_hub_url(name, path, repo_type="dataset", revision=commit, endpoint=endpoint())


@contextlib.contextmanager
def _settings() -> Iterator[None]:
    """Let Hugging Face's libraries count no download, import nothing large and print nothing."""
    import datasets
    import huggingface_hub

    datasets.utils.logging.set_verbosity_error()
    huggingface_hub.utils.logging.set_verbosity_error()
    # Reading records needs no torch, and importing it takes seconds.
    ours = {"HF_UPDATE_DOWNLOAD_COUNTS": False, "TORCH_AVAILABLE": False}
    before = {name: getattr(datasets.config, name) for name in ours}
    vars(datasets.config).update(ours)
    try:
        yield
    finally:
        vars(datasets.config).update(before)
