"""The processes of a run: its worker's group, and nothing else."""

from __future__ import annotations

import contextlib
import os
import signal

# In the environment of a worker, and so of every process that it starts or forks.
MARK = "COPYDESK_RUN"


def signal_group(pid: int | None, number: signal.Signals) -> None:
    """Send a signal to a living worker and all of its group.

    ``pid`` is the one that the system names as holder of the lock, never one that was written
    down and may be somebody else's by now.
    """
    # 0 would be our own group: the holder is in another container, which only the marker reaches.
    if pid:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, number)


def end_left_behind(group: int | None, run_id: str) -> None:
    """Kill what a worker that is gone has left of its group.

    The group's number may be another's by now, so each process must bear the mark of the run.
    """
    import psutil

    if not group:
        return
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if os.getpgid(process.pid) == group and process.environ().get(MARK) == run_id:
                process.kill()
