"""One training on several GPUs: ``accelerate launch`` runs this module once for each of them.

The process that launches stays the run's only voice: it reads what the first of the others tells,
passes that on, and ends them when it is told to end.

events.jsonl    one line a report of the first process
stop            present once they are to save and end
outcome-N.json  how process N ended, where that was not by itself
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import CopydeskError, InputError, one_line
from core.models.classifier import Report, Stopped, unreported
from core.models.transformer_job import Job, read_job
from core.storage import REPOSITORY, write_json

MODULE = "core.models.transformer_launch"
POLL_SECONDS, END_SECONDS = 0.2, 5
EVENTS, STOP = "events.jsonl", "stop"
TRAINED, STOPPED, MEMORY, FAILED, REFUSED = "trained", "stopped", "out of memory", "failed", "refused"
LAUNCH_PRECISION = {"fp32": "no", "bf16": "bf16", "fp16": "fp16"}


def launch(job: Job, report: Report, *, processes: int | None = None) -> None:
    """Train ``job`` in a process for each GPU; with less at once as often as a GPU's memory does not do.

    Parameters
    ----------
    processes: how many on the CPU, for trying this out without a GPU; None: one for each GPU of the plan.
    """
    from core.models.transformer_fit import smaller

    count = processes or job.plan.processes
    at_once: int | None = None
    while True:
        job.last_checkpoint()
        outcome = _run(job, report, count, at_once)
        if outcome["ended"] == TRAINED:
            return
        if outcome["ended"] == STOPPED:
            raise Stopped
        if outcome["ended"] != MEMORY:
            kind = InputError if outcome["ended"] == REFUSED else CopydeskError
            raise kind(outcome["reason"])
        at_once = smaller(job, count, at_once)


def command(job: Job, count: int, at_once: int | None) -> list[str]:
    """Return the command that starts ``count`` processes of this module."""
    own = ["--module", MODULE, str(job.folder), str(os.getpid()), str(at_once or 0)]
    if not job.plan.gpus:
        # accelerate starts several processes on a CPU by MPI alone; this is what it uses for GPUs.
        return [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}", *own]
    many = ["--multi_gpu"] if count > 1 else []
    precision = LAUNCH_PRECISION[job.plan.precision]
    return [
        *(sys.executable, "-m", "accelerate.commands.launch", *many),
        *("--num_processes", str(count), "--num_machines", "1", "--mixed_precision", precision),
        *("--dynamo_backend", "no", "--main_process_port", "0", *own),
    ]


def environment(job: Job, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return ``inherited`` with only the GPUs of the plan visible, and this repository to import from."""
    paths = [str(REPOSITORY), *filter(None, [inherited.get("PYTHONPATH")])]
    found = {**inherited, "PYTHONPATH": os.pathsep.join(paths), "TOKENIZERS_PARALLELISM": "false"}
    if job.plan.gpus:
        names = [name for name in inherited.get("CUDA_VISIBLE_DEVICES", "").split(",") if name]
        chosen = [names[number] if number < len(names) else str(number) for number in job.plan.gpus]
        found["CUDA_VISIBLE_DEVICES"] = ",".join(chosen)
    return found


def _run(job: Job, report: Report, count: int, at_once: int | None) -> dict[str, Any]:
    """Start the processes, pass on what they tell until they have ended, and return how."""
    for path in [job.folder / EVENTS, job.folder / STOP, *job.folder.glob("outcome-*.json")]:
        path.unlink(missing_ok=True)
    (job.folder / EVENTS).touch()
    process = subprocess.Popen(
        command(job, count, at_once),
        env=environment(job, os.environ),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        with (job.folder / EVENTS).open(encoding="utf-8") as events:
            _pass_on(process, events, report, job.folder / STOP)
    finally:
        process.kill()
        process.wait()
        _end_all(job.folder)
    return _outcome(job, process.returncode)


def _end_all(folder: Path) -> None:
    """Kill whoever still trains in ``folder``: a launcher gives each of its processes a session of its own."""
    import psutil

    own = {MODULE, str(folder)}
    left = [one for one in psutil.process_iter(["cmdline"]) if own <= set(one.info["cmdline"] or [])]
    for one in left:
        with contextlib.suppress(psutil.Error):
            one.kill()
    psutil.wait_procs(left, timeout=END_SECONDS)


def _pass_on(process: subprocess.Popen[bytes], events: Any, report: Report, stop: Path) -> None:
    """Report every event until the processes have ended; ask them to end when `Stopped` is raised."""
    last: dict[str, Any] = {"phase": "fit", "step": 0, "total": 1}
    pending = ""
    running = True
    while running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(POLL_SECONDS)
            running = False
        pending += events.read()
        *lines, pending = pending.split("\n")
        told = [json.loads(line) for line in lines]
        # Also when nothing is new: whoever wants to cancel is heard at a report alone.
        for event in told or [{name: last[name] for name in ("phase", "step", "total")}]:
            last = event
            if stop.exists():
                continue
            try:
                report(**event)
            except Stopped:
                stop.touch()


def _outcome(job: Job, status: int) -> dict[str, Any]:
    """Return how the training ended: what the first process that failed says, before those it took along."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(job.folder.glob("outcome-*.json"))]
    for ended in (MEMORY, REFUSED, FAILED, STOPPED):
        if matching := [outcome for outcome in found if outcome["ended"] == ended]:
            return matching[0]
    if status == 0 and job.trained.is_dir():
        return {"ended": TRAINED}
    return {"ended": FAILED, "reason": f"the training processes ended with status {status}; the log has the details"}


def main(arguments: list[str]) -> int:
    """Train along as one of several processes; return 0 when trained or stopped, else 1."""
    folder, parent, at_once = Path(arguments[0]), int(arguments[1]), int(arguments[2]) or None
    rank, count = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    if rank:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - for as long as the process lives
    ended, reason = _trained_along(read_job(folder), rank, count, at_once, parent)
    if ended != TRAINED:
        write_json(folder / f"outcome-{rank}.json", {"ended": ended, "reason": reason})
    return 0 if ended in (TRAINED, STOPPED) else 1


def _trained_along(job: Job, rank: int, count: int, at_once: int | None, parent: int) -> tuple[str, str]:
    """Train; return how it ended and why."""
    from core.models.transformer_fit import attempt

    report = unreported if rank else _writer(job.folder / EVENTS)
    try:
        done = attempt(
            job, report, at_once=at_once, processes=count, stop_asked=lambda: _told_to_stop(job.folder, rank, parent)
        )
        if done:
            _part_from_the_others()
    except Stopped:
        _part_from_the_others()
        return STOPPED, ""
    except InputError as error:
        return REFUSED, str(error)
    except CopydeskError as error:
        return FAILED, str(error)
    except Exception as error:
        import traceback

        traceback.print_exc()
        return FAILED, f"{type(error).__name__}: {one_line(str(error))[:300]}; the log has the details"
    return (TRAINED, "") if done else (MEMORY, "")


def _part_from_the_others() -> None:
    """End the group of processes: its threads abort a process that ends while they are at work."""
    import torch

    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def _writer(path: Path) -> Report:
    """Return a report that appends each call to ``path`` as a line of JSON."""

    def report(phase: str, step: int, total: int, **others: Any) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"phase": phase, "step": step, "total": total, **others}) + "\n")

    return report


def _told_to_stop(folder: Path, rank: int, parent: int) -> bool:
    """Tell whether all are to stop, the same in every process: the first one looks, and tells the others."""
    import torch

    asked = rank == 0 and ((folder / STOP).exists() or not _is_alive(parent))
    if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
        return asked
    device = "cuda" if torch.distributed.get_backend() == "nccl" else "cpu"
    answer = torch.tensor([int(asked)], device=device)
    torch.distributed.broadcast(answer, src=0)
    return bool(answer.item())


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
