"""Work that goes on in a process of its own, whatever becomes of the page or the command that started it.

One folder is one piece of work (its folder may also hold what it works on, and what comes of it):

    state.json       state, phase, share, note, seconds, error, result; replaced atomically
    worker.lock      held (POSIX) for as long as the process lives, however it ends
    cancel           present once somebody asked for the end
    log.txt          what the process printed

A module that can be started ends with its ``main``, which hands over to `work`:

    PHASES = {"read": (0.0, 0.1), "compare": (0.1, 1.0)}     # what each phase takes of the whole

    def main(arguments: list[str]) -> int:
        folder = Path(arguments[0])
        return work(folder, PHASES, lambda report: compare(arguments[1], report), noun="comparison")

    if __name__ == "__main__":
        raise SystemExit(main(sys.argv[1:]))

Anybody starts it with ``start(folder, "core.its.module", [folder, name], noun="comparison")``, sees by
``look(folder)`` how far it is, ends it with ``cancel(folder, noun="comparison")``. The function that works
calls ``report(phase, step, total, note="12,000 rows")`` as often as it likes, and returns what is to be told
of its outcome (a JSON object) or None. It is ended by `Cancelled`, raised anywhere in it, so ``finally`` and
``with`` tidy up; what it makes should appear whole or not at all (`core.storage`), since a kill raises nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import CopydeskError, DamagedError, InputError, is_disk_full, one_line, shorten
from core.storage import REPOSITORY, hold_lock, home, lock_holder, read_json, release_lock, write_atomic

STATE, LOCK, CANCEL, LOG = "state.json", "worker.lock", "cancel", "log.txt"
RUNNING, SUCCEEDED, FAILED, CANCELLED, INTERRUPTED = "running", "succeeded", "failed", "cancelled", "interrupted"
# sysexits.h: EX_DATAERR, EX_TEMPFAIL; Python itself ends with 1 when it cannot go on.
DONE, NOT_DONE, NOT_MINE = 0, 65, 75
EVERY_SECONDS, START_SECONDS, LOOK_SECONDS = 0.25, 20.0, 0.01
# Before this share of the whole nobody can tell how long the rest will take.
TELLING_SHARE = 0.02

Phases = Mapping[str, tuple[float, float]]


class Cancelled(Exception):
    """Raised inside of work that was asked to end."""


@dataclass(frozen=True)
class Background:
    """How far work is, or how it ended.

    Attributes
    ----------
    state: None where there was none yet, else "running", "succeeded", "failed", "cancelled" or "interrupted"
        (its process is gone without a last word).
    phase, note, share: of one that runs; share of the whole, 0 to 1.
    seconds: so far, or in all. seconds_left: None while nobody can tell.
    error: why it failed, one line. result: what it told of its outcome.
    """

    state: str | None
    phase: str = ""
    note: str = ""
    share: float = 0.0
    seconds: float = 0.0
    seconds_left: float | None = None
    error: str | None = None
    result: Mapping[str, Any] = field(default_factory=dict)

    @property
    def running(self) -> bool:
        return self.state == RUNNING

    def document(self) -> dict[str, Any]:
        """Return it as a JSON object for the command line."""
        return {
            "state": self.state,
            "phase": self.phase,
            "note": self.note,
            "share": round(self.share, 3),
            "seconds": self.seconds,
            "seconds_left": self.seconds_left,
            "error": self.error,
        }


def look(folder: Path) -> Background:
    """Return how far the work in ``folder`` is; of a folder that is not there, the state is None."""
    # In this order: work that ends in between has written its end before it let go of the lock.
    alive = lock_holder(folder / LOCK) is not None
    told = _told(folder)
    state = told.get("state")
    # Work that began in between is at work, not interrupted.
    alive = alive or (state == RUNNING and lock_holder(folder / LOCK) is not None)
    if alive:
        state = RUNNING
    elif state == RUNNING:
        state = CANCELLED if (folder / CANCEL).exists() else INTERRUPTED
    return Background(
        state,
        str(told.get("phase", "")) if alive else "",
        str(told.get("note", "")) if alive else "",
        float(told.get("share", 0.0)) if alive else 0.0,
        float(told.get("seconds", 0.0)),
        told.get("seconds_left") if alive else None,
        told.get("error"),
        told.get("result") or {},
    )


def _told(folder: Path) -> dict[str, Any]:
    try:
        told = read_json(folder / STATE)
    except DamagedError:
        return {}
    return told if isinstance(told, dict) else {}


def start(folder: Path, module: str, arguments: Sequence[str | Path], *, noun: str) -> Background:
    """Start ``python -m module arguments`` for ``folder`` unless it is at work; return once it has begun.

    Parameters
    ----------
    noun: what it is called in messages, such as "import".

    Raises CopydeskError with its last words when it does not come up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if lock_holder(folder / LOCK) is not None:
        return look(folder)
    with (folder / LOG).open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            cwd=REPOSITORY,
            env={**os.environ, "COPYDESK_HOME": str(home())},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    # Wait for it in a thread, so that it never stays behind as a zombie of a long-lived server.
    threading.Thread(target=process.wait, daemon=True).start()
    deadline = time.monotonic() + START_SECONDS
    while lock_holder(folder / LOCK) != process.pid and process.poll() is None:
        if time.monotonic() > deadline:
            raise CopydeskError(f"the {noun} could not begin within {START_SECONDS:.0f} s; see {folder / LOG}")
        time.sleep(LOOK_SECONDS)
    if process.poll() not in (None, DONE, NOT_DONE, NOT_MINE):
        raise CopydeskError(f"the {noun} could not begin ({last_words(folder)}); see {folder / LOG}")
    return look(folder)


def last_words(folder: Path) -> str:
    """Return the last line that the work printed."""
    try:
        text = (folder / LOG).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return one_line(str(error))
    return shorten(one_line(text.strip().split("\n")[-1]) or "it said nothing", 200)


def cancel(folder: Path, *, noun: str) -> None:
    """Ask the work in ``folder`` to end; InputError when none is at work."""
    holder = lock_holder(folder / LOCK)
    if holder is None:
        raise InputError(f"no such {noun} is at work; it has ended already, or never began")
    (folder / CANCEL).touch()
    # 0: it is in another container, and finds the file.
    if holder > 0:
        with contextlib.suppress(ProcessLookupError):
            os.kill(holder, signal.SIGTERM)


def wait(folder: Path, on_look: Callable[[Background], None] = lambda _: None, every: float = 0.1) -> Background:
    """Return the work once it has ended; ``on_look`` is called with it every so many seconds."""
    while (found := look(folder)).running:
        on_look(found)
        time.sleep(every)
    return found


def work(
    folder: Path, phases: Phases, task: Callable[[Progress], Mapping[str, Any] | None], *, noun: str
) -> int:  # fmt: skip
    """Do ``task`` as the work of ``folder`` in this process; return the status that the process should end with.

    The lock is taken before anything else, so let a module import what is large inside its task.
    """
    if not hold_lock(folder / LOCK):
        return NOT_MINE
    for left in (folder / CANCEL, *folder.glob(f".{STATE}.*")):
        left.unlink(missing_ok=True)
    report = Progress(folder, phases)
    before = signal.signal(signal.SIGTERM, _raise_cancelled)
    try:
        report.end(SUCCEEDED, result=task(report) or {})
        return DONE
    except Cancelled:
        report.end(CANCELLED)
    except CopydeskError as error:
        report.end(FAILED, error=one_line(str(error)))
    except MemoryError:
        report.end(FAILED, error=f"there is not enough memory for the {noun}; close other programs")
    except OSError as error:
        full = f"the disk is full; free some space, then start the {noun} again"
        report.end(FAILED, error=full if is_disk_full(error) else one_line(str(error)))
    # A fault of ours: the log has all of it, and whoever looks is told where.
    except Exception as error:
        traceback.print_exc()
        report.end(FAILED, error=f"the {noun} met a fault of Copydesk ({type(error).__name__}); see {folder / LOG}")
    finally:
        signal.signal(signal.SIGTERM, before)
        release_lock(folder / LOCK)
    return NOT_DONE


def _raise_cancelled(*_: object) -> None:
    # Once is enough: what tidies up must not be broken off.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Cancelled


class Progress:
    """What work calls to tell how far it is: ``report(phase, step, total, note="12,000 rows")``."""

    def __init__(self, folder: Path, phases: Phases) -> None:
        self.folder, self.phases = folder, phases
        self.begun = time.monotonic()
        self.written, self.phase, self.share = 0.0, "", 0.0
        self(next(iter(phases)), 0, 1)

    def __call__(self, phase: str, step: int, total: int, *, note: str = "", **_: object) -> None:
        """Take note of ``step`` of ``total`` of one of the phases; `Cancelled` when somebody asked for the end."""
        begin, end = self.phases[phase]
        # A phase may begin again at nothing where another part of it starts.
        self.share = max(self.share, begin + (end - begin) * min(step / max(total, 1), 1.0))
        now = time.monotonic()
        if now - self.written < EVERY_SECONDS and phase == self.phase:
            return
        if (self.folder / CANCEL).exists():
            raise Cancelled
        seconds = now - self.begun
        left = round(seconds * (1 - self.share) / self.share, 1) if self.share > TELLING_SHARE else None
        told = {"state": RUNNING, "phase": phase, "note": note, "share": round(self.share, 4), "seconds_left": left}
        self._write(told)
        self.phase, self.written = phase, now

    def end(self, state: str, *, error: str | None = None, result: Mapping[str, Any] | None = None) -> None:
        """Write down how it ended."""
        self._write({"state": state, "error": error, "result": dict(result or {})})

    def _write(self, told: dict[str, Any]) -> None:
        seconds = round(time.monotonic() - self.begun, 3)
        text = json.dumps({**told, "seconds": seconds})
        # Not forced to disk: it is soon replaced, and after a power cut the lock tells the rest.
        write_atomic(self.folder / STATE, text, durable=False)
