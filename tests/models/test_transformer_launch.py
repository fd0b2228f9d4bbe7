"""Several processes train one model: tried with two on the CPU, since no GPU is needed to talk to one another."""

import json
import os
import sys
from dataclasses import replace

import numpy as np
import psutil
import pytest

from core.models import registry
from core.models.classifier import Cancelled, Stopped, unreported
from core.models.device import Plan
from core.models.logistic import numbered
from core.models.transformer_fit import prepared
from core.models.transformer_job import read_job
from core.models.transformer_launch import command, environment, launch, main


@pytest.fixture
def job(texts, y, fast, tmp_path):
    """Return a job of 15 epochs of 6 steps, written but not begun."""
    settings = registry.settings_from("transformer", "default", {**fast["transformer"], "epochs": "15"})
    labels, targets = numbered(texts, y)
    return prepared(tmp_path / "job", texts, targets, labels, settings, seed=1, report=unreported)


def test_two_processes_train_stop_and_go_on(job, texts, y):
    steps = []

    def stopping(phase, step, total, **figures):
        steps.append((step, total))
        if step >= 4:
            raise Stopped

    with pytest.raises(Stopped):
        launch(job, stopping, processes=2)
    assert not job.trained.exists()
    begun = int(job.last_checkpoint().name.split("-")[1])
    assert 4 <= begun < 90

    calls = []
    launch(job, lambda phase, step, total, **figures: calls.append((phase, step, total, figures)), processes=2)
    told = [step for _, step, _, figures in calls if "rows" in figures]
    assert min(told) == begun
    assert max(told) == 90
    assert {total for _, _, total, figures in calls if "rows" in figures} == {90}
    model = registry.load_classifier(job.trained)
    assert [model.labels[place] for place in model.predict_proba(texts).argmax(axis=1)] == y


def test_a_cancel_ends_them_all_wherever_they_are(job):
    def alive():
        return [
            process
            for process in psutil.process_iter(["cmdline"])
            if str(job.folder) in (process.info["cmdline"] or []) and process.status() != psutil.STATUS_ZOMBIE
        ]

    seen = []

    def cancelled(phase, step, total, **figures):
        # By then those who train have been started, and are not yet ready to be told anything.
        seen.append(len(alive()))
        if seen[-1] >= 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        launch(job, cancelled, processes=2)
    assert alive() == []
    assert not job.trained.exists()


def test_why_one_failed_is_written_down(job):
    (job.checkpoint / "model.safetensors").rename(job.checkpoint / "away")
    try:
        assert main([str(job.folder), str(os.getpid()), "0"]) == 1
    finally:
        (job.checkpoint / "away").rename(job.checkpoint / "model.safetensors")
    outcome = json.loads((job.folder / "outcome-0.json").read_text())
    assert outcome["ended"] == "refused"
    assert outcome["reason"].startswith(f"checkpoint '{str(job.checkpoint)[:20]}")


def test_accelerate_understands_the_command(job):
    from accelerate.commands.launch import launch_command_parser

    parsed = launch_command_parser().parse_args(command(on_gpus(job, 0, 2), 2, 4)[3:])
    assert (parsed.multi_gpu, parsed.num_processes, parsed.module) == (True, 2, True)
    assert parsed.training_script == "core.models.transformer_launch"
    assert parsed.training_script_args == [str(job.folder), str(os.getpid()), "4"]


def test_a_job_comes_back_from_its_files(job):
    again = read_job(job.folder)
    assert again.identity() == job.identity()
    assert (again.settings, again.labels, again.plan, again.tokens) == (job.settings, job.labels, job.plan, job.tokens)
    np.testing.assert_array_equal(again.rows.training, job.rows.training)


def on_gpus(job, *gpus, visible=4):
    return replace(job, plan=Plan("bf16", gpus, visible))


def test_gpus_are_trained_on_through_accelerate(job):
    words = command(on_gpus(job, 0, 2), 2, None)
    assert words[:4] == [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu"]
    assert words[words.index("--num_processes") + 1] == "2"
    assert words[words.index("--mixed_precision") + 1] == "bf16"
    assert words[words.index("--module") + 1] == "core.models.transformer_launch"
    assert "--multi_gpu" not in command(on_gpus(job, 1), 1, None)


@pytest.mark.parametrize(
    ("inherited", "gpus", "visible"),
    [({}, (1,), "1"), ({"CUDA_VISIBLE_DEVICES": "3,5,7"}, (0, 2), "3,7"), ({"CUDA_VISIBLE_DEVICES": ""}, (0,), "0")],
)
def test_only_the_chosen_gpus_are_visible_to_them(job, inherited, gpus, visible):
    assert environment(on_gpus(job, *gpus), inherited)["CUDA_VISIBLE_DEVICES"] == visible
