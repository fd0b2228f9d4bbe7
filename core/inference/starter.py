"""Makes the starter of a finished run: ``python -m core.inference.starter RUN``, a step of making a release.

What it takes along holds no text of the training data: the model, which rows were tested, by their number and category,
the probabilities that they got, and the figures. What tells of the machine that trained it stays behind.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict
from pathlib import Path

from core.errors import CopydeskError, InputError, shorten
from core.evaluation.evaluate import test_predictions
from core.evaluation.temperature import CALIBRATION
from core.inference.card import ORIGIN, Origin, card
from core.inference.classify import load_model
from core.runs import starter, status, store
from core.runs.manifest import MANIFEST
from core.runs.store import SPEC, Run
from core.storage import building, write_atomic, write_json

MOST_BYTES = 8_000_000
CARD = "README.md"
FOLDERS = ("model", "evaluation")

HUFFPOST = Origin(
    source="HuffPost News Category Dataset v3, its part of 167,622 records",
    licence="CC BY 4.0",
    notice="Rishabh Misra, News Category Dataset, arXiv:2209.11429, 2022. The model holds words and pairs of words of "
    "these headlines with their weights, and no headline.",
    period=("2012-01-28", "2022-09-23"),
)


def write_starter(run: Run, folder: Path) -> int:
    """Make ``folder``, which must not exist, the starter of ``run``; return its bytes.

    Raises InputError for a run without a model or too large, DamagedError when its files are not what it wrote;
    then nothing is left.
    """
    load_model(run)
    test_predictions(run)
    with building(folder) as work:
        for name in FOLDERS:
            shutil.copytree(run.path / name, work / name)
        for name in (SPEC, MANIFEST, CALIBRATION):
            if (run.path / name).exists():
                shutil.copyfile(run.path / name, work / name)
        write_json(work / status.STATUS, status.portable(run.status))
        write_json(work / ORIGIN, asdict(HUFFPOST))
        write_atomic(work / CARD, card(run, HUFFPOST).replace(f"# {run.title}", "# Starter", 1))
        size = sum(path.stat().st_size for path in work.rglob("*") if path.is_file())
        if size > MOST_BYTES:
            raise InputError(
                f"run {shorten(run.title)} takes {size:,} bytes, and the starter may take {MOST_BYTES:,}; "
                "train with a smaller kept_features"
            )
    return size


def main(arguments: list[str]) -> int:
    """Write the starter of the run that is named, in place of the earlier one, and say how large it is."""
    if len(arguments) != 1:
        print("error: give one run: python -m core.inference.starter RUN", file=sys.stderr)
        return 2
    try:
        run = store.find(arguments[0])
        fresh = starter.FOLDER.with_name(f"{starter.ID}-new")
        size = write_starter(run, fresh)
    except CopydeskError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    shutil.rmtree(starter.FOLDER, ignore_errors=True)
    fresh.rename(starter.FOLDER)
    print(f"wrote {starter.FOLDER} ({size:,} bytes) of run {run.id}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
