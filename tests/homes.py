"""Folders with finished runs on a fixed part of the sample, each made once for all processes of a session.

Whoever asks first makes it; each gets a copy of its own, which may be changed. So a further file of tests that
needs a run costs a copy and no training, and a larger sample makes none of them slower.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from core.data import datasets, sample
from core.data.datasets import Dataset
from core.data.importing import import_file
from core.runs import dispatcher, local
from core.runs.spec import plan
from core.storage import lock_holder, models_root

# So many headlines of each category, of which a fifth is 3, and more of the one that is to be seen as the largest.
EACH, LARGEST, OF_LARGEST = 15, "POLITICS", 40
READY = ".ready"


@cache
def part_of_sample() -> str:
    """Return the first lines of each category of the sample, in its order."""
    taken: Counter[str] = Counter()
    chosen = []
    for line in sample.SAMPLE_FILE.read_text(encoding="utf-8").rstrip("\n").split("\n"):
        category = json.loads(line)["category"]
        if taken[category] < (OF_LARGEST if category == LARGEST else EACH):
            taken[category] += 1
            chosen.append(line + "\n")
    return "".join(chosen)


def import_part(name: str = "sample") -> Dataset:
    """Import the part as dataset ``name``, as `import_sample` does the whole."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / sample.SAMPLE_FILE.name
        file.write_text(part_of_sample(), encoding="utf-8")
        return import_file(file, name, source="a part of the sample", licence=sample.LICENCE, notice=sample.NOTICE)


def trained(factory: pytest.TempPathFactory, *how: dict[str, Any]) -> Path:
    """Return a new folder with the part as dataset "sample", opened before, and a finished run for each ``how``.

    Parameters
    ----------
    how: what `plan` takes beside the dataset, in the order in which the runs are trained.
    """
    folder = factory.mktemp("trained")
    copy(_trained(factory, how), folder)
    return folder


def _trained(factory: pytest.TempPathFactory, how: tuple[dict[str, Any], ...]) -> Path:
    """Return the folder that is copied; one run more is trained in a copy of the folder with one run less."""

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("COPYDESK_HOME", str(folder))
            if not how:
                import_part()
                (folder / "data" / ".opened").touch()
                return
            copy(_trained(factory, how[:-1]), folder)
            local.wait(local.submit(plan(datasets.load("sample"), **how[-1])))
            wait_until_quiet()

    return made_once(factory, f"trained {json.dumps(how, sort_keys=True)}", make)


def wait_until_quiet() -> None:
    """Wait until nobody writes in the home any more: its runs have ended, and the dispatcher is about to."""
    while lock_holder(models_root() / dispatcher.LOCK) is not None:
        local.wait_a_moment(0.02)


def copy(folder: Path, to: Path) -> None:
    """Copy all of a folder that `made_once` made."""
    shutil.copytree(folder, to, dirs_exist_ok=True, ignore=shutil.ignore_patterns(READY))


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that ``make`` filled, once in the session; it is to be read, or copied, and not changed."""
    base = factory.getbasetemp()
    # Each process of pytest-xdist has a folder of its own beside those of the others.
    shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "shared"
    folder = shared / "".join(letter if letter.isalnum() else "-" for letter in name)
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / READY).exists():
            make(folder)
            (folder / READY).touch()
    return folder
