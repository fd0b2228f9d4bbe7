"""Places in which runs work: as many as set for CPU runs, one for each GPU.

A slot is a file that is locked (flock) before the worker starts; the worker, and every child that
inherits the descriptor, holds it. So a slot is free again only when the last process that may use
its processor, or its GPU's memory, is gone, whoever started it and whatever became of that one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError, shorten
from core.runs.spec import TrainingSpec
from core.storage import models_root, write_atomic

# What a run can want: a place on the CPU, a GPU, or every GPU there is.
CPU, GPU, GPUS = "cpu", "gpu", "gpus"
FOLDER, NUMBER = ".slots", "number"
VISIBLE = "CUDA_VISIBLE_DEVICES"
# What it was outside of a slot, for the dispatcher that a worker may start.
OUTSIDE = "COPYDESK_OUTSIDE_CUDA_VISIBLE_DEVICES"
UNSET = "unset"
ASK_SECONDS = 5
# The same for every user and home, whatever TMPDIR says: they share the machine's GPUs.
GPU_LOCKS = Path("/tmp")  # noqa: S108


@dataclass(frozen=True)
class Slot:
    """A slot that this process has locked.

    Attributes
    ----------
    kind: "cpu", "gpu" or "gpus"; devices: the GPUs as CUDA_VISIBLE_DEVICES names them, none for a CPU slot.
    descriptors: of the locked files, to be handed to the worker and then closed.
    """

    kind: str
    devices: tuple[str, ...]
    descriptors: tuple[int, ...]

    def environment(self) -> dict[str, str]:
        """Return what a worker in this slot is told: the GPUs that it may use, or none."""
        return {VISIBLE: ",".join(self.devices), OUTSIDE: os.environ.get(VISIBLE, UNSET)}

    def close(self) -> None:
        """Let go of the slot; it stays taken while a worker holds it."""
        for descriptor in self.descriptors:
            os.close(descriptor)


def outside_environment() -> dict[str, str]:
    """Return the environment of this process, as it was before it was put into a slot, if it was."""
    environment = dict(os.environ)
    visible = environment.pop(OUTSIDE, None)
    if visible == UNSET:
        environment.pop(VISIBLE, None)
    elif visible is not None:
        environment[VISIBLE] = visible
    return environment


def cpu_slots() -> int:
    """Return how many runs may work at once on the CPU: what was last asked for by `ask_for_slots`, else 1."""
    with contextlib.suppress(OSError, ValueError):
        return max(1, int((models_root() / FOLDER / NUMBER).read_text(encoding="ascii")))
    return _wanted() or 1


def ask_for_slots() -> None:
    """Let as many runs work at once as COPYDESK_SLOTS says, also in a queue that is under way; unset, nothing changes.

    Raises InputError for what is no number from 1.
    """
    wanted = _wanted()
    if wanted is not None:
        folder = models_root() / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(folder / NUMBER, f"{wanted}\n", durable=False)


def _wanted() -> int | None:
    value = os.environ.get("COPYDESK_SLOTS") or None
    if value is None:
        return None
    if not (value.isascii() and value.isdecimal()) or int(value) < 1:
        raise InputError(f"COPYDESK_SLOTS is {shorten(value)}; set it to a whole number from 1")
    return int(value)


def gpus() -> list[str]:
    """Return the GPUs that runs may use, by UUID where the driver tells it; asked without loading torch.

    CUDA_VISIBLE_DEVICES says which, by number or UUID; without it they are all.
    """
    known = _installed()
    visible = os.environ.get(VISIBLE)
    if visible is None:
        return list(known.values())
    named = [name.strip() for name in visible.split(",")]
    # As CUDA reads it: what follows an invalid name does not count.
    stop = next((place for place, name in enumerate(named) if name in ("", "-1")), len(named))
    return [known.get(name, name) for name in named[:stop]]


def _installed() -> dict[str, str]:
    """Return number -> UUID of the GPUs that the driver knows of."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=ASK_SECONDS, check=True)
        return dict(re.findall(r"^GPU (\d+):.*\(UUID: (GPU-[\w-]+)\)", done.stdout, re.MULTILINE))
    return {}


def kind_of(spec: TrainingSpec, devices: list[str]) -> str:
    """Return the kind of slot that a run needs: of GPUs only where it wants them and there is one."""
    return spec.device if devices else CPU


def behind(kind: str) -> set[str]:
    """Return the kinds that no later run gets once a run of ``kind`` has to wait.

    One GPU taken keeps a run that wants them all waiting; were others let through to the GPUs that
    are free, there might never be a moment when all of them are.
    """
    return {CPU} if kind == CPU else {GPU, GPUS}


def take(kind: str, devices: list[str]) -> Slot | None:
    """Lock a free slot of ``kind`` and return it; None when all are taken."""
    if kind == CPU:
        return _take_cpu()
    return _take_every(devices) if kind == GPUS else _take_gpu(devices)


def _take_gpu(devices: list[str]) -> Slot | None:
    for device in devices:
        descriptor = _locked(gpu_lock(device))
        if descriptor is not None:
            return Slot(GPU, (device,), (descriptor,))
    return None


def _take_every(devices: list[str]) -> Slot | None:
    """Lock all GPUs, or none of them: whoever else wants all would wait for us as we for them."""
    # One GPU under two names, as CUDA allows, is one lock.
    paths = list(dict.fromkeys(map(gpu_lock, devices)))
    held: list[int] = []
    for path in paths:
        descriptor = _locked(path)
        if descriptor is None:
            Slot(GPUS, (), tuple(held)).close()
            return None
        held.append(descriptor)
    return Slot(GPUS, tuple(devices), tuple(held))


def _take_cpu() -> Slot | None:
    """Lock one of the CPU's slots, unless as many as are set are taken: there may have been more of them before."""
    folder = models_root() / FOLDER
    folder.mkdir(exist_ok=True)
    wanted = cpu_slots()
    paths = {folder / f"cpu-{number}.lock" for number in range(wanted)} | set(folder.glob("cpu-*.lock"))
    mine: int | None = None
    taken = 0
    for path in sorted(paths):
        descriptor = _locked(path)
        if descriptor is None:
            taken += 1
        elif mine is None:
            mine = descriptor
        else:
            os.close(descriptor)
    if mine is not None and taken >= wanted:
        os.close(mine)
        return None
    return None if mine is None else Slot(CPU, (), (mine,))


def gpu_lock(device: str) -> Path:
    """Return the file that guards a GPU: one for the machine, since other homes share its GPUs."""
    return GPU_LOCKS / f"copydesk-gpu-{re.sub(r'[^A-Za-z0-9-]', '_', device)}.lock"


def _locked(path: Path) -> int | None:
    """Return a descriptor of the file, locked, that children inherit; None when another one has it."""
    descriptor = _opened(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    os.set_inheritable(descriptor, True)
    return descriptor


def _opened(path: Path) -> int:
    """Open a lock file that other people's processes may open too; a link is not followed."""
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        # Without O_CREAT first: Linux refuses that for another one's file in a shared folder.
        return os.open(path, flags)
    except FileNotFoundError:
        descriptor = os.open(path, flags | os.O_CREAT, 0o666)
        with contextlib.suppress(PermissionError):
            os.fchmod(descriptor, 0o666)  # whatever the umask says
        return descriptor
