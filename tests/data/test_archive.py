from __future__ import annotations

import contextlib
import gzip
import io
import stat
import struct
import zipfile
from functools import partial
from pathlib import Path

import pytest

from core.data import archive
from core.data.archive import SeveralFiles, check_size, unpacked
from core.errors import InputError

packed = partial(gzip.compress, mtime=0)
LINE = b'{"headline": "a", "category": "b"}\n'


def zipped(members: dict[str, bytes], **attributes) -> bytes:
    """A zip file; each entry gets ``attributes``."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            for attribute, value in attributes.items():
                setattr(entry, attribute, value)
            made.writestr(entry, content)
    return file.getvalue()


def content_of(packed_file: bytes, member: str | None = None) -> tuple[bytes, str]:
    with contextlib.ExitStack() as stack:
        raw = io.BufferedReader(io.BytesIO(packed_file))
        stream, name = unpacked(raw, "a.gz", "'a.gz'", stack, member)
        return stream.read(), name


def error(packed_file: bytes, member: str | None = None) -> str:
    with pytest.raises(InputError) as caught:
        content_of(packed_file, member)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("content", [LINE, b"", b"PK", b"plain"])
def test_what_is_not_packed_comes_back(content):
    assert content_of(content) == (content, "a.gz")


def test_what_is_packed_comes_out_with_its_own_name():
    assert content_of(packed(LINE)) == (LINE, "a")
    assert content_of(zipped({"in/b.json": LINE})) == (LINE, "in/b.json")


def test_a_zip_file_of_the_longer_kind():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made, made.open("b.json", "w", force_zip64=True) as entry:
        entry.write(LINE)
    assert content_of(file.getvalue()) == (LINE, "b.json")


def test_one_of_several_files_is_chosen_by_name():
    several = zipped({"train.csv": b"1", "test.csv": b"2", "README.md": b"3"})
    with pytest.raises(SeveralFiles) as caught:
        content_of(several)
    assert caught.value.members == ("train.csv", "test.csv")
    assert str(caught.value) == (
        "'a.gz': the zip file holds 2 files ('train.csv', 'test.csv'); name the one to import with --member FILE"
    )
    assert content_of(several, "test.csv") == (b"2", "test.csv")
    assert content_of(several, "README.md") == (b"3", "README.md")
    assert error(several, "dev.csv") == (
        "'a.gz': the zip file holds no file 'dev.csv'; it holds 'train.csv', 'test.csv', 'README.md'"
    )
    assert error(LINE, "b") == "'a.gz' is no zip file, so it holds no file 'b'; leave --member out"


@pytest.mark.parametrize("name", ["../b.json", "a/../../b.json", "/etc/b.json", "..\\b.json", "C:\\b.json", "C:b.json"])
def test_a_path_that_climbs_out(name):
    assert "the zip file has a path that leads out of it" in error(zipped({"a.json": LINE, name: LINE}))


def test_a_link_in_a_zip_file():
    link = zipped({"b.json": b"/etc/passwd"}, external_attr=(stat.S_IFLNK | 0o777) << 16)
    assert error(link) == "'a.gz': the zip file holds a link, 'b.json'; pack the file itself"


def test_files_that_overlap():
    content = bytearray(zipped({"a.txt": b"x" * 50, "b.json": LINE}))
    # The second entry of the list at the end points to where the first one begins.
    second = content.rindex(b"PK\x01\x02")
    content[second + 42 : second + 46] = struct.pack("<L", 0)
    assert "two files in the zip file overlap, as in a zip bomb" in error(bytes(content))


def test_a_workbook_is_told_as_one():
    assert error(zipped({"[Content_Types].xml": b"x", "xl/workbook.xml": b"x"})) == (
        "'a.gz' is an Excel workbook; save its sheet as CSV"
    )


@pytest.mark.parametrize("inner", [packed(LINE), zipped({"b.json": LINE})], ids=["gzip", "zip"])
@pytest.mark.parametrize("outer", [packed, lambda content: zipped({"b": content})], ids=["in gzip", "in zip"])
def test_what_is_packed_twice(inner, outer):
    assert error(outer(inner)) == "'a.gz' is packed twice; unpack it once and give what is in it"


BOMB = "'a.gz' unpacks to more than 100 times its size, as a zip bomb does; unpack it yourself if you trust it"


@pytest.mark.parametrize("pack", [packed, lambda content: zipped({"b.json": content})], ids=["gzip", "zip"])
def test_a_bomb_is_not_unpacked(monkeypatch, pack):
    monkeypatch.setattr(archive, "HARMLESS", 1 << 21)
    assert error(pack(b"0" * (3 << 20))) == BOMB
    assert len(content_of(pack(b"0" * (1 << 21)))[0]) == 1 << 21


def test_a_zip_file_that_claims_little_gives_no_more():
    content = zipped({"b.json": b"0" * 1_000_000})
    claimed = content.replace(struct.pack("<L", 1_000_000), struct.pack("<L", 10))
    assert "the packed file is cut short or damaged" in error(claimed)


@pytest.mark.parametrize(
    ("size", "packed_size", "message"),
    [
        (64 << 20, 1, None),
        ((64 << 20) + 1, 1, BOMB),
        (1 << 30, 11 << 20, None),
        (20 << 30, 10 << 30, None),
        ((20 << 30) + 1, 10 << 30, "'a.gz' unpacks to more than 20 GB; split it"),
    ],
)
def test_what_is_beyond_reason(size, packed_size, message):
    if message is None:
        check_size(size, packed_size, "'a.gz'")
    else:
        with pytest.raises(InputError) as caught:
            check_size(size, packed_size, "'a.gz'")
        assert str(caught.value) == message


@pytest.mark.parametrize("longer", [False, True], ids=["short form", "long form"])
def test_a_list_of_too_many_files_is_not_even_read(longer):
    end = bytearray(zipped({})[-22:])
    end[12:16] = struct.pack("<L", 0xFFFFFFFF if longer else 5 << 20)
    before = b""
    if longer:
        before = b"PK\x06\x06" + b"\0" * 36 + struct.pack("<QQ", 5 << 20, 0) + b"PK\x06\x07" + b"\0" * 16
    assert error(LINE and b"PK\x03\x04" + b"\0" * 100 + before + bytes(end)) == (
        "'a.gz': the zip file lists far too many files; pack the one to import alone"
    )


@pytest.mark.parametrize("cut", [10, 40, 60, 100, -1, -10])
def test_a_zip_file_cut_anywhere_is_one_line(cut):
    assert "cut short or damaged" in error(zipped({"b.json": LINE * 10})[:cut])


def test_real_files_are_no_bombs(real_file):
    with contextlib.ExitStack() as stack:
        raw = stack.enter_context(Path(real_file).open("rb"))
        stream, _ = unpacked(raw, "a.gz", "'a.gz'", stack)
        assert len(stream.read(1 << 20)) == 1 << 20
