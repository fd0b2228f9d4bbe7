"""The one line at a terminal, on stderr, that tells what a command is at: written over, and gone once it prints.

Where nobody reads stderr, in a pipe or a file, there is none. A command that knows how far it is calls `show`; one that
does not says what it is at by `working`, and the line counts the seconds.
"""

from __future__ import annotations

import shutil
import sys
import threading
import time

QUIET_SECONDS, EVERY_SECONDS = 1.5, 1.0
ERASE = "\r\033[K"

_lock = threading.Lock()
_shown = ""
_ended: threading.Event | None = None


def show(line: str) -> None:
    """Write ``line`` over the one before, cut to the width of the terminal: what is wrapped cannot be written over."""
    global _shown
    if not sys.stderr.isatty():
        return
    width = shutil.get_terminal_size().columns
    cut = line if len(line) < width else line[: max(width - 2, 0)] + "…"
    with _lock:
        if cut != _shown:
            print(f"{ERASE}{cut}", end="", file=sys.stderr, flush=True)
        _shown = cut


def clear() -> None:
    """Take the line away, and count no more seconds."""
    global _shown, _ended
    if _ended is not None:
        _ended.set()
        _ended = None
    with _lock:
        if _shown:
            print(ERASE, end="", file=sys.stderr, flush=True)
        _shown = ""


def working(what: str) -> None:
    """Say what the command is at, and for how many seconds, until `clear`; one that is soon done says nothing."""
    global _ended
    clear()
    if not sys.stderr.isatty():
        return
    _ended = threading.Event()
    threading.Thread(target=_count, args=(what, _ended), daemon=True).start()


def _count(what: str, ended: threading.Event) -> None:
    begun = time.monotonic()
    pause = QUIET_SECONDS
    while not ended.wait(pause):
        show(f"{what} · {time.monotonic() - begun:.0f} s")
        pause = EVERY_SECONDS
