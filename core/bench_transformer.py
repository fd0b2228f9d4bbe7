"""``bench transformer``: the notebook's fine-tuning and ours in turn, each in a process of its own.

Run as a module it is that process: ``python -m core.bench_transformer SIDE`` prints one JSON document.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.bench_commands import command, json_of, path_of, scratch_home
from core.errors import InputError
from core.models import registry
from core.models.checkpoint_source import MINILM_INSTALL, find_local, locate
from core.models.classifier import Cancelled, Report, unreported

Document = dict[str, Any]
DATASET = "bench"
SEED = 42
# Enough steps for a steady pace, few enough for the notebook's on two cores: some minutes.
TRAINING_ROWS, ANSWERED_ROWS, QUICK_ROWS, JUDGED_ROWS = 384, 512, 20_000, 10_000
MEMORY_STEPS = 10
# Of a weight: itself, its gradient and AdamW's two moments, in fp32.
BYTES_OF_WEIGHT = 16


def bench_transformer(file: Path | None, rounds: int) -> Document:
    """Fine-tune and answer by the notebook's recipe and by ours; rows/s of both, their ratio, memory, and accuracy.

    The rows and the checkpoint are the same on both sides: distilbert-base-uncased where this machine has
    it, else an encoder of its size with random weights, which is as fast. ``quick`` is judged beside the
    notebook's logistic recipe under huffpost-12: both learn the same rows, and are scored on rows apart.
    """
    with scratch_home() as environment:
        json_of([*command("data", "import", path_of(file)), "--name", DATASET, "--json"], environment)
        folder = Path(environment["COPYDESK_HOME"]) / "checkpoint"
        checkpoint = _side("checkpoint", environment, folder=str(folder))["checkpoint"]
        measured: list[Document] = []
        for number in range(rounds):
            for side, choices in _sides(checkpoint):
                measured.append({"round": number + 1, "side": side, **_side(side, environment, **choices)})
    return {
        "file": path_of(file),
        "checkpoint": "random weights of DistilBERT's size" if checkpoint == str(folder) else checkpoint,
        "measured": measured,
        "ratio_training": _ratio(measured, "train"),
        "ratio_training_fp32": _ratio(measured, "train", ours="fp32"),
        "ratio_answering": _ratio(measured, "answer"),
    }


def _sides(checkpoint: str) -> list[tuple[str, Document]]:
    """Return what is measured, in turn, so that a busy moment of the machine falls on both of a pair."""
    return [
        ("train", {"recipe": "notebook", "checkpoint": checkpoint}),
        ("train", {"recipe": "default", "checkpoint": checkpoint}),
        ("train", {"recipe": "default", "precision": "fp32", "checkpoint": checkpoint}),
        ("answer", {"recipe": "notebook", "checkpoint": checkpoint}),
        ("answer", {"recipe": "default", "checkpoint": checkpoint}),
        ("memory", {"recipe": "default", "checkpoint": checkpoint}),
        ("learn", {"recipe": "logistic notebook"}),
        ("learn", {"recipe": "transformer quick"}),
    ]


def _ratio(measured: list[Document], side: str, ours: str = "auto") -> float:
    """Return how many times the notebook's rows/s ours are, of the medians over the rounds."""

    def median(recipe: str, precision: str) -> float:
        rates = [
            row["rows_per_s"]
            for row in measured
            if row["side"] == side and row["recipe"] == recipe and row.get("precision", "auto") == precision
        ]
        return float(np.median(rates))

    return round(median("default", ours) / median("notebook", "auto"), 2)


def _side(side: str, environment: Mapping[str, str], **choices: str) -> Document:
    arguments = [sys.executable, "-m", "core.bench_transformer", side, json.dumps(choices)]
    return {**choices, **json_of(arguments, environment)} if side != "checkpoint" else json_of(arguments, environment)


def random_distilbert(folder: Path) -> None:
    """Write a DistilBERT of the usual size with random weights, and MiniLM's vocabulary, which is BERT's as well."""
    from transformers import AutoTokenizer, DistilBertConfig, DistilBertModel, set_seed

    minilm = find_local("minilm")
    if minilm is None:
        raise InputError(
            "checkpoint distilbert-base-uncased is not on this machine, nor a vocabulary to make one of its size with; "
            f"{MINILM_INSTALL}"
        )
    set_seed(SEED)
    DistilBertModel(DistilBertConfig()).save_pretrained(folder)
    AutoTokenizer.from_pretrained(minilm, model_max_length=512).save_pretrained(folder)


def checkpoint_side(folder: str) -> Document:
    """Return which checkpoint the speeds are measured with; makes it where there is none."""
    name = "distilbert-base-uncased"
    if find_local(name):
        return {"checkpoint": name}
    random_distilbert(Path(folder))
    return {"checkpoint": folder}


def train_side(recipe: str, checkpoint: str, precision: str = "auto") -> Document:
    """Return rows/s of one epoch, from the beginning of the first step to the end of the last."""
    texts, y = rows(TRAINING_ROWS)
    times: list[tuple[float, int]] = []

    def report(phase: str, step: int, total: int, *, rows: int | None = None, **figures: float) -> None:
        if phase == "fit" and rows is not None and not figures.keys() - {"at_most"}:
            times.append((time.perf_counter(), rows))

    overrides = {"checkpoint": checkpoint, "epochs": "1", "validation_share": "0", "patience": "none"}
    if precision != "auto":
        overrides["precision"] = precision
    registry.fit("transformer", texts, y, _settings(recipe, overrides), seed=SEED, report=report)
    (begin, met_first), (end, met_last) = times[0], times[-1]
    return {"rows": len(texts), "rows_per_s": round((met_last - met_first) / (end - begin), 2)}


def answer_side(recipe: str, checkpoint: str) -> Document:
    """Return rows/s of answering: the notebook's in fp32 batches of 16 filled up to 128 tokens, or ours."""
    import torch
    from transformers import AutoTokenizer

    from core.models.quiet import quiet_libraries
    from core.models.transformer import TransformerClassifier
    from core.models.transformer_pretrained import pretrained

    quiet_libraries()
    texts, y = rows(ANSWERED_ROWS)
    settings = _settings(recipe, {})
    folder = locate(checkpoint, unreported)
    labels = tuple(sorted(set(y)))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = pretrained(folder, labels, checkpoint, SEED).eval()
    if recipe == "notebook":

        def answer(some: list[str]) -> None:
            for begin in range(0, len(some), settings.batch_size):
                batch = tokenizer(
                    some[begin : begin + settings.batch_size],
                    padding="max_length",
                    truncation=True,
                    max_length=settings.max_length,
                    return_tensors="pt",
                )
                batch.pop("token_type_ids", None)
                with torch.no_grad():
                    model(**batch).logits.softmax(-1)
    else:
        answer = TransformerClassifier(settings, labels, model, tokenizer).predict_proba
    answer(texts[:32])
    begin = time.perf_counter()
    answer(texts)
    return {"rows": len(texts), "rows_per_s": round(len(texts) / (time.perf_counter() - begin), 2)}


def memory_side(recipe: str, checkpoint: str) -> Document:
    """Return the peak memory of the first steps on all rows, less what weights, gradients and optimizer take."""
    from core.models.checkpoint_folder import facts_of
    from core.runs.pipeline import peak_memory

    settings = _settings(recipe, {"checkpoint": checkpoint, "logging_steps": "1"})
    weights = facts_of(locate(checkpoint, unreported), checkpoint, settings.max_length).weights_bytes
    texts, y = rows(None)
    with contextlib.suppress(Cancelled):
        registry.fit("transformer", texts, y, settings, seed=SEED, report=_until(MEMORY_STEPS))
    peak, own = peak_memory(), weights // 4 * BYTES_OF_WEIGHT
    return {
        "rows": len(texts),
        "peak_memory_mb": round(peak / 1e6),
        "beyond_model_mb": round((peak - own) / 1e6),
    }


def _until(last: int) -> Report:
    """Return a report that ends the training after ``last`` steps."""

    def report(phase: str, step: int, total: int, **figures: Any) -> None:
        if phase == "fit" and step >= last:
            raise Cancelled

    return report


def learn_side(recipe: str) -> Document:
    """Return accuracy and macro-F1 under huffpost-12 after learning, of rows apart, and the seconds it took.

    The notebook's recipe learns the groups, as it does; the transformer learns the categories.
    """
    from sklearn.metrics import f1_score

    from core.grouping.builtin import HUFFPOST_12

    model, preset = recipe.split()
    texts, categories = rows(None)
    count = min(QUICK_ROWS, int(0.8 * len(texts)))
    groups = [HUFFPOST_12.group_of(category) for category in categories]
    y = groups if model == "logistic" else categories
    settings = registry.settings_from(model, preset, {})
    begin = time.perf_counter()
    trained = registry.fit(model, texts[:count], y[:count], settings, seed=SEED)
    seconds = time.perf_counter() - begin
    apart = slice(count, count + JUDGED_ROWS)
    names, members = HUFFPOST_12.matrix(list(trained.labels))
    answers = np.array(names)[(trained.predict_proba(texts[apart]) @ members).argmax(axis=1)]
    right = np.array(groups[apart])
    return {
        "rows": count,
        "seconds": round(seconds, 1),
        "rows_per_s": round(count / seconds, 2),
        "accuracy": round(float((answers == right).mean()), 4),
        "macro_f1": round(float(f1_score(right, answers, average="macro", zero_division=0)), 4),
        "judged_rows": len(right),
    }


def rows(count: int | None) -> tuple[list[str], list[str]]:
    """Return ``count`` different texts and their categories, mixed the same each time; None: all."""
    from core.data import datasets
    from core.data.records import text_of

    frame = datasets.frame(datasets.load(DATASET), columns=["headline", "short_description", "category"])
    text = text_of(frame)
    mixed = text.drop_duplicates().sample(frac=1, random_state=SEED)[:count]
    return mixed.tolist(), frame["category"].loc[mixed.index].astype(str).tolist()


def _settings(recipe: str, overrides: Mapping[str, str]) -> Any:
    return registry.settings_from("transformer", recipe, overrides)


SIDES = {
    "checkpoint": checkpoint_side,
    "train": train_side,
    "answer": answer_side,
    "memory": memory_side,
    "learn": learn_side,
}

if __name__ == "__main__":
    # The training's own lines are not the result.
    with contextlib.redirect_stdout(sys.stderr):
        found = SIDES[sys.argv[1]](**json.loads(sys.argv[2]))
    print(json.dumps(found))
