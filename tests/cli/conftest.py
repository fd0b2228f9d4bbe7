"""The command line as scripts meet it: a real process, its two streams and its exit status."""

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
        done = subprocess.run(
            [sys.executable, "-m", "core", *map(str, arguments)],
            cwd=REPOSITORY,
            env={**os.environ, "COPYDESK_HOME": str(self.home)},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def inside(self, *arguments):
        """Run a command in this process: for the many mistakes, each of which would start a Python."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setenv("COPYDESK_HOME", str(self.home))
            status = main(list(map(str, arguments)))
        return Done(status, out.getvalue(), err.getvalue())

    def files(self):
        return sorted(str(path.relative_to(self.home)) for path in self.home.rglob("*"))


@pytest.fixture
def core(home):
    return CommandLine(home)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with the sample and a finished run of it, to be read and not changed."""
    line = CommandLine(tmp_path_factory.mktemp("trained"))
    assert line("data", "sample").status == 0
    done = line("train", "--dataset", "sample", "--wait", "--json")
    assert done.status == 0, done.err
    return line, done.json
