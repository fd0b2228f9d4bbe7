"""Fine-tuning from texts to a finished model in a folder, going on where a broken-off training left off."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import CopydeskError
from core.models import device
from core.models.checkpoint_folder import facts_of
from core.models.checkpoint_source import locate
from core.models.classifier import Report, Stopped
from core.models.quiet import quiet_libraries
from core.models.row_choice import held_apart, stratified
from core.models.tokenized import tokenized
from core.models.transformer_files import write_finished
from core.models.transformer_job import Job, Rows, clear
from core.models.transformer_needs import check_disk
from core.models.transformer_pretrained import pretrained, tokenizer_of
from core.models.transformer_settings import TransformerSettings, parts_of_batch
from core.models.transformer_trainer import trainer_of
from core.models.transformer_watch import Watch
from core.storage import building


def fit_into(
    folder: Path,
    texts: Sequence[str],
    targets: np.ndarray,
    labels: tuple[str, ...],
    settings: TransformerSettings,
    *,
    seed: int,
    report: Report,
    resumable: bool = True,
) -> Path:
    """Fine-tune and return the folder of the finished model, which is within ``folder``.

    What the same training has left in ``folder`` is gone on from. `Stopped` leaves a checkpoint when
    the training is ``resumable``; anything else that is raised leaves nothing.
    """
    try:
        job = prepared(folder, texts, targets, labels, settings, seed=seed, report=report, resumable=resumable)
        if not job.trained.is_dir():
            run(job, report)
        shutil.rmtree(job.trainer, ignore_errors=True)
    except Stopped:
        raise
    except BaseException:
        clear(folder)
        raise
    return job.trained


def prepared(
    folder: Path,
    texts: Sequence[str],
    targets: np.ndarray,
    labels: tuple[str, ...],
    settings: TransformerSettings,
    *,
    seed: int,
    report: Report,
    resumable: bool = True,
) -> Job:
    """Return the job, checked, its texts tokenized and everything written to ``folder``."""
    quiet_libraries()
    plan = device.choose(device.hardware(), settings.device, settings.precision, settings.gpus)
    checkpoint = locate(settings.checkpoint, report)
    facts = facts_of(checkpoint, settings.checkpoint, settings.max_length)
    folder.mkdir(parents=True, exist_ok=True)
    check_disk(settings, facts.weights_bytes, shutil.disk_usage(folder).free)
    tokenizer = tokenizer_of(checkpoint, settings.checkpoint, facts.vocabulary)
    used = stratified(targets, max(settings.max_rows or len(targets), len(labels)), seed)
    chosen = texts if len(used) == len(texts) else [texts[place] for place in used]
    tokens = tokenized(chosen, checkpoint, tokenizer, settings.max_length, report)
    training, validation = held_apart(targets[used], settings.validation_share, seed)
    path = Path(tokens.cache_files[0]["filename"])
    rows = Rows(training, validation, targets[used])
    job = Job(folder, checkpoint, path, path.parent.name, settings, labels, seed, plan, rows, resumable)
    job.write()
    print(f"{plan}; {len(training):,} rows to train on, {len(validation):,} to judge epochs by", flush=True)
    return job


def run(job: Job, report: Report) -> None:
    """Train the job to its end and write the finished model, here or in a process for each GPU."""
    if job.plan.visible > 1 and job.plan.gpus:
        from core.models.transformer_launch import launch

        launch(job, report)
    else:
        train_here(job, report)


def train_here(job: Job, report: Report, *, at_once: int | None = None) -> None:
    """Train in this process; when the GPU's memory does not do, with half the rows at once, as often as it takes."""
    while not attempt(job, report, at_once=at_once):
        at_once = smaller(job, 1, at_once)


def smaller(job: Job, processes: int, at_once: int | None) -> int:
    """Return half of the rows that a device holds at once, and say so; CopydeskError when one is too many."""
    now, _ = parts_of_batch(job.settings, processes, at_once)
    if now == 1:
        raise CopydeskError(
            f"the GPU has too little memory for a single text of {job.settings.max_length} tokens; lower max_length, "
            "take a smaller checkpoint, or set device=cpu"
        )
    half, parts = parts_of_batch(job.settings, processes, now // 2)
    print(f"out of GPU memory with {now} rows at once: going on with {half}, {parts} parts a step", flush=True)
    return half


def attempt(
    job: Job,
    report: Report,
    *,
    at_once: int | None = None,
    processes: int = 1,
    stop_asked: Callable[[], bool] = lambda: False,
) -> bool:
    """Train from the last checkpoint on and write the finished model; False when GPU memory ran out.

    Then a checkpoint of the last whole step is left, where there was one.

    Parameters
    ----------
    processes: how many train along, this one among them.
    stop_asked: called once a step, in all processes alike, whether to save and end.
    """
    import torch

    model = pretrained(job.checkpoint, job.labels, job.settings.checkpoint, job.seed)
    tokenizer = tokenizer_of(job.checkpoint, job.settings.checkpoint, model.config.vocab_size)
    watch = Watch(
        report,
        rows=len(job.rows.training),
        batch_size=job.settings.batch_size,
        bounded=job.settings.patience is not None,
        resumable=job.resumable,
        alone=processes == 1,
        stop_asked=stop_asked,
    )
    trainer = trainer_of(job, model, tokenizer, watch, processes=processes, at_once=at_once)
    last = job.last_checkpoint()
    try:
        trainer.train(resume_from_checkpoint=str(last) if last else None)
    except torch.OutOfMemoryError:
        _keep(trainer)
        del trainer, model
        gc.collect()
        torch.cuda.empty_cache()
        return False
    if watch.stopped:
        raise watch.stopped
    if trainer.is_world_process_zero():
        finish(job, trainer.accelerator.unwrap_model(trainer.model), tokenizer)
    return True


def _keep(trainer: Any) -> None:
    """Save the state after the last whole step, so that what was learned is not learned again."""
    if trainer.state.global_step > 0 and trainer.args.world_size == 1:
        trainer._save_checkpoint(trainer.model, trial=None)


def finish(job: Job, model: Any, tokenizer: Any) -> None:
    """Write the finished model, whole or not at all."""
    tokenizer.model_max_length = job.settings.max_length
    with building(job.trained) as directory:
        write_finished(directory, model.to("cpu"), tokenizer, job.settings)
