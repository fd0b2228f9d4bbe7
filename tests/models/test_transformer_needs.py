"""What fine-tuning takes, told quickly and without asking anybody; and when the hub cannot help."""

import os
import socket
import time
from pathlib import Path

import pytest

from core.errors import InputError
from core.models import checkpoint_folder, checkpoint_source, registry
from core.models.transformer import check_before_start, needs, settings_from, wants_gpu
from core.models.transformer_needs import disk_needed

PLENTY = 10**12


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """Leave no checkpoint on this machine, and let nobody ask the network."""

    def refuse(*arguments, **options):
        raise AssertionError("the network was asked")

    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(checkpoint_source, "getproxies", dict)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "sendto", refuse)
    return monkeypatch


def check(settings):
    check_before_start(settings, rows=1000, labels=3, free_bytes=PLENTY)


def test_the_default_is_let_through_where_the_hub_may_have_its_checkpoint(nowhere):
    nowhere.setattr(checkpoint_source, "has_route", lambda: True)
    settings = settings_from("default", {})
    check(settings)
    (note,) = needs(settings, rows=1000, labels=3).notes
    assert note == (
        "checkpoint 'distilbert-base-uncased' is not on this machine: the run fetches it from the Hugging Face hub "
        "first, which takes internet"
    )


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"HF_HUB_OFFLINE": "1"}, "https://huggingface.co cannot be reached (HF_HUB_OFFLINE is set)"),
        ({"TRANSFORMERS_OFFLINE": "yes"}, "https://huggingface.co cannot be reached (TRANSFORMERS_OFFLINE is set)"),
        ({}, "https://huggingface.co cannot be reached (this machine has no network)"),
    ],
)
def test_a_checkpoint_that_cannot_be_had_is_told_before_the_start(nowhere, variables, reason):
    nowhere.setattr(checkpoint_source, "has_route", lambda: False)
    for name, value in variables.items():
        nowhere.setenv(name, value)
    with pytest.raises(InputError) as error:
        check(settings_from("default", {}))
    assert str(error.value) == (
        f"checkpoint 'distilbert-base-uncased' is not on this machine and {reason}; connect to the internet, or give "
        "the folder of a checkpoint, or set checkpoint=minilm"
    )
    check(settings_from("default", {"checkpoint": "minilm"}))


@pytest.mark.parametrize("way", ["proxy", "endpoint"])
def test_without_a_route_a_proxy_or_a_hub_of_ones_own_may_still_help(nowhere, way):
    nowhere.setattr(checkpoint_source, "has_route", lambda: False)
    if way == "proxy":
        nowhere.setattr(checkpoint_source, "getproxies", lambda: {"https": "http://127.0.0.1:3128"})
    else:
        nowhere.setenv("HF_ENDPOINT", "http://127.0.0.1:8080")
    check(settings_from("default", {}))


def test_memory_and_disk_follow_the_checkpoint(fast):
    tiny = settings_from("default", fast["transformer"])
    minilm = settings_from("default", {"checkpoint": "minilm"})
    distilbert = settings_from("default", {})
    found = [needs(settings, rows=1000, labels=3) for settings in (tiny, minilm, distilbert)]
    assert found[0].memory_bytes < found[1].memory_bytes < found[2].memory_bytes < 4_000_000_000
    assert found[0].disk_bytes < found[1].disk_bytes < found[2].disk_bytes
    assert found[0].notes == found[1].notes == ()


@pytest.mark.parametrize(
    ("overrides", "weights"),
    [({}, 11), ({"checkpoints_kept": "1"}, 8), ({"trainable": "head"}, 5)],
)
def test_the_disk_takes_checkpoints_with_their_moments_and_the_model_twice(overrides, weights):
    assert disk_needed(settings_from("default", overrides), 100) == weights * 100


@pytest.mark.parametrize(
    "less", [{"trainable": "head"}, {"device_batch_size": "4"}, {"max_length": "32"}, {"batch_size": "8"}]
)
def test_what_lowers_the_memory(less):
    whole, lower = (
        needs(settings_from("default", {"checkpoint": "minilm", **given}), rows=1000, labels=3).memory_bytes
        for given in ({}, less)
    )
    assert lower < whole


def test_the_files_of_a_checkpoint_are_read_once_and_again_when_one_has_changed(fast, tiny_checkpoint, monkeypatch):
    read = []
    genuine = checkpoint_folder.tensor_shapes
    monkeypatch.setattr(checkpoint_folder, "tensor_shapes", lambda *args: read.append(args) or genuine(*args))
    checkpoint_folder._facts.cache_clear()
    settings = settings_from("default", fast["transformer"])
    for _ in range(3):
        needs(settings, rows=1000, labels=3)
        check(settings)
    assert len(read) == 1
    os.utime(Path(tiny_checkpoint) / "config.json", (time.time(), 1))
    check(settings)
    assert len(read) == 2


@pytest.mark.parametrize(("device", "wants"), [("auto", True), ("cuda", True), ("cpu", False)])
def test_a_gpu_is_wanted_unless_the_cpu_is_asked_for(device, wants):
    assert wants_gpu(settings_from("default", {"device": device})) is wants


@pytest.mark.parametrize("written", ["./tiny", "tiny", "../{here}/tiny", "~/tiny"])
def test_a_folder_is_written_down_with_its_whole_path(tiny_checkpoint, tmp_path, monkeypatch, written):
    (tmp_path / "tiny").symlink_to(tiny_checkpoint)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = settings_from("default", {"checkpoint": written.format(here=tmp_path.name)})
    assert settings.checkpoint == str(tiny_checkpoint.resolve())
    assert checkpoint_source.find_local(settings.checkpoint) == tiny_checkpoint.resolve()


@pytest.mark.parametrize("written", ["./tiny", "~/tiny", "../{here}/tiny"])
def test_a_path_is_made_whole_in_a_retry_too(tiny_checkpoint, tmp_path, monkeypatch, written):
    (tmp_path / "tiny").symlink_to(tiny_checkpoint)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    values = settings_from("default", {}).model_dump() | {"checkpoint": written.format(here=tmp_path.name)}
    assert registry.settings_of("transformer", values).checkpoint == str(tiny_checkpoint.resolve())


def test_a_name_is_no_folder_for_a_process_that_stands_elsewhere(tmp_path, monkeypatch):
    (tmp_path / "news").mkdir()
    monkeypatch.chdir(tmp_path)
    assert checkpoint_source.find_local("news", tmp_path / "cache") is None
