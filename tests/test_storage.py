"""Nothing half-made is ever seen, and what a kill leaves behind is swept."""

import os
import signal
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DamagedError, InputError
from core.storage import (
    BUILDING,
    REPOSITORY,
    building,
    checked_name,
    lock_holder,
    read_json,
    sweep,
    write_atomic,
    write_json,
)

BUILDER = """
import sys
from pathlib import Path
from core.storage import building
with building(Path(sys.argv[1])) as directory:
    (directory / "half").write_text("half")
    print("ready", flush=True)
    sys.stdin.read()
"""
HOLDER = """
import fcntl, sys
file = open(sys.argv[1], "w")
fcntl.lockf(file, fcntl.LOCK_EX)
print("ready", flush=True)
sys.stdin.read()
"""


def start(script, argument):
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(argument)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a b", ".hidden", "-x", "a..b", "ä", "x" * 65, "a\n"])
def test_a_name_that_could_leave_its_folder_is_refused(name):
    with pytest.raises(InputError, match="cannot be used; use 1 to 64 letters"):
        checked_name("dataset", name)


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", fullmatch=True))
def test_a_plain_name_is_returned_as_it_is(name):
    assert checked_name("dataset", name) == name


def test_write_atomic_replaces_and_leaves_no_temporary_file(tmp_path):
    write_atomic(tmp_path / "file", "old")
    write_atomic(tmp_path / "file", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "new"


def test_json_with_nan_is_refused_and_the_old_file_stays(tmp_path):
    write_json(tmp_path / "a.json", {"x": 1})
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "a.json", {"x": float("nan")})
    assert read_json(tmp_path / "a.json") == {"x": 1}


@pytest.mark.parametrize("content", [None, "{", "\x80"])
def test_an_unreadable_json_file_is_one_line(tmp_path, content):
    if content is not None:
        (tmp_path / "a.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(DamagedError) as error:
        read_json(tmp_path / "a.json")
    assert "\n" not in str(error.value)


def test_a_directory_appears_whole(tmp_path):
    with building(tmp_path / "final") as directory:
        (directory / "a").write_text("a")
        assert not (tmp_path / "final").exists()
    assert [path.name for path in (tmp_path / "final").iterdir()] == ["a"]
    assert [path.name for path in tmp_path.iterdir()] == ["final"]


def test_a_failure_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError), building(tmp_path / "final") as directory:
        (directory / "a").write_text("a")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_the_second_of_two_builders_is_told_and_the_first_stays(tmp_path):
    with pytest.raises(FileExistsError), building(tmp_path / "final"):
        with building(tmp_path / "final") as first:
            (first / "who").write_text("first")
    assert (tmp_path / "final" / "who").read_text() == "first"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_builder_at_work_is_left_alone_and_a_killed_one_is_swept(tmp_path):
    process = start(BUILDER, tmp_path / "final")
    assert sweep(tmp_path) == []
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert len(list(tmp_path.glob(f"{BUILDING}*"))) == 1
    assert len(sweep(tmp_path)) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_was_made_a_moment_ago_and_not_locked_yet_is_left_alone(tmp_path):
    (tmp_path / f"{BUILDING}x").mkdir()
    assert sweep(tmp_path) == []
    os.utime(tmp_path / f"{BUILDING}x", (0, 0))
    assert len(sweep(tmp_path)) == 1


def test_the_holder_of_a_lock_is_named_until_it_dies(tmp_path):
    assert lock_holder(tmp_path / "lock") is None
    process = start(HOLDER, tmp_path / "lock")
    assert lock_holder(tmp_path / "lock") == process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert lock_holder(tmp_path / "lock") is None


def test_many_processes_that_build_and_sweep_at_once_lose_nothing(tmp_path):
    script = (
        "import sys\nfrom pathlib import Path\nfrom core.storage import building\n"
        "for number in range(60):\n"
        "    with building(Path(sys.argv[1]) / f'{sys.argv[2]}-{number}') as directory:\n"
        "        (directory / 'a').write_text('a')\n"
    )
    builders = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path), who], cwd=REPOSITORY, stderr=subprocess.PIPE)
        for who in "abcd"
    ]
    assert [builder.communicate()[1] for builder in builders] == [b""] * 4
    assert len(list(tmp_path.iterdir())) == 240
