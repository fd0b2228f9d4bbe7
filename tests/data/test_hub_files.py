"""Files of a hub on localhost: whole, broken off and taken up again, damaged, refused."""

import pytest

from core.background import Cancelled
from core.data import hub_files
from core.data.hub_files import HubFile, download
from core.errors import InputError
from tests.hub_server import Handler, serving_hub

NAME = "news/files"
LARGE = b"".join(b"%06d\n" % number for number in range(1_000))
SMALL = b"only this\n"


@pytest.fixture(scope="module")
def server():
    with serving_hub() as hub:
        yield hub


@pytest.fixture
def hub(server, monkeypatch):
    server.repositories = {NAME: {"large.csv": LARGE, "some/small.csv": SMALL}}
    server.breaks, server.changed, server.no_ranges = {}, set(), False
    server.asked.clear()
    monkeypatch.setattr(hub_files, "WAITS", (0.0, 0.0))
    return server


def described(path, data):
    """Return a file as a hub describes it."""
    told = Handler.described(path, data)
    large = told.get("lfs")
    return HubFile(path, told["size"], large and large["sha256"], None if large else told["blobId"])


FILES = [described("large.csv", LARGE), described("some/small.csv", SMALL)]


def fetched(hub, folder, files=FILES, on_bytes=lambda *_: None):
    return download(lambda path: f"{hub.address}/datasets/{NAME}/resolve/main/{path}", files, folder, on_bytes)


def test_files_come_whole_and_only_once(hub, tmp_path):
    told = []
    found = fetched(hub, tmp_path, on_bytes=lambda *one: told.append(one))
    assert [path.relative_to(tmp_path).as_posix() for path in found] == ["large.csv", "some/small.csv"]
    assert [path.read_bytes() for path in found] == [LARGE, SMALL]
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (len(LARGE) + len(SMALL), len(LARGE) + len(SMALL))
    assert fetched(hub, tmp_path) == found
    assert [path for path, _ in hub.asked] == ["large.csv", "some/small.csv"]


def test_a_line_that_breaks_again_and_again_is_taken_up_where_it_broke(hub, tmp_path):
    hub.breaks = {"large.csv": 3_000}
    assert fetched(hub, tmp_path)[0].read_bytes() == LARGE
    assert [asked for path, asked in hub.asked if path == "large.csv"] == [None, "bytes=3000-", "bytes=6000-"]


def test_what_came_stays_until_the_next_attempt(hub, tmp_path, monkeypatch):
    monkeypatch.setattr(hub_files, "WAITS", ())
    hub.breaks = {"large.csv": 3_000}
    with pytest.raises(InputError) as error:
        fetched(hub, tmp_path)
    assert str(error.value).startswith("the download of 'large.csv' broke off after 0.0 of 0.0 MB (")
    assert str(error.value).endswith("); start it again, and it goes on from there")
    assert [path.name for path in tmp_path.rglob("*.csv*")] == ["large.csv.part"]
    assert (tmp_path / "large.csv.part").read_bytes() == LARGE[:3_000]
    hub.breaks = {}
    assert fetched(hub, tmp_path)[0].read_bytes() == LARGE
    assert hub.asked[1] == ("large.csv", "bytes=3000-")


def test_a_line_that_gives_nothing_is_given_up(hub, tmp_path):
    hub.breaks = {"large.csv": 0}
    with pytest.raises(InputError, match="broke off after 0"):
        fetched(hub, tmp_path)
    assert len(hub.asked) == 2


def test_a_server_without_ranges_sends_it_all_again(hub, tmp_path):
    (tmp_path / "large.csv.part").write_bytes(b"x" * 500)
    hub.no_ranges = True
    assert fetched(hub, tmp_path)[0].read_bytes() == LARGE


@pytest.mark.parametrize(("path", "data"), [("large.csv", LARGE), ("some/small.csv", SMALL)], ids=["sha256", "git"])
def test_a_changed_file_is_refused_and_removed(hub, tmp_path, path, data):
    hub.changed = {path}
    with pytest.raises(InputError, match=r"is not what the hub describes: its checksum is .{12}…, not .{12}…; it was"):
        fetched(hub, tmp_path, [described(path, data)])
    assert not list(tmp_path.rglob("*.csv*"))


def test_a_part_of_another_file_is_found_out_by_the_checksum(hub, tmp_path):
    (tmp_path / "large.csv.part").write_bytes(b"x" * 500)
    with pytest.raises(InputError, match="is not what the hub describes"):
        fetched(hub, tmp_path)


def test_a_file_of_another_size_is_refused(hub, tmp_path):
    with pytest.raises(InputError, match="came with 10 bytes in place of 4; it was removed, fetch it again"):
        fetched(hub, tmp_path, [HubFile("some/small.csv", 4)])


def test_of_what_nothing_is_told_nothing_is_checked(hub, tmp_path):
    assert fetched(hub, tmp_path, [HubFile("some/small.csv", None)])[0].read_bytes() == SMALL


@pytest.mark.parametrize("path", ["../out.csv", "/etc/passwd", "a/../../b", "a\\..\\b", "a\0b"])
def test_a_path_that_leads_out_is_refused(hub, tmp_path, path):
    with pytest.raises(InputError, match="leads out of its folder; it is refused"):
        fetched(hub, tmp_path, [HubFile(path, 1)])
    assert not list(tmp_path.iterdir())


def test_a_cancel_ends_it_and_keeps_what_came(hub, tmp_path):
    def cancel(done, total):
        raise Cancelled

    with pytest.raises(Cancelled):
        fetched(hub, tmp_path, on_bytes=cancel)
    assert (tmp_path / "large.csv.part").stat().st_size == len(LARGE)
    assert not (tmp_path / "large.csv").exists()


def test_two_do_not_fetch_the_same_at_once(hub, tmp_path):
    met = []

    def meet(done, total):
        if not met:
            met.append(done)
            with pytest.raises(InputError, match=r"'large\.csv' is being fetched already; wait for that to end"):
                fetched(hub, tmp_path)

    assert fetched(hub, tmp_path, on_bytes=meet)[0].read_bytes() == LARGE
    assert met == [len(LARGE)]


def test_a_full_disk_is_told_before_it_is_full(hub, tmp_path):
    with pytest.raises(InputError, match=r"'large\.csv' needs 1,000,000,200 MB and .* MB are free in .*; free some"):
        fetched(hub, tmp_path, [HubFile("large.csv", 10**15)])
    assert hub.asked == []
