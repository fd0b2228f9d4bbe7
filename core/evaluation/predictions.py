"""The probabilities that a run gave to rows it never saw, on disk.

``evaluation/`` holds ``rows.parquet`` (row: position in the dataset, category: the true raw
category), ``probabilities.npy`` (float16, rows x labels) and ``evaluation.json`` (labels,
dataset, fingerprint).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core.errors import DamagedError
from core.storage import read_json, write_json


@dataclass(frozen=True)
class Predictions:
    """Probabilities of rows, with what is needed to judge them.

    Attributes
    ----------
    seen_in_training: how many of the rows have a text that was trained on; None when nobody can tell.
    rows: positions in the dataset, shape (rows,).
    categories: true raw category of each row, categorical, shape (rows,).
    probabilities: float16, shape (rows, labels). Half precision is what is stored, so what a
        worker reports and what is computed later from the file are the same figures.
    """

    dataset: str
    fingerprint: str
    labels: tuple[str, ...]
    rows: np.ndarray
    categories: pd.Categorical
    probabilities: np.ndarray
    seen_in_training: int | None = 0


def save_predictions(predictions: Predictions, directory: Path) -> None:
    """Write ``predictions`` into ``directory``, which must exist."""
    frame = pd.DataFrame({"row": predictions.rows, "category": predictions.categories})
    frame.to_parquet(directory / "rows.parquet", index=False)
    np.save(directory / "probabilities.npy", predictions.probabilities.astype(np.float16), allow_pickle=False)
    document = {
        "format": 1,
        "dataset": predictions.dataset,
        "fingerprint": predictions.fingerprint,
        "labels": list(predictions.labels),
        "rows": len(predictions.rows),
    }
    write_json(directory / "evaluation.json", document)


def load_predictions(directory: Path) -> Predictions:
    """Return what `save_predictions` wrote; DamagedError when the files do not fit together."""
    document = read_json(directory / "evaluation.json")
    try:
        frame = pd.read_parquet(directory / "rows.parquet")
        probabilities = np.load(directory / "probabilities.npy", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise DamagedError(f"{directory} cannot be read ({error}); train the run again") from error
    if probabilities.shape != (len(frame), len(document["labels"])):
        raise DamagedError(
            f"{directory}: probabilities of shape {probabilities.shape} do not fit "
            f"{len(frame)} rows and {len(document['labels'])} labels; train the run again"
        )
    # A comparison with NaN is false.
    if probabilities.size and not (probabilities.min() >= 0 and probabilities.max() <= 1):
        wrong = int((~((probabilities >= 0) & (probabilities <= 1))).any(axis=1).sum())
        raise DamagedError(
            f"{directory}: {wrong:,} of {len(frame):,} rows have probabilities that are no numbers from 0 to 1; "
            "train the run again"
        )
    return Predictions(
        dataset=document["dataset"],
        fingerprint=document["fingerprint"],
        labels=tuple(document["labels"]),
        rows=frame["row"].to_numpy(),
        categories=pd.Categorical(frame["category"]),
        probabilities=probabilities,
    )
