import pytest

from core.errors import InputError
from core.models.device import Gpu, Hardware, Plan, choose, hardware

GIB = 1 << 30
NEW, OLD, TAKEN = Gpu("H100", 70 * GIB, True), Gpu("T4", 14 * GIB, False), Gpu("H100", GIB // 2, True)


@pytest.mark.parametrize(
    ("machine", "device", "precision", "plan"),
    [
        (Hardware(), "auto", "auto", Plan("fp32")),
        (Hardware(), "auto", "fp16", Plan("fp32")),
        (Hardware(cpu_bf16=True), "auto", "auto", Plan("bf16")),
        (Hardware(cpu_bf16=True), "auto", "fp16", Plan("fp32")),
        (Hardware(cpu_bf16=True), "cpu", "fp32", Plan("fp32")),
        (Hardware(gpus=(NEW,)), "auto", "auto", Plan("bf16", (0,), 1)),
        (Hardware(gpus=(OLD,)), "cuda", "auto", Plan("fp16", (0,), 1)),
        (Hardware(gpus=(NEW,)), "auto", "fp16", Plan("fp16", (0,), 1)),
        (Hardware(gpus=(NEW,)), "cuda", "fp32", Plan("fp32", (0,), 1)),
        (Hardware(gpus=(NEW, NEW)), "auto", "auto", Plan("bf16", (0,), 2)),
        (Hardware(gpus=(OLD, NEW)), "auto", "auto", Plan("bf16", (1,), 2)),
        (Hardware(gpus=(TAKEN, NEW)), "auto", "auto", Plan("bf16", (1,), 2)),
        (Hardware(cpu_bf16=True, gpus=(TAKEN,)), "auto", "auto", Plan("bf16", (), 1)),
        (Hardware(cpu_bf16=True, gpus=(NEW,)), "cpu", "auto", Plan("bf16", (), 1)),
    ],
)
def test_what_is_chosen(machine, device, precision, plan):
    assert choose(machine, device, precision) == plan


@pytest.mark.parametrize(
    ("gpus", "plan"),
    [
        ((NEW, NEW), Plan("bf16", (0, 1), 2)),
        ((NEW, OLD), Plan("fp16", (0, 1), 2)),
        ((TAKEN, NEW, NEW), Plan("bf16", (1, 2), 3)),
        ((TAKEN,), Plan("fp32", (), 1)),
    ],
)
def test_all_that_are_free_are_chosen_when_all_are_asked_for(gpus, plan):
    assert choose(Hardware(gpus=gpus), gpus="all") == plan


@pytest.mark.parametrize(
    ("machine", "device", "precision", "message"),
    [
        (
            Hardware(),
            "cuda",
            "auto",
            "device cuda cannot be used: torch sees no GPU; free one, check CUDA_VISIBLE_DEVICES, or set device=cpu",
        ),
        (
            Hardware(gpus=(TAKEN, TAKEN)),
            "cuda",
            "auto",
            "device cuda cannot be used: every visible GPU has less than 1 GiB of memory free; free one, check "
            "CUDA_VISIBLE_DEVICES, or set device=cpu",
        ),
        (
            Hardware(),
            "auto",
            "bf16",
            "precision bf16 would be emulated by this CPU, slower than fp32; set precision=auto",
        ),
        (
            Hardware(gpus=(OLD,)),
            "auto",
            "bf16",
            "precision bf16 is not supported by this GPU; set precision=auto or fp16",
        ),
    ],
)
def test_what_cannot_be_had_is_said(machine, device, precision, message):
    with pytest.raises(InputError) as error:
        choose(machine, device, precision)
    assert str(error.value) == message


def test_the_log_names_device_and_precision():
    assert str(Plan("bf16", (0, 2), 4)) == "device cuda:0, cuda:2, precision bf16"
    assert str(Plan("fp32")) == "device cpu, precision fp32"


def test_this_machine_is_one_that_can_be_chosen_for():
    import torch

    found = hardware()
    assert len(found.gpus) == (torch.cuda.device_count() if torch.cuda.is_available() else 0)
    assert choose(found).processes == max(len([gpu for gpu in found.gpus if gpu.free_bytes >= GIB]), 1)
