"""Hugging Face's Trainer, set up for a job: arguments, loss, optimizer, order of rows, callbacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from core.models.row_choice import Order
from core.models.transformer_job import Job
from core.models.transformer_settings import TransformerSettings, parts_of_batch
from core.models.transformer_watch import Watch, check_loss

if TYPE_CHECKING:
    import torch
    from transformers import Trainer, TrainerCallback, TrainingArguments

EVALUATION_ROWS = 64


def head_parameters(model: Any) -> set[str]:
    """Return the names of the parameters that are not the encoder's: those of the head."""
    base = f"{model.base_model_prefix}."
    return {name for name, _ in model.named_parameters() if not name.startswith(base)}


def freeze_encoder(model: Any) -> None:
    """Let only the head be trained."""
    head = head_parameters(model)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name in head)


def parameter_groups(model: Any, settings: TransformerSettings, decaying: set[str]) -> list[dict[str, Any]]:
    """Return the trainable parameters for the optimizer: the head with its own rate, weights alone with decay."""
    head = head_parameters(model)
    groups: dict[tuple[bool, bool], list[Any]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            groups.setdefault((name in head, name in decaying), []).append(parameter)
    rates = {False: settings.learning_rate, True: settings.head_learning_rate or settings.learning_rate}
    return [
        {"params": members, "lr": rates[in_head], "weight_decay": settings.weight_decay if decays else 0.0}
        for (in_head, decays), members in groups.items()
    ]


def label_weights(targets: np.ndarray, labels: int, class_weight: str) -> np.ndarray | None:
    """Return a weight for each label, of mean one over the rows; a label without a row weighs nothing."""
    if class_weight == "none":
        return None
    counts = np.bincount(targets, minlength=labels)
    power = 1.0 if class_weight == "balanced" else 0.5
    weights = np.where(counts > 0, (1 / np.maximum(counts, 1)) ** power, 0.0)
    return weights * len(targets) / (weights @ counts)


def loss_of(weights: np.ndarray | None, label_smoothing: float) -> Callable[..., torch.Tensor]:
    """Return the cross-entropy that Trainer calls, summed over the rows and divided by those of the whole step."""
    import torch

    of_label = None if weights is None else torch.as_tensor(weights, dtype=torch.float32)

    def loss(outputs: Any, labels: torch.Tensor, num_items_in_batch: Any = None) -> torch.Tensor:
        logits = outputs["logits"].float()
        total = torch.nn.functional.cross_entropy(
            logits,
            labels,
            weight=None if of_label is None else of_label.to(logits.device),
            label_smoothing=label_smoothing,
            reduction="sum",
        )
        return total / (len(labels) if num_items_in_batch is None else num_items_in_batch)

    return loss


def figures_of(predicted: Any) -> dict[str, float]:
    """Return accuracy, and precision, recall and F1 weighted by support, of what Trainer predicted."""
    from sklearn.metrics import precision_recall_fscore_support

    answers, targets = predicted.predictions, predicted.label_ids
    precision, recall, f1, _ = precision_recall_fscore_support(targets, answers, average="weighted", zero_division=0)
    return {
        "accuracy": float((answers == targets).mean()),
        "precision": float(precision),
        "recall": float(recall),
        "f1": float(f1),
    }


def arguments_of(job: Job, *, processes: int, at_once: int | None) -> TrainingArguments:
    """Return the settings in the words of transformers 5."""
    from transformers import TrainingArguments

    settings, on_gpu = job.settings, bool(job.plan.gpus)
    of_device, parts = parts_of_batch(settings, processes, at_once)
    judged = len(job.rows.validation) > 0
    return TrainingArguments(
        output_dir=str(job.trainer),
        per_device_train_batch_size=of_device,
        per_device_eval_batch_size=min(EVALUATION_ROWS, max(of_device, 1) * 2),
        gradient_accumulation_steps=parts,
        num_train_epochs=settings.epochs,
        learning_rate=settings.learning_rate,
        lr_scheduler_type=settings.scheduler,
        warmup_steps=settings.warmup,
        weight_decay=settings.weight_decay,
        optim="adamw_torch_fused",
        # fp16 without a GPU is taken without a word, and does harm.
        fp16=job.plan.precision == "fp16" and on_gpu,
        bf16=job.plan.precision == "bf16",
        tf32=True if on_gpu else None,
        use_cpu=not on_gpu,
        ddp_backend="gloo" if processes > 1 and not on_gpu else None,
        dataloader_pin_memory=on_gpu,
        train_sampling_strategy="group_by_length" if settings.sampling == "group_by_length" else "random",
        seed=job.seed,
        eval_strategy="epoch" if judged else "no",
        save_strategy="epoch" if judged or job.resumable else "no",
        save_total_limit=settings.checkpoints_kept,
        load_best_model_at_end=judged,
        metric_for_best_model="accuracy" if judged else None,
        greater_is_better=True if judged else None,
        restore_callback_states_from_checkpoint=True,
        logging_strategy="steps",
        logging_steps=settings.logging_steps,
        logging_first_step=True,
        logging_nan_inf_filter=False,
        disable_tqdm=True,
        report_to="none",
        log_level="error",
    )


def trainer_of(job: Job, model: Any, tokenizer: Any, watch: Watch, *, processes: int, at_once: int | None) -> Trainer:
    """Return a Trainer that is ready to run."""
    from datasets import Dataset
    from transformers import DataCollatorWithPadding, EarlyStoppingCallback, PrinterCallback

    settings, rows = job.settings, job.rows
    tokens = Dataset.from_file(str(job.tokens)).add_column("labels", rows.targets)
    lengths = np.asarray(tokens.data.column("length").to_numpy())
    # Judged in the order of their lengths, so that little is padding.
    judged = rows.validation[np.argsort(lengths[rows.validation], kind="stable")]
    weights = label_weights(rows.targets[rows.training], len(job.labels), settings.class_weight)
    if settings.trainable == "head":
        freeze_encoder(model)
    trainer = _trainer_class()(
        order=Order(
            lengths[rows.training], rows.targets[rows.training], settings.sampling, settings.batch_size, job.seed
        ),
        settings=settings,
        model=model,
        args=arguments_of(job, processes=processes, at_once=at_once),
        processing_class=tokenizer,
        data_collator=DataCollatorWithPadding(
            tokenizer,
            padding=settings.padding,
            max_length=settings.max_length if settings.padding == "max_length" else None,
            pad_to_multiple_of=8 if job.plan.gpus else None,
        ),
        train_dataset=tokens.select(rows.training),
        eval_dataset=tokens.select(judged) if len(judged) else None,
        compute_loss_func=loss_of(weights, settings.label_smoothing),
        compute_metrics=figures_of,
        preprocess_logits_for_metrics=lambda logits, labels: logits.argmax(dim=-1),
    )
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(_callback(watch, trainer.order))
    if settings.patience is not None and len(judged):
        trainer.add_callback(EarlyStoppingCallback(settings.patience))
    return trainer


def _trainer_class() -> Any:
    """Return the Trainer that takes its rows in our order, gives the head its own rate, and tells of a lost loss."""
    import torch
    from transformers import Trainer

    class OrderedTrainer(Trainer):
        def __init__(self, *, order: Order, settings: TransformerSettings, **options: Any) -> None:
            self.order, self.settings = order, settings
            super().__init__(**options)

        def _get_train_sampler(self, train_dataset: Any = None) -> Any:
            return self.order

        def create_optimizer(self, model: Any = None) -> Any:
            if self.optimizer is None:
                groups = parameter_groups(self.model, self.settings, set(self.get_decay_parameter_names(self.model)))
                self.optimizer = torch.optim.AdamW(groups, fused=True)
            return self.optimizer

        def training_step(self, *arguments: Any, **options: Any) -> torch.Tensor:
            loss = super().training_step(*arguments, **options)
            check_loss(float(loss), self.state.global_step + 1, self._get_learning_rate())
            return loss

    return OrderedTrainer


def _callback(watch: Watch, order: Order) -> TrainerCallback:
    """Return the callback that passes everything on to ``watch``."""
    from transformers import TrainerCallback

    class WatchCallback(TrainerCallback):
        def on_train_begin(self, args: Any, state: Any, control: Any, **other: Any) -> None:
            watch.tell(state)

        def on_epoch_begin(self, args: Any, state: Any, control: Any, **other: Any) -> None:
            # A training that goes on in the middle of an epoch skips rows behind accelerate's back.
            order.set_epoch(int(state.epoch or 0))

        def on_step_end(self, args: Any, state: Any, control: Any, **other: Any) -> None:
            watch.step_end(state, control)

        def on_substep_end(self, args: Any, state: Any, control: Any, **other: Any) -> None:
            watch.tell(state)

        def on_prediction_step(self, args: Any, state: Any, control: Any, **other: Any) -> None:
            watch.tell(state)

        def on_epoch_end(self, args: Any, state: Any, control: Any, **other: Any) -> None:
            watch.epoch_end(state, control)

        def on_save(self, args: Any, state: Any, control: Any, **other: Any) -> None:
            watch.save()

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **other: Any) -> None:
            watch.log(state, logs or {})

    return WatchCallback()
