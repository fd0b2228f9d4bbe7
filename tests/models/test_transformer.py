"""Fine-tuning a DistilBERT made small: what it learns, how it is broken off, how it goes on."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from core.errors import CopydeskError, InputError
from core.models import registry, transformer_trainer
from core.models.classifier import Cancelled, Stopped
from core.models.transformer_trainer import label_weights
from core.storage import REPOSITORY


@pytest.fixture(scope="module")
def fit(texts, y, fast):
    """Return a function that fine-tunes the tiny checkpoint on the small newsroom."""

    def fitted(preset="default", *, on=None, labels=None, seed=42, report=None, checkpoints=None, **overrides):
        chosen = {**fast["transformer"], **{key: str(value) for key, value in overrides.items()}}
        settings = registry.settings_from("transformer", preset, chosen)
        return registry.fit(
            "transformer", on or texts, labels or y, settings, seed=seed, report=report, checkpoints=checkpoints
        )

    return fitted


class Calls(list):
    """A report that keeps what it is told, and raises ``error`` at step ``at`` of phase fit."""

    def __init__(self, at=None, error=None):
        self.at, self.error = at, error

    def __call__(self, phase, step, total, **figures):
        self.append((phase, step, total, figures))
        if phase == "fit" and self.at is not None and step >= self.at:
            raise self.error

    def steps(self):
        return [step for phase, step, *_ in self if phase == "fit"]

    def figures(self, name):
        return [figures[name] for *_, figures in self if name in figures]


@pytest.fixture(scope="module")
def trained(fit):
    return fit()


@pytest.fixture(scope="module")
def folder(trained, tmp_path_factory):
    directory = tmp_path_factory.mktemp("model")
    trained.save(directory)
    return directory


def test_a_stock_pipeline_loads_the_folder_and_agrees(trained, folder, texts):
    from transformers import pipeline

    stock = pipeline("text-classification", model=str(folder), top_k=None, device="cpu")
    answers = [{entry["label"]: entry["score"] for entry in answer} for answer in stock(texts)]
    found = np.array([[answer[label] for label in trained.labels] for answer in answers])
    np.testing.assert_allclose(trained.in_precision("fp32").predict_proba(texts), found, atol=1e-5)
    np.testing.assert_allclose(trained.predict_proba(texts), found, atol=0.02)


def test_the_folder_is_what_save_pretrained_writes_and_no_pickle(trained, folder):
    names = {path.name for path in folder.iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "copydesk.json"} == names
    config = json.loads((folder / "config.json").read_text())
    assert config["id2label"] == {"0": "GARDEN", "1": "HARBOUR", "2": "MUSIC"}
    assert config["label2id"] == {"GARDEN": 0, "HARBOUR": 1, "MUSIC": 2}
    assert config["architectures"] == ["DistilBertForSequenceClassification"]


def test_the_same_seed_gives_the_same_losses(fit):
    losses = []
    for seed in (7, 7, 8):
        calls = Calls(at=20, error=Cancelled())
        with pytest.raises(Cancelled):
            fit(seed=seed, report=calls, logging_steps=1)
        losses.append(calls.figures("loss"))
    assert len(losses[0]) >= 19
    assert losses[0] == losses[1] != losses[2]


def test_an_epoch_is_judged_and_the_best_is_kept(fit, tmp_path):
    calls = Calls()
    fit(report=calls, validation_share=0.25, epochs=4, checkpoints=tmp_path / "checkpoints", logging_steps=1)
    for name in ("eval_loss", "eval_accuracy", "eval_precision", "eval_recall", "eval_f1"):
        assert len(calls.figures(name)) == 4
    # 27 of the 36 rows are left to train on: 5 steps of 6 an epoch.
    assert calls[-1][1:3] == (20, 20)
    assert calls[-1][3]["rows"] == 4 * 27
    assert calls.figures("learning_rate")[-1] < max(calls.figures("learning_rate"))


def test_it_stops_early_when_nothing_gets_better(fit):
    calls = Calls()
    # A rate so small that the accuracy stays as it is.
    fit(report=calls, validation_share=0.25, patience=1, epochs=9, learning_rate="1e-9")
    assert calls[-1][1] < calls[-1][2]
    assert len(calls.figures("eval_accuracy")) == 2
    assert all(figures["at_most"] for _, _, _, figures in calls if "at_most" in figures)


def test_a_probe_trains_the_head_alone(fit, tiny_checkpoint):
    from safetensors.torch import load_file

    before = load_file(tiny_checkpoint / "model.safetensors")
    after = fit(trainable="head", epochs=1).model.distilbert.state_dict()
    assert before.keys() == after.keys()
    assert all((before[name] == after[name]).all() for name in before)


@pytest.mark.parametrize(
    ("class_weight", "expected"), [("none", None), ("balanced", [4 / 9, 4 / 3, 0]), ("root", [0.6339746, 1.0980762, 0])]
)
def test_weights_of_labels_have_mean_one_over_the_rows(class_weight, expected):
    weights = label_weights(np.array([0, 0, 0, 1]), 3, class_weight)
    if expected is None:
        assert weights is None
    else:
        np.testing.assert_allclose(weights @ [3, 1, 0] / 4, 1)
        np.testing.assert_allclose(weights[1] / weights[0], 3 if class_weight == "balanced" else 3**0.5)
        assert weights[2] == 0


@pytest.mark.parametrize(
    "overrides", [{"class_weight": "balanced"}, {"sampling": "balanced"}, {"label_smoothing": 0.1}]
)
def test_choices_for_uneven_labels_learn_too(fit, texts, y, overrides):
    model = fit(**overrides)
    assert [model.labels[place] for place in model.predict_proba(texts).argmax(axis=1)] == y


def test_accumulated_parts_are_the_batch(fit):
    whole, parts = Calls(), Calls()
    # Without dropout the losses are the same but for the order of additions.
    for calls, limit in ((whole, "none"), (parts, 2)):
        fit(report=calls, device_batch_size=limit, epochs=1, logging_steps=1, precision="fp32", seed=3)
    assert whole[-1][2] == parts[-1][2] == 6
    np.testing.assert_allclose(parts.figures("loss")[0], whole.figures("loss")[0], rtol=0.1)


def test_a_stop_leaves_a_checkpoint_and_the_rest_is_as_if_unbroken(fit, tmp_path):
    unbroken = Calls()
    whole = fit(report=unbroken, epochs=4, checkpoints=tmp_path / "whole")
    folder = tmp_path / "checkpoints"
    with pytest.raises(Stopped):
        # In the middle of the second of four epochs of six steps.
        fit(report=Calls(at=9, error=Stopped()), epochs=4, checkpoints=folder)
    resumed = Calls()
    model = fit(report=resumed, epochs=4, checkpoints=folder)
    assert resumed.steps()[0] == 9
    assert resumed[-1][1:3] == unbroken[-1][1:3] == (24, 24)
    for one, other in zip(model.model.state_dict().values(), whole.model.state_dict().values(), strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())
    assert not (folder / "trainer").exists()
    # What is left is the model, so that a kill before the run's end costs no second training.
    again = Calls()
    fit(report=again, epochs=4, checkpoints=folder)
    assert again.steps() == []


def test_a_checkpoint_of_another_training_is_not_gone_on_from(fit, tmp_path):
    with pytest.raises(Stopped):
        fit(report=Calls(at=9, error=Stopped()), checkpoints=tmp_path, epochs=4)
    calls = Calls()
    fit(report=calls, checkpoints=tmp_path, epochs=4, seed=43)
    assert calls.steps()[0] == 0


def test_a_half_written_checkpoint_is_passed_over(fit, tmp_path):
    with pytest.raises(Stopped):
        fit(report=Calls(at=13, error=Stopped()), checkpoints=tmp_path, epochs=4)
    newest = tmp_path / "trainer" / "checkpoint-13"
    (newest / "trainer_state.json").write_text('{"global_step": 1')
    calls = Calls()
    fit(report=calls, checkpoints=tmp_path, epochs=4)
    assert calls.steps()[0] == 12
    assert calls[-1][1] == 24


@pytest.mark.parametrize(
    "error", [Cancelled(), InputError("no"), MemoryError()], ids=lambda error: type(error).__name__
)
def test_whatever_else_is_raised_leaves_nothing(fit, tmp_path, error):
    with pytest.raises(type(error)):
        fit(report=Calls(at=8, error=error), checkpoints=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_training_goes_on_from_its_last_epoch(fit, fast, texts, y, tmp_path):
    script = (
        "import json, os, signal, sys\nfrom pathlib import Path\nfrom core.models import registry\n"
        "texts, y, chosen = json.loads(sys.argv[1])\n"
        "def report(phase, step, total, **figures):\n"
        "    if phase == 'fit' and step == 15: os.kill(os.getpid(), signal.SIGKILL)\n"
        "registry.fit('transformer', texts, y, registry.settings_from('transformer', 'default', chosen), seed=42,\n"
        "             report=report, checkpoints=Path(sys.argv[2]))"
    )
    chosen = {**fast["transformer"], "epochs": "4"}
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps([texts, y, chosen]), str(tmp_path)],
        cwd=REPOSITORY,
        env=os.environ,
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    calls = Calls()
    fit(report=calls, epochs=4, checkpoints=tmp_path)
    assert calls.steps()[0] == 12
    assert calls[-1][1:3] == (24, 24)


def test_a_lost_loss_ends_it_with_step_and_rate(fit, monkeypatch):
    def lost(weights, smoothing):
        return lambda outputs, labels, num_items_in_batch=None: outputs["logits"].sum() * float("nan")

    monkeypatch.setattr(transformer_trainer, "loss_of", lost)
    with pytest.raises(CopydeskError) as error:
        fit(warmup=0)
    assert str(error.value) == (
        "the loss became nan at step 1 with learning rate 0.005; lower learning_rate, or set precision=fp32"
    )


@pytest.fixture
def little_memory(monkeypatch):
    """Make more than 3 rows at once run out of GPU memory from the seventh step on."""
    import torch

    genuine, seen = transformer_trainer.loss_of, []

    def loss_of(weights, smoothing):
        loss = genuine(weights, smoothing)

        def limited(outputs, labels, num_items_in_batch=None):
            seen.append(len(labels))
            if len(labels) > 3 and len(seen) > 6:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return loss(outputs, labels, num_items_in_batch)

        return limited

    monkeypatch.setattr(transformer_trainer, "loss_of", loss_of)
    return seen


def test_out_of_gpu_memory_halves_the_batch_and_goes_on(fit, little_memory, capsys, texts, y):
    calls = Calls()
    model = fit(report=calls)
    assert "out of GPU memory with 6 rows at once: going on with 3, 2 parts a step" in capsys.readouterr().out
    # Six steps an epoch, as without the halving.
    assert calls[-1][1:3] == (28 * 6, 28 * 6)
    steps = [step for step in calls.steps() if step]
    assert steps == sorted(steps)
    assert [model.labels[place] for place in model.predict_proba(texts).argmax(axis=1)] == y


def test_a_gpu_too_small_for_one_text_is_said(fit, monkeypatch):
    import torch

    def none_left(weights, smoothing):
        def loss(*arguments, **options):
            raise torch.OutOfMemoryError("CUDA out of memory")

        return loss

    monkeypatch.setattr(transformer_trainer, "loss_of", none_left)
    with pytest.raises(CopydeskError, match=r"^the GPU has too little memory for a single text of 32 tokens; lower"):
        fit()


def test_minilm_learns_for_real(texts, y, fast):
    settings = registry.settings_from("transformer", "quick", {"epochs": "6", "batch_size": "6", "max_length": "32"})
    calls = Calls()
    model = registry.fit("transformer", texts, y, settings, seed=1, report=calls)
    assert model.model.config.model_type == "bert"
    losses = calls.figures("loss")
    assert losses[-1] < losses[0]
    assert model.predict_proba(["The choir sings", "Tulips and beans grow", "A ferry in the bay"]).argmax(
        1
    ).tolist() == [
        2,
        0,
        1,
    ]


def test_many_rows_are_thinned_out_label_by_label(fit, texts, y):
    calls = Calls()
    fit("quick", report=calls, max_rows=12, epochs=1)
    assert calls[-1][1:] == (2, 2, {"rows": 12, "at_most": False})
