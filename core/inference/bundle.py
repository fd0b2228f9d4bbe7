"""A run as one .zip to hand on: model, evaluation, what it was made of, its card, and a script that needs no Copydesk.

    bundle.json       format, run, versions; bytes and SHA-256 of every other entry
    README.md         the model card
    predict.py        classifies with the model's own libraries alone; predict.json: what a logistic one has to know
    labels.json       the model's labels, and the group of each under the run's grouping
    grouping.yaml     the grouping
    spec.json, status.json, metrics.json, manifest.json, about.json, calibration.json, origin.json
    model/ evaluation/

The same run gives the same bytes: entries are in order, of one time and one mode, and hold nothing of this machine.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import io
import json
import os
import shutil
import stat
import tempfile
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core import __version__
from core.data.readers import shown_path
from core.errors import InputError
from core.evaluation.evaluate import test_predictions
from core.evaluation.judge import group_of_labels
from core.evaluation.temperature import CALIBRATION
from core.grouping.yaml_text import grouping_to_yaml
from core.inference.card import ORIGIN, card, origin_of
from core.inference.classify import Model, load_model
from core.runs import about, status
from core.runs.manifest import FOLDERS, MANIFEST, file_sha256
from core.runs.store import SPEC, Run
from core.storage import fsync_directory

FORMAT = 1
BUNDLE, CARD, SCRIPT, READING = "bundle.json", "README.md", "predict.py", "predict.json"
LABELS, GROUPING, METRICS = "labels.json", "grouping.yaml", "metrics.json"
TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can tell
PIECE = 1 << 20
MODE = stat.S_IFREG | 0o644


@dataclass(frozen=True)
class Entry:
    """A file in an archive: its name, bytes unpacked and packed, permissions as `ls` writes them, time."""

    name: str
    bytes: int
    packed_bytes: int
    permissions: str
    time: str

    def document(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return asdict(self)


def write_bundle(run: Run, path: Path) -> list[Entry]:
    """Write the bundle of ``run`` to ``path``, whole or not at all; return its entries.

    Raises InputError for a run without a model and for a place that cannot be written, DamagedError when the run's
    files are not what it wrote.
    """
    check_target(path)
    model = load_model(run)
    test_predictions(run)
    files = _files(run)
    texts = {name: content.encode("utf-8") for name, content in _texts(model).items()}
    contents = {**files, **texts}
    temporary = ""
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in sorted({**contents, BUNDLE: _bundle(run, contents)}.items()):
                add_entry(archive, name, content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
        fsync_directory(path.parent)
    except OSError as error:
        raise InputError(f"{shown_path(path)} cannot be written ({error.strerror}); choose another place") from error
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
    return entries_of(path)


def check_target(path: Path) -> None:
    """Raise InputError unless a .zip can be written at ``path``."""
    if path.suffix.lower() != ".zip":
        raise InputError(f"export file {shown_path(path)} has another ending; name it FILE.zip")
    if not path.parent.is_dir():
        raise InputError(f"folder {shown_path(path.parent)} does not exist; make it first")
    if path.is_dir():
        raise InputError(f"{shown_path(path)} is a folder; name a file")


def entries_of(path: Path) -> list[Entry]:
    """Return what a .zip holds, in its order, without unpacking anything; InputError for what is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            return [_entry(info) for info in archive.infolist()]
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        raise InputError(f"{shown_path(path)} cannot be read as a .zip ({error}); get it again") from error


def _entry(info: zipfile.ZipInfo) -> Entry:
    year, month, day, hour, minute, second = info.date_time
    time = f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"
    return Entry(info.filename, info.file_size, info.compress_size, stat.filemode(info.external_attr >> 16), time)


def _files(run: Run) -> dict[str, Path]:
    """Return name -> the file of the run that becomes the entry."""
    found = {
        path.relative_to(run.path).as_posix(): path
        for folder in FOLDERS
        for path in (run.path / folder).rglob("*")
        if path.is_file()
    }
    kept = (SPEC, MANIFEST, about.ABOUT, CALIBRATION)
    return found | {name: run.path / name for name in kept if (run.path / name).is_file()}


def _texts(model: Model) -> dict[str, str]:
    """Return name -> the text of the entry that is made for the bundle."""
    run, spec = model.run, model.run.spec
    labels = tuple(model.classifier.labels)
    grouping = spec.grouping.grouping()
    groups = dict(zip(labels, group_of_labels(spec, labels, grouping), strict=True))
    script = importlib.resources.files("core.inference.predict_scripts").joinpath(f"{spec.model}.py")
    texts = {
        status.STATUS: _json(status.portable(run.status)),
        METRICS: _json(run.status.get("metrics") or {}),
        LABELS: _json({"labels": list(labels), "groups": groups}),
        GROUPING: grouping_to_yaml(grouping),
        CARD: card(run),
        ORIGIN: _json(asdict(origin_of(run))),
        SCRIPT: script.read_text("utf-8"),
    }
    if hasattr(model.classifier, "vectorizer"):
        texts[READING] = _json(_reading(model.classifier.vectorizer))
    return texts


def _reading(vectorizer: Any) -> dict[str, Any]:
    """Return how the blocks of a logistic model read a text."""
    blocks = {
        block.name: {
            "pattern": block.tokenizer.pattern,
            "lowercase": block.tokenizer.lowercase,
            "shortest": block.shortest,
            "longest": block.longest,
            "weight": block.weight,
        }
        for block in vectorizer.blocks
    }
    return {"stop_words": sorted(vectorizer.blocks[0].tokenizer.stop_words), "blocks": blocks}


def _bundle(run: Run, contents: dict[str, Path | bytes]) -> bytes:
    """Return bundle.json: what the bundle is, and how to tell that nothing in it was changed."""
    files = {
        name: {
            "bytes": len(content) if isinstance(content, bytes) else content.stat().st_size,
            "sha256": hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else file_sha256(content),
        }
        for name, content in sorted(contents.items())
    }
    document = {"format": FORMAT, "kind": "copydesk bundle", "copydesk": __version__, "run": run.id, "files": files}
    return _json(document).encode("utf-8")


def add_entry(archive: zipfile.ZipFile, name: str, content: Path | bytes) -> None:
    """Add a file to ``archive`` that says nothing of where and when it was made."""
    info = zipfile.ZipInfo(name, TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3  # Unix, so that the mode means something
    info.external_attr = MODE << 16
    info.file_size = len(content) if isinstance(content, bytes) else content.stat().st_size
    with archive.open(info, "w") as target:
        with io.BytesIO(content) if isinstance(content, bytes) else content.open("rb") as source:
            shutil.copyfileobj(source, target, PIECE)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
