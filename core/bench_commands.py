"""What the benches share: commands of ours in processes of their own, on a home that is thrown away."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.data.sample import SAMPLE_FILE
from core.errors import InputError
from core.storage import REPOSITORY


def path_of(file: Path | None) -> str:
    """Return the path of the file to measure with, the sample where none is given; InputError when it is missing."""
    path = SAMPLE_FILE if file is None else file
    if not path.is_file():
        raise InputError(f"file {str(path)!r} does not exist; give a file of headlines")
    return str(path.resolve())


def command(*arguments: str) -> list[str]:
    """Return the command line that runs a command of Copydesk."""
    return [sys.executable, "-m", "core", *arguments]


@contextmanager
def scratch_home() -> Iterator[dict[str, str]]:
    """Yield an environment whose COPYDESK_HOME is a temporary folder."""
    folder = tempfile.mkdtemp(prefix="copydesk-bench-")
    try:
        yield {**os.environ, "COPYDESK_HOME": folder}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def json_of(command: list[str], environment: Mapping[str, str]) -> Any:
    """Run a command of ours and return the JSON that it prints; its one-line error is passed on."""
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().split("\n") or ["no reason given"])[-1]
        raise InputError(f"the measured command ended with status {done.returncode}: {last.removeprefix('error: ')}")
    return json.loads(done.stdout)
