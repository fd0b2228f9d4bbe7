"""The cleaning as a process of its own: ``python -m core.data.cleaning_job DATASET FINGERPRINT NAME STEPS``.

STEPS is a recipe as JSON. The folder is cache/cleaning/<name of the copy>/, as `core.background` has it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import background
from core.background import Background, Progress
from core.data.recipe import Recipe, recipe_from
from core.errors import InputError, shorten
from core.storage import checked_name, data_root, home

if TYPE_CHECKING:
    from core.data.datasets import Dataset

NOUN = "cleaning"
SPOKEN = {"read": "reads every record", "compare": "compares texts", "write": "writes the copy"}
# As `core.data.cleaning` reports them.
PHASES = {"read": (0.0, 0.4), "compare": (0.4, 0.8), "write": (0.8, 1.0)}


def folder_of(name: str) -> Path:
    """Return the folder of the cleaning that makes the dataset ``name``."""
    return home() / "cache" / "cleaning" / checked_name("dataset", name)


def cleaning_of(name: str) -> Background:
    """Return how far the cleaning that makes the dataset ``name`` is."""
    return background.look(folder_of(name))


def start(dataset: Dataset, recipe: Recipe, name: str) -> Background:
    """Start to write the cleaned copy ``name`` in the background; InputError for a name that is taken."""
    folder = folder_of(name)
    if (data_root() / name).exists():
        raise InputError(f"dataset {shorten(name)} exists already; choose another name, or delete it first")
    arguments = [dataset.name, dataset.fingerprint, name, json.dumps(recipe.steps())]
    return background.start(folder, __name__, arguments, noun=NOUN)


def cancel(name: str) -> None:
    """End the cleaning that makes ``name``; nothing of the copy is left. InputError when none is at work."""
    background.cancel(folder_of(name), noun=NOUN)


def main(arguments: list[str]) -> int:
    """Write the copy; return 0 when it is there."""
    parent, fingerprint, name, steps = arguments

    def task(report: Progress) -> dict[str, Any]:
        from core.data import datasets
        from core.data.cleaning import clean, recipe_of

        dataset = datasets.load(parent)
        if dataset.fingerprint != fingerprint:
            raise InputError(f"dataset {shorten(parent)} has other content than a moment ago; start again")
        copy = clean(dataset, recipe_from(json.loads(steps)), name, report)
        return {"dataset": copy.name, "rows": copy.rows, "recipe": recipe_of(copy)}

    return background.work(folder_of(name), PHASES, task, noun=NOUN)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
