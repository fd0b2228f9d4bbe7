"""Where uploads wait for their import: written in pieces, kept inside, swept when nobody waits for them."""

import io
import os
import time

import pytest

from core.data import import_folders
from core.data.import_folders import clean_up, stage
from core.errors import InputError


@pytest.fixture
def staged(home):
    """Return a function that stages an upload and gives its file."""

    def do(name="few.csv"):
        return stage(name, 1, io.BytesIO(b"x").read)

    return do


def test_an_upload_is_written_in_pieces_and_says_how_far_it_is(home):
    told = []
    content = b"x" * (2 * import_folders.CHUNK + 5)
    assert stage("a.csv", len(content), io.BytesIO(content).read, told.append).read_bytes() == content
    assert told == [import_folders.CHUNK, 2 * import_folders.CHUNK, len(content)]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\news\\a.csv", "a.csv"),
        ("..", "upload"),
        ("x" * 300 + ".csv", "x" * 196 + ".csv"),
    ],
    ids=["path", "windows", "parent", "long"],
)
def test_an_upload_stays_in_its_folder_whatever_it_is_called(staged, name, kept):
    file = staged(name=name)
    assert file.name == kept
    assert file.parent.parent.parent == import_folders.root()


def test_an_upload_that_breaks_off_leaves_nothing(home):
    pieces = iter([b"a"])
    with pytest.raises(StopIteration):
        stage("a.csv", 2, lambda _: next(pieces))
    with pytest.raises(InputError, match=r"there is no room for 'a\.csv' \(1,000,000,000 MB\) in .*; free some first"):
        stage("a.csv", 10**15, lambda _: b"")
    assert list(import_folders.root().iterdir()) == []


def aged(folder, seconds):
    then = time.time() - seconds
    for path in (folder, folder / "order.json"):
        if path.exists():
            os.utime(path, (then, then))


def test_uploads_of_an_app_that_is_gone_are_swept_and_those_of_this_one_stay(staged):
    mine, theirs = staged().parent.parent, staged().parent.parent
    # The end of a process frees its locks.
    import_folders.let_go(theirs)
    clean_up()
    assert theirs.exists(), "it may be about to take its lock"
    for folder in (mine, theirs):
        aged(folder, 3_600)
    clean_up()
    assert (mine.exists(), theirs.exists()) == (True, False)


def test_an_end_that_nobody_looked_at_is_forgotten_after_a_day(staged):
    folder = staged().parent.parent
    (folder / "order.json").write_text("{}")
    import_folders.let_go(folder)
    aged(folder, 3_600)
    clean_up()
    assert folder.exists()
    aged(folder, 2 * 24 * 3_600)
    clean_up()
    assert not folder.exists()
