"""Work in a process of its own: seen, cancelled, killed or at its end, it says how it stands."""

import os
import signal
from pathlib import Path

import pytest

from core import background
from core.background import Background, Cancelled, Progress, work
from core.errors import CopydeskError, InputError
from core.runs.local import wait_a_moment
from core.storage import lock_holder

LOOKS = 1_500
PHASES = {"read": (0.0, 0.25), "count": (0.25, 1.0)}
# It counts, then does as it is told; what it makes on the way goes with it.
MODULE = """
import signal, sys
from pathlib import Path
from core.background import work

PHASES = {"read": (0.0, 0.25), "count": (0.25, 1.0)}

def task(report, folder, how):
    (folder / "half").touch()
    try:
        report("count", 1, 3, note="1 of 3")
        while how == "hold":
            signal.pause()
        return {"counted": 3}
    finally:
        (folder / "half").unlink()

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    raise SystemExit(work(folder, PHASES, lambda report: task(report, folder, sys.argv[2]), noun="count"))
"""


@pytest.fixture
def folder(home, tmp_path, monkeypatch):
    (tmp_path / "counting.py").write_text(MODULE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return home / "cache" / "count"


@pytest.fixture
def held(folder):
    """Work that stays in its phase "count" until it is ended."""
    background.start(folder, "counting", [folder, "hold"], noun="count")
    try:
        until(lambda: background.look(folder).phase == "count")
        yield folder
    finally:
        if holder := lock_holder(folder / background.LOCK):
            os.kill(holder, signal.SIGKILL)
            background.wait(folder)


def until(condition):
    for _ in range(LOOKS):
        if condition():
            return
        wait_a_moment(0.02)
    raise AssertionError("it did not come about")


def test_what_is_at_work_is_seen_joined_and_cancelled(held):
    found = background.look(held)
    assert (found.state, found.phase, found.note, found.share) == ("running", "count", "1 of 3", 0.5)
    assert found.document()["seconds_left"] is not None
    holder = lock_holder(held / background.LOCK)
    assert background.start(held, "counting", [held, "hold"], noun="count").running
    assert lock_holder(held / background.LOCK) == holder
    background.cancel(held, noun="count")
    assert background.wait(held).state == "cancelled"
    assert not (held / "half").exists()
    with pytest.raises(InputError, match="no such count is at work; it has ended already, or never began"):
        background.cancel(held, noun="count")


def test_a_killed_one_is_interrupted_and_can_be_started_again(held):
    os.kill(lock_holder(held / background.LOCK), signal.SIGKILL)
    assert background.wait(held).state == "interrupted"
    assert background.start(held, "counting", [held, "end"], noun="count").state in ("running", "succeeded")
    ended = background.wait(held)
    assert (ended.state, ended.result, ended.error) == ("succeeded", {"counted": 3}, None)
    assert {path.name for path in held.iterdir()} == {"state.json", "worker.lock", "log.txt"}


def test_one_that_does_not_come_up_is_told_with_its_last_words(folder):
    with pytest.raises(CopydeskError, match=r"the count could not begin \('.*No module named .*'\); see .*log\.txt"):
        background.start(folder, "no_such_module", [], noun="count")


def test_of_a_folder_that_is_not_there_nothing_is_said(tmp_path):
    assert background.look(tmp_path / "none") == Background(None)


def ended(folder, error):
    """Return how work ends whose task raises ``error``."""

    def task(_):
        raise error

    folder.mkdir(exist_ok=True)
    assert work(folder, PHASES, task, noun="count") == background.NOT_DONE
    found = background.look(folder)
    return found.state, found.error


@pytest.mark.parametrize(
    ("error", "state", "message"),
    [
        (InputError("a file\nis spoilt"), "failed", "a file is spoilt"),
        (Cancelled(), "cancelled", None),
        (MemoryError(), "failed", "there is not enough memory for the count; close other programs"),
        (OSError(28, "No space left"), "failed", "the disk is full; free some space, then start the count again"),
        (OSError(5, "bad disk"), "failed", "[Errno 5] bad disk"),
    ],
    ids=["input", "cancelled", "memory", "disk full", "other disk"],
)
def test_how_it_ended_is_said_in_one_line(tmp_path, error, state, message):
    assert ended(tmp_path / "work", error) == (state, message)


def test_a_fault_of_ours_names_the_log(tmp_path, capsys):
    state, error = ended(tmp_path / "work", KeyError("row"))
    assert (state, error) == (
        "failed",
        f"the count met a fault of Copydesk (KeyError); see {tmp_path / 'work' / 'log.txt'}",
    )
    assert "Traceback" in capsys.readouterr().err


def test_a_cancel_is_heard_without_a_signal(tmp_path):
    report = Progress(tmp_path, PHASES)
    (tmp_path / background.CANCEL).touch()
    with pytest.raises(Cancelled):
        report("count", 0, 1)


def test_the_share_never_falls(tmp_path):
    report = Progress(tmp_path, PHASES)
    shares = []
    for phase, step, total in [("read", 1, 2), ("read", 2, 2), ("count", 2, 4), ("count", 0, 4), ("count", 9, 4)]:
        report(phase, step, total)
        shares.append(report.share)
    assert shares == [0.125, 0.25, 0.625, 0.625, 1.0]


def test_a_spoilt_state_is_no_state(tmp_path):
    Path(tmp_path / background.STATE).write_text("[")
    assert background.look(tmp_path).state is None
