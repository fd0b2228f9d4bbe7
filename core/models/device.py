"""Which device a transformer computes on, and how precisely: chosen from what torch reports."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import cache

from core.errors import InputError

NEEDED_BYTES = 1 << 30


@dataclass(frozen=True)
class Gpu:
    """A GPU that this process may use.

    Attributes
    ----------
    bf16: it computes in bf16 natively.
    """

    name: str
    free_bytes: int
    bf16: bool


@dataclass(frozen=True)
class Hardware:
    """What torch reports of this machine.

    Attributes
    ----------
    cpu_bf16: the CPU multiplies matrices in bf16 (AMX or avx512_bf16).
    gpus: those that CUDA_VISIBLE_DEVICES leaves visible, in torch's order.
    """

    cpu_bf16: bool = False
    gpus: tuple[Gpu, ...] = ()


@dataclass(frozen=True)
class Plan:
    """How to compute.

    Attributes
    ----------
    precision: "fp32", "bf16" or "fp16"; weights are kept in fp32 whichever it is.
    gpus: the numbers of those to use, as torch counts the visible ones; none: the CPU.
    visible: how many GPUs are visible.
    """

    precision: str
    gpus: tuple[int, ...] = ()
    visible: int = 0

    @property
    def device(self) -> str:
        """Return the name by which torch knows the device, the first one where there are several."""
        return f"cuda:{self.gpus[0]}" if self.gpus else "cpu"

    @property
    def processes(self) -> int:
        """Return how many processes train: one a GPU, or one."""
        return max(len(self.gpus), 1)

    def __str__(self) -> str:
        """Return it as a line of the log has it."""
        names = ", ".join(f"cuda:{number}" for number in self.gpus) or "cpu"
        return f"device {names}, precision {self.precision}"


def choose(hardware: Hardware, device: str = "auto", precision: str = "auto", gpus: str = "one") -> Plan:
    """Return the plan for what is asked; InputError when the machine cannot do it.

    Of the GPUs with memory to spare the one with the most is used, or ``all``. Where there is none,
    ``auto`` falls back on the CPU.
    """
    free = tuple(number for number, gpu in enumerate(hardware.gpus) if gpu.free_bytes >= NEEDED_BYTES)
    if gpus == "one" and free:
        free = (max(free, key=lambda number: hardware.gpus[number].free_bytes),)
    if device == "cuda" and not free:
        lacking = "every visible GPU has less than 1 GiB of memory free" if hardware.gpus else "torch sees no GPU"
        raise InputError(
            f"device cuda cannot be used: {lacking}; free one, check CUDA_VISIBLE_DEVICES, or set device=cpu"
        )
    if device == "cpu" or not free:
        return Plan(_cpu_precision(hardware, precision), (), len(hardware.gpus))
    bf16 = all(hardware.gpus[number].bf16 for number in free)
    return Plan(_gpu_precision(bf16, precision), free, len(hardware.gpus))


def _cpu_precision(hardware: Hardware, precision: str) -> str:
    if precision == "bf16" and not hardware.cpu_bf16:
        raise InputError("precision bf16 would be emulated by this CPU, slower than fp32; set precision=auto")
    # fp16 is slower than fp32 on a CPU, and torch's gradient scaler does nothing there.
    return "bf16" if hardware.cpu_bf16 and precision in ("auto", "bf16") else "fp32"


def _gpu_precision(bf16: bool, precision: str) -> str:
    if precision == "bf16" and not bf16:
        raise InputError("precision bf16 is not supported by this GPU; set precision=auto or fp16")
    if precision == "auto":
        return "bf16" if bf16 else "fp16"
    return precision


@cache
def gpu_count() -> int:
    """Return how many GPUs are visible; asked once, and no memory is taken on any."""
    import torch

    return torch.cuda.device_count()


def hardware() -> Hardware:
    """Return what torch reports of this machine."""
    import torch

    capabilities = torch.cpu.get_capabilities()
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    bf16 = bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
    return Hardware(bf16, tuple(_gpu(number) for number in range(count)))


def _gpu(number: int) -> Gpu:
    import torch

    properties = torch.cuda.get_device_properties(number)
    free, _ = torch.cuda.mem_get_info(number)
    # Compute capability 8 (Ampere) is the first with bf16; older ones emulate it.
    return Gpu(properties.name, free, properties.major >= 8)


def gpu_figures() -> dict[str, float]:
    """Return the memory that this process holds on its GPU, and how busy that is; nothing on a CPU."""
    import torch

    if not torch.cuda.is_available():
        return {}
    figures = {"gpu_memory_bytes": float(torch.cuda.max_memory_allocated())}
    # It asks NVML through a package of its own, which need not be there.
    with contextlib.suppress(ModuleNotFoundError, RuntimeError):
        figures["gpu_utilization"] = torch.cuda.utilization() / 100
    return figures
