"""Files on the server: those under the folder that is named, and nothing beside it."""

import pytest

from core.data import server_files
from core.data.server_files import ServerFile, listing, located, root
from core.errors import InputError, NotFound


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A folder open to imports, with a neighbour that is not."""
    (tmp_path / "secret.csv").write_text("headline\n")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "other.csv").write_text("x")
    folder = tmp_path / "shelf"
    (folder / "2014").mkdir(parents=True)
    (folder / "a.csv").write_text("12345")
    (folder / "2014" / "b.jsonl.gz").write_text("1")
    (folder / "notes.pdf").write_text("1")
    (folder / ".hidden.csv").write_text("1")
    (folder / "same.csv").symlink_to("a.csv")
    (folder / "out.csv").symlink_to("../secret.csv")
    (folder / "away").symlink_to("../elsewhere")
    (folder / "nowhere.csv").symlink_to("gone.csv")
    monkeypatch.setenv(server_files.VARIABLE, str(folder))
    return folder


def test_what_can_be_imported_is_listed_and_nothing_that_leads_out(shelf):
    assert listing() == server_files.Listing(
        (ServerFile("a.csv", 5), ServerFile("same.csv", 5), ServerFile("2014/b.jsonl.gz", 1)), more=False
    )


def test_a_long_list_is_cut_and_says_so(shelf, monkeypatch):
    monkeypatch.setattr(server_files, "MOST_FILES", 1)
    assert listing() == server_files.Listing((ServerFile("a.csv", 5),), more=True)


@pytest.mark.parametrize(
    ("path", "file"),
    [("a.csv", "a.csv"), ("same.csv", "a.csv"), ("2014/../a.csv", "a.csv"), ("2014/b.jsonl.gz", "2014/b.jsonl.gz")],
)
def test_a_file_inside_is_found(shelf, path, file):
    assert located(path) == shelf / file


@pytest.mark.parametrize(
    "path",
    ["../secret.csv", "out.csv", "away/other.csv", "/etc/passwd", "2014/../../secret.csv", "a\0b", "../none.csv"],
)
def test_what_leads_out_is_refused_whether_it_is_there_or_not(shelf, path):
    with pytest.raises(InputError, match="leads out of the folder that COPYDESK_IMPORT_ROOT names; give a file inside"):
        located(path)


@pytest.mark.parametrize("path", ["none.csv", "2014", "nowhere.csv", ""])
def test_what_is_no_file_is_told(shelf, path):
    with pytest.raises(NotFound, match=r"there is no file .* in the folder that COPYDESK_IMPORT_ROOT names"):
        located(path)


def test_a_root_that_is_a_link_is_followed(shelf, tmp_path, monkeypatch):
    (tmp_path / "link").symlink_to("shelf")
    monkeypatch.setenv(server_files.VARIABLE, str(tmp_path / "link"))
    assert located("a.csv") == shelf / "a.csv"
    assert len(listing().files) == 3


def test_without_a_root_there_is_nothing(monkeypatch):
    monkeypatch.delenv(server_files.VARIABLE, raising=False)
    assert root() is None
    assert listing() == server_files.Listing((), more=False)
    with pytest.raises(InputError, match="no folder of the server is open to imports; name one with COPYDESK_IMPORT_R"):
        located("a.csv")


def test_a_root_that_is_no_folder_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv(server_files.VARIABLE, str(tmp_path / "none"))
    with pytest.raises(InputError, match=r"COPYDESK_IMPORT_ROOT names .*, which is no folder; name one, and start"):
        root()
