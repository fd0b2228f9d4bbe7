"""A run packed as one file for a download, whatever form it is handed on in; the files go by themselves after an hour.

cache/exports/<id>/ under COPYDESK_HOME holds one file, named after the run. Those of earlier ones are swept away
whenever another is packed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import time
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError, shorten
from core.inference import exports
from core.inference.bundle import Entry, add_entry, entries_of, write_bundle
from core.inference.classify import load_model
from core.inference.export_forms import Form, forms_for
from core.inference.onnx_export import export_onnx
from core.runs.run_files import listed
from core.runs.store import Run
from core.storage import home

KEPT_SECONDS = 3600


@dataclass(frozen=True)
class Packed:
    """A run that was packed: the file, what is in it, and what else is to be said ("" for nothing)."""

    path: Path
    entries: list[Entry]
    told: str = ""


def pack(run: Run, form: Form) -> Packed:
    """Pack the run; InputError for a form that does not fit it, DamagedError when its files are not what it wrote."""
    if form not in forms_for(run):
        raise InputError(f"run {shorten(run.title)} has model {run.spec.model}, which has no export of form {form.key}")
    sweep()
    folder = root() / uuid.uuid4().hex
    folder.mkdir(parents=True)
    try:
        return _PACK[form.key](run, folder / f"{run.id}{form.ending}")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def root() -> Path:
    """Return the folder of the packed runs, be it there or not."""
    return home() / "cache" / "exports"


def remove(packed: Packed) -> None:
    """Remove a packed run now."""
    shutil.rmtree(packed.path.parent, ignore_errors=True)


def sweep() -> None:
    """Remove what was packed more than an hour ago."""
    for folder in root().iterdir() if root().is_dir() else ():
        with contextlib.suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _bundle(run: Run, path: Path) -> Packed:
    return Packed(path, write_bundle(run, path))


def _joblib(run: Run, path: Path) -> Packed:
    load_model(run).classifier.export_pipeline(path)
    one = listed(path, path.name)
    return Packed(path, [Entry(one.name, one.bytes, one.bytes, one.permissions, one.time)])


def _zipped(write: Callable[[Run, Path], list[Path]]) -> Callable[[Run, Path], Packed]:
    """Return the function that packs the folder which ``write`` makes."""

    def packed(run: Run, path: Path) -> Packed:
        folder = path.with_suffix("")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(write(run, folder)):
                add_entry(archive, file.relative_to(folder).as_posix(), file)
        shutil.rmtree(folder)
        return Packed(path, entries_of(path))

    return packed


def _onnx(run: Run, path: Path) -> Packed:
    told: list[str] = []

    def write(one: Run, folder: Path) -> list[Path]:
        done = export_onnx(one, folder)
        told.append(f"The same label as the run's model on {done.agreement:.2%} of {done.rows:,} test rows.")
        return [file for file in folder.rglob("*") if file.is_file()]

    packed = _zipped(write)(run, path)
    return dataclasses.replace(packed, told=told[0])


_PACK: dict[str, Callable[[Run, Path], Packed]] = {
    "bundle": _bundle,
    "joblib": _joblib,
    "huggingface": _zipped(exports.export_huggingface),
    "notebook": _zipped(exports.export_notebook),
    "onnx": _onnx,
}
