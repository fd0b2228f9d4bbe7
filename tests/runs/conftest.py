"""A dataset of a few rows, since what is tested here is how runs live and not what they learn."""

import os
import signal
import subprocess
import sys

import pytest

from core.data.importing import import_file
from core.runs import dispatcher, local, store
from core.runs.spec import plan
from core.storage import REPOSITORY, lock_holder, models_root
from tests import homes

# Two minutes: a machine at other work takes half of one to load an encoder.
LOOKS = 2400
# Where a run is held if the phase is no matter: the first, before all that takes time to load.
HELD = "read"
SUBJECTS = {"GARDEN": ["roses bloom", "beans climb"], "HARBOUR": ["ferries wait", "gulls return"]}


def wait_for(condition, what="it"):
    """Look until ``condition()`` is true, a bounded number of times; return what it answered."""
    for _ in range(LOOKS):
        found = condition()
        if found:
            return found
        local.wait_a_moment(0.05)
    raise AssertionError(f"{what} did not come about; runs: {[run.status for run in store.list_all()]}")


def until(run, condition):
    """Look at the run, and at nothing else, until the condition holds; return it as it is then."""
    return wait_for(lambda: condition(found := store.load(run.id)) and found, f"condition on {run.id}")


def in_phase(phase):
    return lambda run: run.status["progress"]["phase"] == phase


def in_state(*names):
    return lambda run: run.state in names


def import_few(folder):
    """Import twelve rows in two categories, by way of a file in ``folder``."""
    lines = [f"{words} {number},{name}" for name, both in SUBJECTS.items() for words in both for number in range(3)]
    (folder / "few.csv").write_text("headline,category\n" + "\n".join(lines) + "\n")
    return import_file(folder / "few.csv", "few")


@pytest.fixture
def few(home, tmp_path):
    return import_few(tmp_path)


@pytest.fixture
def ended(few, tmp_path_factory):
    """A run on the few rows that has succeeded: a real worker has trained it once, and this is a copy."""

    def make(folder):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("COPYDESK_HOME", str(folder))
            local.wait(local.submit(plan(import_few(folder))))
            homes.wait_until_quiet()

    homes.copy(homes.made_once(tmp_path_factory, "few", make) / "models", models_root())
    (run,) = store.list_all()
    return run


@pytest.fixture
def start(few):
    """Return a function that submits a run on the few rows."""
    return lambda **how: local.submit(plan(few), **how)


@pytest.fixture
def held(start, hold):
    """Return a function that starts a run and waits until it holds in a phase."""

    def started(phase=HELD, how="hold"):
        hold(phase, how)
        return until(start(), in_phase(phase))

    return started


def release(run):
    """Let a run that holds go on."""
    (run.path / "release").touch()


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def dispatcher_pid():
    """Return the pid of the dispatcher at work, None when there is none."""
    return lock_holder(models_root() / dispatcher.LOCK)


def in_another_process(script, **options):
    """Start Python on ``script`` with the core importable, as somebody else's process."""
    return subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


@pytest.fixture(autouse=True)
def _nobody_stays(request):
    """End what a test left alive, so that no process outlives it."""
    if "home" in request.fixturenames:
        # Asked for here, so that it is still in force when this comes to its end.
        request.getfixturevalue("home")
    yield
    if "home" not in request.fixturenames or not models_root().is_dir():
        return
    for run in store.list_all():
        if run.alive:
            local.cancel(run)
    wait_for(lambda: not any(run.alive for run in store.list_all()), "the end of all runs")
    wait_for(lambda: dispatcher_pid() is None, "the end of the dispatcher")
