"""Work of some seconds that a page waits for: it goes on when a click draws the page again, and is done once.

What is worked out stays in memory, so it is a thread of this process that works, which draws nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from streamlit.delta_generator import DeltaGenerator

from core.runs.wording import duration

Found = TypeVar("Found")
Progress = Callable[[float], None]
# Quick work shows nothing.
QUIET_SECONDS, LOOK_SECONDS = 0.3, 0.1


class Waited(Generic[Found]):
    """What ``work`` returns, once somebody asks for it; an error is told to who waits, and tried again later."""

    def __init__(self, work: Callable[[Progress], Found]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._found: Found | None = None
        self._error: BaseException | None = None
        self._share = 0.0
        self._begun = 0.0

    def get(self, place: DeltaGenerator, doing: str) -> Found:
        """Return it; while it is not there, ``place`` shows ``doing``, how far it is and about how long it takes."""
        thread = self._started()
        thread.join(QUIET_SECONDS)
        while thread.is_alive():
            place.progress(min(self._share, 1.0), self._told(doing))
            thread.join(LOOK_SECONDS)
        place.empty()
        with self._lock:
            if self._error is not None:
                error, self._error, self._thread = self._error, None, None
                raise error
            if self._found is None:
                # Another visit was told of the error just now.
                raise RuntimeError(f"{doing} has failed")
            return self._found

    def _started(self) -> threading.Thread:
        with self._lock:
            if self._thread is None:
                self._begun, self._share = time.monotonic(), 0.0
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            return self._thread

    def _run(self) -> None:
        try:
            self._found = self._work(self._tell)
        except BaseException as error:
            self._error = error

    def _tell(self, share: float) -> None:
        self._share = share

    def _told(self, doing: str) -> str:
        share, passed = self._share, time.monotonic() - self._begun
        left = f" · about {duration(passed * (1 - share) / share)} left" if 0.05 < share < 1 else ""
        return f"{doing}: {share:.0%}{left}"
