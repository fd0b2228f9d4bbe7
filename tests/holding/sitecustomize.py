"""Real workers that hold where a test says, as a long training would; found through PYTHONPATH.

COPYDESK_TEST_HOLD is "HOW WHERE":
    hold PHASE   stay in that phase, still reporting, until a file `release` is in the run's directory
    last PHASE   the same at the last step of the phase
    child PHASE  the same, with a child process whose id is in the file `child`
    deaf PHASE   stay in that phase, without reporting and with SIGTERM ignored
    die START    be killed before anything of the worker was loaded
    break PHASE  fill the file that COPYDESK_TEST_FILL names until the disk is full, then go on
    import NAME  module NAME cannot be imported
"""

import os
import signal
import sys
import time
from pathlib import Path

MOMENT = 0.02


def _hold(how, where):
    from core.runs.progress import ProgressReport

    report = ProgressReport.__call__

    def held(self, phase, step, total, **figures):
        report(self, phase, step, total, **figures)
        if phase != where or (how == "last" and step != total) or getattr(self, "let_go", False):
            return
        self.let_go = True
        if how == "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if how == "break":
            if (self.run.path / "release").exists():
                return
            _fill(os.environ["COPYDESK_TEST_FILL"])
            return
        if how == "child":
            _beget(self.run.path / "child")
        while not (self.run.path / "release").exists():
            time.sleep(MOMENT)
            if how != "deaf":
                report(self, phase, step, total, **figures)

    ProgressReport.__call__ = held


def _beget(path):
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            signal.pause()
    path.with_suffix(".new").write_text(str(child))
    path.with_suffix(".new").rename(path)


def _fill(path):
    with Path(path).open("ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue


if "core.runs.worker" in sys.orig_argv and os.environ.get("COPYDESK_TEST_HOLD"):
    how, where = os.environ["COPYDESK_TEST_HOLD"].split(" ", 1)
    if how == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    elif how == "import":
        sys.modules[where] = None
    else:
        _hold(how, where)
