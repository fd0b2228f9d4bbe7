"""The command line, in this process or as scripts meet it, and a folder with a finished run."""

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.cli.app import main
from core.storage import REPOSITORY
from tests import homes

PRINTED = "train.json"


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@dataclass(frozen=True)
class CommandLine:
    home: Path

    def __call__(self, *arguments):
        """Run a command in this process: to start a Python for each costs more than what most of them do."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setenv("COPYDESK_HOME", str(self.home))
            status = main(list(map(str, arguments)))
        return Done(status, out.getvalue(), err.getvalue())

    inside = __call__

    def process(self, *arguments):
        """Run a command as scripts do: a process, its two streams and its exit status."""
        done = subprocess.run(
            [sys.executable, "-m", "core", *map(str, arguments)],
            cwd=REPOSITORY,
            env={**os.environ, "COPYDESK_HOME": str(self.home)},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def files(self):
        return sorted(str(path.relative_to(self.home)) for path in self.home.rglob("*"))


@pytest.fixture
def core(home):
    return CommandLine(home)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with a part of the sample and a finished run of it, and what `train` printed; others have copies."""
    made = homes.made_once(tmp_path_factory, "cli", _train)
    line = CommandLine(tmp_path_factory.mktemp("trained"))
    homes.copy(made, line.home)
    return line, json.loads((made / PRINTED).read_text(encoding="utf-8"))


def _train(home):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(home))
        homes.import_part()
        done = CommandLine(home).process("train", "--dataset", "sample", "--wait", "--json")
        assert done.status == 0, done.err
        homes.wait_until_quiet()
    (home / PRINTED).write_text(done.out, encoding="utf-8")
