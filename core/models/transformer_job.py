"""One fine-tuning as files: what the process that trains needs, be it this one or others beside it.

job.json      checkpoint, settings, labels, seed, device, where the tokens are
rows.npz      rows to train on and to judge by, and the number of each row's label
trainer/      checkpoints of the training, as transformers' Trainer writes them
trained/      the finished model
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import DamagedError
from core.models.device import Plan
from core.models.transformer_settings import TransformerSettings
from core.storage import read_json, write_json

STATE = "trainer_state.json"
NEEDED = (STATE, "optimizer.pt", "scheduler.pt", "model.safetensors")


@dataclass(frozen=True)
class Rows:
    """Which rows of the tokens are used, and for what.

    Attributes
    ----------
    training, validation: places among the tokens; both together are all rows that are used.
    targets: number of the label of every token row, shape (rows,).
    """

    training: np.ndarray
    validation: np.ndarray
    targets: np.ndarray


@dataclass(frozen=True)
class Job:
    """A fine-tuning, whole.

    Attributes
    ----------
    checkpoint: folder of the pretrained encoder.
    tokens: Arrow file of the tokenized texts.
    texts: fingerprint of the tokenized texts.
    resumable: somebody may go on with it later, so each epoch is saved.
    """

    folder: Path
    checkpoint: Path
    tokens: Path
    texts: str
    settings: TransformerSettings
    labels: tuple[str, ...]
    seed: int
    plan: Plan
    rows: Rows
    resumable: bool = True

    @property
    def trainer(self) -> Path:
        """Return the folder of the training's checkpoints."""
        return self.folder / "trainer"

    @property
    def trained(self) -> Path:
        """Return the folder of the finished model."""
        return self.folder / "trained"

    def identity(self) -> str:
        """Return a hash of everything that decides the outcome; device and precision are left open."""
        free = {"device", "gpus", "precision", "device_batch_size", "logging_steps", "checkpoints_kept"}
        known = [self.texts, self.settings.model_dump(mode="json", exclude=free), self.labels, self.seed]
        digest = hashlib.sha256(json.dumps(known, sort_keys=True).encode("utf-8", "backslashreplace"))
        for part in (self.rows.training, self.rows.validation, self.rows.targets):
            digest.update(np.ascontiguousarray(part, dtype=np.int64).tobytes())
        return digest.hexdigest()

    def write(self) -> None:
        """Write the job, and remove what another training has left in its folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        identity = self.identity()
        if _identity_in(self.folder) != identity:
            clear(self.folder)
        np.savez(self.folder / "rows.npz", **vars(self.rows))
        document = {
            "identity": identity,
            "checkpoint": str(self.checkpoint),
            "tokens": str(self.tokens),
            "texts": self.texts,
            "settings": self.settings.model_dump(mode="json"),
            "labels": list(self.labels),
            "seed": self.seed,
            "plan": asdict(self.plan),
            "resumable": self.resumable,
        }
        write_json(self.folder / "job.json", document)

    def last_checkpoint(self) -> Path | None:
        """Return the newest checkpoint that is whole, None when there is none; broken ones are removed."""
        found = sorted(self.trainer.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))
        for path in reversed(found):
            if _is_whole(path):
                return path
            shutil.rmtree(path, ignore_errors=True)
        return None


def read_job(folder: Path) -> Job:
    """Return the job that was written to ``folder``."""
    document = read_json(folder / "job.json")
    with np.load(folder / "rows.npz", allow_pickle=False) as arrays:
        rows = Rows(**{name: arrays[name] for name in ("training", "validation", "targets")})
    plan: dict[str, Any] = document["plan"]
    return Job(
        folder=folder,
        checkpoint=Path(document["checkpoint"]),
        tokens=Path(document["tokens"]),
        texts=document["texts"],
        settings=TransformerSettings(**document["settings"]),
        labels=tuple(document["labels"]),
        seed=document["seed"],
        plan=Plan(plan["precision"], tuple(plan["gpus"]), plan["visible"]),
        rows=rows,
        resumable=document["resumable"],
    )


def clear(folder: Path) -> None:
    """Remove everything that a training keeps in its folder; what else lies there stays."""
    for name in ("trainer", "trained"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in ("job.json", "rows.npz"):
        (folder / name).unlink(missing_ok=True)


def _identity_in(folder: Path) -> str | None:
    """Return the identity of the job in ``folder``, None when there is none that can be read."""
    try:
        document = read_json(folder / "job.json")
    except DamagedError:
        return None
    return document.get("identity") if isinstance(document, dict) else None


def _is_whole(checkpoint: Path) -> bool:
    """Tell whether a checkpoint was written to its end: its state is what the Trainer writes last."""
    if not all((checkpoint / name).is_file() for name in NEEDED):
        return False
    try:
        json.loads((checkpoint / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True
