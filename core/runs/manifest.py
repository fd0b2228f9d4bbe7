"""manifest.json: what a finished run consists of, and whether it still does."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import subprocess
from pathlib import Path
from typing import Any

from core import __version__
from core.errors import DamagedError, shorten
from core.storage import REPOSITORY, read_json, write_json

MANIFEST = "manifest.json"
FOLDERS = ("model", "evaluation")
GIT_SECONDS = 5
LIBRARIES = ("numpy", "pandas", "pyarrow", "safetensors", "scikit-learn", "torch", "transformers")


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of the file's content, as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(run_path: Path) -> dict[str, Any]:
    """Record size and SHA-256 of every file in ``model/`` and ``evaluation/``; return the document."""
    files = {
        path.relative_to(run_path).as_posix(): {"bytes": path.stat().st_size, "sha256": file_sha256(path)}
        for folder in FOLDERS
        for path in sorted((run_path / folder).rglob("*"))
        if path.is_file()
    }
    document = {
        "format": 1,
        "files": files,
        "copydesk": __version__,
        "commit": commit(),
        "python": platform.python_version(),
        "libraries": _versions(),
    }
    write_json(run_path / MANIFEST, document)
    return document


def check_manifest(run_path: Path, folder: str) -> None:
    """Raise DamagedError unless ``folder`` holds exactly the files that the manifest names."""
    files = {name: entry for name, entry in _files(run_path).items() if name.split("/")[0] == folder}
    present = {path.relative_to(run_path).as_posix() for path in (run_path / folder).rglob("*") if path.is_file()}
    for name in sorted(present ^ files.keys()):
        state = "is missing" if name in files else "was added"
        raise DamagedError(f"run {shorten(run_path.name)}: {name} {state} since the run ended; train again")
    for name, entry in files.items():
        path = run_path / name
        if path.stat().st_size != entry["bytes"] or file_sha256(path) != entry["sha256"]:
            raise DamagedError(f"run {shorten(run_path.name)}: {name} was changed since the run ended; train again")


def _files(run_path: Path) -> dict[str, dict[str, Any]]:
    """Return file -> {bytes, sha256} as the manifest has it; DamagedError when it has none."""
    document = read_json(run_path / MANIFEST)
    files = document.get("files") if isinstance(document, dict) else None
    if not isinstance(files, dict) or not all(
        isinstance(entry, dict) and {"bytes", "sha256"} <= entry.keys() for entry in files.values()
    ):
        raise DamagedError(f"{run_path / MANIFEST} is not a manifest; train again")
    return files


def commit() -> str | None:
    """Return the commit of the program, "-dirty" behind it where files were changed; None where nobody can tell."""
    if not (REPOSITORY / ".git").exists():
        return None
    command = ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=GIT_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip() or None


def _versions() -> dict[str, str]:
    """Return the versions of the installed libraries that a result depends on, without importing."""
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions
