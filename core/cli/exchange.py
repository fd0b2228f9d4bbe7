"""``export`` and ``import``: a run for other programs, and as one file for another Copydesk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import status_line
from core.cli.answers import RunId, found_run
from core.cli.files import Overwrite, check_free
from core.cli.printing import Json, emit, table
from core.errors import InputError, shorten

if TYPE_CHECKING:
    from core.runs.store import Run

BY_ENDING = {".zip": "bundle", ".joblib": "joblib"}
FORMATS = ("bundle", "joblib", "huggingface", "notebook", "onnx")


def export(
    run: RunId,
    target: Annotated[Path, typer.Argument(metavar="FILE.zip|FILE.joblib|FOLDER", help="Where to write it.")],
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="bundle (FILE.zip), joblib (FILE.joblib, a scikit-learn pipeline), huggingface, notebook or onnx "
            "(int8, for ONNX Runtime), each of these three a FOLDER.",
            show_default="bundle or joblib, by the ending",
        ),
    ] = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Hand on a run: as a bundle for another Copydesk, with a script that needs none, or as other programs read it.

    notebook: a pickled pipeline that predicts numbers of labels and the encoder of these, or results/best_model/ and
    results.zip. onnx: let out only when it gives the label of the run's model on 99 % of up to 2,000 of its test rows.
    """
    wanted = format_ or BY_ENDING.get(target.suffix.lower())
    if wanted is None:
        raise InputError(
            f"{shorten(str(target))} does not tell the format; name it FILE.zip or FILE.joblib, or give --format: "
            f"{', '.join(FORMATS)}"
        )
    if wanted not in FORMATS:
        raise InputError(f"export format {shorten(wanted)} is unknown; choose one of: {', '.join(FORMATS)}")
    check_free(target, overwrite)
    found = found_run(run)
    status_line.working("checking and writing the model")
    if wanted == "bundle":
        _bundle(found, target, json)
    elif wanted == "onnx":
        _onnx(found, target, json)
    else:
        files = {"joblib": _joblib, "huggingface": _huggingface, "notebook": _notebook}[wanted](found, target)
        _emit(target, files, {}, "", json)


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="A bundle, as `export` writes it.")],
    json: Json = False,
) -> None:
    """Take a run in from a bundle: everything in it is checked before it appears, and nothing in it is run."""
    from core.inference.bundle_import import import_bundle

    status_line.working("checking the bundle")
    run = import_bundle(file)
    metrics = run.status.get("metrics") or {}
    document = {"run": run.id, "state": run.state, "metrics": metrics}
    emit(document, f"imported run {run.id}, {run.spec.model} on {run.spec.dataset}", json)


def _bundle(run: Run, target: Path, json: bool) -> None:
    from core.inference.bundle import write_bundle
    from core.runs.manifest import file_sha256

    entries = [entry.document() for entry in write_bundle(run, target)]
    size = target.stat().st_size
    document = {"file": str(target), "bytes": size, "sha256": file_sha256(target), "entries": entries}
    listing = table(entries, ["permissions", "bytes", "packed_bytes", "time", "name"])
    emit(document, f"{listing}\n\nwrote {target} ({size:,} bytes, {len(entries)} entries)", json)


def _joblib(run: Run, target: Path) -> list[Path]:
    """Write a logistic run as a stock scikit-learn pipeline."""
    from core.inference.classify import load_model

    if target.suffix != ".joblib":
        raise InputError(f"export file {shorten(str(target))} has another ending; name it FILE.joblib")
    if target.is_dir():
        raise InputError(f"{shorten(str(target))} is a folder; name a file")
    if not target.parent.is_dir():
        raise InputError(f"folder {shorten(str(target.parent))} does not exist; make it first")
    if run.spec.model == "transformer":
        raise InputError(
            f"run {shorten(run.id)} has model transformer, which is no scikit-learn pipeline; export it with --format "
            "huggingface, or onnx for ONNX Runtime"
        )
    classifier = load_model(run).classifier
    if not hasattr(classifier, "export_pipeline"):
        raise InputError(f"run {shorten(run.id)} has model {run.spec.model}, which is no scikit-learn pipeline")
    classifier.export_pipeline(target)
    return [target]


def _huggingface(run: Run, target: Path) -> list[Path]:
    from core.inference.exports import export_huggingface

    return export_huggingface(run, target)


def _notebook(run: Run, target: Path) -> list[Path]:
    from core.inference.exports import export_notebook

    return export_notebook(run, target)


def _onnx(run: Run, target: Path, json: bool) -> None:
    from core.inference.onnx_export import export_onnx

    done = export_onnx(run, target)
    text = f"; the same label as the run's model on {done.agreement:.2%} of {done.rows:,} test rows"
    _emit(target, sorted(target.iterdir()), {"rows": done.rows, "agreement": done.agreement}, text, json)


def _emit(target: Path, files: list[Path], found: dict[str, Any], text: str, json: bool) -> None:
    """Say what was written; the sha256 is that of the largest file, the model itself."""
    from core.runs.manifest import file_sha256

    names = {file: file.name if file == target else file.relative_to(target).as_posix() for file in files}
    entries = [{"name": name, "bytes": file.stat().st_size} for file, name in names.items()]
    size = sum(entry["bytes"] for entry in entries)
    model = max(files, key=lambda file: file.stat().st_size)
    document = {"file": str(target), "bytes": size, "sha256": file_sha256(model), "entries": entries, **found}
    listing = "" if len(entries) == 1 else table(entries, ["bytes", "name"]) + "\n\n"
    emit(document, f"{listing}wrote {target} ({size:,} bytes){text}", json)


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command(epilog="Example: python -m core export RUN run.zip")(export)
    app.command("import", epilog="Example: python -m core import run.zip")(import_)
