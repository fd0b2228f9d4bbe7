"""Saved versions: none is lost, none is overwritten."""

import subprocess
import sys

import pytest

from core.errors import DamagedError, InputError, NotFound
from core.grouping import versions
from core.grouping.grouping import Grouping
from core.storage import REPOSITORY, groupings_root

SAVER = """
import sys
from core.errors import InputError
from core.grouping import versions
from core.grouping.grouping import Grouping
sys.stdin.readline()
saved = 0
for number in range(20):
    try:
        versions.save(Grouping("desks", {"A": f"{sys.argv[1]}-{number}"}))
        saved += 1
    except InputError:
        pass
print(saved)
"""


def test_each_save_is_a_further_version(home):
    first = versions.save(Grouping("desks", {"A": "X"}, note="first"))
    second = versions.save(Grouping("desks", {"A": "Y"}))
    assert (first.version, second.version) == (1, 2)
    assert versions.load("desks").group_of("A") == "Y"
    assert versions.load("desks@1").group_of("A") == "X"
    assert versions.load("desks@1").note == "first"


def test_saving_the_same_again_makes_no_version(home):
    versions.save(Grouping("desks", {"A": "X"}))
    assert versions.save(Grouping("desks", {"A": "X"})).version == 1
    assert versions.versions("desks") == [1]


def test_the_list_has_the_builtin_ones_first(home):
    versions.save(Grouping("b", {"A": "X"}))
    versions.save(Grouping("a", {"A": "X"}))
    assert [grouping.name for grouping in versions.list_all()] == ["huffpost-12", "raw", "a", "b"]


def test_who_comes_second_is_told_and_nothing_is_written(home):
    versions.save(Grouping("desks", {"A": "X"}))
    versions.save(Grouping("desks", {"A": "Y"}), expected_version=1)
    with pytest.raises(InputError) as error:
        versions.save(Grouping("desks", {"A": "Z"}), expected_version=1)
    assert str(error.value) == (
        "grouping 'desks' was saved by somebody else meanwhile (version 2); "
        "look at that version, or save under another name"
    )
    assert versions.versions("desks") == [1, 2]


def test_two_processes_that_save_at_once_lose_nothing(home):
    savers = [
        subprocess.Popen(
            [sys.executable, "-c", SAVER, who], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for who in "ab"
    ]
    for saver in savers:
        saver.stdin.write("go\n")
        saver.stdin.flush()
    saved = [int(saver.communicate()[0]) for saver in savers]
    numbers = versions.versions("desks")
    assert len(numbers) == sum(saved)
    assert numbers == list(range(1, len(numbers) + 1))
    assert {path.suffix for path in (groupings_root() / "desks").iterdir()} == {".yaml"}


@pytest.mark.parametrize("name", ["huffpost-12", "raw"])
def test_a_builtin_name_is_refused(home, name):
    with pytest.raises(InputError, match="is built in and cannot be replaced; choose another name"):
        versions.save(Grouping(name, {"A": "X"}))
    assert not groupings_root().exists()


def test_a_grouping_without_categories_is_refused(home):
    with pytest.raises(InputError, match="names no category"):
        versions.save(Grouping("empty"))


@pytest.mark.parametrize("name", ["../x", "a b", ""])
def test_a_bad_name_writes_nothing(home, name):
    with pytest.raises(InputError, match="grouping name"):
        versions.save(Grouping(name, {"A": "X"}))
    assert list(home.rglob("*.yaml")) == []


def test_an_unknown_grouping_lists_what_exists(home):
    versions.save(Grouping("desks", {"A": "X"}))
    with pytest.raises(NotFound) as error:
        versions.load("nope")
    assert str(error.value) == "grouping 'nope' does not exist; choose one of: huffpost-12, raw, desks"
    with pytest.raises(NotFound) as error:
        versions.load("desks@7")
    assert str(error.value) == "grouping 'desks' has no version '7'; saved versions: 1"


def test_a_file_or_a_name(home, tmp_path):
    (tmp_path / "g.yaml").write_text("NEWS: [A]")
    assert versions.load_or_read(str(tmp_path / "g.yaml")).group_of("A") == "NEWS"
    assert versions.load_or_read("huffpost-12").name == "huffpost-12"


def test_folders_of_another_kind_are_no_groupings(home):
    for name in (".trash", "my dir", "empty"):
        (groupings_root() / name).mkdir(parents=True)
    versions.save(Grouping("desks", {"A": "X"}))
    assert versions.saved_names() == ["desks"]


def test_a_damaged_version_is_named_and_does_not_hide_the_others(home):
    versions.save(Grouping("good", {"A": "X"}))
    versions.save(Grouping("swap", {"A": "X"}))
    (groupings_root() / "swap" / "v0001.yaml").write_text("{")
    assert [one.name for one in versions.list_all()] == ["huffpost-12", "raw", "good"]
    assert list(versions.damaged()) == ["swap"]
    with pytest.raises(DamagedError, match="version 1 of grouping 'swap' cannot be read"):
        versions.load("swap")
    assert versions.save(Grouping("swap", {"A": "Y"})).version == 2


def test_a_version_saved_under_older_rules_of_names_still_loads(home):
    mapping = {"A": " G ", "B": "G", "C": "a\u2028b"}
    versions.save(Grouping("old", mapping))
    assert dict(versions.load("old").mapping) == mapping
